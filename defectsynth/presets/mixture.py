"""Compositions that draw one of several types of defect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import albumentations as A

from defectsynth.engine.compat import leaves

DefectTypes = Mapping[str, Callable[[], list[Any]]]  # name of a type, function that makes its transforms
COMBINED = "combined"  # name of the type that draws two others at once


def defect_types(*factories: Callable[[], list[Any]]) -> DefectTypes:
    """Return the factories of transforms under their function names, which are the names of the types."""
    return {factory.__name__: factory for factory in factories}


def mixture(types: DefectTypes) -> A.Compose:
    """Return a composition that draws one defect of a random type, with equal probability for each type.

    Args:
        types: for each name a function that makes transforms. A draw takes one of them, weighted by `p`. A transform
            may be a composition, such as `A.SomeOf`. The records of its defects carry the name of the type.
    """
    alternatives = []
    for name, factory in types.items():
        alternative = A.OneOf(factory(), p=1.0)
        for leaf in leaves(alternative):
            leaf.defect_type = name
        alternatives.append(alternative)
    return A.Compose([A.OneOf(alternatives, p=1.0)])


def combined(types: DefectTypes) -> list[Any]:
    """Return a composition that draws defects of two different types in one image."""
    return [A.SomeOf([A.OneOf(factory(), p=1.0) for factory in types.values()], n=2, replace=False, p=1.0)]
