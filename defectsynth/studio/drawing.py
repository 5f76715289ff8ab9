"""Cells of the live sheet: an image with defects, their outline or an enlarged detail, as JPEG."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.cli.contact_sheet import as_rgb, box_around, fit, outlined
from defectsynth.cli.sampling import draw_image
from defectsynth.cli.tasks import FAULTS, reason_of
from defectsynth.core.arrays import Array, Bytes
from defectsynth.engine.pipeline import State
from defectsynth.io.image_files import UnreadableError
from defectsynth.studio.design import Design, Path
from defectsynth.studio.images import ImageFolder

VIEWS = {"defect": "with defect", "outline": "outline of the mask", "detail": "detail", "original": "original"}
CELL = 320  # px, longer side of an image on the page
QUALITY = 95  # of JPEG


@dataclass(frozen=True)
class Cell:
    """An image of the sheet.

    Attributes:
        source: a data URL; empty if the image cannot be shown.
        caption: what was drawn, or what went wrong.
    """

    source: str
    caption: str


def draw_cells(
    folder: ImageFolder,
    names: Sequence[str],
    design: Design,
    *,
    seed: int,
    view: str = "defect",
    severity: float = 1.0,
    only: Path | None = None,
    peak: float | None = None,
) -> list[Cell]:
    """Draw a design into images: what `defectsynth generate` draws with the same seed into the images by number.

    Args:
        folder: of the images.
        names: of the images, relative to the folder.
        design: what is drawn.
        seed: same seed, same bytes.
        view: one of `VIEWS`.
        severity: scales the severity of every defect, in [0, 1].
        only: path of the one defect that is drawn; None draws the whole design.
        peak: white level of 16-bit images; None estimates it.

    Returns:
        One cell for each name.
    """
    transform = design.shown(severity=severity, only=only).transform
    cells = []
    for number, name in enumerate(names):
        try:
            image = folder.image(name)
            drawn = draw_image(image, transform, seed=seed, number=number, roi=None, peak=peak)[1]
        except (*FAULTS, UnreadableError) as error:
            cells.append(Cell("", f"{name}: {reason_of(error)}"))
            continue
        cells.append(_cell(image, drawn, view))
    return cells


def real_cells(folder: ImageFolder, names: Sequence[str], view: str) -> list[Cell]:
    """Return real defects as the sheet shows drawn ones; those without a mask always whole."""
    cells = []
    for name in names:
        try:
            image = folder.image(name)
        except UnreadableError as error:
            cells.append(Cell("", f"{name}: {error}"))
            continue
        mask = folder.mask(name)
        shown = _view(image, image, mask, view if view in ("outline", "detail") else "defect")
        cells.append(Cell(_url(shown), name))
    return cells


def _cell(image: Array, drawn: State | None, view: str) -> Cell:
    if drawn is None:
        return Cell(_url(_view(image, image, None, view)), "no defect could be placed")
    types = ", ".join(dict.fromkeys(record["defect_type"].replace("_", " ") for record in drawn.records))
    contrast = max(record["contrast"] for record in drawn.records)
    caption = f"{types}, {cv2.countNonZero(drawn.mask)} px, contrast {contrast:.2f}"
    return Cell(_url(_view(image, drawn.image, drawn.mask, view)), caption)


def _view(image: Array, after: Array, mask: Bytes | None, view: str) -> Bytes:
    """Return what a view shows, uint8 (h, w, 3)."""
    peak = float(image.max()) if image.dtype == np.uint16 else 255.0
    if view == "original":
        return fit(as_rgb(image, peak), CELL)
    shown = as_rgb(after, peak)
    if view == "detail" and mask is not None and mask.any():
        x, y, width, height = cv2.boundingRect(mask)
        box = box_around((x, y, x + width, y + height), shown.shape[:2])
        return fit(np.ascontiguousarray(shown[box.slices]), CELL)
    if view == "outline" and mask is not None and mask.any():
        return outlined(fit(shown, CELL), mask)
    return shown if max(shown.shape[:2]) <= CELL else fit(shown, CELL)  # the browser enlarges


def _url(image: Bytes) -> str:
    """Return a data URL of an RGB image as JPEG, which the browser gets several times faster than PNG."""
    data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()
