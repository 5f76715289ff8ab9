"""Composition of a preset from fitted types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import albumentations as A

from defectsynth.engine.compat import leaves
from defectsynth.fitting.candidates import FAINT
from defectsynth.fitting.single_type import FittedType
from defectsynth.presets.generic import generic_object, generic_texture
from defectsynth.transforms.pasted.real_defect import RealDefect

OTHER_SHARE = 0.15  # of the defects, of kinds that a few examples may not show
OTHER = "other"  # their type in records


def make_preset(
    types: Sequence[FittedType],
    *,
    real_share: float,
    banks: Mapping[str, Any],
    other_share: float,
    texture: bool,
) -> A.Compose:
    """Return a composition that draws one defect: of each type equally often, or of another kind.

    Args:
        types: the fitted types.
        real_share: share of the defects of a type that are the real ones.
        banks: source of the real defects of each type, see `RealDefect`.
        other_share: share of the defects of a generic preset.
        texture: True if the surface fills the image.
    """
    alternatives = [_one_of(each, real_share, banks.get(each.name)) for each in types]
    for alternative in alternatives:
        alternative.p = round((1.0 - other_share) / len(alternatives), 4)
    if other_share:
        others = (generic_texture() if texture else generic_object()).transforms[0]
        for leaf in leaves(others):
            leaf.defect_type = OTHER
        others.p = other_share
        alternatives.append(others)
    return A.Compose([A.OneOf(alternatives, p=1.0)])


def _one_of(fitted: FittedType, real_share: float, bank: Any) -> A.OneOf:
    members: list[Any] = [family.transform for family in fitted.families]
    if real_share:
        for member in members:
            member.p = round(member.p * (1.0 - real_share), 4)
        members.append(
            RealDefect(
                source=bank,
                where=fitted.places.best,
                defect_type=fitted.name,
                min_visibility=FAINT,
                p=real_share,
            )
        )
    return A.OneOf(members, p=1.0)
