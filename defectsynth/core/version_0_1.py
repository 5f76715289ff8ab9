"""Read files that version 0.1 wrote: old class names, old argument names, angles in radians.

There are two kinds of old data. Arguments of transforms (`A.to_dict`, YAML presets) carry the old path of their class;
`upgrade` converts them. Recipes (`manifest.jsonl`) hold drawn numbers, whose unit has not changed; `current_name` and
`current_fields` replace the names of their classes and fields.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

MODULES = {  # class: its module in version 0.1, where that is not the class's name in lower case with underscores
    "BrokenThread": "missing_thread",
    "Bulge": "dent",
    "CutPart": "missing_part",
    "CutPasteScar": "cut_paste",
    "DuplicatedPart": "swapped_parts",
    "FlippedPart": "displaced_part",
    "MisplacedObject": "displaced_part",
    "PaintedDefect": "composed",
    "PatternShift": "bent_thread",
    "Pinch": "squeeze",
    "RotatedPart": "displaced_part",
    "ShuffledStructure": "shuffled",
    "TornEdge": "chipped_edge",
    "WarpedDefect": "composed",
}
TYPES = {  # component or recipe: its present name
    "Beneath": "Substrate",
    "DrawnBeneath": "DrawnSubstrate",
    "DrawnCutting": "DrawnOtherImage",
    "DrawnFacet": "DrawnGroundFlat",
    "DrawnFacets": "DrawnFractureFacets",
    "DrawnGround": "DrawnGap",
    "EvenArea": "ColorRegion",
    "Face": "FractureFace",
    "Facet": "GroundFlat",
    "Facets": "FractureFacets",
    "Lift": "PartPlacement",
    "Piece": "ObjectPart",
    "Pieces": "PartSelection",
}
FIELDS: dict[str, dict[str, str]] = {}  # recipe under its present name: {old field: present field}
_RENAMED = (  # old argument in radians, present argument in degrees, classes under their old names
    ("turn_range", "bend_range", ("Strokes", "Scratch", "Streak", "Fold", "Bundle", "Abrasion")),
    ("bow_range", "bend_range", ("Strand", "Fiber")),
    ("turn_range", "angle_range", ("Facet", "GrindMark", "Strip", "CutPasteScar", "InFrame", "Perlin", "RealDefect")),
    ("angle_range", "angle_range", ("RotatedPart", "MisplacedObject", "BentEnd", "Swing")),
    ("rotation_range", "patch_angle_range", ("OtherImage",)),
    ("slant_range", "angle_range", ("CutPart",)),
    ("direction_range", "stroke_angle_range", ("Filed", "FlattenedCrest", "GrindMark")),
    ("spread_range", "branch_angle_range", ("Branches", "Crack")),
    ("jaggedness_range", "jaggedness_range", ("Branches", "Crack")),
    ("disorder_range", "disorder_range", ("Bundle", "Abrasion")),
    ("curl_range", "curl_range", ("Strand", "Fiber")),
)
ANGLES = {(kind, old): present for old, present, kinds in _RENAMED for kind in kinds}
LARGEST_ANGLE = 360.0


def old_path(name: str) -> str:
    """Return the full name that version 0.1 wrote for the transform called `name`."""
    module = MODULES.get(name) or "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
    return f"defectsynth.{module.lstrip('_')}.{name}"


def current_name(name: str) -> str:
    """Return the present name of a component or recipe."""
    return TYPES.get(name, name)


def current_fields(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the recipe called `name` (its present name) under their present names."""
    renamed = FIELDS.get(name, {})
    return {renamed.get(key, key): value for key, value in fields.items()}


def upgrade(kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a transform or component of version 0.1 as the present version takes them.

    Args:
        kind: name of its class in version 0.1.
        arguments: as it was written; components in it are converted, too.
    """
    converted: dict[str, Any] = {}
    for name, value in arguments.items():
        if (kind, name) in ANGLES:
            converted[ANGLES[kind, name]] = [_degrees(angle) for angle in value]
        elif isinstance(value, Mapping) and "type" in value:
            inner = {key: entry for key, entry in value.items() if key != "type"}
            converted[name] = {"type": current_name(value["type"]), **upgrade(value["type"], inner)}
        else:
            converted[name] = value
    return converted


def _degrees(angle: float) -> float:
    """Return an angle in radians as degrees that convert back to the very same number, where there are such."""
    near = math.degrees(angle)
    candidates = (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf))
    found = next((degrees for degrees in candidates if math.radians(degrees) == angle), near)
    return min(max(found, -LARGEST_ANGLE), LARGEST_ANGLE)
