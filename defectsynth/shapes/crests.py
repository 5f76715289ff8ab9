"""The crests of a thread and the grooves between them, as a flat that was ground over them would show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.layer import Layer, clip_box
from defectsynth.core.parameters import IntPair, Pair, between, count, span, whole_between
from defectsynth.core.serialization import Value
from defectsynth.functional.polygons import MAX_COORDINATE
from defectsynth.functional.raster import SUBPIXEL, canvas_to_alpha, fixed_point
from defectsynth.scene.place import Place
from defectsynth.scene.ribs import find_ribs
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape

CORNERS = 12  # of each side of a crest
UNTOLD = 0.06  # width of a surface without a background, fraction of min(H, W)
STRIP = 0.5  # width of the strip in which ribs are looked for, as a share of the width of the object


@dataclass(frozen=True)
class Crests(Shape):
    """Flats on neighbouring ribs: a pointed oval on each crest and, where it was ground deep, the groove between them.

    The ribs of the object around the place (a thread, fins, the turns of a spring) are found across its direction;
    where there are none, the flat is a single oval across the object.

    Args:
        ribs_range: number of crests, in [1, 8].
        length_range: of a crest's flat, in [0, 1.5], fraction of the object's width there.
        thickness_range: of a crest's flat, in [0, 1], fraction of the distance from rib to rib.
        groove_range: width of what is ground between two crests, in [0, 1], fraction of their flats' length; under a
            tenth the grooves are left.
    """

    ribs_range: IntPair = count((1, 3), 1, 8, "crests")
    length_range: Pair = span((0.4, 1.0), 0.0, 1.5, "fraction of the object's width")
    thickness_range: Pair = span((0.2, 0.5), 0.0, 1.0, "fraction of the distance from rib to rib")
    groove_range: Pair = span((0.0, 0.75), 0.0, 1.0, "fraction of the flats' length")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnCrests:
        """Return the flats in pixels."""
        number, length, thickness, groove = rng.random(4).tolist()
        wanted = whole_between(self.ribs_range, number)
        around = across(scene, place)
        middle = 0.5 * (around[0] - around[1])
        normal = (-math.sin(place.angle), math.cos(place.angle))
        centred = Place(place.x + middle * normal[0], place.y + middle * normal[1], place.angle)
        width = sum(around)
        ribs = find_ribs(scene, centred, STRIP * width)
        period = 0.5 * width if ribs is None else ribs.period
        angle = place.angle + 0.5 * math.pi if ribs is None else ribs.angle
        places = (0.0,) if ribs is None else _run(ribs.places, wanted, period)
        flats = []
        for along in sorted(places):
            longer, thicker, aside = rng.random(3).tolist()
            extent = between(self.length_range, 0.7 * length + 0.3 * longer) * width
            shift = 0.5 * max(width - extent, 0.0) * (1.6 * aside - 0.8)
            flats.append(
                Flat(
                    x=centred.x + along * math.cos(place.angle) + shift * math.cos(angle),
                    y=centred.y + along * math.sin(place.angle) + shift * math.sin(angle),
                    length=extent,
                    thickness=between(self.thickness_range, 0.7 * thickness + 0.3 * thicker) * period,
                )
            )
        share = between(self.groove_range, groove)
        return DrawnCrests(
            angle=angle, flats=tuple(flats), groove=share if share >= 0.1 else 0.0, seed=int(rng.integers(1 << 62))
        )


@dataclass(frozen=True)
class Flat(Value):
    """A pointed oval around (x, y); lengths in pixels."""

    x: float
    y: float
    length: float
    thickness: float


@dataclass(frozen=True)
class DrawnCrests(DrawnShape):
    """Flats on neighbouring crests, their direction in radians, the share of their length that is ground between."""

    angle: float
    flats: tuple[Flat, ...]
    groove: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        outlines = self._outlines()
        every, pad = np.concatenate(outlines), 1 + margin
        box = clip_box(*(every.min(axis=0) - pad), *(every.max(axis=0) + pad), size=size)
        if box is None:
            return None
        canvas: Bytes = np.zeros(box.shape, np.uint8)
        for outline in outlines:
            points = np.clip(outline - box[:2], -MAX_COORDINATE, MAX_COORDINATE)
            cv2.fillPoly(canvas, [fixed_point(points)], 255, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, canvas_to_alpha(canvas, 1.0))

    def _outlines(self) -> list[Array]:
        """Return the corners (N, 2) of each oval and of each piece of groove, in pixels."""
        rng = np.random.default_rng(self.seed)
        along = np.linspace(-0.5, 0.5, CORNERS)
        bulge = 0.5 * (1.0 - (2.0 * along) ** 2)
        turn = complex(math.cos(self.angle), math.sin(self.angle))
        ovals, edges = [], []
        for flat in self.flats:
            rough = bulge * (1.0 + 0.12 * rng.standard_normal((2, CORNERS)))
            near, far = (
                flat.length * along + 1j * flat.thickness * rough[0],
                flat.length * along[::-1] - (1j * flat.thickness * rough[1]),
            )
            middle = complex(flat.x, flat.y)
            ovals.append(middle + turn * np.concatenate([near, far]))
            low, high = self.groove * flat.length * (-0.5 + 0.2 * (rng.random(2) - 0.5) + np.array([0.0, 1.0]))
            edges.append(middle + turn * np.linspace(low, high, CORNERS))
        if self.groove:
            for one, other in pairwise(edges):
                bow = 0.5 * (one + other)
                bow += 0.06 * np.abs(other - one) * rng.standard_normal(CORNERS) * np.exp(1j * self.angle)
                ovals.append(np.concatenate([one, bow[-1:], other[::-1], bow[:1]]))
        return [np.stack([oval.real, oval.imag], axis=1) for oval in ovals]


def across(scene: Scene, place: Place) -> Pair:
    """Return how far the object reaches from a place across its direction, to the right of it and to the left."""
    found = scene.foreground("auto")
    if found.whole:
        return 0.5 * UNTOLD * scene.side, 0.5 * UNTOLD * scene.side
    rows, columns = found.cells.shape
    steps = np.arange(0.0, max(rows, columns), 0.5)
    reach = []
    for side in (1.0, -1.0):
        x = (place.x + 0.5) / found.step[0] - 0.5 - side * steps * math.sin(place.angle)
        y = (place.y + 0.5) / found.step[1] - 0.5 + side * steps * math.cos(place.angle)
        x, y = np.rint(x).astype(np.intp), np.rint(y).astype(np.intp)
        outside = (x < 0) | (x >= columns) | (y < 0) | (y >= rows)
        empty = outside | (found.cells[y.clip(0, rows - 1), x.clip(0, columns - 1)] == 0)
        reach.append(float(max(steps[int(np.argmax(empty))] if empty.any() else steps[-1], 1.0)) * max(found.step))
    return reach[0], reach[1]


def _run(places: tuple[float, ...], wanted: int, period: float) -> tuple[float, ...]:
    """Return the ribs nearest to the place that follow each other without a gap, at most `wanted`."""
    chosen = [places[0]]
    for place in places[1:]:
        if len(chosen) < wanted and min(abs(place - each) for each in chosen) < 1.4 * period:
            chosen.append(place)
    return tuple(chosen)
