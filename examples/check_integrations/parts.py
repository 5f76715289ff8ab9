"""Good parts for the checks, rendered by the sample set: nothing is downloaded."""

from pathlib import Path
from typing import Any

import cv2

from defectsynth.core.arrays import Array
from eval.sample_set import render_part

FAMILY = "screw"  # of parts; also the name of a preset


def render(count: int, *, size: int = 96) -> list[Array]:
    """Return so many different images, uint8 (size, size, 3)."""
    return [render_part(FAMILY, size=size, seed=number)[0] for number in range(count)]


def write(folder: Path, count: int, *, size: int = 96) -> list[Path]:
    """Write so many different images as PNG and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:03d}.png" for number in range(count)]
    for path, image in zip(paths, render(count, size=size), strict=True):
        cv2.imwrite(str(path), image[..., ::-1])
    return paths


def true_area(before: Any, after: Any, mask: Any) -> int:
    """Raise unless a mask is true to the pixel, and return its area.

    Args:
        before: images (..., C, H, W).
        after: the same with defects.
        mask: (..., H, W), not 0 on a defect.
    """
    changed, marked = (before != after).any(axis=-3), mask != 0
    assert not (changed & ~marked).any(), "a pixel outside the mask changed"
    assert (changed & marked).sum() >= 0.95 * marked.sum() > 0, "the mask marks pixels that did not change"
    return int(marked.sum())
