"""Filed edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.core.parameters import Component, Pair, between, span, visible_share
from defectsynth.core.statistics import percentile
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.cutback import CutbackRecipe
from defectsynth.recipes.fracture_face import FractureFace
from defectsynth.scene.outline import nearest_outline_point, outward_direction
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


CUT_POINTS = 13  # along the cut
HALO = 0.004  # width of the blurred outline that is removed, too, fraction of min(H, W)
SEARCH_REACH = 0.05  # distance from the detected outline at which the sharp edge may lie, fraction of min(H, W)
INWARD_REACH = 2.4  # the same distance inwards, as a multiple of it
PROFILES = 48  # intensity profiles along a cut
EDGE_WIDTH = 0.006  # of a sharp edge, fraction of min(H, W)
EDGE_STRENGTH = 0.5  # least strength of a sharp edge, share of that of the strongest in most profiles
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True)
class Cutback(Component):
    """Length, depth and face of a cut along an outline.

    Args:
        length_range: of the cut along the outline, in [0, 1], fraction of min(H, W).
        depth_range: of the cut below the outermost point of the outline, in [0, 0.3], fraction of min(H, W).
        hollow_range: additional depth in its middle, in [0, 1], fraction of the depth.
        face_range: width of the bare face behind the cut, in [0, 0.3], fraction of min(H, W).
        contrast_range: of the face, in [0, 1].
        facet_range: size of the facets of the face, in [0, 0.1], fraction of min(H, W).
    """

    length_range: Pair = span((0.05, 0.15), 0.0, 1.0, "fraction of min(H, W)")
    depth_range: Pair = span((0.008, 0.025), 0.0, 0.3, "fraction of min(H, W)")
    hollow_range: Pair = span((0.0, 0.6), 0.0, 1.0, "fraction of the depth")
    face_range: Pair = span((0.005, 0.03), 0.0, 0.3, "fraction of min(H, W)")
    contrast_range: Pair = span((0.05, 0.2), 0.0, 1.0, "change of brightness")
    facet_range: Pair = span((0.003, 0.01), 0.0, 0.1, "fraction of min(H, W)")


class FiledEdge(DefectTransform):
    """A filed edge: the outline is cut back to one line: thread, teeth, a corner or a burr is gone.

    Lands on the object's outline unless `where` says otherwise, then on the nearest point of the outline; without a
    background, on strong intensity edges. The cut follows the outline as a whole, not its single teeth, and is straight
    or slightly hollow. Outside the cut the background continues; behind it lies a bare, rough face in one colour,
    shaded by its slope, with one light direction per image. The mask marks the changed pixels.

    ![filed_edge](tests/golden/filed_edge.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: of the cut along the outline, in [0, 1], fraction of min(H, W).
        depth_range: of the cut below the outermost point of the outline, in [0, 0.3], fraction of min(H, W).
        hollow_range: additional depth in its middle, in [0, 1], fraction of the depth.
        face_range: width of the bare face behind the cut, in [0, 0.3], fraction of min(H, W).
        contrast_range: of the face, in [0, 1].
        facet_range: size of the facets of the face, in [0, 0.1], fraction of min(H, W).
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
        place = _snap_to_outline(scene, place, method)
        length, depth, hollow, face, contrast, facet = rng.random(6).tolist()
        share = visible_share(self.severity)
        extent = max(between(self.cutback.length_range, length) * scene.side * share, 3.0)
        deep = max(between(self.cutback.depth_range, depth) * scene.side * share, 1.0)
        bare = max(between(self.cutback.face_range, face) * scene.side * share, 1.0)
        outwards = _outline_normal(scene, place, 0.75 * extent, method)
        level = _outermost_edge(scene, place, outwards, extent, max(SEARCH_REACH * scene.side, 4.0))
        hollow_depth = between(self.cutback.hollow_range, hollow) * deep
        along = np.linspace(-1.0, 1.0, CUT_POINTS)
        cut = level - deep - hollow_depth * (1.0 - along**2) + 0.09 * deep * rng.standard_normal(CUT_POINTS)
        inner = cut - bare * np.sqrt(np.maximum(1.0 - (0.95 * along) ** 2, 0.0)) * rng.uniform(0.7, 1.1, CUT_POINTS)
        outline = (
            *(_point_beside(place, outwards, 0.5 * extent * a, out) for a, out in zip(along, inner, strict=True)),
            *(
                _point_beside(place, outwards, 0.5 * extent * a, out + 2.0)
                for a, out in zip(along[::-1], cut[::-1], strict=True)
            ),
        )
        fracture_face = FractureFace(
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
            face=fracture_face,
            halo=max(HALO * scene.side, 1.5),
        )


def _snap_to_outline(scene: Scene, place: Place, method: str) -> Place:
    """Return the nearest place on the outline, or the place itself if the image has no outline."""
    nearest = None if place.edge or scene.foreground(method).whole else nearest_outline_point(scene, place, method)
    if nearest is None:
        return place
    outwards = outward_direction(scene, *nearest, 0.05 * scene.side, method)
    return Place(*nearest, outwards + 0.5 * math.pi, edge=True)


def _outline_normal(scene: Scene, place: Place, reach: float, method: str) -> float:
    """Return the outward normal of the line through the outline around a place on it, radians.

    Args:
        scene: the image.
        place: a place on the outline.
        reach: distance in pixels up to which the outline counts.
        method: foreground method that detects the object.
    """
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
    if spread[1] < 2.0 * spread[0]:  # a round outline, or both sides of a short part
        return outwards
    across = math.atan2(float(directions[1, 0]), float(directions[0, 0]))
    return across if math.cos(across - outwards) > 0.0 else across + math.pi


def _point_beside(place: Place, outwards: float, along: float, out: float) -> Pair:
    """Return the point (x, y) at given distances from a place, along the outline and outwards, in pixels."""
    cos, sin = math.cos(outwards), math.sin(outwards)
    return float(place.x + out * cos - along * sin), float(place.y + out * sin + along * cos)


def _outermost_edge(scene: Scene, place: Place, outwards: float, extent: float, reach: float) -> float:
    """Return the distance from a place to the outermost sharp edge within the length of a cut, in pixels, outwards.

    A shadow beside the object has no sharp edge. Without any sharp edge the distance is 0.

    Args:
        scene: the image.
        place: a point on the object or on its outline.
        outwards: direction of the distance, radians.
        extent: length of the cut across that direction, in pixels.
        reach: distance outwards that is searched, in pixels; `INWARD_REACH` times that inwards.
    """
    out = np.arange(reach, -INWARD_REACH * reach, -1.0)
    along = np.linspace(-0.5, 0.5, PROFILES)[:, None] * extent
    cos, sin = math.cos(outwards), math.sin(outwards)
    columns = np.rint(place.x + out * cos - along * sin).astype(np.intp).clip(0, scene.size[1] - 1)
    rows = np.rint(place.y + out * sin + along * cos).astype(np.intp).clip(0, scene.size[0] - 1)
    profiles = scene.image[rows, columns].reshape(PROFILES, out.size, -1).mean(axis=2, dtype=np.float32)
    width = max(2, round(EDGE_WIDTH * scene.side))
    step = np.abs(profiles[:, width:] - profiles[:, :-width])
    sharp = step >= EDGE_STRENGTH * np.float32(percentile(step.max(axis=1), 75))
    first = np.argmax(sharp, axis=1)[sharp.any(axis=1)]
    return float(out[int(first.min())] - width) if first.size else 0.0
