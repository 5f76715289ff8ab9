"""Gaps that parts leave in an image, and the inpainter that fills them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.parameters import IntPair
from defectsynth.core.serialization import Value
from defectsynth.parts.extraction import ExtractedPart
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.periodic_inpainting import PeriodicInpainter
from defectsynth.parts.shadow import CastShadow, remove_shadows
from defectsynth.parts.smooth_inpainting import SmoothInpainter
from defectsynth.scene.scene import Scene


class Inpainter(Protocol):
    """Extraction of one part from one image, and inpainting of its gap."""

    def find_offsets(self, rng: np.random.Generator) -> tuple[IntPair, ...]:
        """Return the offsets (dx, dy) in pixels of the patches that fill the gap."""

    @property
    def shadow(self) -> CastShadow | None:
        """The shadow that the part casts on the background, None if there is none."""

    def extract(
        self, canvas: Array, unshaded: Array, offsets: tuple[IntPair, ...], seed: int, *, with_matte: bool = True
    ) -> ExtractedPart | None:
        """Return the part and what is behind it, None if its box shows no pixel of it or none of the ground.

        Args:
            canvas: the image with the defects drawn so far.
            unshaded: the same without cast shadows.
            offsets: from `find_offsets`.
            seed: of the grain.
            with_matte: False leaves the matte rough, for a part that is not drawn again.
        """


def choose_inpainter(part: ObjectPart, scene: Scene) -> Inpainter:
    """Return the inpainter for the ground of a part: periodic if the background repeats, else smooth."""
    if part.ground == "background" and scene.foreground(part.method).periods:
        return PeriodicInpainter(part, scene)
    return SmoothInpainter(part, scene)


@dataclass(frozen=True)
class Gap(Value):
    """The place of a part.

    Attributes:
        part: the part.
        offsets: (dx, dy) in pixels of the patches that fill its place.
        seed: of the grain, where no offset leads to the ground.
        stays: True if the part stays and is only copied.
    """

    part: ObjectPart
    offsets: tuple[IntPair, ...]
    seed: int
    stays: bool = False


def sample_gap(rng: np.random.Generator, scene: Scene, part: ObjectPart, *, stays: bool = False) -> Gap:
    """Draw the patches that fill the place of a part."""
    return Gap(part, choose_inpainter(part, scene).find_offsets(rng), int(rng.integers(1 << 62)), stays)


def extract_parts(
    gaps: Sequence[Gap], scene: Scene, canvas: Array, *, drawn_again: Collection[ObjectPart]
) -> tuple[Array, dict[ObjectPart, ExtractedPart]] | None:
    """Extract the parts of gaps from an image.

    Args:
        gaps: places of parts.
        scene: the image.
        canvas: the image with the defects drawn so far.
        drawn_again: the parts that need an exact matte.

    Returns:
        The image without cast shadows, and the parts; None if one of the parts cannot be extracted.
    """
    inpainters = [choose_inpainter(gap.part, scene) for gap in gaps]
    shadows = {gap.part: inpainter.shadow for gap, inpainter in zip(gaps, inpainters, strict=True)}
    cast = [shadow for shadow in shadows.values() if shadow is not None]
    unshaded = remove_shadows(canvas, cast, scene.peak) if cast else canvas
    parts = {}
    for gap, inpainter in zip(gaps, inpainters, strict=True):
        with_matte = gap.part in drawn_again
        extracted = inpainter.extract(canvas, unshaded, gap.offsets, gap.seed, with_matte=with_matte)
        if extracted is None:
            return None
        parts[gap.part] = extracted
    return unshaded, parts
