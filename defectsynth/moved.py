"""The top of the package: names that version 0.1 had there, and when it imports nothing at once."""

from __future__ import annotations

import importlib
import sys
import warnings
from pathlib import PurePath
from typing import Any

from defectsynth.core.messages import did_you_mean

MOVED = {  # module: names that moved there unchanged
    "fields": "Crimping Field Push Swelling Swing ThreadPush",
    "looks": (
        "Cloudy Color ColorShift Elsewhere Filed ForeignBody Granular Look Mottling "
        "Noise OtherImage Relief Shade Shuffled Texture TideMark Wear"
    ),
    "places": "AlongObject Anywhere EdgeRing InFrame InsideObject OnCore OnEdge OnObject OnPrint OnSeam Place Where",
    "shapes": (
        "Band Burst Fractal GammaRectangle Lettering Particles Perlin Polygon "
        "Rectangle Shape Silhouette Spots Strand Strokes Superpixel Thread"
    ),
}
RENAMED = {
    "Beneath": "looks.Substrate",
    "Branches": "shapes.BranchingPath",
    "Bundle": "shapes.StrokeBundle",
    "Crests": "shapes.CrestFlats",
    "EvenArea": "shapes.ColorRegion",
    "Facet": "shapes.GroundFlat",
    "Facets": "looks.FractureFacets",
    "Rim": "shapes.EdgeStrip",
    "Segment": "shapes.LineSegment",
    "Strip": "shapes.RotatedRectangle",
    "Twin": "training.twins.Twin",
}
PLACES = {name: f"{module}.{name}" for module, names in MOVED.items() for name in names.split()} | RENAMED


def moved_name(name: str) -> Any:
    """Return what was `defectsynth.NAME` in version 0.1.

    Raises:
        AttributeError: if version 0.1 had no such name.
    """
    if name not in PLACES:
        known = vars(sys.modules["defectsynth"]).get("__all__", ())
        raise AttributeError(f"module 'defectsynth' has no attribute {name!r}{did_you_mean(name, known)}")
    place = f"defectsynth.{PLACES[name]}"
    warnings.warn(
        f"defectsynth.{name} has moved to {place}; the old name goes with version 0.3", DeprecationWarning, stacklevel=3
    )
    module, _, present = place.rpartition(".")
    return getattr(importlib.import_module(module), present)


def started_as_command() -> bool:
    """Return whether this process is the command line, which imports the library only once it knows what is asked.

    True for the installed command `defectsynth` and for `python -m defectsynth.cli`, while they start.
    """
    as_module = "defectsynth.cli" in sys.orig_argv
    as_script = bool(sys.argv) and PurePath(sys.argv[0]).stem == "defectsynth"
    return (as_module or as_script) and "albumentations" not in sys.modules
