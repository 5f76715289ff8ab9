"""A sheet of real defects beside drawn ones."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, threshold_mask
from defectsynth.fitting.comparison import Drawn
from defectsynth.fitting.single_type import FittedType

CELL, GAP, LINE = 144, 6, 16
COLUMNS = 8
PAPER, INK, MARK = (255, 255, 255), (30, 30, 30), (255, 0, 170)
DETAIL = 1.6  # side of the window around a defect, in sides of its box
LEAST_DETAIL = 0.3  # of min(H, W)


def draw_sheet(types: Sequence[FittedType]) -> Bytes:
    """Return the sheet, uint8 (H, W, 3) in RGB: for each type a row of real defects and a row of drawn ones."""
    rows = []
    for each in types:
        real = [_window(found.image, found.mask) for found in each.real[:COLUMNS]]
        drawn = [(_window(example.image, example.mask), family) for family, example in _examples(each)]
        rows += [
            _row(f"{each.name}: real", real, [found.name for found in each.real]),
            _row(f"{each.name}: drawn", [window for window, _ in drawn], [family for _, family in drawn]),
        ]
    return np.concatenate(rows)


def _examples(each: FittedType) -> list[tuple[str, Drawn]]:
    """Return examples of the families, as many as their weights ask for, at most one row."""
    left = {family.name: list(family.drawn) for family in each.families}
    counts = dict.fromkeys(left, 0)
    found: list[tuple[str, Drawn]] = []
    while len(found) < COLUMNS and any(left.values()):
        behind = max(
            (family for family in each.families if left[family.name]),
            key=lambda family: family.weight / (counts[family.name] + 0.5),
        )
        counts[behind.name] += 1
        found.append((behind.name, left[behind.name].pop(0)))
    return found


def _window(image: Bytes, mask: Bytes) -> Bytes:
    """Return the surroundings of a defect, with the outline of its mask, as a square cell."""
    x, y, width, height = cv2.boundingRect(mask)
    side = min(max(round(DETAIL * max(width, height)), round(LEAST_DETAIL * min(mask.shape))), max(mask.shape))
    left, top = round(x + width / 2 - side / 2), round(y + height / 2 - side / 2)
    bordered = cv2.copyMakeBorder(image, side, side, side, side, cv2.BORDER_CONSTANT, value=PAPER)
    marked = cv2.copyMakeBorder(mask, side, side, side, side, cv2.BORDER_CONSTANT)
    window = np.s_[top + side : top + 2 * side, left + side : left + 2 * side]
    interpolation = cv2.INTER_AREA if side > CELL else cv2.INTER_CUBIC
    cell = cv2.resize(np.ascontiguousarray(bordered[window]), (CELL, CELL), interpolation=interpolation)
    shape = cv2.resize(np.ascontiguousarray(marked[window]), (CELL, CELL), interpolation=cv2.INTER_LINEAR)
    wide = cv2.dilate(threshold_mask(shape, 128), np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(wide, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(cell, contours, -1, MARK, 1, cv2.LINE_AA)
    return cell


def _row(title: str, cells: Sequence[Bytes], captions: Sequence[str]) -> Bytes:
    row = np.full((CELL + 2 * LINE + GAP, GAP + COLUMNS * (CELL + GAP), 3), PAPER, np.uint8)
    _write(row, title, (GAP, LINE - 4), room=row.shape[1])
    for column, cell in enumerate(cells):
        left = GAP + column * (CELL + GAP)
        row[LINE : LINE + CELL, left : left + CELL] = cell
        _write(row, captions[column], (left, 2 * LINE + CELL - 4), room=CELL)
    return row


def _write(row: Bytes, text: str, place: tuple[int, int], *, room: int) -> None:
    plain = text.encode("ascii", "replace").decode()
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.38
    while len(plain) > 4 and cv2.getTextSize(plain, font, scale, 1)[0][0] > room:
        plain = plain[:-4] + "..."
    cv2.putText(row, plain, place, font, scale, INK, 1, cv2.LINE_AA)
