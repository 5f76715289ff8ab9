"""Presets: named mixtures of defects. Each is an `A.Compose` that can be inspected, edited and saved as YAML.

The preset of a category consists of the types of defect in its data set, and each draw takes one type. Most
were tuned on real images, hazelnut and toothbrush on rendered ones only; the README says what each was judged on. A
preset uses knowledge about the defects of its category. `generic_object` and `generic_texture` use none.

Examples:
    >>> from defectsynth import presets
    >>> list(presets.MVTEC_AD["screw"])
    ['manipulated_front', 'scratch_head', 'scratch_neck', 'thread_side', 'thread_top']
    >>> type(presets.mvtec_ad("screw", defect="thread_top")).__name__
    'Compose'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import albumentations as A

from defectsynth.core.messages import did_you_mean, short_repr
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
    wood_laminate,
    zipper,
)
from defectsynth.presets.generic import generic_object, generic_texture
from defectsynth.presets.mixture import COMBINED, DefectTypes, mixture

MVTEC_AD: Mapping[str, DefectTypes] = {  # category of MVTec AD: its types of defect
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
KOLEKTOR_SDD: Mapping[str, DefectTypes] = {"electrical_commutator": electrical_commutator.TYPES}
LAMINATE: Mapping[str, DefectTypes] = {"wood_laminate": wood_laminate.TYPES}  # boards, of no data set of a paper
CATEGORIES: Mapping[str, DefectTypes] = {**MVTEC_AD, **KOLEKTOR_SDD, **LAMINATE}  # of all data sets


def mvtec_ad(category: str, *, defect: str | None = None, without: str | None = None) -> A.Compose:
    """Return a preset that draws one defect of a category of MVTec AD.

    The types of defect are those of the test folders of the data set.

    Args:
        category: one of `MVTEC_AD`, such as "screw".
        defect: type of defect, such as "thread_top"; None takes a random type at each draw.
        without: type of defect that is left out, see `category_preset`.

    Returns:
        A composition that draws one defect; the type "combined" of some categories draws two.

    Raises:
        ValueError: if the category or a type is unknown, both types are given, or no type is left.

    References:
        P. Bergmann et al., "MVTec AD", CVPR 2019.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import synthesize
        >>> part = np.full((96, 96, 3), 200, np.uint8)
        >>> part[30:60, 20:80] = 90
        >>> sample = synthesize(part, mvtec_ad("screw", defect="scratch_neck"), seed=1)
        >>> {defect["defect_type"] for defect in sample.defects}
        {'scratch_neck'}
    """
    return _category_mixture(MVTEC_AD, category, defect, without)


def kolektor_sdd(category: str = "electrical_commutator", *, defect: str | None = None) -> A.Compose:
    """Return a preset that draws one defect of KolektorSDD: a crack in the plastic of an electrical commutator.

    Args:
        category: one of `KOLEKTOR_SDD`.
        defect: type of defect; None takes a random type at each draw.

    Returns:
        A composition that draws one defect.

    Raises:
        ValueError: if the category or the type is unknown.

    References:
        D. Tabernik et al., "Segmentation-based deep-learning approach for surface-defect detection", J. Intell. Manuf.
        2019.
    """
    return _category_mixture(KOLEKTOR_SDD, category, defect, None)


def category_preset(category: str, *, defect: str | None = None, without: str | None = None) -> A.Compose:
    """Return a preset that draws one defect of a category of any data set.

    Args:
        category: one of `CATEGORIES`.
        defect: type of defect; None takes a random type at each draw.
        without: type of defect that is never drawn, neither alone nor combined with another one. Use it to measure how
            well a model finds a type of defect that is missing from its training data.

    Returns:
        A composition that draws one defect; the type "combined" of some categories draws two.

    Raises:
        ValueError: if the category or a type is unknown, both types are given, or no type is left.
    """
    return _category_mixture(CATEGORIES, category, defect, without)


def _category_mixture(
    categories: Mapping[str, DefectTypes], category: str, defect: str | None, without: str | None
) -> A.Compose:
    if not isinstance(category, str) or category not in categories:
        raise ValueError(f"category must be one of {', '.join(categories)}, got {_named(category, categories)}")
    types = categories[category]
    if defect is not None and (not isinstance(defect, str) or defect not in types):
        raise ValueError(f"defect must be one of {', '.join(types)} or None, got {_named(defect, types)}")
    if without is None:
        return mixture(types if defect is None else {defect: types[defect]})
    if defect is not None:
        raise ValueError(f"without must be None if defect is given, got {short_repr(without)} and {short_repr(defect)}")
    if not isinstance(without, str) or without not in types:
        raise ValueError(f"without must be one of {', '.join(types)} or None, got {_named(without, types)}")
    left = {name: factory for name, factory in types.items() if name not in (without, COMBINED)}
    if not left:
        raise ValueError(f"without must leave at least one type of {category}, got {short_repr(without)}")
    return mixture(left)


def _named(name: object, known: Iterable[str]) -> str:
    """Return a name as errors quote it, with the known names that it may mean."""
    return f"{short_repr(name)}{did_you_mean(name, known)}"


PRESETS: dict[str, Callable[[], A.Compose]] = {
    "generic_object": generic_object,
    "generic_texture": generic_texture,
    **{category: partial(category_preset, category) for category in CATEGORIES},
}
