"""Recipe of the structural defects: parts removed, moved, turned or copied."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import relative_slices, union_box
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.parts.inpainting import Gap, extract_parts
from defectsynth.parts.placement import PartPlacement, PlacedPart
from defectsynth.recipes.base import Recipe
from defectsynth.recipes.fracture_face import FractureFace
from defectsynth.scene.scene import Scene

MIN_BOX_OVERLAP = 0.5  # intersection over union of a part and a bounding box from which on the box belongs to the part


@dataclass(frozen=True)
class PartRecipe(Recipe):
    """A structural defect.

    Attributes:
        gaps: places of parts; a part that stays has one, too.
        placements: parts drawn at other places; each has its gap.
        faces: fracture faces where parts have broken off.
    """

    gaps: tuple[Gap, ...]
    placements: tuple[PartPlacement, ...] = ()
    faces: tuple[FractureFace, ...] = ()

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Remove the parts from their places, then draw fracture faces and moved parts."""
        moved = {placement.part for placement in self.placements}
        extracted = extract_parts(self.gaps, scene, canvas, drawn_again=moved)
        if extracted is None:
            return None
        unshaded, parts = extracted
        gone = [parts[gap.part] for gap in self.gaps if not gap.stays]
        boxes = [part_box for part in gone for part_box in part.boxes]
        placed = [PlacedPart(parts[each.part], each, scene.size) for each in self.placements]
        boxes += [part_box for placed_part in placed for part_box in placed_part.boxes]
        faces = [(face, face.box(scene.size)) for face in self.faces]
        boxes += [face_box for _, face_box in faces]
        box = union_box(boxes)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        after = before.copy()
        for part in gone:
            if part.shadow is not None:
                after[relative_slices(part.shadow.box, box)] = unshaded[part.shadow.box.slices]
        for face, face_box in faces:
            if face_box is not None:
                here = after[relative_slices(face_box, box)]
                here[:] = float_to_pixels(face.paint(scene, here, face_box), here, scene.peak)
        for part in gone:
            part.remove_from(after, box, scene.peak)
        for placed_part in placed:
            placed_part.draw_on(after, box, scene)
        return make_patch(before, after, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))

    def forward(self, points: Array) -> Array:
        """Return points (N, 2) in pixels, moved with the part that contains them."""
        moved = np.array(points, dtype=np.float64)
        for placement in self._moving():
            outline = np.array(placement.part.outline, np.float32)
            inside = [cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=False) >= 0 for x, y in points]
            moved[inside] = placement.moved(points[inside])
        return moved

    def forward_outline(self, outline: Array) -> Array:
        """Return the outline (N, 2) of a bounding box, moved if the box belongs to a part that moves."""
        for placement in self._moving():
            if _box_overlap(np.array(placement.part.outline), outline) >= MIN_BOX_OVERLAP:
                return placement.moved(outline)
        return outline

    def _moving(self) -> list[PartPlacement]:
        gone = [gap.part for gap in self.gaps if not gap.stays]
        return [placement for placement in self.placements if placement.part in gone]


def _box_overlap(one: Array, other: Array) -> float:
    """Return the intersection over union of the bounding boxes of two point sets (N, 2)."""
    low, high = np.maximum(one.min(axis=0), other.min(axis=0)), np.minimum(one.max(axis=0), other.max(axis=0))
    common = float(np.prod(np.maximum(high - low, 0.0)))
    return common / max(float(np.prod(np.ptp(one, axis=0)) + np.prod(np.ptp(other, axis=0))) - common, 1e-9)
