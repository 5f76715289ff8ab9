"""Best and worst test images of a cell, with Grad-CAM, heat map and nearest training image."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from eval.benchmark.artifacts import load_detector, read_embeddings, read_heat_maps
from eval.benchmark.results import ImageScore
from eval.data.datasets import median_shape
from eval.data.images import FULL_PEAK, load_image, load_images
from eval.data.overlays import SIDE, draw_outline, overlay_heat, to_data_uri
from eval.report.category_files import CategoryFiles, find_files, have_changed, image_shape
from eval.report.extremes import TITLES, extremes, verdict
from eval.report.runs import Run
from eval.scoring.fusion import resized
from eval.scoring.grad_cam import grad_cams

READ_ERRORS = (OSError, ValueError, LookupError, RuntimeError, ImportError, EOFError, BadZipFile, zlib.error)
"""Errors for missing or broken files and for a backbone that is not installed; the page names them instead."""


T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Image on the page.

    Attributes:
        label: below it.
        alternative: text for readers who cannot see it.
        uri: data URI of the image.
    """

    label: str
    alternative: str
    uri: str


@dataclass(frozen=True, kw_only=True)
class Example:
    """Test image with its panels.

    Attributes:
        image: its scores.
        verdict: outcome of the decision.
        right: whether the decision is right.
        panels: empty if the images are missing.
    """

    image: ImageScore
    verdict: str
    right: bool
    panels: tuple[Panel, ...]


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Extreme test images of one cell.

    Attributes:
        run: the cell.
        sections: title and examples, for each of `TITLES`.
        notes: reasons for what is left out.
    """

    run: Run
    sections: tuple[tuple[str, tuple[Example, ...]], ...]
    notes: tuple[str, ...]


_CHANGED = "Images or masks have changed since the run: what is shown may not be what was scored."


def find_examples(run: Run, data: str | Path | None) -> Examples:
    """Return the extreme test images of a cell.

    Args:
        run: the cell.
        data: folder of the categories; None for the one that the cell was run with.
    """
    images, threshold = run.results.images, run.results.metrics.decision.threshold
    chosen = extremes(images)
    panels: dict[int, tuple[Panel, ...]] = {}
    try:
        files = find_files(run, data)
        panels, notes = _panels(run, files, sorted(place for places in chosen for place in places))
    except READ_ERRORS as error:
        notes = [f"The images cannot be shown: {error}"]
    sections = []
    for title, places in zip(TITLES, chosen, strict=True):
        words = [verdict(images[place], threshold) for place in places]
        shown = tuple(
            Example(image=images[place], verdict=word, right=word in {"found", "passed"}, panels=panels.get(place, ()))
            for place, word in zip(places, words, strict=True)
        )
        sections.append((title, shown))
    return Examples(run=run, sections=tuple(sections), notes=tuple(notes))


def _panels(run: Run, files: CategoryFiles, places: list[int]) -> tuple[dict[int, tuple[Panel, ...]], list[str]]:
    """Return the panels of test images by their place, and notes on what is left out."""
    names = ["/".join(run.results.images[place].path.split("/")[-2:]) for place in places]
    if missing := [name for name in names if name not in files.test]:
        return {}, [f"The images are not those of the run: {files.name}/test/{missing[0]} is missing."]
    paths = [files.test[name] for name in names]
    shapes = [image_shape(path) for path in paths]
    shape = median_shape(shapes, SIDE)
    notes = [_CHANGED] if have_changed(run, files) else []

    def optional(name: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except READ_ERRORS as error:
            notes.append(f"No {name}: {error}")
            return None

    scores = None
    if run.results.settings.localises:
        scores = optional("heat maps", lambda: read_heat_maps(run.folder)[places])
    heats = None if scores is None else resized(scores, shape)
    cams = optional("Grad-CAM", lambda: _grad_cams(run, paths, scores))
    nearest = optional("nearest training images", lambda: _nearest(run, files, places))
    found = {}
    for number, (place, name, path) in enumerate(zip(places, names, paths, strict=True)):
        plain = load_image(path, size=shape, peak=_peak(run))
        mask = files.mask(path, size=shape, image_shape=shapes[number])
        mask = np.zeros(shape, np.bool_) if mask is None else mask
        shown = [("test image", draw_outline(plain, mask))]
        if cams is not None:
            shown.append(("Grad-CAM", overlay_heat(plain, cams[number] / max(float(cams[number].max()), 1e-12))))
        if heats is not None:
            brightest = max(2 * run.results.metrics.decision.threshold, 1e-12)
            shown.append(("heat map", draw_outline(overlay_heat(plain, heats[number] / brightest), mask)))
        if nearest is not None:
            shown.append(("nearest normal", load_image(nearest[number], size=shape, peak=_peak(run))))
        found[place] = tuple(
            Panel(label=label, alternative=f"{label} of {name}", uri=to_data_uri(image)) for label, image in shown
        )
    return found, notes


def _grad_cams(run: Run, paths: Sequence[Path], scores: NDArray[np.float32] | None) -> NDArray[np.float32]:
    results = run.results
    return grad_cams(
        load_detector(run.folder, results),
        load_images(paths, size=results.shape, peak=_peak(run)),
        scores=scores,
    )


def _peak(run: Run) -> float:
    """Return the white level of 16-bit image files."""
    return run.results.peak or FULL_PEAK


def _nearest(run: Run, files: CategoryFiles, places: Sequence[int]) -> list[Path]:
    """Return the training normal nearest to each of some test images."""
    embeddings = read_embeddings(run.folder)
    normals = files.train(len(embeddings.train), has_copies=run.results.copies > 0)
    return [normals[index] for index in embeddings.nearest[list(places)]]
