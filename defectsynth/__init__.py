"""Synthetic defects for images of good parts, with masks that are true to the pixel.

The transforms are here. Their components live in modules: `places` (where a defect lands), `shapes` (its outline),
`looks` (its appearance), `fields` (displacements). `presets` and `reference` hold ready compositions.

Examples:
    >>> import numpy as np
    >>> import defectsynth as ds
    >>> sample = ds.synthesize(np.full((64, 64, 3), 128, np.uint8), ds.Scratch(), seed=0)
    >>> sample.image.shape, sample.mask.shape, sample.defects[0]["kind"]
    ((64, 64, 3), (64, 64), 'scratch')
"""

import importlib
from typing import TYPE_CHECKING, Any

from defectsynth.moved import moved_name, started_as_command

__version__ = "0.2.0"

if TYPE_CHECKING or not started_as_command():
    from defectsynth import fields, looks, places, shapes, transforms
    from defectsynth.blending.blend import Blend
    from defectsynth.core.measurements import use_store
    from defectsynth.engine.sample import Sample
    from defectsynth.engine.synthesis import redraw, synthesize
    from defectsynth.engine.transform import DefectTransform
    from defectsynth.scene.foreground import find_foreground
    from defectsynth.training.curriculum import Curriculum, with_severity
    from defectsynth.transforms import *  # noqa: F403  every transform, and nothing else

    if TYPE_CHECKING:
        from defectsynth import presets, reference
        from defectsynth.fitting.fit import Fit, fit
        from defectsynth.training.prepare import prepare
        from defectsynth.training.twins import AnomalyTwins

    __all__ = [
        "AnomalyTwins",
        "Blend",
        "Curriculum",
        "DefectTransform",
        "Fit",
        "Sample",
        "fields",
        "find_foreground",
        "fit",
        "looks",
        "places",
        "prepare",
        "presets",
        "redraw",
        "reference",
        "shapes",
        "synthesize",
        "use_store",
        "with_severity",
    ]
    __all__ += transforms.__all__


IMPORTED_LATER = {  # name: module that holds it; imported when it is asked for
    "AnomalyTwins": "training.twins",
    "Fit": "fitting.fit",
    "fit": "fitting.fit",
    "prepare": "training.prepare",
    "presets": "presets",
    "reference": "reference",
}


def __getattr__(name: str) -> Any:
    """Return a name that is imported when it is asked for, or what version 0.1 had at the top.

    The latter comes with a DeprecationWarning that names its new place.
    """
    if name not in IMPORTED_LATER:
        return moved_name(name)
    module = importlib.import_module(f"defectsynth.{IMPORTED_LATER[name]}")
    found = module if IMPORTED_LATER[name] == name else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return all names, those included that are imported when they are asked for."""
    return sorted({*globals(), *IMPORTED_LATER})
