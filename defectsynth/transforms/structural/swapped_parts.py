"""Swapped and duplicated parts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import Pair, between, visible_share
from defectsynth.parts.placement import PartPlacement
from defectsynth.parts.selection import PartSelection, sample_similar
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.transforms.structural.base import Motion, PartChange, PartDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class SwappedParts(PartDefect):
    """Swapped parts: two leads, two letters of the print or two bodies sit in each other's place.

    Swaps the part nearest to a place on the object unless `where` says otherwise, and another of its kind, preferably
    of similar size. The rest of the two gaps is filled with the surroundings. The mask marks the changed pixels at
    both places. Below severity 1 only the free ends are swapped.

    ![swapped_parts](tests/golden/swapped_parts.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import SwappedParts, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80], part[60:66, 80:110], part[60:66, 10:30] = 60, 60, 130  # two unlike leads
        >>> sample = synthesize(part, SwappedParts(part_kinds=("lead",)), seed=0)
        >>> bool((sample.image[60:66, 80:100] == 130).any())
        True
    """

    kind: ClassVar[str] = "swapped_parts"

    def __init__(
        self,
        *,
        part_kinds: tuple[str, ...] = ("lead", "mark", "body"),
        chunk_range: Pair = (0.05, 0.1),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(PartSelection(part_kinds=part_kinds, chunk_range=chunk_range), **common)

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange | None:
        """Draw the two parts."""
        share = visible_share(self.severity)
        one = self.selection.sample(rng, scene, place, share, self.where.foreground)
        other = sample_similar(rng, scene, one, share)
        if other is None:
            elsewhere = self.where.sample(rng, scene)
            if elsewhere is None:
                return None
            chunks = replace(self.selection, part_kinds=("chunk",))
            one = chunks.sample(rng, scene, place, share, self.where.foreground)
            other = chunks.sample(rng, scene, elsewhere, share, self.where.foreground)
        dx, dy = other.centre[0] - one.centre[0], other.centre[1] - one.centre[1]
        turn = 0.0 if one.kind == "mark" else other.angle - one.angle  # the attached ends stay attached
        there = PartPlacement(one, *one.centre, dx=dx, dy=dy, angle=turn)
        return (one, other), (there, PartPlacement(other, *other.centre, dx=-dx, dy=-dy, angle=-turn))


class DuplicatedPart(PartDefect):
    """A duplicated part: a lead, a letter of the print or a body appears twice, side by side.

    Copies the part nearest to a place on the object unless `where` says otherwise: a lead to its side, any other part
    in any direction. The mask marks the pixels that the copy changed. Below severity 1 only the free end is copied.

    ![duplicated_part](tests/golden/duplicated_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        distance_range: gap between the two, in [0, 1], fraction of min(H, W).
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import DuplicatedPart, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80], part[60:66, 80:110] = 60, 60  # a body with one lead
        >>> sample = synthesize(part, DuplicatedPart(part_kinds=("lead",)), seed=0)
        >>> int((sample.image == 60).sum()) > int((part == 60).sum()) + 80
        True
    """

    kind: ClassVar[str] = "duplicated_part"

    def __init__(
        self,
        *,
        part_kinds: tuple[str, ...] = ("lead", "mark", "body"),
        chunk_range: Pair = (0.04, 0.08),
        distance_range: Pair = (0.0, 0.03),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            PartSelection(part_kinds=part_kinds, chunk_range=chunk_range),
            Motion(distance_range=distance_range),
            **common,
        )

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange:
        """Draw the part and the place of its copy."""
        share = visible_share(self.severity)
        part = self.selection.sample(rng, scene, place, share, self.where.foreground)
        direction, distance = rng.random(2).tolist()
        angle = 2 * math.pi * direction
        if part.kind == "lead":
            angle = part.angle + (0.5 if direction < 0.5 else -0.5) * math.pi
        across = np.array(part.outline) @ (math.cos(angle), math.sin(angle))
        reach = float(np.ptp(across)) + between(self.motion.distance_range, distance) * scene.side
        return (), (PartPlacement(part, *part.centre, dx=reach * math.cos(angle), dy=reach * math.sin(angle)),)
