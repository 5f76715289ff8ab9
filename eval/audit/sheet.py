"""Pictures of the real defects that nothing covers."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.audit.coverage import Audit
from eval.datasets import load_image, load_mask
from eval.report.pictures import SIDE, outlined
from eval.results import write_whole

_GAP, _HEAD = 6, 22  # px
_INK, _GROUND = (30, 30, 30), 255
_HEADS = ("real defect", "nearest synthetic", "nearest normal")


def write_sheet(found: Audit, path: Path, *, rows: int = 12) -> Path:
    """Write a PNG with the real defects that are not covered, worst first.

    Each row shows the real defect, the synthetic image nearest to it and the nearest normal.

    Args:
        found: the audit.
        path: of the file, written whole or not at all.
        rows: at most that many defects.
    """
    shown = found.uncovered[:rows]
    lines = [np.hstack([_titled(np.full((_GAP, SIDE, 3), _GROUND, np.uint8), head) for head in _HEADS])]
    for place in shown:
        record = found.records[place]
        image = load_image(record.path, size=SIDE)
        if record.mask_path is not None:
            image = outlined(image, load_mask(record.mask_path, size=SIDE, image_shape=record.shape))
        twin = _small(found.twins[found.nearest_twin[place]])
        mask = cv2.resize(found.twin_masks[found.nearest_twin[place]].astype(np.uint8), (SIDE, SIDE)) > 0
        normal = load_image(found.normals[found.nearest_normal[place]].path, size=SIDE)
        titles = (f"{record.defect} {record.path.stem}", "", "")
        pictures = (image, outlined(twin, mask), normal)
        lines.append(np.hstack([_titled(one, title) for one, title in zip(pictures, titles, strict=True)]))
    if not shown:
        lines.append(_titled(np.full((SIDE // 4, lines[0].shape[1] - _GAP, 3), _GROUND, np.uint8), "all are covered"))
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(np.vstack(lines)[..., ::-1]))
    write_whole(path, lambda file: file.write(encoded.tobytes()))
    return path


def _titled(picture: NDArray[np.uint8], title: str) -> NDArray[np.uint8]:
    framed = cv2.copyMakeBorder(picture, _HEAD, _GAP, 0, _GAP, cv2.BORDER_CONSTANT, value=(_GROUND,) * 3)
    cv2.putText(framed, title, (2, _HEAD - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _INK, 1, cv2.LINE_AA)
    return np.asarray(framed, np.uint8)


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
