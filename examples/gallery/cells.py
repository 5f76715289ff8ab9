"""Cells and rows of a contact sheet."""

import cv2
import numpy as np

import defectsynth as ds

RED = (205, 30, 40)
GAP = 3


def window(mask: np.ndarray, share: float = 0.4) -> tuple[slice, slice]:
    """Return a square window around a mask, at least `share` of the shorter side; the whole image for an empty mask."""
    height, width = mask.shape
    x, y, w, h = cv2.boundingRect((mask > 0).astype(np.uint8))
    if w == 0:
        return slice(0, height), slice(0, width)
    side = min(max(round(1.6 * max(w, h)), round(share * min(height, width))), height, width)
    top = min(max(y + h // 2 - side // 2, 0), height - side)
    left = min(max(x + w // 2 - side // 2, 0), width - side)
    return slice(top, top + side), slice(left, left + side)


def cell(image: np.ndarray, side: int) -> np.ndarray:
    """Return a gray or RGB image as a square in RGB with a white gap to its right and below."""
    colour = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    method = cv2.INTER_AREA if colour.shape[0] >= side else cv2.INTER_LINEAR
    shrunk = cv2.resize(colour, (side, side), interpolation=method)
    return np.pad(shrunk, ((0, GAP), (0, GAP), (0, 0)), constant_values=255)


def masked(sample: ds.Sample) -> np.ndarray:
    """Return the image in pale colours with its mask in red."""
    colour = sample.image if sample.image.ndim == 3 else np.repeat(sample.image[..., None], 3, axis=2)
    faint = (0.35 * colour + 150).clip(0, 255).astype(np.uint8)
    faint[sample.mask > 0] = RED
    return faint


def words(text: str, size: tuple[int, int]) -> np.ndarray:
    """Return a white cell (height, width) with text in its upper left; lines break at spaces and underscores."""
    canvas = np.full((*size, 3), 255, np.uint8)
    line, row = "", 16
    for word in text.replace("_", "_ ").replace(" ", "  ").split("  "):
        grown = line + word
        if line and cv2.getTextSize(grown, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 1)[0][0] > size[1] - 6:
            _write(canvas, line, row)
            grown, row = word, row + 16
        line = grown if word.endswith("_") else grown + " "
    _write(canvas, line, row)
    return canvas


def _write(canvas: np.ndarray, line: str, row: int) -> None:
    cv2.putText(canvas, line, (3, row), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (40, 40, 40), 1, cv2.LINE_AA)


def stacked(rows: list[np.ndarray]) -> np.ndarray:
    """Return rows of any width below each other on white."""
    width = max(row.shape[1] for row in rows)
    return np.vstack([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows])
