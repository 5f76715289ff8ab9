"""SHAPE: sampled numbers become an alpha layer, no larger than the box of the defect.

A `Shape` holds ranges; `sample` draws from them and returns a `DrawnShape` in pixels; its `layer` is a pure function.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from defectsynth.layers import Bytes, Floats, Layer, clip_box
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.values import IntPair, Pair, Part, Value, between, count, span, whole_between

Doubles = npt.NDArray[Any]  # float64

SUBPIXEL = 4  # fractional bits of the coordinates that cv2 draws with
FAINTEST = 0.5  # opacity left to a stroke much thinner than a pixel
FRACTION = "fraction of min(H, W)"


class DrawnShape(Value):
    """A shape in pixels, ready to be drawn again."""

    @abstractmethod
    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer in a picture of `size` (height, width), None if it lies outside.

        Args:
            size: (height, width) of the picture in pixels.
            margin: pixels of empty alpha to keep around the shape, for looks and blends that reach beyond it.
        """


class Shape(Part):
    """Ranges from which a shape is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShape:
        """Return a shape at `place`."""


@dataclass(frozen=True)
class Segment(Shape):
    """A straight stroke that starts at the place and points towards the centre of the picture.

    Args:
        length_range: extent along x and along y, drawn separately, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.5], fraction of min(H, W).
    """

    length_range: Pair = span((0.0, 0.2), 0.0, 2.0, FRACTION)
    width_range: Pair = span((1 / 224, 16 / 224), 0.0, 0.5, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnSegment:
        """Return the segment in pixels."""
        reach_x, reach_y, width = rng.random(3).tolist()
        return DrawnSegment(
            x0=place.x,
            y0=place.y,
            x1=place.x + math.copysign(between(self.length_range, reach_x) * scene.side, scene.size[1] / 2 - place.x),
            y1=place.y + math.copysign(between(self.length_range, reach_y) * scene.side, scene.size[0] / 2 - place.y),
            width=between(self.width_range, width) * scene.side,
        )


@dataclass(frozen=True)
class DrawnSegment(DrawnShape):
    """A straight stroke from (x0, y0) to (x1, y1), `width` pixels thick."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        pad = self.width / 2 + 1 + margin
        x_low, x_high = sorted((self.x0, self.x1))
        y_low, y_high = sorted((self.y0, self.y1))
        box = clip_box(x_low - pad, y_low - pad, x_high + pad, y_high + pad, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        ends = _fixed_point(np.array([[self.x0, self.y0], [self.x1, self.y1]]) - box[:2])
        thickness = max(1, round(self.width))
        cv2.line(canvas, ends[0].tolist(), ends[1].tolist(), 255, thickness, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, _as_alpha(canvas, self.width))


@dataclass(frozen=True)
class Strokes(Shape):
    """One curved stroke or several side by side, tapering and broken.

    Args:
        length_range: length along the curve, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.5], fraction of min(H, W).
        turn_range: change of direction from end to end, in [-6.3, 6.3], radians.
        sway_range: sideways waves, in [0, 0.5], fraction of the length.
        taper_range: how much thinner the ends are, in [0, 1]; 1 is pointed.
        strokes_range: number of strokes side by side, in [1, 16].
        spacing_range: distance between neighbours, in [0, 0.5], fraction of min(H, W).
        gaps_range: interruptions of each stroke, in [0, 8].
    """

    length_range: Pair = span((0.04, 0.22), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.002, 0.009), 0.0, 0.5, FRACTION)
    turn_range: Pair = span((-0.6, 0.6), -6.3, 6.3, "radians from end to end")
    sway_range: Pair = span((0.0, 0.02), 0.0, 0.5, "fraction of the length")
    taper_range: Pair = span((0.4, 1.0), 0.0, 1.0, "1 is pointed")
    strokes_range: IntPair = count((1, 1), 1, 16, "strokes")
    spacing_range: Pair = span((0.01, 0.03), 0.0, 0.5, FRACTION)
    gaps_range: IntPair = count((0, 1), 0, 8, "interruptions of a stroke")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrokes:
        """Return the strokes in pixels."""
        strokes, length, width, turn, sway, phase, taper, spacing = rng.random(8).tolist()
        number = whole_between(self.strokes_range, strokes)
        thickness = between(self.width_range, width) * scene.side
        distance = between(self.spacing_range, spacing) * scene.side
        return DrawnStrokes(
            x=place.x,
            y=place.y,
            angle=place.angle,
            length=between(self.length_range, length) * scene.side,
            turn=between(self.turn_range, turn),
            sway=between(self.sway_range, sway),
            phase=2 * math.pi * phase,
            taper=between(self.taper_range, taper),
            strokes=tuple(
                self._stroke(rng, (index - (number - 1) / 2) * distance, thickness) for index in range(number)
            ),
        )

    def _stroke(self, rng: np.random.Generator, offset: float, width: float) -> Stroke:
        gaps, start, end, thinner, *cuts = rng.random(4 + 2 * self.gaps_range[1]).tolist()
        edges = sorted(0.15 + 0.7 * cut for cut in cuts[: 2 * whole_between(self.gaps_range, gaps)])
        return Stroke(
            offset=offset,
            width=width * (1.0 if offset == 0.0 else 0.5 + 0.5 * thinner),
            start=0.0 if offset == 0.0 else 0.25 * start,
            end=1.0 if offset == 0.0 else 1.0 - 0.25 * end,
            gaps=tuple((low, min(high, low + 0.12)) for low, high in zip(edges[::2], edges[1::2], strict=True)),
        )


@dataclass(frozen=True)
class Stroke(Value):
    """One of parallel strokes: sideways offset and width in pixels; start, end and gaps as shares of the length."""

    offset: float
    width: float
    start: float
    end: float
    gaps: tuple[Pair, ...]


@dataclass(frozen=True)
class DrawnStrokes(DrawnShape):
    """A common centre line, its middle at (x, y), and the strokes along it; lengths in pixels, angles in radians."""

    x: float
    y: float
    angle: float
    length: float
    turn: float
    sway: float
    phase: float
    taper: float
    strokes: tuple[Stroke, ...]

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        along, taper, waves = _positions(int(min(max(self.length / 8.0, 8.0), 24.0)))
        tangent = np.exp(1j * (self.turn * along + (self.angle - 0.5 * self.turn)))  # x + iy
        centre = np.cumsum(tangent) * (self.length / along.size)
        centre += (1j * self.sway * self.length) * tangent * np.sin(waves + self.phase)
        centre += complex(self.x, self.y) - centre[along.size // 2]
        offset, width = np.array([(stroke.offset, stroke.width) for stroke in self.strokes]).T[:, :, None]
        half = width * (0.5 - (0.5 * self.taper) * taper)
        sides = centre + 1j * tangent * np.array([offset - half, offset + half])  # (2, strokes, N)
        points = sides.view(np.float64).reshape(2, len(self.strokes), along.size, 2)
        x, y = points[..., 0], points[..., 1]
        pad = 1 + margin
        box = clip_box(x.min() - pad, y.min() - pad, x.max() + pad, y.max() + pad, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        left, right = _fixed_point(points - box[:2])
        for index, stroke in enumerate(self.strokes):
            edges = [stroke.start, *(edge for gap in stroke.gaps for edge in gap), stroke.end]
            stops = [round(edge * (along.size - 1)) for edge in edges]
            for start, end in zip(stops[::2], stops[1::2], strict=True):
                piece = slice(start, max(end, start + 1) + 1)
                outline = np.concatenate([left[index, piece], right[index, piece][::-1]])
                cv2.fillPoly(canvas, [outline], 255, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, _as_alpha(canvas, max(stroke.width for stroke in self.strokes)))


@dataclass(frozen=True)
class Spots(Shape):
    """One roundish blob or a cluster of several, sharp or diffuse.

    Args:
        radius_range: in [0, 1], fraction of min(H, W).
        aspect_range: shorter by longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        softness_range: width of the soft rim, in [0, 1], fraction of the radius; 0 is sharp.
        spots_range: number of blobs, in [1, 32]; all but the first are smaller.
        spread_range: distance of the others from the first, in [0, 20], radii.
    """

    radius_range: Pair = span((0.01, 0.04), 0.0, 1.0, FRACTION)
    aspect_range: Pair = span((0.5, 1.0), 0.05, 1.0, "shorter by longer diameter")
    irregularity_range: Pair = span((0.05, 0.3), 0.0, 1.0, "fraction of the radius")
    softness_range: Pair = span((0.0, 0.6), 0.0, 1.0, "fraction of the radius")
    spots_range: IntPair = count((1, 4), 1, 32, "blobs")
    spread_range: Pair = span((1.2, 3.0), 0.0, 20.0, "radii")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnSpots:
        """Return the blobs in pixels."""
        number, size, softness = rng.random(3).tolist()
        radius = max(between(self.radius_range, size) * scene.side, 0.5)
        spots = []
        for index in range(whole_between(self.spots_range, number)):
            turn, smaller, aspect, away, waves, *lobes = rng.random(11).tolist()
            distance = between(self.spread_range, away) * radius if index else 0.0
            uneven = between(self.irregularity_range, waves)
            spots.append(
                Spot(
                    x=place.x + distance * math.cos(2 * math.pi * turn),
                    y=place.y + distance * math.sin(2 * math.pi * turn),
                    radius=radius * (0.25 + 0.5 * smaller * smaller if index else 1.0),
                    aspect=between(self.aspect_range, aspect),
                    angle=place.angle + (math.pi * turn if index else 0.0),
                    amplitudes=(uneven * lobes[0], 0.6 * uneven * lobes[1], 0.4 * uneven * lobes[2]),
                    phases=(6.3 * lobes[3], 6.3 * lobes[4], 6.3 * lobes[5]),
                )
            )
        return DrawnSpots(spots=tuple(spots), softness=between(self.softness_range, softness) * radius)


@dataclass(frozen=True)
class Spot(Value):
    """One blob: centre, radius in pixels, aspect, direction of the longer axis in radians, waves of the outline."""

    x: float
    y: float
    radius: float
    aspect: float
    angle: float
    amplitudes: tuple[float, float, float]
    phases: tuple[float, float, float]


@dataclass(frozen=True)
class DrawnSpots(DrawnShape):
    """Blobs and the width of their soft rim in pixels."""

    spots: tuple[Spot, ...]
    softness: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        points = self._outlines()
        x, y = points[..., 0], points[..., 1]
        pad = self.softness + 1 + margin
        box = clip_box(x.min() - pad, y.min() - pad, x.max() + pad, y.max() + pad, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        for outline in _fixed_point(points - box[:2]):
            cv2.fillPoly(canvas, [outline], 255, cv2.LINE_AA, SUBPIXEL)
        reach = 2 * round(self.softness / 2) + 1
        if reach > 1:
            canvas = cv2.blur(cv2.blur(canvas, (reach, reach)), (reach, reach))
        return Layer(box, _as_alpha(canvas, 2 * max(spot.radius for spot in self.spots)))

    def _outlines(self) -> Doubles:
        """Return the closed outline of every blob, (spots, 32, 2) pixels."""
        circle, waves = _circle()
        lobes = [
            [
                part
                for amplitude, phase in zip(spot.amplitudes, spot.phases, strict=True)
                for part in (amplitude * math.cos(phase), -amplitude * math.sin(phase))
            ]
            for spot in self.spots
        ]
        radii = 1.0 + np.array(lobes) @ waves
        axes = np.array([(spot.radius, spot.radius * spot.aspect) for spot in self.spots]).T[:, :, None]
        centre = np.array([complex(spot.x, spot.y) for spot in self.spots])[:, None]
        turn = np.exp(1j * np.array([spot.angle for spot in self.spots]))[:, None]
        outline = centre + turn * (radii * (axes[0] * circle.real + 1j * (axes[1] * circle.imag)))
        return outline.view(np.float64).reshape(*outline.shape, 2)


@lru_cache(maxsize=64)
def _positions(number: int) -> tuple[Doubles, Doubles, Doubles]:
    """Return positions along a stroke in [0, 1], how much thinner it is there (full taper), and its waves' phase."""
    along = np.linspace(0.0, 1.0, number)
    return along, 1.0 - np.sqrt(np.sin(math.pi * np.clip(along, 0.02, 0.98))), 9.0 * along


@lru_cache(maxsize=1)
def _circle() -> tuple[npt.NDArray[Any], Doubles]:
    """Return 32 points x + iy of the unit circle, and cos and sin of 2, 3 and 4 times their angle, (6, 32)."""
    theta = np.linspace(0.0, 2 * math.pi, 32, endpoint=False)
    return np.exp(1j * theta), np.concatenate([(np.cos(k * theta), np.sin(k * theta)) for k in (2, 3, 4)])


def _fixed_point(points: Doubles) -> npt.NDArray[Any]:
    """Return pixel coordinates in cv2's fixed-point format."""
    return (points * float(1 << SUBPIXEL)).astype(np.int32)


def _as_alpha(canvas: Bytes, width: float) -> Floats:
    """Return what was drawn with 255 as alpha; a stroke thinner than a pixel is fainter."""
    return canvas * np.float32(min(max(width, FAINTEST), 1.0) / 255.0)
