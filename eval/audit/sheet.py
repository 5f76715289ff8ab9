"""Contact sheet of the real defects that synthetic ones do not cover."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.audit.coverage import Audit
from eval.data.images import FULL_PEAK, load_image, load_mask
from eval.data.overlays import SIDE, draw_outline
from eval.files import write_png

_GAP, _TITLE_HEIGHT = 6, 22  # px
_TEXT_COLOUR, _BACKGROUND = (30, 30, 30), 255
_TITLES = ("real defect", "nearest synthetic", "nearest normal")
_ROWS = 12  # most defects that are shown


def write_sheet(found: Audit, path: Path, *, peak: float = FULL_PEAK) -> Path:
    """Write a PNG with the real defects that are not covered, worst first.

    Each row shows the real defect, the synthetic image nearest to it and the nearest normal.

    Args:
        found: the audit.
        path: of the file, which is written atomically.
        peak: white level of 16-bit files.
    """
    shown = found.uncovered[:_ROWS]
    height, width = found.twins.shape[1:3]
    shape = (SIDE * height // min(height, width), SIDE * width // min(height, width))
    cells = [_titled(np.full((_GAP, shape[1], 3), _BACKGROUND, np.uint8), title) for title in _TITLES]
    lines = [np.hstack(cells)]
    for place in shown:
        record = found.records[place]
        image = load_image(record.path, size=shape, peak=peak)
        if record.mask_path is not None:
            image = draw_outline(image, load_mask(record.mask_path, size=shape, image_shape=record.shape))
        twin, mask = (
            cv2.resize(each[found.nearest_twin[place]].astype(np.uint8), shape[::-1], interpolation=cv2.INTER_AREA)
            for each in (found.twins, found.twin_masks)
        )
        normal = load_image(found.normals[found.nearest_normal[place]].path, size=shape, peak=peak)
        titles = (f"{record.defect} {record.path.stem}", "", "")
        images = (image, draw_outline(np.asarray(twin, np.uint8), np.asarray(mask > 0)), normal)
        lines.append(np.hstack([_titled(each, title) for each, title in zip(images, titles, strict=True)]))
    if not shown:
        lines.append(
            _titled(np.full((SIDE // 4, lines[0].shape[1] - _GAP, 3), _BACKGROUND, np.uint8), "all defects are covered")
        )
    write_png(path, np.vstack(lines)[..., ::-1])
    return path


def _titled(image: NDArray[np.uint8], title: str) -> NDArray[np.uint8]:
    framed = cv2.copyMakeBorder(image, _TITLE_HEIGHT, _GAP, 0, _GAP, cv2.BORDER_CONSTANT, value=(_BACKGROUND,) * 3)
    cv2.putText(framed, title, (2, _TITLE_HEIGHT - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _TEXT_COLOUR, 1, cv2.LINE_AA)
    return np.asarray(framed, np.uint8)
