"""From the types of defect of a category to one composition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import albumentations as A

from defectsynth.engine.compat import leaves

Types = Mapping[str, Callable[[], list[Any]]]  # a type's name, and what makes the transforms that draw it
COMBINED = "combined"  # the type that mixes others


def named(*makers: Callable[[], list[Any]]) -> Types:
    """Return types of defect, each called as the function that makes it."""
    return {maker.__name__: maker for maker in makers}


def mixture(types: Types) -> A.Compose:
    """Return a composition that draws one defect of one type, all types equally often.

    Args:
        types: for each name the transforms that draw it, of which each draw takes one, weighted by their `p`; a
            transform may be a composition, such as `A.Sequential` for a defect of two. All carry the type's name.
    """
    alternatives = []
    for name, make in types.items():
        alternative = A.OneOf(make(), p=1.0)
        for leaf in leaves(alternative):
            leaf.defect_type = name
        alternatives.append(alternative)
    return A.Compose([A.OneOf(alternatives, p=1.0)])


def combined(types: Types) -> list[Any]:
    """Return what draws two different types at once."""
    return [A.SomeOf([A.OneOf(make(), p=1.0) for make in types.values()], n=2, replace=False, p=1.0)]
