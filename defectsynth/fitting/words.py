"""Findings of a fit in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from defectsynth.fitting.measurements import Measured
from defectsynth.fitting.single_type import FittedType
from defectsynth.places.along_object import AlongObject
from defectsynth.places.base import EdgeRing, InsideObject, OnEdge, OnObject, Where
from defectsynth.places.in_frame import InFrame
from defectsynth.places.on_core import OnCore
from defectsynth.places.on_print import OnPrint
from defectsynth.places.on_seam import OnSeam

UNEXPLAINED = 0.6  # mean deviation from the nearest drawn defect above which a real one counts as unexplained
NOTABLE = 1.5  # deviation of one measurement that is worth a word
CLEAR = 0.02  # change in CIELAB that is worth a word
CHANGES = {  # measurement: what to call it
    "area": "the area",
    "length": "the length",
    "width": "the width",
    "elongation": "the elongation",
    "solidity": "the compactness",
    "raggedness": "the raggedness of the outline",
    "number": "the number of parts",
    "brightness": "the brightness",
    "red": "the redness",
    "yellow": "the yellowness",
    "change": "the strength",
    "unevenness": "the unevenness",
    "darkest": "the brightness of the darkest pixels",
    "brightest": "the brightness of the brightest pixels",
    "brighter": "the share of brighter pixels",
    "darker": "the share of darker pixels",
    "texture": "the texture",
    "smoothness": "the smoothness",
    "sharpness": "the sharpness of the rim",
    "filling": "the change in the middle against that of the rim",
    "relief": "the difference between the lit and the dark side",
    "missing": "the missing material",
    "added": "the added material",
    "outside": "the share beside the object",
    "depth": "the distance from the edge",
    "at_edge": "the contact with the edge",
    "along": "the position along the object",
    "across": "the distance from the axis",
    "lengthwise": "the direction along the object",
    "horizontal": "the horizontal direction",
    "diagonal": "the diagonal direction",
    "print": "the position on print",
}


def describe(fitted: FittedType) -> str:
    """Return what was measured on the defects of one type, what draws them, and what was not explained."""
    measured = [each.measured for each in fitted.real]
    seen = [
        _where(measured, fitted.places.best),
        _size(measured),
        _shape(measured),
        *_look(measured),
        *_matter(measured),
    ]
    drawn = ", ".join(f"{family.name} {family.weight:.0%}" for family in fitted.families)
    lines = [f"{fitted.name}: {'; '.join(part for part in seen if part)}.", f"  Drawn as {drawn}."]
    return "\n".join([*lines, *(f"  {line}" for line in _unexplained(fitted))])


def _count(flags: Sequence[bool]) -> str:
    return f"{sum(flags)} of {len(flags)}"


def _span(values: Sequence[float], *, scale: float = 1.0, digits: int = 0) -> str:
    low, high = (f"{scale * value:.{digits}f}" for value in (min(values), max(values)))
    low, high = low.removeprefix("0") if digits else low, high.removeprefix("0") if digits else high
    return low if low == high else f"{low} - {high}"


def _where(measured: Sequence[Measured], place: Where) -> str:
    edges = [each["at_edge"] > 0.5 for each in measured]
    text = f"{_count(edges)} reach the outline of the object" if any(edges) else ""
    found = _place(place)
    return f"{text}; placed {found}" if text else f"placed {found}"


def _place(place: Where) -> str:
    if isinstance(place, AlongObject):
        surface = "on the outline" if place.on == "outline" else "on the object"
        return f"{surface} at {_span(place.share_range, scale=100)} % of its length from the thicker end"
    if isinstance(place, EdgeRing):
        return f"{_span(place.depth_range, scale=100)} % of the side inside the outline"
    if isinstance(place, InFrame):
        x, y = (_span(pair, scale=100) for pair in (place.x_range, place.y_range))
        return f"in a window of the image, {x} % of its width and {y} % of its height"
    names = {OnEdge: "on the outline", OnPrint: "on print or other detail", OnSeam: "on a seam", OnCore: "in the core"}
    names |= {InsideObject: "inside the object", OnObject: "on the object"}
    return names.get(type(place), "anywhere")


def _size(measured: Sequence[Measured]) -> str:
    length, width = (
        _span([math.exp(each[key]) for each in measured], scale=100, digits=1) for key in ("length", "width")
    )
    number = [round(math.exp(each["number"])) for each in measured]
    parts = f", {_span(number)} parts" if max(number) > 1 else ""
    return f"{length} % of the side long, {width} % wide{parts}"


def _shape(measured: Sequence[Measured]) -> str:
    elongation, solidity, ragged = (
        float(np.median([each[key] for each in measured])) for key in ("elongation", "solidity", "raggedness")
    )
    words = ["thin" if elongation > math.log(4) else "elongated" if elongation > math.log(2) else "compact"]
    words += ["branched or bent"] if solidity < 0.6 else []
    words += ["ragged"] if ragged > 0.2 else []
    return " and ".join(words)


def _look(measured: Sequence[Measured]) -> list[str]:
    light = [math.copysign(each["brightness"] ** 2, each["brightness"]) for each in measured]
    found = []
    for word, values in (
        ("darker", [-each for each in light if each < -CLEAR]),
        ("brighter", [each for each in light if each > CLEAR]),
    ):
        if values:
            found.append(f"{len(values)} of {len(light)} {word} by {_span(values, digits=2)}")
    for key, words in (("red", ("redder", "greener")), ("yellow", ("yellower", "bluer"))):
        value = float(np.median([each[key] for each in measured]))
        if value**2 > CLEAR:
            found.append(words[0] if value > 0 else words[1])
    texture = float(np.median([each["texture"] for each in measured]))
    if abs(texture) > 0.35:
        found.append("rougher than the surface" if texture > 0 else "smoother than the surface")
    sharpness = float(np.median([each["sharpness"] for each in measured]))
    found.append("with a sharp rim" if sharpness > 0.5 else "with a soft rim")
    relief = [each["relief"] > 0.5 for each in measured]
    if sum(relief) * 2 > len(relief):
        found.append(f"{_count(relief)} lit on one side and dark on the other")
    return found


def _matter(measured: Sequence[Measured]) -> list[str]:
    found = []
    for key, word in (("missing", "material is missing"), ("added", "material sticks out")):
        flags = [each[key] > 0.2 for each in measured]
        if any(flags):
            found.append(f"in {_count(flags)} {word}")
    return found


def _unexplained(fitted: FittedType) -> list[str]:
    """Return a line on the defects that no drawn one resembles, and one on what all drawn ones lack."""
    lines = []
    far = [
        f"{each.name} ({CHANGES[gap.measurement]})"
        for each, gap in zip(fitted.real, fitted.gaps, strict=True)
        if gap.distance > UNEXPLAINED
    ]
    if far:
        lines.append(f"Not explained: {', '.join(far)}.")
    signs: dict[str, list[float]] = {}
    for gap in fitted.gaps:
        if abs(gap.deviation) > NOTABLE:
            signs.setdefault(gap.measurement, []).append(gap.deviation)
    for name, found in signs.items():
        word = "large" if sum(found) > 0 else "small"
        lines.append(f"In {len(found)} of {len(fitted.gaps)} {CHANGES[name]} is too {word} as drawn.")
    return lines
