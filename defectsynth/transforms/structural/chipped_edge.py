"""Chipped and torn edges."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, span, visible_share
from defectsynth.engine.transform import DefectTransform
from defectsynth.functional.polygons import jagged_polygon
from defectsynth.parts.inpainting import sample_gap
from defectsynth.parts.selection import sample_chunk
from defectsynth.recipes.fracture_face import FractureFace
from defectsynth.recipes.part import PartRecipe
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


MIN_THROUGH = 0.05  # share below which nothing is broken through


@dataclass(frozen=True)
class Chip(Component):
    """A fragment broken off the edge.

    Args:
        radius_range: of the broken area, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of its length along the edge to its depth, in [1, 5].
        through_range: share of it that is broken through, in [0, 1]; the rest is the fracture face.
        contrast_range: of the fracture face, in [0, 1].
        facet_range: size of a facet, in [0, 1], fraction of the radius.
    """

    radius_range: Pair = span((0.02, 0.055), 0.0, 0.5, "fraction of min(H, W)")
    aspect_range: Pair = span((1.0, 2.0), 1.0, 5.0, "length along the edge to depth")
    through_range: Pair = span((0.0, 0.85), 0.0, 1.0, "share that is broken through")
    contrast_range: Pair = span((0.12, 0.35), 0.0, 1.0, "change of brightness")
    facet_range: Pair = span((0.25, 0.6), 0.0, 1.0, "fraction of the radius")


class ChippedEdge(DefectTransform):
    """A chipped edge: a fragment is broken off the outline of the object and leaves a ragged face.

    Lands on the object's outline unless `where` says otherwise, then on the nearest point of the outline; without a
    background, on strong intensity edges. The outer share of an irregular polygon is replaced by background that
    continues the surroundings. The rest is the fracture face: one colour in rough facets, shaded by its slope, with one
    light direction per image. The mask marks the changed pixels.

    ![chipped_edge](tests/golden/chipped_edge.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: of the broken area, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of its length along the edge to its depth, in [1, 5].
        through_range: share of it that is broken through, in [0, 1]; the rest is the fracture face.
        contrast_range: of the fracture face, in [0, 1].
        facet_range: size of a facet, in [0, 1], fraction of the radius.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import ChippedEdge, synthesize
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[40:90, 30:100] = 200
        >>> sample = synthesize(part, ChippedEdge(through_range=(1, 1)), seed=2)
        >>> int((sample.image > 115).sum()) < int((part > 115).sum())
        True
    """

    kind: ClassVar[str] = "chipped_edge"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.02, 0.055),
        aspect_range: Pair = (1.0, 2.0),
        through_range: Pair = (0.0, 0.85),
        contrast_range: Pair = (0.12, 0.35),
        facet_range: Pair = (0.25, 0.6),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "edge")
        super().__init__(**common)
        self.chip = Chip(
            radius_range=radius_range,
            aspect_range=aspect_range,
            through_range=through_range,
            contrast_range=contrast_range,
            facet_range=facet_range,
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """Chip and where."""
        return self.chip, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> PartRecipe | None:
        """Draw a place on the edge, the broken area, the share of it that is gone, and the fracture face."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        method = self.where.foreground
        size, aspect, through, contrast, facet = rng.random(5).tolist()
        share = visible_share(self.severity)
        radius = max(between(self.chip.radius_range, size) * scene.side * share, 1.5)
        fragment = sample_chunk(rng, scene, place, radius, method)
        x, y = (0.5 * (a + b) for a, b in zip(fragment.root, fragment.tip, strict=True))
        whole = scene.foreground(method).whole
        outwards = place.angle - 0.5 * math.pi if whole else fragment.angle
        stretch = between(self.chip.aspect_range, aspect)
        outline = jagged_polygon(rng, x, y, radius, aspect=stretch, angle=outwards + 0.5 * math.pi)
        face = FractureFace(
            outline=outline,
            outwards=outwards,
            light=scene.light,
            contrast=between(self.chip.contrast_range, contrast) * share,
            cell=between(self.chip.facet_range, facet) * radius,
            seed=int(rng.integers(1 << 62)),
            method="" if whole else method,
        )
        through = between(self.chip.through_range, through)
        tip, gone = fragment.tip, 0.5 + 0.5 * through  # half of the broken area lies outside the object
        inner = tuple((tip[0] + gone * (a - tip[0]), tip[1] + gone * (b - tip[1])) for a, b in outline)
        gaps = () if whole or through < MIN_THROUGH else (sample_gap(rng, scene, replace(fragment, outline=inner)),)
        return PartRecipe(kind=self.kind, severity=self.severity, seed=seed, gaps=gaps, faces=(face,))


class TornEdge(ChippedEdge):
    """A torn edge: a stretch of the outline is torn off and leaves a narrow, rough face.

    Lands on the object's outline unless `where` says otherwise, then on the nearest point of the outline; without a
    background, on strong intensity edges. Most of a long irregular polygon along the edge is replaced by background
    that continues the surroundings. A narrow rest is the face of the tear, in fine facets. The mask marks the changed
    pixels.

    ![torn_edge](tests/golden/torn_edge.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        radius_range: depth of the torn area, in [0, 0.5], fraction of min(H, W).
        aspect_range: ratio of its length along the edge to its depth, in [1, 5].
        through_range: share of it that is torn off, in [0, 1]; the rest is the face of the tear.
        contrast_range: of the face of the tear, in [0, 1].
        facet_range: size of a facet, in [0, 1], fraction of the radius.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import TornEdge, synthesize
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[40:90, 30:100] = 200
        >>> sample = synthesize(part, TornEdge(), seed=2)
        >>> int((sample.image > 115).sum()) < int((part > 115).sum())
        True
    """

    kind: ClassVar[str] = "torn_edge"

    def __init__(
        self,
        *,
        radius_range: Pair = (0.02, 0.05),
        aspect_range: Pair = (1.8, 4.0),
        through_range: Pair = (0.6, 0.9),
        contrast_range: Pair = (0.08, 0.2),
        facet_range: Pair = (0.08, 0.2),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            radius_range=radius_range,
            aspect_range=aspect_range,
            through_range=through_range,
            contrast_range=contrast_range,
            facet_range=facet_range,
            **common,
        )
