"""Missing and cut parts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import Component, Pair, between, radians_between, span, visible_share
from defectsynth.functional.polygons import notch_polygon
from defectsynth.parts.selection import PartSelection
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.transforms.structural.base import PartChange, PartDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class MissingPart(PartDefect):
    """A missing part: a lead, a pin, a letter of the print, an insert or the whole object is not there.

    Removes the part nearest to a place on the object unless `where` says otherwise. Parts are detected automatically;
    an object without any loses a chunk at its outline. The gap is filled with background or surface from elsewhere
    in the image, fitted to its surroundings. The mask marks the changed pixels. Below severity 1 the attached end of
    the part is left.

    ![missing_part](tests/golden/missing_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        common: see `DefectTransform`.

    References:
        Barnes et al., "PatchMatch", SIGGRAPH 2009: patches from elsewhere; here few offsets and a bounded search.

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

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange:
        """Draw the part."""
        share = visible_share(self.severity)
        return (self.selection.sample(rng, scene, place, share, self.where.foreground),), ()


@dataclass(frozen=True)
class Cut(Component):
    """Position and angle of a cut through a part.

    Args:
        keep_range: share of its length that is left, in [0, 1].
        angle_range: deviation of the cut from a right angle, to either side, in [0, 70], degrees.
    """

    keep_range: Pair = span((0.15, 0.6), 0.0, 1.0, "share of the length that is left")
    angle_range: Pair = span((0.0, 29.0), 0.0, 70.0, "degrees from a right angle, to either side")


class CutPart(PartDefect):
    """A cut part: a lead, a pin or a tip is cut short.

    Cuts the lead nearest to a place on the object unless `where` says otherwise; an object without leads gets a notch
    of two straight cuts in its outline. The gap is filled with background that continues the surroundings. The mask
    marks the removed pixels. Below severity 1 less is removed.

    ![cut_part](tests/golden/cut_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        keep_range: share of its length that is left, in [0, 1].
        angle_range: deviation of the cut from a right angle, to either side, in [0, 70], degrees.
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

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange:
        """Draw the part and the cut through it."""
        keep, slant, side = rng.random(3).tolist()
        part = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        gone = (1.0 - between(self.cut.keep_range, keep)) * visible_share(self.severity)
        turn = radians_between(self.cut.angle_range, slant) * (1.0 if side < 0.5 else -1.0)
        if part.kind == "chunk" and part.ground == "background":
            x, y = (0.5 * (a + b) for a, b in zip(part.root, part.tip, strict=True))
            depth = 0.5 * math.dist(part.root, part.tip) * gone
            return (replace(part, outline=notch_polygon(rng, x, y, depth, part.angle)),), ()
        return (part.outer(max(gone, 0.05), slant=turn),), ()
