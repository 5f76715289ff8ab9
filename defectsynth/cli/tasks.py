"""Work on one source image, in any process: check it, draw its output images, write them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2

from defectsynth.cli.layouts import extras, good_path, paths
from defectsynth.cli.reading import read_roi
from defectsynth.cli.sampling import FURTHER_SEEDS, draw_image
from defectsynth.cli.writing import encode_png, write_whole
from defectsynth.core.arrays import Array, Bytes, threshold_mask
from defectsynth.io.byte_cache import ByteCache, stamp_of
from defectsynth.io.image_files import UnreadableError, read_image

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
        layout: one of `arguments.LAYOUTS`.
        transform: a defect or a composition of defects.
        seed: of the job.
        digests: of the bytes of sources and regions of interest, by path; see `fingerprints`.
        peak: white level of 16-bit images; None estimates it.
    """

    folder: Path
    sources: tuple[str, ...]
    roi_folder: Path | None
    rois: tuple[tuple[str, ...], ...]
    output: Path
    layout: str
    transform: Any
    seed: int
    digests: Mapping[Path, str | None] = field(default_factory=dict)
    peak: int | None = None


@dataclass(frozen=True)
class Task:
    """Work on one source: without numbers check it, else draw these output images.

    Attributes:
        source: its index.
        numbers: indices of output images.
    """

    source: int
    numbers: tuple[int, ...] = ()


def run(plan: Plan, task: Task) -> Iterator[Entry]:
    """Do a task, step by step; each entry stands for files that are written."""
    if task.numbers:
        yield from (_draw(plan, task.source, number) for number in task.numbers)
    else:
        yield _check(plan, task.source)


def _check(plan: Plan, source: int) -> Entry:
    """Read a source; write the copy of it that the layout holds."""
    target = good_path(plan.layout, source)
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


def _draw(plan: Plan, source: int, number: int) -> Entry:
    """Draw and write one output image and its mask."""
    try:
        image, roi = _read(plan, source)
        seed, state = draw_image(image, plan.transform, seed=plan.seed, number=number, roi=roi, peak=plan.peak)
        if state is None:
            raise ValueError(f"no defect could be placed with {FURTHER_SEEDS + 1} seeds")
        files = encode_png(threshold_mask(state.mask, 1)), encode_png(state.image)
    except FAULTS as error:
        return {"number": number, "source": source, "error": f"image {number:06d}: {reason_of(error)}"}
    records = state.records
    image_path, mask_path = paths(plan.layout, number, [record["defect_type"] for record in records])
    for path, data in zip((mask_path, image_path), files, strict=True):
        write_whole(plan.output / path, data)
    line = {
        "image": image_path,
        "mask": mask_path,
        "source": plan.sources[source],
        "seed": seed,
        "roi": None if plan.roi_folder is None else plan.rois[source][0],
        "defects": records,
    }
    return {"number": number, "line": line, **extras(plan.layout, state)}
