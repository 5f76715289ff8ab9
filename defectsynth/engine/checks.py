"""Checks of the targets that a caller hands to a defect beside its image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.masks import check_masks
from defectsynth.core.messages import short_repr
from defectsynth.engine.targets import frames_of

UNSUPPORTED = ("volumes", "masks3d")  # batches of volumes, targets of the host
BOX = 4  # numbers
COLUMNS = {"bboxes": BOX, "keypoints": 2}  # numbers at the start of each row


def check_target(key: str, target: str, value: Any, size: tuple[int, ...]) -> None:
    """Raise TypeError or ValueError unless a target beside the image is one that defects can be applied to, or None.

    Args:
        key: what the caller calls it.
        target: what it stands for, such as "mask".
        value: as given.
        size: (height, width) of the image.
    """
    if value is None:
        return
    if target in UNSUPPORTED:
        raise ValueError(
            f"{key} must not be given, defects cannot be drawn into {target}: pass each volume as `volume`"
        )
    if target == "mask":
        check_masks(key, [value], size)
    elif target in ("masks", "mask3d"):
        check_masks(key, value, size)
    elif target in ("images", "volume"):
        shapes = {np.shape(frame) for frame in frames_of(target, value) or ()}
        if len(shapes) > 1:
            raise ValueError(f"{key} must hold images of one shape, got {' and '.join(map(str, sorted(shapes)[:2]))}")
    elif target == "defects":
        check_records(value, key)
    elif target in COLUMNS:
        _check_rows(key, value, COLUMNS[target])


def check_records(records: Any, name: str = "defects") -> None:
    """Raise TypeError unless `records` is a list of records, whose boxes are four numbers or None."""
    if not isinstance(records, (list, tuple)) or not all(isinstance(record, Mapping) for record in records):
        raise TypeError(f"{name} must be a list of records, got {short_repr(records)}")
    for record in records:
        box = record.get("box")
        if box is not None and not (_is_numeric(numbers := _as_array(box)) and numbers.shape == (BOX,)):
            raise TypeError(f"{name} must hold records with a box of four numbers or None, got {short_repr(box)}")


def _check_rows(key: str, value: Any, columns: int) -> None:
    rows = _as_array(value)
    if not _is_numeric(rows) or (rows.size and (rows.ndim != 2 or rows.shape[1] < columns)):
        raise TypeError(f"{key} must be numbers, (N, {columns} or more), got {short_repr(value)}")


def _as_array(value: Any) -> Array:
    try:
        return np.asarray(value)
    except ValueError:  # rows of different lengths
        return np.asarray(None)


def _is_numeric(array: Array) -> bool:
    return array.dtype.kind in "uif"
