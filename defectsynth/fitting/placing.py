"""Choice of a place: positions drawn by every placement are compared with those of the real defects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.fitting.measurements import Measured
from defectsynth.fitting.surface import Surface
from defectsynth.places.along_object import AlongObject
from defectsynth.places.base import Anywhere, EdgeRing, InsideObject, OnEdge, OnObject, Where
from defectsynth.places.in_frame import InFrame
from defectsynth.places.on_core import OnCore
from defectsynth.places.on_print import OnPrint
from defectsynth.places.on_seam import OnSeam

DRAWS = 64  # positions of each placement
SCALE = np.array([0.12, 0.12, 0.05, 0.1, 0.3, 0.25])  # of x, y, depth, along, across, print
FLOOR = 1e-4  # density of a position that a placement never takes
PRICE = 0.2  # loss of mean log density that a fitted range must make up for; so that general places win ties
MIN_DIRECTIONS = 3  # defects whose directions can agree
AGREEING = 0.7  # length of the mean of doubled directions from which on they agree
LEAST_ANGLE = 8.0  # degrees that are added to a range of directions at both ends
WIDENING = 0.8  # of a measured range, divided by the root of the number of examples, added at both ends


@dataclass(frozen=True)
class Choice:
    """Places of one type of defect.

    Attributes:
        best: the place that explains the positions best.
        outline: the best place on the outline; None without a background.
    """

    best: Where
    outline: Where | None


def choose_places(measured: Sequence[Measured], surfaces: Sequence[Surface], rng: np.random.Generator) -> Choice:
    """Choose places for the defects of one type.

    Args:
        measured: the real defects.
        surfaces: good parts.
        rng: of the draws.
    """
    real = np.array([_position(each) for each in measured])
    has_background = np.mean([surface.has_background for surface in surfaces]) > 0.5
    scored = [
        (_score(place, real, surfaces, rng) - PRICE * price, place)
        for place, price in _candidates(measured, has_background=bool(has_background))
    ]
    best = max(scored, key=lambda entry: entry[0])[1]
    outline = [entry for entry in scored if _is_on_outline(entry[1])]
    return Choice(best, max(outline, key=lambda entry: entry[0])[1] if outline else None)


def _is_on_outline(place: Where) -> bool:
    return isinstance(place, OnEdge) or (isinstance(place, AlongObject) and place.on == "outline")


def _position(each: Measured) -> list[float]:
    return [*each.centre, each["depth"], each["along"], each["across"], each["print"]]


def _score(place: Where, real: Array, surfaces: Sequence[Surface], rng: np.random.Generator) -> float:
    """Return the mean log density of the real positions among drawn ones."""
    drawn = np.array([_draw(place, surfaces[index % len(surfaces)], rng) for index in range(DRAWS)])
    distance = np.nan_to_num((real[:, None] - drawn[None]) / SCALE)
    density = np.exp(-0.5 * np.square(distance).sum(axis=2)).mean(axis=1)
    return float(np.log(density + FLOOR).mean())


def _draw(place: Where, surface: Surface, rng: np.random.Generator) -> list[float]:
    found = place.sample(rng, surface.scene)
    height, width = surface.image.shape[:2]
    if found is None:
        return [9.0] * 6
    x, y = min(max(round(found.x), 0), width - 1), min(max(round(found.y), 0), height - 1)
    shares = surface.axis_shares
    along, across = (math.nan, math.nan) if shares is None else (float(shares[0][y, x]), float(shares[1][y, x]))
    depth = float(np.clip(surface.depth[y, x], -0.25, 0.25)) if surface.has_background else 0.25
    return [(x + 0.5) / width, (y + 0.5) / height, depth, along, across, float(surface.detail[y, x])]


def _candidates(measured: Sequence[Measured], *, has_background: bool) -> list[tuple[Where, int]]:
    """Return places with the number of fitted numbers in them."""
    scarce = WIDENING / math.sqrt(len(measured))
    x, y = (_range([each.centre[axis] for each in measured], scarce, 0.08) for axis in (0, 1))
    angles = _angle_range(measured, scarce)
    window, anywhere = InFrame(x_range=x, y_range=y, angle_range=angles), InFrame(angle_range=angles)
    found: list[tuple[Where, int]] = [(Anywhere(), 0), (window, 6 if has_background else 4)]
    if not has_background:
        return [(anywhere, 0), *found]
    depths = _range([max(each["depth"], 0.0) for each in measured], scarce, 0.01, highest=0.5)
    found += [
        (OnObject(), 0),
        (OnEdge(), 0),
        (OnPrint(), 1),
        (OnSeam(), 1),
        (EdgeRing(depth_range=depths), 2),
        (InsideObject(margin_range=(round(depths[0] * 0.8, 4), round(max(depths[0], 0.01), 4))), 1),
        *((OnCore(share_range=share), 2) for share in ((0.3, 0.6), (0.55, 0.9))),
    ]
    along, across = ([each[name] for each in measured if not math.isnan(each[name])] for name in ("along", "across"))
    if len(along) * 2 > len(measured):
        shares, sides = _range(along, scarce, 0.03), _range(across, scarce, 0.1)
        found += [
            (AlongObject(share_range=shares), 2),
            (AlongObject(share_range=shares, across_range=sides), 4),
            (AlongObject(share_range=shares, on="outline"), 2),
        ]
    return found


def _angle_range(measured: Sequence[Measured], scarce: float) -> tuple[float, float]:
    """Return the directions of elongated defects in degrees if they agree, otherwise all directions."""
    doubled = np.array([complex(each["horizontal"], each["diagonal"]) for each in measured])
    mean = doubled.mean()
    if len(measured) < MIN_DIRECTIONS or abs(mean) < AGREEING:
        return 0.0, 360.0
    apart = np.abs(np.angle(doubled / mean)) / 2
    room = math.degrees(float(apart.max())) * (1 + scarce) + LEAST_ANGLE
    middle = math.degrees(float(np.angle(mean))) / 2
    return round(max(middle - room, -180.0), 1), round(min(middle + room, 180.0), 1)


def _range(values: Sequence[float], scarce: float, least: float, highest: float = 1.0) -> tuple[float, float]:
    """Return a range around measured values, widened for few of them and by at least `least`, in [0, highest]."""
    low, high = min(values), max(values)
    room = max(scarce * 0.5 * (high - low), least)
    return round(max(low - room, 0.0), 3), round(min(high + room, highest), 3)
