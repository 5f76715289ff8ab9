"""The contact sheet: original, defect, outline of the mask, enlarged detail; one row a sample."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import cv2
import numpy as np

from defectsynth.cli.writing import encode_png
from defectsynth.core.arrays import Array, Bytes, threshold_mask
from defectsynth.core.layer import Box
from defectsynth.engine.pipeline import State

HEADS = ("original", "with defect", "outline of the mask", "detail")
PAGE = (
    '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>defectsynth preview</title>\n'
    "<style>body{font:14px sans-serif}td{vertical-align:top;padding:6px}p{margin:4px 0;color:#555}</style>\n"
)
PAPER, TRAY, FRAME = (255, 255, 255), (240, 240, 240), (215, 215, 215)
INK, FAINT = (30, 30, 30), (120, 120, 120)
MARK, HALO = (255, 0, 170), (255, 255, 255)  # outline: visible on dark, bright and coloured parts
DETAIL = 1.8  # side of the enlarged detail, in sides of the defect's box
SMALLEST_DETAIL = 0.12  # of min(H, W)


@dataclass(frozen=True)
class Row:
    """A sample.

    Attributes:
        name: of the source image.
        image: the source, (H, W) or (H, W, 3), uint8 or uint16.
        drawn: the image with defects and their records, None if none could be placed.
    """

    name: str
    image: Array
    drawn: State | None


def draw_sheet(rows: Iterable[Row], *, count: int, cell: int) -> Bytes:
    """Return the sheet, uint8 (H, W, 3) in RGB.

    Args:
        rows: the samples; each is drawn as it comes, so that only one is in memory.
        count: number of samples.
        cell: side of an image on the sheet in pixels.
    """
    gap, line = max(8, cell // 20), max(14, cell // 11)
    height = gap + line + count * (cell + line + gap)
    sheet = np.full((height, gap + len(HEADS) * (cell + gap), 3), PAPER, np.uint8)
    lefts = [gap + column * (cell + gap) for column in range(len(HEADS))]
    for left, head in zip(lefts, HEADS, strict=True):
        _write(sheet, head, (left, gap // 2), line=line, room=cell, ink=INK)
    for index, row in enumerate(rows):
        top = gap + line + index * (cell + line + gap)
        images, captions = _cells(row, cell)
        for column, (image, caption) in enumerate(zip(images, captions, strict=True)):
            sheet[top : top + cell, lefts[column] : lefts[column] + cell] = _on_tray(image, cell)
            frame = (lefts[column] - 1, top - 1, cell + 2, cell + 2)
            cv2.rectangle(sheet, frame, FRAME)
            ink = INK if column == 1 else FAINT
            _write(sheet, caption, (lefts[column], top + cell), line=line, room=cell, ink=ink)
    return sheet


def draw_page(rows: Iterable[Row], *, cell: int) -> str:
    """Return the sheet as one HTML page that holds its images.

    Args:
        rows: the samples.
        cell: greatest side of an image in pixels.
    """
    heads = "".join(f"<th>{head}</th>" for head in HEADS)
    body = []
    for row in rows:
        images, captions = _cells(row, cell)
        body.append("".join(map(_page_cell, images, captions)))
    lines = "\n".join(f"<tr>{cells}</tr>" for cells in body)
    return f"{PAGE}<table>\n<tr>{heads}</tr>\n{lines}\n</table>\n"


def _page_cell(image: Bytes, caption: str) -> str:
    data = base64.b64encode(encode_png(image)).decode()
    shown = f'<img alt="{escape(caption)}" src="data:image/png;base64,{data}">' if image.size > 3 else ""
    return f"<td>{shown}<p>{escape(caption)}</p></td>"


def _cells(row: Row, cell: int) -> tuple[list[Bytes], list[str]]:
    """Return the four images of a row, each at most `cell` wide and high, and their captions."""
    peak = float(row.image.max()) if row.image.dtype == np.uint16 else 255.0
    before = fit(as_rgb(row.image, peak), cell)
    if row.drawn is None:
        empty = np.full((1, 1, 3), TRAY, np.uint8)
        return [before, empty, empty, empty], [row.name, "no defect could be placed", "", ""]
    after = as_rgb(row.drawn.image, peak)
    records = row.drawn.records
    box = box_around(records[int(np.argmax([record["area"] for record in records]))]["box"], after.shape[:2])
    detail = fit(np.ascontiguousarray(after[box.slices]), cell)
    area = cv2.countNonZero(row.drawn.mask)
    captions = [
        row.name,
        ", ".join(dict.fromkeys(record["defect_type"].replace("_", " ") for record in records)),
        f"{area} px, contrast {max(record['contrast'] for record in records):.2f}",
        f"x {detail.shape[0] / box.shape[0]:.1f}",
    ]
    shown = fit(after, cell)
    return [before, shown, outlined(shown, row.drawn.mask), detail], captions


def as_rgb(image: Array, peak: float) -> Bytes:
    """Return an image of any depth as uint8 (H, W, 3), 255 at `peak`."""
    bytes_ = image if image.dtype == np.uint8 else cv2.convertScaleAbs(image, alpha=255.0 / max(peak, 1.0))
    return bytes_ if bytes_.ndim == 3 else cv2.cvtColor(bytes_, cv2.COLOR_GRAY2RGB)


def fit(image: Bytes, cell: int) -> Bytes:
    """Return an image enlarged or reduced so that its longer side is `cell`."""
    scale = cell / max(image.shape[:2])
    width, height = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def box_around(box: Sequence[int], size: tuple[int, int]) -> Box:
    """Return the square round a defect's box, moved into the image."""
    side = max(DETAIL * max(box[2] - box[0], box[3] - box[1]), SMALLEST_DETAIL * min(size), 8.0)
    spans = []
    for low, high, whole in ((box[0], box[2], size[1]), (box[1], box[3], size[0])):
        length = min(round(side), whole)
        start = min(max(round((low + high - length) / 2), 0), whole - length)
        spans.append((start, start + length))
    return Box(spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def outlined(image: Bytes, mask: Bytes) -> Bytes:
    """Return an image with the outline of the mask drawn just outside of it."""
    height, width = image.shape[:2]
    thick = max(1, round(max(height, width) / 256))
    wide = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
    wide = threshold_mask(wide, 1)
    reach = 2 * thick + 1
    wide = cv2.dilate(wide, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    contours, _ = cv2.findContours(wide, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    marked = image.copy()
    cv2.drawContours(marked, contours, -1, HALO, thick + 2, cv2.LINE_AA)
    cv2.drawContours(marked, contours, -1, MARK, thick, cv2.LINE_AA)
    return marked


def _on_tray(image: Bytes, cell: int) -> Bytes:
    """Return an image in the middle of a square of side `cell`."""
    tray = np.full((cell, cell, 3), TRAY, np.uint8)
    top, left = (cell - image.shape[0]) // 2, (cell - image.shape[1]) // 2
    tray[top : top + image.shape[0], left : left + image.shape[1]] = image
    return tray


def _write(
    sheet: Bytes, text: str, corner: tuple[int, int], *, line: int, room: int, ink: tuple[int, int, int]
) -> None:
    """Write a line of text below and right of a corner (x, y), shortened at its start to the room there is."""
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, line / 48
    plain = text.encode("ascii", "replace").decode()
    while cv2.getTextSize(plain, font, scale, 1)[0][0] > room and len(plain) > 4:
        plain = "..." + plain[4:]
    cv2.putText(sheet, plain, (corner[0], corner[1] + round(0.75 * line)), font, scale, ink, 1, cv2.LINE_AA)
