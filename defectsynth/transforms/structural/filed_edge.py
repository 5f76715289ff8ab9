"""Filed edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.core.parameters import Component, Pair, between, span, visible_share
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.fracture_face import FractureFace
from defectsynth.scene.outline import nearest_outline_point, outward_direction
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.transforms.structural.cutback import CutbackRecipe, beside, farthest

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


CORNERS = 13  # of the cut
HALO = 0.004  # blur of an outline that goes with what is cut back, fraction of min(H, W)
LOOKED_AT = 0.05  # how far out of the outline that was found it is looked for, fraction of min(H, W)
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True)
class Cutback(Component):
    """How far an outline is cut back.

    Args:
        length_range: of the cut along the outline, in [0, 1], fraction of min(H, W).
        depth_range: of the cut below what stands out farthest, in [0, 0.3], fraction of min(H, W).
        hollow_range: how much deeper its middle is, in [0, 1], fraction of the depth.
        face_range: width of the bare face behind the cut, in [0, 0.3], fraction of min(H, W).
        contrast_range: of the face, in [0, 1].
        facet_range: size of what is rough on the face, in [0, 0.1], fraction of min(H, W).
    """

    length_range: Pair = span((0.05, 0.15), 0.0, 1.0, "fraction of min(H, W)")
    depth_range: Pair = span((0.008, 0.025), 0.0, 0.3, "fraction of min(H, W)")
    hollow_range: Pair = span((0.0, 0.6), 0.0, 1.0, "fraction of the depth")
    face_range: Pair = span((0.005, 0.03), 0.0, 0.3, "fraction of min(H, W)")
    contrast_range: Pair = span((0.05, 0.2), 0.0, 1.0, "change of brightness")
    facet_range: Pair = span((0.003, 0.01), 0.0, 0.1, "fraction of min(H, W)")


class FiledEdge(DefectTransform):
    """A filed edge: what stands out of the outline is cut back in one line: thread, teeth, a corner, a burr.

    Lands on the object's outline unless `where` says otherwise, then on the nearest place of it; without a background,
    on strong intensity edges. The cut follows the outline as a whole, not each tooth
    of it; it is straight or a little hollow, and of what stood out beyond it the background, continued from around,
    shows. Behind it lies a bare rough face in one colour, lit by its slope (one light direction a picture). The mask
    marks what changed.

    ![filed_edge](tests/golden/filed_edge.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: of the cut along the outline, in [0, 1], fraction of min(H, W).
        depth_range: of the cut below what stands out farthest, in [0, 0.3], fraction of min(H, W).
        hollow_range: how much deeper its middle is, in [0, 1], fraction of the depth.
        face_range: width of the bare face behind the cut, in [0, 0.3], fraction of min(H, W).
        contrast_range: of the face, in [0, 1].
        facet_range: size of what is rough on the face, in [0, 0.1], fraction of min(H, W).
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FiledEdge, synthesize
        >>> part = np.full((128, 128), 30, np.uint8)
        >>> part[40:90, 30:100] = 200
        >>> sample = synthesize(part, FiledEdge(), seed=2)
        >>> int((sample.image > 115).sum()) < int((part > 115).sum())
        True
    """

    kind: ClassVar[str] = "filed_edge"

    def __init__(
        self,
        *,
        length_range: Pair = (0.05, 0.15),
        depth_range: Pair = (0.008, 0.025),
        hollow_range: Pair = (0.0, 0.6),
        face_range: Pair = (0.005, 0.03),
        contrast_range: Pair = (0.05, 0.2),
        facet_range: Pair = (0.003, 0.01),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "edge")
        super().__init__(**common)
        self.cutback = Cutback(
            length_range=length_range,
            depth_range=depth_range,
            hollow_range=hollow_range,
            face_range=face_range,
            contrast_range=contrast_range,
            facet_range=facet_range,
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """Cutback and where."""
        return self.cutback, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> CutbackRecipe | None:
        """Draw a place on the outline, the cut and the face behind it."""
        place = self.where.sample(rng, scene)
        method = self.where.foreground
        if place is None:
            return None
        place = _on_edge(scene, place, method)
        length, depth, hollow, face, contrast, facet = rng.random(6).tolist()
        share = visible_share(self.severity)
        extent = max(between(self.cutback.length_range, length) * scene.side * share, 3.0)
        deep = max(between(self.cutback.depth_range, depth) * scene.side * share, 1.0)
        bare = max(between(self.cutback.face_range, face) * scene.side * share, 1.0)
        outwards = heading(scene, place, 0.75 * extent, method)
        level = farthest(scene, place, outwards, extent, max(LOOKED_AT * scene.side, 4.0))
        bow = between(self.cutback.hollow_range, hollow) * deep
        along = np.linspace(-1.0, 1.0, CORNERS)
        cut = level - deep - bow * (1.0 - along**2) + 0.09 * deep * rng.standard_normal(CORNERS)
        inner = cut - bare * np.sqrt(np.maximum(1.0 - (0.95 * along) ** 2, 0.0)) * rng.uniform(0.7, 1.1, CORNERS)
        outline = (
            *(beside(place, outwards, 0.5 * extent * a, out) for a, out in zip(along, inner, strict=True)),
            *(
                beside(place, outwards, 0.5 * extent * a, out + 2.0)
                for a, out in zip(along[::-1], cut[::-1], strict=True)
            ),
        )
        face_of = FractureFace(
            outline=outline,
            outwards=outwards,
            light=scene.light,
            contrast=between(self.cutback.contrast_range, contrast) * share,
            cell=between(self.cutback.facet_range, facet) * scene.side,
            seed=int(rng.integers(1 << 62)),
            method="",
        )
        return CutbackRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            x=place.x,
            y=place.y,
            outwards=outwards,
            half=0.5 * extent,
            farthest=level,
            cut=tuple(cut.tolist()),
            face=face_of,
            halo=max(HALO * scene.side, 1.5),
        )


def _on_edge(scene: Scene, place: Place, method: str) -> Place:
    """Return the place on the outline that is nearest to a place, or the place itself if there is none."""
    nearest = None if place.edge or scene.foreground(method).whole else nearest_outline_point(scene, place, method)
    if nearest is None:
        return place
    outwards = outward_direction(scene, *nearest, 0.05 * scene.side, method)
    return Place(*nearest, outwards + 0.5 * math.pi, edge=True)


def heading(scene: Scene, place: Place, reach: float, method: str) -> float:
    """Return the direction away from the object of its outline as a whole around a place on it, radians."""
    found = scene.foreground(method)
    if found.whole:
        return place.angle - 0.5 * math.pi
    edge = cv2.subtract(found.cells, cv2.erode(found.cells, _CROSS))
    rows, columns = np.nonzero(edge)
    points = np.stack([columns + 0.5, rows + 0.5], axis=1) * found.step - 0.5 - (place.x, place.y)
    near = points[np.hypot(*points.T) <= max(reach, 4.0 * max(found.step))]
    outwards = place.angle - 0.5 * math.pi
    if len(near) < 3:
        return outwards
    near -= near.mean(axis=0)
    spread, directions = np.linalg.eigh(near.T @ near)
    if spread[1] < 2.0 * spread[0]:  # round, or both sides of something short
        return outwards
    across = math.atan2(float(directions[1, 0]), float(directions[0, 0]))
    return across if math.cos(across - outwards) > 0.0 else across + math.pi
