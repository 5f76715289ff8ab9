"""Fit of one type of defect: families, their ranges and their weights.

Every family is drawn a few times with single values near the measured ones. The families that come nearest are drawn
more often, ranges are taken from their best draws, and draws from these ranges decide the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.engine.transform import DefectTransform
from defectsynth.fitting.arguments import Argument, Path, Sizes, Values, arguments_of, values_of, with_arguments
from defectsynth.fitting.background import Background
from defectsynth.fitting.candidates import FAINT, Family, families
from defectsynth.fitting.comparison import (
    Drawn,
    bandwidth,
    distances,
    draw_and_measure,
    likelihoods,
    mixture_weights,
)
from defectsynth.fitting.measurements import NAMES, SCALE, Measured
from defectsynth.fitting.placing import Choice, choose_places
from defectsynth.fitting.surface import Surface
from defectsynth.places.along_object import AlongObject
from defectsynth.places.base import OnEdge, Where
from defectsynth.places.on_print import OnPrint

FIRST_DRAWS = 4  # of every family
SECOND_DRAWS = 12  # of the families that came nearest
LAST_DRAWS = 13  # with the fitted ranges
SECOND_FAMILIES, LAST_FAMILIES = 14, 9
CHOSEN = 8  # families in a preset, at most
LEAST_WEIGHT = 0.04
NEIGHBOURS = 5  # nearest drawn defects that a real one is compared with


@dataclass(frozen=True, eq=False)
class Real:
    """A real defect.

    Attributes:
        name: of its image.
        image: uint8 (H, W, 3).
        mask: uint8 (H, W).
        background: the surface under it.
        measured: its measurements.
    """

    name: str
    image: Bytes
    mask: Bytes
    background: Background
    measured: Measured


@dataclass(frozen=True)
class Gap:
    """Difference between a real defect and the drawn ones that are nearest to it.

    Attributes:
        distance: mean deviation to the nearest drawn one.
        measurement: the name of the measurement that differs most.
        deviation: by how much the nearest drawn ones differ in it, in its unit; above 0 if theirs is larger.
    """

    distance: float
    measurement: str
    deviation: float


@dataclass(frozen=True, eq=False)
class FittedFamily:
    """A family with ranges.

    Attributes:
        name: of the family.
        transform: with the fitted ranges.
        weight: of the family in its type.
        drawn: examples.
    """

    name: str
    transform: DefectTransform
    weight: float
    drawn: tuple[Drawn, ...]


@dataclass(frozen=True, eq=False)
class FittedType:
    """A fitted type of defect.

    Attributes:
        name: of the type.
        real: the real defects.
        places: the places that were chosen.
        families: fitted families, heaviest first.
        gaps: for each real defect, what the drawn ones lack.
    """

    name: str
    real: tuple[Real, ...]
    places: Choice
    families: tuple[FittedFamily, ...]
    gaps: tuple[Gap, ...]


@dataclass(eq=False)
class _Trial:
    """A family with its draws."""

    family: Family
    base: DefectTransform
    arguments: list[Argument]
    values: list[Values] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)

    def distance(self, real: Sequence[Measured]) -> Array:
        return distances(real, [each.measured for each in self.drawn])


def fit_type(name: str, real: Sequence[Real], surfaces: Sequence[Surface], *, seed: int) -> FittedType:
    """Fit the defects of one type.

    Args:
        name: of the type.
        real: real defects, at least one.
        surfaces: good parts to draw on.
        seed: of all draws.
    """
    rng = np.random.default_rng(seed)
    measured = [each.measured for each in real]
    inpainted = sum(each.background.inpainted for each in real) * 2 > len(real)
    places = choose_places(measured, surfaces, rng)
    sizes = _sizes(measured)
    share = max(cv2.countNonZero(each.mask) / each.background.surface.object_area for each in real)
    trials = [_trial(family, places) for family in families(surfaces, share=share)]
    for trial in trials:
        _explore(trial, sizes, surfaces, rng, number=FIRST_DRAWS, inpainted=inpainted)
    trials = _nearest([trial for trial in trials if trial.drawn], measured, SECOND_FAMILIES)
    for trial in trials:
        _explore(trial, sizes, surfaces, rng, number=SECOND_DRAWS, inpainted=inpainted)
    trials = _nearest(trials, measured, LAST_FAMILIES)
    fitted = [_fitted(trial, measured) for trial in trials]
    for trial in fitted:
        _repeat(trial, surfaces, rng, inpainted=inpainted)
    fitted = [trial for trial in fitted if trial.drawn]
    return _weighed(name, real, places, fitted)


def _sizes(measured: Sequence[Measured]) -> Sizes:
    values = {key: np.exp([each[key] for each in measured]) for key in ("length", "width", "area", "number")}
    radius = np.sqrt(values["area"] / np.pi)
    depth = np.array([max(each["depth"], 0.0) for each in measured])
    return Sizes(values["length"], values["width"], radius, np.rint(values["number"]).astype(np.int64), depth)


def _trial(family: Family, places: Choice) -> _Trial:
    base = with_arguments(type(family.base), values_of(family.base), {("where",): _place_for(family, places)})
    return _Trial(family, base, arguments_of(base))


def _place_for(family: Family, places: Choice) -> Where:
    """Return the chosen place, unless the place belongs to the family."""
    usual = family.base.where
    if not family.anchored:
        return places.best
    if isinstance(usual, OnEdge):
        return places.outline or usual
    follows = (isinstance(usual, OnPrint) and isinstance(places.best, OnPrint)) or (
        family.name == "flattened_crest" and isinstance(places.best, AlongObject) and places.best.on == "surface"
    )
    return places.best if follows else usual


def _explore(
    trial: _Trial, sizes: Sizes, surfaces: Sequence[Surface], rng: np.random.Generator, *, number: int, inpainted: bool
) -> None:
    """Draw with single values near the measured sizes."""
    kind, given = type(trial.base), values_of(trial.base)
    for _ in range(number):
        values = {argument.path: argument.propose(rng, sizes) for argument in trial.arguments}
        surface = surfaces[int(rng.integers(len(surfaces)))]
        try:
            transform = with_arguments(kind, given, values)
        except ValueError:  # values that do not go together
            continue
        drawn = draw_and_measure(transform, surface, seed=int(rng.integers(2**31)), inpainted=inpainted)
        if drawn is not None:
            trial.values.append(values)
            trial.drawn.append(drawn)


def _nearest(trials: Sequence[_Trial], measured: Sequence[Measured], number: int) -> list[_Trial]:
    """Return the trials that come nearest to any of the real defects, so that each of these keeps its best ones."""
    best = np.stack([trial.distance(measured).min(axis=1) for trial in trials])
    ranks = best.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    order = np.lexsort((best.mean(axis=1), ranks.min(axis=1) + 0.5 * ranks.mean(axis=1)))
    return [trials[index] for index in order[:number]]


def _fitted(trial: _Trial, measured: Sequence[Measured]) -> _Trial:
    """Return the family with ranges from its draws that come near to the real defects it explains best."""
    distance = trial.distance(measured)
    width = bandwidth(distance)
    near = np.exp(-0.5 * np.square((distance - distance.min(axis=1, keepdims=True)) / (0.5 * width)))
    matters = np.exp(-0.5 * np.square((distance.min(axis=1) - distance.min()) / width))
    weights = (near / near.sum(axis=1, keepdims=True) * matters[:, None]).sum(axis=0)
    weights /= weights.sum()
    ranges = {
        argument.path: argument.fitted([values[argument.path] for values in trial.values], weights, len(measured))
        for argument in trial.arguments
    }
    try:
        base = with_arguments(type(trial.base), values_of(trial.base), ranges)
    except ValueError:  # ranges that do not go together
        base = trial.base
    return replace(trial, base=base, values=[], drawn=[])


def _repeat(trial: _Trial, surfaces: Sequence[Surface], rng: np.random.Generator, *, inpainted: bool) -> None:
    for _ in range(LAST_DRAWS):
        surface = surfaces[int(rng.integers(len(surfaces)))]
        drawn = draw_and_measure(trial.base, surface, seed=int(rng.integers(2**31)), inpainted=inpainted)
        if drawn is not None:
            trial.drawn.append(drawn)


def _weighed(name: str, real: Sequence[Real], places: Choice, trials: Sequence[_Trial]) -> FittedType:
    measured = [each.measured for each in real]
    distance = [trial.distance(measured) for trial in trials]
    width = bandwidth(np.concatenate(distance, axis=1))
    likelihood = np.stack([likelihoods(each, width) for each in distance])
    weights = mixture_weights(likelihood)
    order = [int(index) for index in np.argsort(-weights, kind="stable") if weights[index] >= LEAST_WEIGHT][:CHOSEN]
    total = float(weights[order].sum())
    chosen = tuple(
        FittedFamily(
            trials[index].family.name,
            _named(trials[index].base, name, float(weights[index]) / total),
            float(weights[index]) / total,
            tuple(trials[index].drawn),
        )
        for index in order
    )
    drawn = [each.measured for family in chosen for each in family.drawn]
    return FittedType(name, tuple(real), places, chosen, tuple(_gap(each, drawn) for each in measured))


def _named(transform: DefectTransform, name: str, weight: float) -> DefectTransform:
    common: dict[Path, Any] = {("defect_type",): name, ("min_visibility",): FAINT, ("p",): round(weight, 3)}
    return with_arguments(type(transform), values_of(transform), common)


def _gap(real: Measured, drawn: Sequence[Measured]) -> Gap:
    """Return what differs most between a real defect and the nearest drawn ones."""
    distance = distances([real], drawn)[0]
    nearest = np.argsort(distance, kind="stable")[:NEIGHBOURS]
    apart = np.nan_to_num((np.stack([drawn[index].values for index in nearest]) - real.values) / SCALE).mean(axis=0)
    most = int(np.argmax(np.abs(apart)))
    return Gap(float(distance.min()), NAMES[most], float(apart[most]))
