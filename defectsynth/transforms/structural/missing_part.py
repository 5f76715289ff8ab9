"""Missing and cut parts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, radians_between, span, visible_share
from defectsynth.functional.polygons import notch_polygon
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.selection import PartSelection
from defectsynth.recipes.part import PartPlacement
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.transforms.structural.base import PartDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class MissingPart(PartDefect):
    """A missing part: a lead, a pin, a letter of the print, an insert or the whole object is not there.

    Takes the part nearest to a place on the object unless `where` says otherwise; parts are found automatically, and
    where none stands out a piece at the outline breaks away. What is uncovered shows its surroundings: background or
    surface from nearby that meets what lies around. The mask marks what changed. Below severity 1 the end that hangs on
    the rest is left.

    ![missing_part](tests/golden/missing_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        common: see `DefectTransform`.

    References:
        Barnes et al., "PatchMatch", SIGGRAPH 2009: filling from elsewhere; here few offsets, a bounded search.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import MissingPart, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80], part[60:66, 80:110] = 60, 60  # a body with one lead
        >>> sample = synthesize(part, MissingPart(part_kinds=("lead",)), seed=0)
        >>> int(sample.image[60:66, 90:110].min())
        220
    """

    kind: ClassVar[str] = "missing_part"

    def __init__(
        self,
        *,
        part_kinds: tuple[str, ...] = ("lead", "mark", "body"),
        chunk_range: Pair = (0.04, 0.09),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(PartSelection(part_kinds=part_kinds, chunk_range=chunk_range), **common)

    def change(
        self, rng: np.random.Generator, scene: Scene, place: Place
    ) -> tuple[tuple[ObjectPart, ...], tuple[PartPlacement, ...]]:
        """Draw the part."""
        share = visible_share(self.severity)
        return (self.selection.sample(rng, scene, place, share, self.where.foreground),), ()


@dataclass(frozen=True)
class Cut(Component):
    """Where a part is cut through.

    Args:
        keep_range: share of its length that is left, in [0, 1].
        angle_range: angle of the cut from square, to either side, in [0, 70], degrees.
    """

    keep_range: Pair = span((0.15, 0.6), 0.0, 1.0, "share of the length that is left")
    angle_range: Pair = span((0.0, 29.0), 0.0, 70.0, "degrees from square, to either side")


class CutPart(PartDefect):
    """A cut part: a lead, a pin or a tip is cut short.

    Takes the part that sticks out nearest to a place on the object unless `where` says otherwise; where none does, two
    straight cuts take a notch out of the outline. Beyond the cut the background, continued from around, shows. The mask
    marks what is gone. Below severity 1 less of it is gone.

    ![cut_part](tests/golden/cut_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        keep_range: share of its length that is left, in [0, 1].
        angle_range: angle of the cut from square, to either side, in [0, 70], degrees.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import CutPart, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80], part[60:66, 80:110] = 60, 60  # a body with one lead
        >>> sample = synthesize(part, CutPart(keep_range=(0.5, 0.5), angle_range=(0.0, 0.0)), seed=0)
        >>> int((sample.image[63, 80:110] < 140).sum()) in range(10, 20)
        True
    """

    kind: ClassVar[str] = "cut_part"

    def __init__(
        self,
        *,
        part_kinds: tuple[str, ...] = ("lead",),
        chunk_range: Pair = (0.03, 0.07),
        keep_range: Pair = (0.15, 0.6),
        angle_range: Pair = (0.0, 29.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(PartSelection(part_kinds=part_kinds, chunk_range=chunk_range), **common)
        self.cut = Cut(keep_range=keep_range, angle_range=angle_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """Selection, cut and where."""
        return self.selection, self.cut, self.where

    def change(
        self, rng: np.random.Generator, scene: Scene, place: Place
    ) -> tuple[tuple[ObjectPart, ...], tuple[PartPlacement, ...]]:
        """Draw the part and the cut."""
        keep, slant, side = rng.random(3).tolist()
        piece = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        gone = (1.0 - between(self.cut.keep_range, keep)) * visible_share(self.severity)
        turn = radians_between(self.cut.angle_range, slant) * (1.0 if side < 0.5 else -1.0)
        if piece.kind == "chunk" and piece.ground == "background":
            x, y = (0.5 * (a + b) for a, b in zip(piece.root, piece.tip, strict=True))
            depth = 0.5 * math.dist(piece.root, piece.tip) * gone
            return (replace(piece, outline=notch_polygon(rng, x, y, depth, piece.angle)),), ()
        return (piece.outer(max(gone, 0.05), slant=turn),), ()
