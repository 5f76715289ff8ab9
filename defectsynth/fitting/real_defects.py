"""Banks of the real defects that a preset keeps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes


def real_defects(
    images: Sequence[Array], masks: Sequence[Bytes], types: Sequence[str], *, folder: str | Path | None
) -> dict[str, Any]:
    """Return a source for `RealDefect` for each type: a folder that is written, or arrays with the mask as a channel.

    Args:
        images: with defects.
        masks: uint8 (H, W) each.
        types: of the defects.
        folder: where one folder a type is written; None returns arrays.
    """
    found: dict[str, Any] = {}
    for name in sorted(set(types)):
        chosen = [index for index, each in enumerate(types) if each == name]
        if folder is None:
            found[name] = [_with_mask(images[index], masks[index]) for index in chosen]
            continue
        home = Path(folder) / name
        home.mkdir(parents=True, exist_ok=True)
        for earlier in home.glob("[0-9][0-9][0-9]*.png"):  # of a fit to other images
            earlier.unlink()
        for index in chosen:
            image = images[index]
            if image.dtype == np.float32:
                image = (image * 255).round().astype(np.uint8)
            plain = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
            for suffix, pixels in (("", plain), ("_mask", masks[index])):
                (home / f"{index:03d}{suffix}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        found[name] = str(home.resolve())
    return found


def _with_mask(image: Array, mask: Bytes) -> Array:
    """Return an image with its mask as another channel."""
    mark = 1 if image.dtype == np.float32 else 255
    return np.dstack([image, np.where(mask > 0, mark, 0).astype(image.dtype)])
