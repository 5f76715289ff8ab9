"""Mixtures of defects with names: each is an ordinary `A.Compose`, to look at, to edit, to save as YAML.

A preset of a category is split by the types of defect that its real pictures show; each draw takes one type. The
types are written from what the defect is and tuned on training pictures and a few known defects, so a preset of a
category uses knowledge of its defects. `generic_object` and `generic_texture` do not.

>>> from defectsynth import presets
>>> list(presets.MVTEC_AD["screw"])
['manipulated_front', 'scratch_head', 'scratch_neck', 'thread_side', 'thread_top']
>>> type(presets.mvtec_ad("screw", defect="thread_top")).__name__
'Compose'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import albumentations as A

from defectsynth.presets import (
    bottle,
    cable,
    capsule,
    carpet,
    electrical_commutator,
    grid,
    hazelnut,
    leather,
    metal_nut,
    pill,
    screw,
    tile,
    toothbrush,
    transistor,
    wood,
    zipper,
)
from defectsynth.presets.generic import generic_object, generic_texture
from defectsynth.presets.mixture import COMBINED, Types, mixture

MVTEC_AD: Mapping[str, Types] = {
    "bottle": bottle.TYPES,
    "cable": cable.TYPES,
    "capsule": capsule.TYPES,
    "carpet": carpet.TYPES,
    "grid": grid.TYPES,
    "hazelnut": hazelnut.TYPES,
    "leather": leather.TYPES,
    "metal_nut": metal_nut.TYPES,
    "pill": pill.TYPES,
    "screw": screw.TYPES,
    "tile": tile.TYPES,
    "toothbrush": toothbrush.TYPES,
    "transistor": transistor.TYPES,
    "wood": wood.TYPES,
    "zipper": zipper.TYPES,
}
KOLEKTOR_SDD: Mapping[str, Types] = {
    "electrical_commutator": electrical_commutator.TYPES,
}


def mvtec_ad(category: str, *, defect: str | None = None, without: str | None = None) -> A.Compose:
    """One defect as a category of MVTec AD knows it.

    P. Bergmann et al., "MVTec AD", CVPR 2019; the types of defect are those of its test folders.

    Args:
        category: one of `MVTEC_AD`, such as "screw".
        defect: one of the category's types, such as "thread_top"; None takes any of them at each draw.
        without: see `category_preset`.

    Raises:
        ValueError: if the category or the type is unknown.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import synthesize
        >>> part = np.full((96, 96, 3), 200, np.uint8)
        >>> part[30:60, 20:80] = 90
        >>> sample = synthesize(part, mvtec_ad("screw", defect="scratch_neck"), seed=1)
        >>> {defect["defect_type"] for defect in sample.defects}
        {'scratch_neck'}
    """
    return _of(MVTEC_AD, category, defect, without)


def kolektor_sdd(category: str = "electrical_commutator", *, defect: str | None = None) -> A.Compose:
    """One defect as KolektorSDD knows it: cracks in the plastic of electrical commutators.

    D. Tabernik et al., "Segmentation-based deep-learning approach for surface-defect detection",
    J. Intell. Manuf. 2019.

    Args:
        category: one of `KOLEKTOR_SDD`.
        defect: one of its types; None takes any of them at each draw.

    Raises:
        ValueError: if the category or the type is unknown.
    """
    return _of(KOLEKTOR_SDD, category, defect, None)


CATEGORIES: Mapping[str, Types] = {**MVTEC_AD, **KOLEKTOR_SDD}


def category_preset(category: str, *, defect: str | None = None, without: str | None = None) -> A.Compose:
    """One defect of a category that has a preset, of whatever data set.

    Args:
        category: one of `CATEGORIES`.
        defect: one of its types; None takes any of them at each draw.
        without: one of its types that is never drawn, nor a combination that it may be part of: what does a model find
            of a defect that it was not taught?

    Raises:
        ValueError: if the category or a type is unknown, both are given, or nothing is left.
    """
    return _of(CATEGORIES, category, defect, without)


def _of(categories: Mapping[str, Types], category: str, defect: str | None, without: str | None) -> A.Compose:
    if category not in categories:
        raise ValueError(f"category must be one of {', '.join(categories)}, got {category!r}")
    types = categories[category]
    if defect is not None and defect not in types:
        raise ValueError(f"defect must be one of {', '.join(types)} or None, got {defect!r}")
    if without is None:
        return mixture(types if defect is None else {defect: types[defect]})
    left = {name: make for name, make in types.items() if name not in (without, COMBINED)}
    if without not in types or defect is not None or not left:
        raise ValueError(f"without must be one of several types ({', '.join(types)}), and alone, got {without!r}")
    return mixture(left)


PRESETS: dict[str, Callable[[], A.Compose]] = {
    "generic_object": generic_object,
    "generic_texture": generic_texture,
    **{category: partial(category_preset, category) for category in CATEGORIES},
}
