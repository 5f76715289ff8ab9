"""Mixtures for categories that nobody has seen."""

from __future__ import annotations

import albumentations as A

from defectsynth.bent_edge import BentEdge
from defectsynth.color_spot import ColorSpot
from defectsynth.line import Line
from defectsynth.scratch import Scratch


def generic_object() -> A.Compose:
    """One defect on a part that lies in front of a background, for a category nobody has seen.

    Scratches and spots of another colour land on the part and end at its outline, edges are bent, and now and then a
    straight line of one colour crosses it.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import synthesize
        >>> part = np.full((96, 96, 3), 40, np.uint8)
        >>> part[24:72, 16:80] = 170
        >>> len(synthesize(part, generic_object(), seed=1).defects)
        1
    """
    return A.Compose(
        [
            A.OneOf(
                [
                    Scratch(where="object", p=0.35),
                    ColorSpot(where="object", p=0.3),
                    BentEdge(where="edge", p=0.25),
                    Line(where="object", length_range=(0.02, 0.2), width_range=(0.004, 0.03), p=0.1),
                ],
                p=1,
            )
        ]
    )


def generic_texture() -> A.Compose:
    """One defect on a surface that fills the picture, for a category nobody has seen.

    Scratches and spots of another colour land anywhere; the pattern itself is displaced along its strongest edges; now
    and then a straight line of one colour, as a thread or a hair.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import synthesize
        >>> surface = np.random.default_rng(0).integers(90, 130, (96, 96), np.uint8)
        >>> len(synthesize(surface, generic_texture(), seed=1).defects)
        1
    """
    return A.Compose(
        [
            A.OneOf(
                [
                    Scratch(where="anywhere", length_range=(0.08, 0.45), p=0.35),
                    ColorSpot(where="anywhere", radius_range=(0.015, 0.07), p=0.35),
                    BentEdge(where="edge", amount_range=(0.02, 0.06), p=0.15),
                    Line(where="anywhere", length_range=(0.02, 0.25), width_range=(0.003, 0.02), p=0.15),
                ],
                p=1,
            )
        ]
    )
