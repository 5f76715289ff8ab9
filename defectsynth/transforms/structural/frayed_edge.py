"""Frayed edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import relative_slices, union_box
from defectsynth.core.parameters import FRACTION, Component, IntPair, Pair, between, span, visible_share
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.base import Recipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.spots import DrawnSpots, Spots
from defectsynth.shapes.strand_fan import DrawnStrandFan, StrandFan

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

SIDE_STEPS = 6  # points on either side of a place that are compared
SIDE_REACH = 0.06  # of these points from the place, fraction of min(H, W)
INNER_DISTANCE, OUTER_DISTANCE = 0.012, 0.045  # at which the colours are taken, fraction of min(H, W)
MATERIAL_DISTANCES = (0.02, 0.028, 0.036, 0.044, 0.052)  # inside the edge, at which the material is measured
NICK_OFFSET = 1.3  # distance of the nick from the tuft along the edge, in its radii
STRAND_BRIGHTNESS = (0.55, 1.1)  # of the material


@dataclass(frozen=True)
class Fray(Component):
    """The torn place from which threads hang.

    Args:
        nick_range: radius of the nick in the edge, in [0, 0.2], fraction of min(H, W).
        worn_range: radius of the worn, dark area inside the edge, in [0, 0.3], fraction of min(H, W).
        dark_range: loss of brightness there, in [0, 1].
    """

    nick_range: Pair = span((0.0, 0.012), 0.0, 0.2, FRACTION)
    worn_range: Pair = span((0.01, 0.04), 0.0, 0.3, FRACTION)
    dark_range: Pair = span((0.1, 0.45), 0.0, 1.0, "share of the brightness")


@dataclass(frozen=True)
class FrayRecipe(Recipe):
    """A frayed place on an edge.

    Attributes:
        fan: the threads.
        nick: the gap in the edge.
        worn: the worn area inside it.
        dark: loss of brightness in the worn area.
        thread: colour of the threads, one value per channel.
        ground: colour beyond the edge, one value per channel.
        opacity: of threads and nick.
    """

    fan: DrawnStrandFan
    nick: DrawnSpots | None
    worn: DrawnSpots
    dark: float
    thread: tuple[float, ...]
    ground: tuple[float, ...]
    opacity: float

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Darken the worn area, cut the nick and draw the threads."""
        worn, fan = self.worn.layer(scene.size, margin=1), self.fan.layer(scene.size, margin=1)
        nick = None if self.nick is None else self.nick.layer(scene.size, margin=1)
        box = union_box([layer.box if layer is not None else None for layer in (worn, nick, fan)])
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        after = pixels_to_float(before, scene.peak)
        thread, ground = (
            np.resize(np.array(colour, np.float32), after.shape[2]) for colour in (self.thread, self.ground)
        )
        if worn is not None:  # the ground beyond the edge does not wear
            part = after[relative_slices(worn.box, box)]
            near_ground = np.abs(part - ground).max(axis=2) < 0.5 * np.abs(thread - ground).max() + np.float32(1e-6)
            part *= (1.0 - worn.alpha * np.float32(self.dark) * ~near_ground)[..., None]
        for layer, colour in ((nick, ground), (fan, thread)):
            if layer is not None:
                part = after[relative_slices(layer.box, box)]
                part += (colour - part) * (layer.alpha * np.float32(self.opacity))[..., None]
        pixels = float_to_pixels(after, before, scene.peak)
        return make_patch(before, pixels, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))


class FrayedEdge(DefectTransform):
    """A frayed edge: woven tape, cloth, rope or paper is torn at its edge, and threads hang out.

    Lands on the object's outline by default; at any other place, the smoother side counts as the ground beyond. A tuft
    of fine threads in the colour of the material stands out over the ground. Beside it the edge can have a nick, and
    inside it the material is worn and dark. The mask marks threads, nick and worn material.

    ![frayed_edge](tests/golden/frayed_edge.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of the longest thread, in [0, 2], fraction of min(H, W).
        width_range: thickness of a thread, in [0, 0.1], fraction of min(H, W).
        strands_range: number of threads, in [1, 64].
        fan_range: standard deviation of their directions, in [0, 180], degrees.
        bend_range: change of direction from root to tip, in [-360, 360], degrees.
        root_range: width of the tuft, in [0, 0.5], fraction of min(H, W).
        nick_range: radius of the nick in the edge, in [0, 0.2], fraction of min(H, W).
        worn_range: radius of the worn, dark area inside the edge, in [0, 0.3], fraction of min(H, W).
        dark_range: loss of brightness there, in [0, 1].
        common: see `DefectTransform`; `where` defaults to "edge".

    Examples:
        >>> import numpy as np
        >>> from defectsynth import FrayedEdge, synthesize
        >>> tape = np.full((128, 128), 240, np.uint8)
        >>> tape[:, 30:90] = 60
        >>> sample = synthesize(tape, FrayedEdge(), seed=0)
        >>> bool((sample.image[tape == 240] < 200).any())  # threads over the ground
        True
    """

    kind: ClassVar[str] = "frayed_edge"

    def __init__(
        self,
        *,
        length_range: Pair = (0.025, 0.065),
        width_range: Pair = (0.003, 0.006),
        strands_range: IntPair = (8, 32),
        fan_range: Pair = (15.0, 40.0),
        bend_range: Pair = (-90.0, 90.0),
        root_range: Pair = (0.01, 0.03),
        nick_range: Pair = (0.0, 0.012),
        worn_range: Pair = (0.01, 0.04),
        dark_range: Pair = (0.1, 0.45),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", "edge")
        super().__init__(**common)
        self.fan = StrandFan(
            length_range=length_range,
            width_range=width_range,
            strands_range=strands_range,
            fan_range=fan_range,
            bend_range=bend_range,
            root_range=root_range,
        )
        self.fray = Fray(nick_range=nick_range, worn_range=worn_range, dark_range=dark_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """The threads, the torn place and where components."""
        return self.fan, self.fray, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> FrayRecipe | None:
        """Draw a place on an edge, a tuft of threads, a nick and a worn area."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        share, side, fray = visible_share(self.severity), scene.side, self.fray
        if place.edge:
            outwards = place.angle - 0.5 * math.pi
        else:
            outwards = smooth_side(scene, place)
            place = Place(*_beside(place, outwards, _step_distance(scene, place, outwards)), place.angle)
        out, inner = (_beside(place, outwards, step * side) for step in (OUTER_DISTANCE, -INNER_DISTANCE))
        material = np.sort(_colours(scene, place, outwards, -side * np.array(MATERIAL_DISTANCES)), axis=0)
        middle = material[len(material) // 2]
        nick, beside, worn, dark, brightness, lean = rng.random(6).tolist()
        fan = self.fan.sample(rng, scene, Place(*inner, outwards + 0.8 * (lean - 0.5)))
        along = NICK_OFFSET * (1.0 if beside < 0.5 else -1.0) * between(fray.nick_range, nick) * side
        cut = Place(place.x - along * math.sin(outwards), place.y + along * math.cos(outwards), outwards)
        return FrayRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            fan=fan,
            nick=None if abs(along) < 1.0 else _spot(rng, scene, cut, abs(along) / NICK_OFFSET, 0.0),
            worn=_spot(rng, scene, Place(*inner, outwards), between(fray.worn_range, worn) * side, 1.0),
            dark=between(fray.dark_range, dark) * share,
            thread=tuple((middle * np.float32(between(STRAND_BRIGHTNESS, brightness))).tolist()),
            ground=tuple(scene.color_at(*out).tolist()),
            opacity=share,
        )


def smooth_side(scene: Scene, place: Place) -> float:
    """Return the direction (radians) across a place towards its smoother side, which is background."""
    steps = np.linspace(0.5, 1.0, SIDE_STEPS) * SIDE_REACH * scene.side
    normals = place.angle - 0.5 * math.pi, place.angle + 0.5 * math.pi
    return min(normals, key=lambda normal: round(float(_colours(scene, place, normal, steps).mean(axis=1).std()), 6))


def _step_distance(scene: Scene, place: Place, direction: float) -> float:
    """Return the distance in pixels from a place in a direction at which the brightness changes most."""
    reach = math.ceil(SIDE_REACH * scene.side)
    gray = _colours(scene, place, direction, np.arange(-reach, reach + 1)).mean(axis=1)
    change = np.abs(gray[2:] - gray[:-2])
    return float(np.argmax(change) + 1 - reach) if change.max() > 0.0 else 0.0


def _colours(scene: Scene, place: Place, direction: float, distances: Array) -> Array:
    """Return the colours at distances (N,) in pixels from a place in a direction, float32 (N, C) in [0, 1]."""
    x = np.rint(place.x + distances * math.cos(direction)).astype(np.intp).clip(0, scene.size[1] - 1)
    y = np.rint(place.y + distances * math.sin(direction)).astype(np.intp).clip(0, scene.size[0] - 1)
    return scene.image[y, x].reshape(len(distances), -1).astype(np.float32) / np.float32(scene.peak)


def _beside(place: Place, direction: float, distance: float) -> tuple[float, float]:
    """Return the point (x, y) at a distance from a place, in pixels."""
    return place.x + distance * math.cos(direction), place.y + distance * math.sin(direction)


def _spot(rng: np.random.Generator, scene: Scene, place: Place, radius: float, softness: float) -> DrawnSpots:
    """Return one uneven spot of a radius in pixels."""
    size = min(radius / scene.side, 1.0)
    shape = Spots(
        radius_range=(size, size), irregularity_range=(0.2, 0.5), softness_range=(softness,) * 2, spots_range=(1, 1)
    )
    return shape.sample(rng, scene, place)
