"""Names that version 0.1 had at the top of the package and that now live in a module."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

MOVED = {  # module: names that moved there unchanged
    "fields": "Crimping Field Push Swelling Swing ThreadPush",
    "looks": (
        "Cloudy Color ColorShift Elsewhere Filed ForeignBody Granular Look Mottling "
        "Noise OtherImage Relief Shade Shuffled Texture TideMark Wear"
    ),
    "places": "AlongObject Anywhere EdgeRing InFrame InsideObject OnCore OnEdge OnObject OnPrint OnSeam Place Where",
    "shapes": (
        "Band Branches Bundle Burst Crests Fractal GammaRectangle Lettering Particles "
        "Perlin Polygon Rectangle Rim Segment Shape Silhouette Spots Strand Strip Strokes Superpixel Thread"
    ),
}
RENAMED = {
    "Beneath": "looks.Substrate",
    "EvenArea": "shapes.ColorRegion",
    "Facet": "shapes.GroundFlat",
    "Facets": "looks.FractureFacets",
    "Twin": "training.twins.Twin",
}
PLACES = {name: f"{module}.{name}" for module, names in MOVED.items() for name in names.split()} | RENAMED


def moved_name(name: str) -> Any:
    """Return what was `defectsynth.NAME` in version 0.1.

    Raises:
        AttributeError: if version 0.1 had no such name.
    """
    if name not in PLACES:
        raise AttributeError(f"module 'defectsynth' has no attribute {name!r}")
    place = f"defectsynth.{PLACES[name]}"
    warnings.warn(
        f"defectsynth.{name} has moved to {place}; the old name goes with version 0.3", DeprecationWarning, stacklevel=3
    )
    module, _, present = place.rpartition(".")
    return getattr(importlib.import_module(module), present)
