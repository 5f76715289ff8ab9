"""An object part cut out of an image, together with the background behind it and its shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box, relative_slices
from defectsynth.core.patch import alpha_composite
from defectsynth.functional.membrane import downsample
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.shadow import CastShadow

SHADE_RANGE = (0.4, 1.1)  # factor of brightness that a contact shadow may have
NEUTRAL_SHADE = 200  # value of a shade that leaves the brightness unchanged
MAX_FULL_SHADE = 80  # longer side in pixels of a box whose shade has full resolution; up to twice that it has half
COARSEST_SHADE = 4  # side in pixels of a cell of the shade of a still larger box


@dataclass(frozen=True)
class ExtractedPart:
    """A part and the background behind it, in the bounding box of the part.

    Attributes:
        part: the part.
        box: its bounding box with the surroundings used.
        pixels: (h, w, C), dtype of the image, with the part.
        unshaded: (h, w, C), the same without the cast shadow of the object.
        background: (h, w, C), dtype of the image, without the part.
        cover: uint8 (h, w), opacity of the background when the part is removed.
        matte: uint8 (h, w), opacity of the part itself.
        contact: uint8 (h, w), where the part may shade the ground next to it.
        shadow: the shadow that it casts farther away, None if there is none.
    """

    part: ObjectPart
    box: Box
    pixels: Array
    unshaded: Array
    background: Array
    cover: Bytes
    matte: Bytes
    contact: Bytes
    shadow: CastShadow | None = None

    @property
    def boxes(self) -> list[Box]:
        """The boxes that change when it is removed."""
        return [self.box] if self.shadow is None else [self.box, self.shadow.box]

    def remove_from(self, image: Array, box: Box, peak: float) -> None:
        """Replace it by its background in the part `box` of an image, (h, w[, C])."""
        here = image[relative_slices(self.box, box)]
        under = np.ascontiguousarray(here).reshape(self.background.shape)
        alpha_composite(under, self.background, self.cover, peak)
        here[:] = under.reshape(here.shape)

    def contact_shade(self, peak: float) -> Bytes:
        """Return the brightness of the ground next to the part, relative to the ground without it.

        Returns:
            uint8 (h', w', C), `NEUTRAL_SHADE` where both are equal; reduced by `shade_cell`.
        """
        cell = shade_cell(self.box.shape)
        columns, rows = self.box.shape[1] // cell, self.box.shape[0] // cell
        with_part, without, contact = (
            downsample(planes[: rows * cell, : columns * cell], cell)
            for planes in (self.unshaded, self.background, self.contact[..., None])
        )
        least = np.float32(0.02)
        share = (pixels_to_float(with_part, peak) + least) / (pixels_to_float(without, peak) + least)
        share = cv2.blur(share, (3, 3)).reshape(with_part.shape)
        share = 1.0 + (np.clip(share, *SHADE_RANGE) - 1.0) * (contact * np.float32(1.0 / 255.0))
        return np.rint(share * NEUTRAL_SHADE).astype(np.uint8)


def shade_cell(shape: tuple[int, int]) -> int:
    """Return the side in pixels of the cells of the shade in a box of (height, width)."""
    if max(shape) <= MAX_FULL_SHADE or min(shape) < COARSEST_SHADE:
        return 1
    return COARSEST_SHADE if max(shape) > 2 * MAX_FULL_SHADE else COARSEST_SHADE // 2
