"""Conversion of data saved by version 0.1: old class names, old argument names, angles in radians.

Saved transforms (`A.to_dict`, YAML presets) name the old path of their class; `upgrade` converts their arguments.
Recipes (`manifest.jsonl`) hold drawn numbers, whose unit has not changed; `current_name` and `current_fields` replace
the names of their classes and fields.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

MODULES = {  # transform: module in version 0.1, where that is not the class name in snake case
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
TYPES = {  # component or recipe in version 0.1: present name
    "Beneath": "Substrate",
    "Branches": "BranchingPath",
    "Bundle": "StrokeBundle",
    "Creases": "CreaseShading",
    "Crests": "CrestFlats",
    "DrawnBeneath": "DrawnSubstrate",
    "DrawnBranches": "DrawnBranchingPath",
    "DrawnBundle": "DrawnStrokeBundle",
    "DrawnCrests": "DrawnCrestFlats",
    "DrawnCutting": "DrawnOtherImage",
    "DrawnFacet": "DrawnGroundFlat",
    "DrawnFacets": "DrawnFractureFacets",
    "DrawnGround": "DrawnGap",
    "DrawnOutline": "DrawnPolygon",
    "DrawnOutlines": "DrawnPolygonUnion",
    "DrawnRegion": "DrawnPolygonWithHoles",
    "DrawnSegment": "DrawnLineSegment",
    "EvenArea": "ColorRegion",
    "Face": "FractureFace",
    "Facet": "GroundFlat",
    "Facets": "FractureFacets",
    "Hump": "HumpShading",
    "Lift": "PartPlacement",
    "Piece": "ObjectPart",
    "Pieces": "PartSelection",
    "RealRecipe": "RealDefectRecipe",
    "Rim": "EdgeStrip",
    "Segment": "LineSegment",
    "Strip": "RotatedRectangle",
}
FIELDS: dict[str, dict[str, str]] = {  # present name of a recipe: {old field: present field}
    "DrawnOtherImage": {"picture_name": "image_name"},
    "DrawnShuffled": {"picture_name": "image_name"},
    "RealDefectRecipe": {"picture_name": "image_name"},
    "Gap": {"piece": "part", "sources": "offsets"},
    "PartPlacement": {"piece": "part"},
    "PartRecipe": {"lifts": "placements"},
}
_RENAMED = (  # old argument in radians, present argument in degrees, old names of the classes that have it
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
MAX_ANGLE = 360.0


def old_path(name: str) -> str:
    """Return the module path and name that version 0.1 saved for the transform `name`."""
    module = MODULES.get(name) or "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
    return f"defectsynth.{module.lstrip('_')}.{name}"


def current_name(name: str) -> str:
    """Return the present name of a component or recipe."""
    return TYPES.get(name, name)


def current_fields(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a recipe under their present names.

    Args:
        name: present name of the recipe.
        fields: values by old or present field name.
    """
    renamed = FIELDS.get(name, {})
    return {renamed.get(key, key): value for key, value in fields.items()}


def upgrade(kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the arguments of a transform or component from version 0.1 to the present version.

    Args:
        kind: class name in version 0.1.
        arguments: saved arguments; components among them are converted, too.
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
    """Convert radians to degrees that `math.radians` turns back into the same float, where such a number exists."""
    near = math.degrees(angle)
    candidates = (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf))
    found = next((degrees for degrees in candidates if math.radians(degrees) == angle), near)
    return min(max(found, -MAX_ANGLE), MAX_ANGLE)
