"""An object part cut out of an image, together with the background behind it and its shadow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.layer import Box, relative_slices
from defectsynth.core.pixels import alpha_composite
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.shadow import CastShadow


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
    def boxes(self) -> list[Box | None]:
        """The boxes that change when it is removed."""
        return [self.box] if self.shadow is None else [self.box, self.shadow.box]

    def remove_from(self, image: Array, box: Box, peak: float) -> None:
        """Replace it by its background in the part `box` of an image, (h, w[, C])."""
        here = image[relative_slices(self.box, box)]
        under = np.ascontiguousarray(here).reshape(self.background.shape)
        alpha_composite(under, self.background, self.cover, peak)
        here[:] = under.reshape(here.shape)
