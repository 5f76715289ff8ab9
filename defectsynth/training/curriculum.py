"""Curriculum learning: plain defects first, hardly visible ones later."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import Component, Number, choice, number
from defectsynth.engine.compat import leaves
from defectsynth.engine.synthesis import check_transform
from defectsynth.engine.transform import COMMON_RULES, DefectTransform

PROGRESS = Number(0.0, 1.0, "share of the training that is done")
LAWS = ("linear", "cosine")


@dataclass(frozen=True)
class Curriculum(Component):
    """Severity as a function of training progress: plain defects first, hardly visible ones later.

    Calling it with the progress returns the severity. `AnomalyTwins(..., curriculum=)` applies it; elsewhere use
    `with_severity(transform, curriculum(progress))`.

    Args:
        start: severity at the beginning, in [0, 1]; 1 is plain, 0 hardly visible.
        end: severity at the end, in [0, 1]; above `start` the defects grow plainer.
        law: linear, the same step at every epoch; cosine, slow at both ends and fastest in the middle.
        duration: epochs until `end` is reached, in [1, 100000]; it stays there. Used by `AnomalyTwins` only.

    References:
        Y. Bengio, J. Louradour, R. Collobert and J. Weston, "Curriculum learning", ICML 2009: examples in the order of
        their difficulty. There the training set grows by harder examples; here every defect is drawn afresh, fainter or
        smaller from epoch to epoch, and none of the easier ones stays unless `start` equals `end`.

    Examples:
        >>> from defectsynth import Curriculum
        >>> curriculum = Curriculum(end=0.2)
        >>> [round(curriculum(progress), 2) for progress in (0.0, 0.5, 1.0)]
        [1.0, 0.6, 0.2]
    """

    start: float = number(1.0, 0.0, 1.0, "severity at the beginning")
    end: float = number(0.0, 0.0, 1.0, "severity at the end")
    law: str = choice("linear", *LAWS)
    duration: float = number(10.0, 1.0, 100_000.0, "epochs until the end is reached")

    def __call__(self, progress: float) -> float:
        """Return the severity, in [0, 1].

        Args:
            progress: share of the training that is done, in [0, 1].

        Raises:
            TypeError, ValueError: if `progress` is no number in [0, 1].
        """
        share = PROGRESS.check("progress", progress)
        if self.law == "cosine":
            share = 0.5 - 0.5 * math.cos(math.pi * share)
        severity = self.start + share * (self.end - self.start)
        return min(max(severity, self.end), self.start) if self.end < self.start else min(severity, self.end)

    def at_epoch(self, epoch: int) -> float:
        """Return the severity at an epoch, counted from 0; it is `end` from `duration` on.

        Raises:
            TypeError: if `epoch` is no number.
            ValueError: if it is negative.
        """
        given: Any = epoch
        if not isinstance(given, Real):
            raise TypeError(f"epoch must be a number, got {epoch!r}")
        if epoch < 0:
            raise ValueError(f"epoch must be at least 0, got {epoch}")
        return self(min(epoch / self.duration, 1.0))


def with_severity(transform: Any, severity: float) -> Any:
    """Return a copy of a defect or a composition whose every defect has its severity scaled.

    The severity of each defect is multiplied: 1, the default, becomes `severity`; 0.5, set by a preset, becomes half of
    it. Other transforms of a composition are unchanged.

    Args:
        transform: a defect, or an albumentations composition with defects; it is not changed.
        severity: in [0, 1].

    Raises:
        TypeError, ValueError: if `severity` is no number in [0, 1], or `transform` draws no defects.

    Examples:
        >>> from defectsynth import Scratch, presets, with_severity
        >>> with_severity(Scratch(severity=0.5), 0.5).severity
        0.25
        >>> type(with_severity(presets.generic_object(), 0.5)).__name__
        'Compose'
    """
    check_transform(transform)
    scale = COMMON_RULES["severity"].check("severity", severity)
    defects = [leaf for leaf in leaves(transform) if isinstance(leaf, DefectTransform)]
    if not defects:
        raise TypeError(f"transform must hold a defect whose severity can be scaled, got {short_repr(transform)}")
    frozen = {
        id(component): component for defect in defects for component in defect.components
    }  # shared: they never change
    scaled = copy.deepcopy(transform, frozen)
    for leaf in {id(leaf): leaf for leaf in leaves(scaled)}.values():  # one may stand in several places
        if isinstance(leaf, DefectTransform):
            leaf.severity *= scale
    return scaled
