"""Displaced, rotated and flipped parts, and a misplaced object."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.parameters import Pair, visible_share
from defectsynth.parts.detection import is_isolated
from defectsynth.parts.placement import PartPlacement
from defectsynth.parts.selection import PartSelection
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.transforms.structural.base import Motion, PartChange, PartDefect

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


class DisplacedPart(PartDefect):
    """A displaced part: a lead, a letter of the print or a chunk sits beside its place.

    Moves the part nearest to a place on the object unless `where` says otherwise. Parts are detected automatically; of
    an object without any, a chunk at the outline is moved. The gap is filled with the surroundings, and the shadow
    moves with the part. The mask marks the changed pixels at the old and the new place. Keypoints on the part and its
    bounding box move along.

    ![displaced_part](tests/golden/displaced_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        distance_range: distance that it moves, in [0, 1], fraction of min(H, W).
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

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange:
        """Draw the part, a direction and a distance."""
        part = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        return (part,), (self.motion.sample(rng, scene, part, visible_share(self.severity)),)


class RotatedPart(PartDefect):
    """A rotated part: a lead turned about its root, a letter of the print or a chunk turned in its place.

    Turns the part nearest to a place on the object unless `where` says otherwise. Parts are detected automatically; of
    an object without any, a chunk at the outline is turned. The gap is filled with the surroundings, and the shadow
    turns with the part. The mask marks the changed pixels. Keypoints on the part and its bounding box move along.

    ![rotated_part](tests/golden/rotated_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        part_kinds: any of lead, mark, body, object, chunk.
        chunk_range: radius of a chunk, in [0, 0.5], fraction of min(H, W).
        angle_range: angle that it turns, to either side, in [0, 360], degrees.
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

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange:
        """Draw the part and an angle."""
        part = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        return (part,), (self.motion.sample(rng, scene, part, visible_share(self.severity)),)


class FlippedPart(PartDefect):
    """A flipped part: a lead, a letter of the print or a chunk sits the wrong way round.

    Mirrors the part nearest to a place on the object unless `where` says otherwise, along its axis or across it, and
    shifts it where it would leave the image; where it does not fit, it is mirrored top to bottom. The rest of the gap
    is filled with the surroundings. The mask marks the changed pixels. Below severity 1 only the free end is flipped.

    ![flipped_part](tests/golden/flipped_part.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

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

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange | None:
        """Draw the part and the axis of reflection."""
        share = visible_share(self.severity)
        part = self.selection.sample(rng, scene, place, share, self.where.foreground)
        own = part.angle + 0.5 * math.pi * float(rng.integers(2))
        for axis in (own, 0.0):  # top to bottom it is as wide and high as before
            mirrored = PartPlacement(part, *part.centre, dx=0.0, dy=0.0, angle=2.0 * axis, mirrored=True)
            if (placement := mirrored.inside(scene.size)) is not None:
                return (part,), (placement,)
        return None


class MisplacedObject(PartDefect):
    """A misplaced object: the whole object lies beside its place, turned.

    The object is detected automatically, then moved and turned together with its shadow; background that continues the
    surroundings fills the gap. An image without background, or whose border cuts the object, is returned unchanged. The
    mask marks the changed pixels at the old and the new place. The run time grows with the object's bounding box.
    Keypoints on the object and its bounding box move along.

    ![misplaced_object](tests/golden/misplaced_object.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        distance_range: distance that it moves, in [0, 1], fraction of min(H, W).
        angle_range: angle that it turns, to either side, in [0, 360], degrees.
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

    def change(self, rng: np.random.Generator, scene: Scene, place: Place) -> PartChange | None:
        """Draw the motion of the object."""
        if not is_isolated(scene, self.where.foreground):
            return None
        part = self.selection.sample(rng, scene, place, 1.0, self.where.foreground)
        if part.kind != "object":
            return None
        return (part,), (self.motion.sample(rng, scene, part, visible_share(self.severity)),)
