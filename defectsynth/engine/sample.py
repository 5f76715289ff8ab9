"""Result of `synthesize`: an image with its mask and records, which shows itself in a notebook."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.images import PEAKS

LARGEST_SHOWN = 512  # pixels of the longer side in a notebook


@dataclass(frozen=True, repr=False)
class Sample:
    """An image with its defects. A notebook shows the image beside its mask, and the records as a table.

    Attributes:
        image: shape and dtype as given, unless a composition changes them.
        mask: uint8 (H, W), 0 outside of defects and 255 on them, unless a defect has another `mask_value` or
            `mask_kind`.
        defects: one record a defect, plain data, see `rendering.record`.
    """

    image: Array
    mask: Bytes
    defects: list[dict[str, Any]]

    def __repr__(self) -> str:
        """Return shapes and types of defect in one line."""
        types = ", ".join(record["defect_type"] for record in self.defects) or "none"
        shape, count = " x ".join(map(str, self.image.shape)), np.count_nonzero(np.asarray(self.mask))
        return f"Sample(image {shape} {self.image.dtype}, {count} px of defects: {types})"

    def _repr_png_(self) -> bytes:
        """Return the image beside its mask as a PNG, at most `LARGEST_SHOWN` pixels wide and high each."""
        plain = np.asarray(self.mask)  # of a tensor, after a transform that makes one
        image = np.asarray(self.image)
        shown = _as_bgr(image if image.shape[:2] == plain.shape else np.moveaxis(image, 0, -1))
        mask = cv2.cvtColor(plain, cv2.COLOR_GRAY2BGR)
        scale = min(1.0, LARGEST_SHOWN / max(plain.shape))
        size = max(1, round(plain.shape[1] * scale)), max(1, round(plain.shape[0] * scale))
        pair = [cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (shown, mask)]
        return bytes(cv2.imencode(".png", np.concatenate(pair, axis=1))[1])

    def _repr_html_(self) -> str:
        """Return the image beside its mask, and a table of the records."""
        data = base64.b64encode(self._repr_png_()).decode()
        rows = "".join(
            f"<tr><td>{escape(str(record['defect_type']))}</td><td>{escape(str(record['box']))}</td>"
            f"<td>{record['area']}</td><td>{record['contrast']:.2f}</td></tr>"
            for record in self.defects
        )
        head = "<tr><th>type</th><th>box</th><th>area, px</th><th>contrast</th></tr>"
        table = f"<table>{head}{rows}</table>" if rows else "<p>No defect was placed.</p>"
        return f'<img alt="image and mask" src="data:image/png;base64,{data}">{table}'


def _as_bgr(image: Array) -> Bytes:
    """Return an image as uint8 (H, W, 3) in the order of OpenCV; of five channels or more the mean."""
    peak = float(image.max()) if image.dtype == np.uint16 else PEAKS[image.dtype]
    plain = image if image.dtype == np.uint8 else cv2.convertScaleAbs(image, alpha=255.0 / max(peak, 1e-6))
    plain = plain[..., None] if plain.ndim == 2 else plain
    if plain.shape[2] != 3:
        plain = np.repeat(plain.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    return np.ascontiguousarray(plain[..., ::-1])
