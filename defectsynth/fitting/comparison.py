"""Comparison of drawn defects with real ones by their measurements, and the weights that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.engine.transform import DefectTransform
from defectsynth.fitting.background import LARGEST_INPAINTING, Background, inpainted_background
from defectsynth.fitting.measurements import Measured, deviations, measure
from defectsynth.fitting.surface import Surface

NARROWEST = 0.12  # smallest bandwidth of the likelihood, in mean deviations
ROUNDS = 60  # of the estimation of weights
PRIOR = 2.0  # examples that are added for an even distribution of the weights


@dataclass(frozen=True, eq=False)
class Drawn:
    """A drawn defect.

    Attributes:
        image: uint8 (H, W, 3).
        mask: uint8 (H, W).
        measured: its measurements.
    """

    image: Bytes
    mask: Bytes
    measured: Measured


def draw_and_measure(transform: DefectTransform, surface: Surface, *, seed: int, inpainted: bool) -> Drawn | None:
    """Draw a defect on a good part and measure it as real ones are measured; None if no place was found.

    Args:
        transform: the defect.
        surface: the good part.
        seed: of the draw.
        inpainted: True if the surface under the real defects could only be inpainted.
    """
    drawing = transform.draw(surface.image, seed=seed)
    if not drawing.recipes:
        return None
    mask = drawing.mask
    background = Background(surface, 0.0, inpainted=False)
    if inpainted and cv2.countNonZero(mask) < LARGEST_INPAINTING * mask.size:
        own = inpainted_background(drawing.canvas, mask)
        background = Background(_with_maps_of(surface, own.surface), own.noise, inpainted=True)
    measured = measure(drawing.canvas, mask, background)
    return None if measured is None else Drawn(drawing.canvas, mask, measured)


def _with_maps_of(surface: Surface, estimate: Surface) -> Surface:
    """Return the estimate with the maps of the good part that it was drawn on, which need not be found again."""
    for name in ("scene", "on_object", "has_background", "depth", "axis_shares", "detail"):
        estimate.__dict__[name] = getattr(surface, name)
    return estimate


def distances(real: Sequence[Measured], drawn: Sequence[Measured]) -> Array:
    """Return the mean deviation between each real and each drawn defect, float64 (real, drawn)."""
    one, other = (np.stack([each.values for each in group]) for group in (real, drawn))
    return deviations(one[:, None], other[None]).mean(axis=2)


def bandwidth(distance: Array) -> float:
    """Return the width of the likelihood: the median over the real defects of the distance to the nearest drawn one."""
    return max(NARROWEST, float(np.median(distance.min(axis=1))))


def likelihoods(distance: Array, width: float) -> Array:
    """Return the likelihood of each real defect under the draws of one family, float64 (real,)."""
    return np.exp(-0.5 * np.square(distance / width)).mean(axis=1) + 1e-9


def mixture_weights(likelihood: Array) -> Array:
    """Return the weights of families under which the real defects are most likely, by expectation maximisation.

    Args:
        likelihood: float64 (families, real).

    Returns:
        float64 (families,), of sum 1.
    """
    families = len(likelihood)
    weights = np.full(families, 1.0 / families)
    for _ in range(ROUNDS):
        shares = responsibilities(likelihood, weights)
        weights = shares.sum(axis=1) + PRIOR / families
        weights /= weights.sum()
    return weights


def responsibilities(likelihood: Array, weights: Array) -> Array:
    """Return the share of each family in explaining each real defect, float64 (families, real), columns of sum 1."""
    joint = likelihood * weights[:, None]
    return joint / joint.sum(axis=0, keepdims=True)
