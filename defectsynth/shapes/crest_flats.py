"""Flats ground on the crests of a thread, and the grooves between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import IntPair, Pair, between, count, span, whole_between
from defectsynth.core.serialization import Value
from defectsynth.scene.place import Place
from defectsynth.scene.ribs import find_ribs
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import polygon_layer, to_points

CORNERS = 12  # of each side of a flat
DEFAULT_WIDTH = 0.06  # of the object in an image without background, fraction of min(H, W)
SEARCH_STRIP = 0.5  # width of the strip in which ribs are searched, fraction of the object's width


@dataclass(frozen=True)
class CrestFlats(Shape):
    """Flats ground on neighbouring crests of a thread: a pointed oval on each crest and, if deep, the grooves between.

    The ribs of the object (a thread, fins, the turns of a spring) are detected along the direction of the place.
    Without ribs there is a single oval across the object.

    Args:
        ribs_range: number of crests, in [1, 8].
        length_range: length of a flat, in [0, 1.5], fraction of the object's width there.
        thickness_range: thickness of a flat, in [0, 1], fraction of the rib spacing.
        groove_range: length of the worn area between two flats, in [0, 1], fraction of the flats' length; below 0.1
            there is none.
    """

    ribs_range: IntPair = count((1, 3), 1, 8, "crests")
    length_range: Pair = span((0.4, 1.0), 0.0, 1.5, "fraction of the object's width")
    thickness_range: Pair = span((0.2, 0.5), 0.0, 1.0, "fraction of the rib spacing")
    groove_range: Pair = span((0.0, 0.75), 0.0, 1.0, "fraction of the flats' length")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnCrestFlats:
        """Return random flats."""
        number, length, thickness, groove = rng.random(4).tolist()
        wanted = whole_between(self.ribs_range, number)
        around = measure_half_widths(scene, place)
        middle = 0.5 * (around[0] - around[1])
        normal = (-math.sin(place.angle), math.cos(place.angle))
        centred = Place(place.x + middle * normal[0], place.y + middle * normal[1], place.angle)
        width = sum(around)
        ribs = find_ribs(scene, centred, SEARCH_STRIP * width)
        period = 0.5 * width if ribs is None else ribs.period
        angle = place.angle + 0.5 * math.pi if ribs is None else ribs.angle
        offsets = (0.0,) if ribs is None else _adjacent_ribs(ribs.offsets, wanted, period)
        flats = []
        for along in sorted(offsets):
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
        return DrawnCrestFlats(
            angle=angle, flats=tuple(flats), groove=share if share >= 0.1 else 0.0, seed=int(rng.integers(1 << 62))
        )


@dataclass(frozen=True)
class Flat(Value):
    """Pointed oval centred at (x, y); lengths in pixels."""

    x: float
    y: float
    length: float
    thickness: float


@dataclass(frozen=True)
class DrawnCrestFlats(DrawnShape):
    """Flats on neighbouring crests; their angle in radians, length of the grooves as a share of theirs, seed."""

    angle: float
    flats: tuple[Flat, ...]
    groove: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        return polygon_layer(self._outlines(), size, pad=1 + margin)

    def _outlines(self) -> list[Array]:
        """Return the corners (N, 2) of each flat and of each worn groove, in pixels."""
        rng = np.random.default_rng(self.seed)
        along = np.linspace(-0.5, 0.5, CORNERS)
        bulge = 0.5 * (1.0 - (2.0 * along) ** 2)
        turn = complex(math.cos(self.angle), math.sin(self.angle))
        outlines, edges = [], []
        for flat in self.flats:
            rough = bulge * (1.0 + 0.12 * rng.standard_normal((2, CORNERS)))
            near, far = (
                flat.length * along + 1j * flat.thickness * rough[0],
                flat.length * along[::-1] - (1j * flat.thickness * rough[1]),
            )
            middle = complex(flat.x, flat.y)
            outlines.append(middle + turn * np.concatenate([near, far]))
            low, high = self.groove * flat.length * (-0.5 + 0.2 * (rng.random(2) - 0.5) + np.array([0.0, 1.0]))
            edges.append(middle + turn * np.linspace(low, high, CORNERS))
        if self.groove:
            for one, other in pairwise(edges):
                bow = 0.5 * (one + other)
                bow += 0.06 * np.abs(other - one) * rng.standard_normal(CORNERS) * np.exp(1j * self.angle)
                outlines.append(np.concatenate([one, bow[-1:], other[::-1], bow[:1]]))
        return [to_points(outline) for outline in outlines]


def measure_half_widths(scene: Scene, place: Place) -> Pair:
    """Measure the object across the direction of a place: the distances to its outline, right and left, in pixels."""
    found = scene.foreground("auto")
    if found.whole:
        return 0.5 * DEFAULT_WIDTH * scene.side, 0.5 * DEFAULT_WIDTH * scene.side
    rows, columns = found.cells.shape
    steps = np.arange(0.0, max(rows, columns), 0.5)
    distances = []
    for side in (1.0, -1.0):
        x = (place.x + 0.5) / found.step[0] - 0.5 - side * steps * math.sin(place.angle)
        y = (place.y + 0.5) / found.step[1] - 0.5 + side * steps * math.cos(place.angle)
        x, y = np.rint(x).astype(np.intp), np.rint(y).astype(np.intp)
        outside = (x < 0) | (x >= columns) | (y < 0) | (y >= rows)
        empty = outside | (found.cells[y.clip(0, rows - 1), x.clip(0, columns - 1)] == 0)
        cells = max(steps[int(np.argmax(empty))] if empty.any() else steps[-1], 1.0)
        distances.append(float(cells) * max(found.step))
    return distances[0], distances[1]


def _adjacent_ribs(offsets: tuple[float, ...], wanted: int, period: float) -> tuple[float, ...]:
    """Return the offsets of up to `wanted` adjacent ribs; `offsets` and the result are nearest to the place first."""
    chosen = [offsets[0]]
    for offset in offsets[1:]:
        if len(chosen) < wanted and min(abs(offset - other) for other in chosen) < 1.4 * period:
            chosen.append(offset)
    return tuple(chosen)
