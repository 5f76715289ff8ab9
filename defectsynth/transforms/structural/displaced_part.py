"""Parts that sit in the wrong place: displaced, rotated, flipped, and the whole object misplaced."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import Pair, between, radians_between, visible_share
from defectsynth.parts.detection import stands_free
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.selection import PartSelection
from defectsynth.recipes.part import PartPlacement
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.transforms.structural.base import Motion, PartDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


Change = tuple[tuple[ObjectPart, ...], tuple[PartPlacement, ...]]


class DisplacedPart(PartDefect):
    """A displaced part: a lead, a letter of the print or a broken piece sits beside its place.

    Takes the part nearest to a place on the object unless `where` says otherwise; parts are found automatically, and
    where none stands out a piece at the outline is moved. Where it was its surroundings show; its shadow goes with it.
    The mask marks the old and the new place where pixels changed. Keypoints on the part and the bounding box around it
    move along.

    ![displaced_part](tests/golden/displaced_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        distance_range: how far it moves, in [0, 1], fraction of min(H, W).
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import DisplacedPart, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80], part[60:66, 80:110] = 60, 60  # a body with one lead
        >>> sample = synthesize(part, DisplacedPart(part_kinds=("lead",)), seed=0)
        >>> bool((sample.image[60:66, 80:110] == 220).any()), sample.defects[0]["kind"]
        (True, 'displaced_part')
    """

    kind: ClassVar[str] = "displaced_part"

    def __init__(
        self,
        *,
        part_kinds: tuple[str, ...] = ("lead", "mark", "body"),
        chunk_range: Pair = (0.04, 0.09),
        distance_range: Pair = (0.02, 0.06),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            PartSelection(part_kinds=part_kinds, chunk_range=chunk_range),
            Motion(distance_range=distance_range),
            **common,
        )

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> Change:
        """Draw the part, a direction and a distance."""
        piece = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        return (piece,), (shifted(rng, scene, piece, self.motion, visible_share(self.severity)),)


class RotatedPart(PartDefect):
    """A rotated part: a lead turned about its root, a letter of the print or a broken piece turned in its place.

    Takes the part nearest to a place on the object unless `where` says otherwise; parts are found automatically, and
    where none stands out a piece at the outline is turned. Where it was its surroundings show; its shadow goes with it.
    The mask marks what changed. Keypoints on the part and the bounding box around it move along.

    ![rotated_part](tests/golden/rotated_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        angle_range: how far it turns, to either side, in [0, 360], degrees.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import RotatedPart, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80], part[60:66, 80:110] = 60, 60  # a body with one lead
        >>> sample = synthesize(part, RotatedPart(part_kinds=("lead",), angle_range=(29.0, 46.0)), seed=0)
        >>> bool((sample.image[60:66, 100:110] == 220).all())
        True
    """

    kind: ClassVar[str] = "rotated_part"

    def __init__(
        self,
        *,
        part_kinds: tuple[str, ...] = ("lead", "mark", "body"),
        chunk_range: Pair = (0.05, 0.1),
        angle_range: Pair = (11.0, 52.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            PartSelection(part_kinds=part_kinds, chunk_range=chunk_range), Motion(angle_range=angle_range), **common
        )

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> Change:
        """Draw the part and an angle."""
        piece = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        return (piece,), (shifted(rng, scene, piece, self.motion, visible_share(self.severity)),)


class FlippedPart(PartDefect):
    """A flipped part: a lead, a letter of the print or a broken piece sits the wrong way round.

    Takes the part nearest to a place on the object unless `where` says otherwise, mirrors it across or along its longer
    axis and lays it down where it was; where it no longer covers its place the surroundings show. The mask marks what
    changed. Below severity 1 only the end away from the rest is flipped.

    ![flipped_part](tests/golden/flipped_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FlippedPart, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80] = 60
        >>> synthesize(part, FlippedPart(part_kinds=("chunk",)), seed=0).defects[0]["kind"]
        'flipped_part'
    """

    kind: ClassVar[str] = "flipped_part"

    def __init__(
        self,
        *,
        part_kinds: tuple[str, ...] = ("lead", "mark", "body"),
        chunk_range: Pair = (0.05, 0.1),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(PartSelection(part_kinds=part_kinds, chunk_range=chunk_range), **common)

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> Change:
        """Draw the part and the axis it is mirrored across."""
        share = visible_share(self.severity)
        piece = self.selection.sample(rng, scene, place, share, self.where.foreground)
        axis = piece.angle + 0.5 * math.pi * float(rng.integers(2))
        return (piece,), (PartPlacement(piece, *piece.centre, dx=0.0, dy=0.0, angle=2.0 * axis, mirrored=True),)


class MisplacedObject(PartDefect):
    """A misplaced object: the whole part lies beside its place, turned, or the wrong way up.

    The object is found automatically, lifted with its shadow and laid down shifted and turned; background continued
    from around shows where it was. A picture without background, or one whose border cuts the object, comes back
    untouched. The mask marks the old and the new place where pixels changed. The cost follows the object's box.
    Keypoints on the object and the bounding box around it move along.

    ![misplaced_object](tests/golden/misplaced_object.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        distance_range: how far it moves, in [0, 1], fraction of min(H, W).
        angle_range: how far it turns, to either side, in [0, 360], degrees.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import MisplacedObject, synthesize
        >>> part = np.full((128, 128), 220, np.uint8)
        >>> part[40:90, 30:80] = 60
        >>> sample = synthesize(part, MisplacedObject(angle_range=(0.0, 0.0)), seed=0)
        >>> abs(int((sample.image < 140).sum()) - 50 * 50) < 100
        True
    """

    kind: ClassVar[str] = "misplaced_object"

    def __init__(
        self,
        *,
        distance_range: Pair = (0.04, 0.15),
        angle_range: Pair = (6.0, 46.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            PartSelection(part_kinds=("object",)),
            Motion(distance_range=distance_range, angle_range=angle_range),
            **common,
        )

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> Change | None:
        """Draw where the object goes."""
        if not stands_free(scene, self.where.foreground):
            return None
        piece = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        if piece.kind != "object":
            return None
        return (piece,), (shifted(rng, scene, piece, self.motion, visible_share(self.severity)),)


def shifted(rng: np.random.Generator, scene: Scene, piece: ObjectPart, motion: Motion, share: float) -> PartPlacement:
    """Draw where a part goes: a lead turns about its root, everything else about its middle."""
    direction, distance, side, angle = rng.random(4).tolist()
    reach = between(motion.distance_range, distance) * scene.side * share
    turn = radians_between(motion.angle_range, angle) * share
    pivot = piece.root if piece.kind == "lead" else piece.centre
    return PartPlacement(
        piece,
        *pivot,
        dx=reach * math.cos(2 * math.pi * direction),
        dy=reach * math.sin(2 * math.pi * direction),
        angle=turn if side < 0.5 else -turn,
    )
