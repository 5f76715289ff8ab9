"""Work on one source image, in any process: check it, draw its output images, write them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import cv2

from defectsynth.cli.layouts import Layout, Output
from defectsynth.cli.reading import read_roi
from defectsynth.cli.sampling import FURTHER_SEEDS, draw_image
from defectsynth.cli.splits import is_background
from defectsynth.cli.tar_files import add_files, tar_file
from defectsynth.cli.writing import encode_png, write_whole
from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.cache import ByteCache
from defectsynth.io.image_files import UnreadableError, read_image
from defectsynth.io.stamps import stamp_of

Entry = dict[str, Any]
CACHE_BYTES = 256 << 20  # of decoded images that a process keeps
CHUNK = 1 << 20  # bytes of a file read at once
FAULTS = (TypeError, ValueError, MemoryError, cv2.error)  # of one image, which end no job


@dataclass(frozen=True)
class Plan:
    """The job, known to every process.

    Attributes:
        folder: folder of the sources.
        sources: their paths relative to it.
        roi_folder: folder of the regions of interest, or None.
        rois: for each source the paths relative to it that match; exactly one is right.
        output: the output folder.
        layout: of the data set.
        transform: a defect or a composition of defects.
        seed: of the job.
        types: of defect that the transform can draw, in the order of their classes.
        held_share: share of the sources that are held out.
        background: share of output images without a defect.
        shard_size: output images in a tar shard.
        digests: of the bytes of sources and regions of interest, by path; see `fingerprints`.
        held: indices of the sources that are held out.
        peak: white level of 16-bit images; None estimates it.
    """

    folder: Path
    sources: tuple[str, ...]
    roi_folder: Path | None
    rois: tuple[tuple[str, ...], ...]
    output: Path
    layout: Layout
    transform: Any
    seed: int
    types: tuple[str, ...]
    held_share: float
    background: float
    shard_size: int
    digests: Mapping[Path, str | None] = field(default_factory=dict)
    held: frozenset[int] = frozenset()
    peak: int | None = None

    def split_of(self, source: int) -> str:
        """Return the name of the split of a source."""
        return self.layout.splits[source in self.held]


@dataclass(frozen=True)
class Task:
    """Work on one source: without numbers check it, else draw these output images.

    Attributes:
        source: its index.
        numbers: indices of output images.
    """

    source: int
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class ShardTask:
    """Work on one tar shard, which is written whole.

    Attributes:
        path: of the shard, relative to the output folder.
        numbers: indices of its output images.
        sources: the source of each.
    """

    path: str
    numbers: tuple[int, ...]
    sources: tuple[int, ...]


def run(plan: Plan, task: Task | ShardTask) -> Iterator[Entry]:
    """Do a task, step by step; each entry stands for files that are written."""
    if isinstance(task, ShardTask):
        yield _pack(plan, task)
    elif task.numbers:
        yield from (_write(plan, task.source, number) for number in task.numbers)
    else:
        yield _check(plan, task.source)


def _check(plan: Plan, source: int) -> Entry:
    """Read a source; write the copy of it that the layout holds."""
    target = plan.layout.good_path(source, held=source in plan.held)
    try:
        image, _ = _read(plan, source)
        copy = None if target is None else encode_png(image)
    except FAULTS as error:
        return {"source": source, "error": reason_of(error)}
    if target is not None and copy is not None:
        write_whole(plan.output / target, copy)
    return {"source": source, "error": None}


def reason_of(error: BaseException) -> str:
    """Return in one line why an image failed."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    detail = getattr(error, "err", "")  # of cv2.error, without file and line of OpenCV's source
    return " ".join((f"OpenCV: {detail}" if detail else str(error)).split())


def _read(plan: Plan, source: int) -> tuple[Array, Bytes | None]:
    """Return a source and its region of interest."""
    if plan.roi_folder is None:
        return _load(plan.folder / plan.sources[source], None, plan.digests)
    matches = plan.rois[source]
    if len(matches) != 1:
        found = f"several: {', '.join(matches)}" if matches else "none"
        raise UnreadableError(f"--roi-dir must hold one mask of the same relative path, found {found}")
    return _load(plan.folder / plan.sources[source], plan.roi_folder / matches[0], plan.digests)


def _load(path: Path, roi_path: Path | None, digests: Mapping[Path, str | None]) -> tuple[Array, Bytes | None]:
    """Return an image and its region of interest, whose bytes must be those that the job began with."""
    stamps = stamp_of(path), roi_path and stamp_of(roi_path)
    found = SOURCES.get((path, roi_path), stamps)
    if found is None:
        image = read_image(path)
        image.flags.writeable = False
        roi = None if roi_path is None else read_roi(roi_path, size=(image.shape[0], image.shape[1]))
        for file in (path, roi_path):
            if file is not None and digests.get(file) is not None and digest_of(file) != digests[file]:
                raise UnreadableError("it has changed since the job began")
        found = image, roi
        SOURCES.put((path, roi_path), stamps, found, image.nbytes + (0 if roi is None else roi.nbytes))
    return found


def digest_of(path: Path) -> str | None:
    """Return the digest of a file's bytes; None if it cannot be read, which is reported by name when it is drawn."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()


SOURCES: ByteCache[tuple[Array, Bytes | None]] = ByteCache(CACHE_BYTES)


def _write(plan: Plan, source: int, number: int) -> Entry:
    """Draw one output image and write its files."""
    entry, files = _draw(plan, source, number)
    for path, data in files.items():
        write_whole(plan.output / path, data)
    return entry


def _pack(plan: Plan, task: ShardTask) -> Entry:
    """Draw the images of a shard and write it."""
    images, failed = 0, []
    with tar_file(plan.output / task.path) as file:
        for number, source in zip(task.numbers, task.sources, strict=True):
            entry, files = _draw(plan, source, number)
            if "error" in entry:
                failed.append(entry)
                continue
            images += 1
            line = _uniform(entry["line"])
            add_files(file, files | {str(PurePath(entry["line"]["image"]).with_suffix(".json")): line.encode()})
    return {"shard": task.path, "images": images, "failed": failed}


def _uniform(line: Mapping[str, Any]) -> str:
    """Return a line of the manifest as JSON whose fields have the same types in every sample.

    Readers take the types from the first samples, and records of different defects have different fields.
    """
    seed, roi = line["seed"], line["roi"]
    return json.dumps(
        {
            **line,
            "seed": -1 if seed is None else seed,
            "roi": "" if roi is None else roi,
            "defects": json.dumps(line["defects"]),
        }
    )


def _draw(plan: Plan, source: int, number: int) -> tuple[Entry, dict[str, bytes]]:
    """Return the entry of one output image, and its files; labels come first, the image last."""
    try:
        seed, output = _output(plan, source, number)
        image_path, mask_path = plan.layout.paths(output)
        labels = plan.layout.labels(output, plan.types)
        files = labels | {mask_path: encode_png(output.mask), image_path: encode_png(output.image)}
        extras = plan.layout.extras(output)
    except FAULTS as error:
        return {"number": number, "source": source, "error": f"image {number:06d}: {reason_of(error)}"}, {}
    line = {
        "image": image_path,
        "mask": mask_path,
        "split": output.split,
        "source": plan.sources[source],
        "seed": seed,
        "roi": None if plan.roi_folder is None else plan.rois[source][0],
        "defects": list(output.records),
    }
    return {"number": number, "line": line, "labels": [*labels], **extras}, files


def _output(plan: Plan, source: int, number: int) -> tuple[int | None, Output]:
    """Return one output image with its seed; None where no defect is drawn."""
    image, roi = _read(plan, source)
    split = plan.split_of(source)
    if is_background(plan.seed, number, plan.background):
        return None, Output.background(number, split, image)
    seed, state = draw_image(image, plan.transform, seed=plan.seed, number=number, roi=roi, peak=plan.peak)
    if state is None:
        raise ValueError(f"no defect could be placed with {FURTHER_SEEDS + 1} seeds")
    return seed, Output.of(number, split, state)
