"""The best and the worst test images of a cell, with what its model sees in them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from eval.benchmark.artifacts import load_detector, read_embeddings, read_heat_maps
from eval.benchmark.experiment import untrained
from eval.benchmark.results import ImageScore
from eval.data.datasets import Category, Record
from eval.data.images import load_image, load_mask
from eval.data.overlays import draw_outline, overlay_heat, to_data_uri
from eval.report.extremes import TITLES, extremes, verdict
from eval.report.runs import Run
from eval.scoring.grad_cam import grad_cam

LOST = (OSError, ValueError, LookupError, RuntimeError, ImportError, EOFError, BadZipFile, zlib.error)
"""What lost or broken files raise, and a backbone that is not installed; the page then does without."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture in the page: what it shows in a few words, and its address with all its data."""

    label: str
    alternative: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Example:
    """A test image, its pictures and the words below them."""

    image: ImageScore
    verdict: str
    right: bool
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Those of one cell.

    Attributes:
        run: the cell.
        parts: title and examples, of the titles in `extremes`.
        notes: what is left out, and why.
    """

    run: Run
    parts: tuple[tuple[str, tuple[Example, ...]], ...]
    notes: tuple[str, ...]


def examples_of(run: Run, category: Category | str) -> Examples:
    """The extremes of a cell with their pictures.

    Args:
        run: the cell.
        category: with its images, in the shape that they are shown in, or why they cannot be shown.
    """
    images = run.results.images
    threshold = run.results.metrics.decision.threshold
    chosen = extremes(images)
    pictures: dict[int, tuple[Picture, ...]] = {}
    notes: tuple[str, ...] = ()
    if isinstance(category, str):
        notes = (category,)
    else:
        pictures, notes = _pictures(run, category, sorted(place for places in chosen for place in places))
    parts = []
    for title, places in zip(TITLES, chosen, strict=True):
        shown = []
        for place in places:
            word = verdict(images[place], threshold)
            right = word in {"found", "passed"}
            own = pictures.get(place, ())
            shown.append(Example(image=images[place], verdict=word, right=right, pictures=own))
        parts.append((title, tuple(shown)))
    return Examples(run=run, parts=tuple(parts), notes=notes)


def _pictures(
    run: Run, category: Category, places: list[int]
) -> tuple[dict[int, tuple[Picture, ...]], tuple[str, ...]]:
    """The pictures of test images by their place, and what is left out."""
    images, shape = run.results.images, category.shape
    records = {record.path.relative_to(record.path.parents[2]).as_posix(): record for record in category.test}
    notes: list[str] = []

    def kept(what: str, read: Callable[[], NDArray[Any]]) -> NDArray[Any] | None:
        try:
            return read()
        except LOST as error:
            notes.append(f"No {what}: {error}")
            return None

    chosen = [records.get(images[place].path.partition("/")[2]) for place in places]
    if missing := [images[place].path for place, record in zip(places, chosen, strict=True) if record is None]:
        return {}, (f"The images are other ones than those of the run: {missing[0]} is not among them.",)
    tests = [record for record in chosen if record is not None]
    cams = kept("Grad-CAM", lambda: _grad_cams(run, tests))
    heats = None
    if run.results.settings.localises:
        heats = kept("heat maps", lambda: read_heat_maps(run.folder, size=shape)[places])
    neighbours = kept("nearest training images", lambda: _neighbours(run, category)[places])
    found = {}
    for number, (place, record) in enumerate(zip(places, tests, strict=True)):
        plain = load_image(record.path, size=shape)
        mask = np.zeros(shape, np.bool_)
        if record.mask_path is not None:
            mask = load_mask(record.mask_path, size=shape, image_shape=record.shape)
        shown = [("test image", draw_outline(plain, mask))]
        if cams is not None:
            shown.append(("Grad-CAM", overlay_heat(plain, cams[number] / max(float(cams[number].max()), 1e-12))))
        if heats is not None:
            full = 2 * run.results.metrics.decision.threshold
            shown.append(("heat map", draw_outline(overlay_heat(plain, heats[number] / max(full, 1e-12)), mask)))
        if neighbours is not None:
            shown.append(("nearest normal", load_image(category.train[int(neighbours[number])].path, size=shape)))
        of = f"{record.defect}/{record.path.name}"
        found[place] = tuple(
            Picture(label=label, alternative=f"{label} of {of}", address=to_data_uri(image)) for label, image in shown
        )
    return found, tuple(notes)


def _grad_cams(run: Run, records: list[Record]) -> NDArray[np.float32]:
    results = run.results
    detector = load_detector(run.folder, results, start=untrained(results.settings))
    return np.stack([grad_cam(detector, load_image(record.path, size=results.shape)) for record in records])


def _neighbours(run: Run, category: Category) -> NDArray[np.int64]:
    """Which training normal is nearest to each test image."""
    embedded = read_embeddings(run.folder)
    if len(embedded.train) != len(category.train):
        raise ValueError(
            f"the run had {len(embedded.train)} training images, {category.name} now has {len(category.train)}"
        )
    return embedded.nearest
