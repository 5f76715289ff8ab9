"""Search that can be stopped and resumed: each trial is stored, and depends on earlier trials and the seed only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from eval.tune.objective import VALUE, Parts
from eval.tune.space import SEVERITY

DATABASE = "search.sqlite3"
_NAME = "tune"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Finished trial.

    Attributes:
        factors: see `eval.tune.space`.
        parts: see `Parts`; None if the trial failed.
        reason: of the failure; empty if there was none.
        seconds: duration.
    """

    factors: dict[str, float]
    parts: Parts | None
    reason: str
    seconds: float

    @property
    def value(self) -> float:
        """Objective; minus infinity if the trial failed."""
        return -np.inf if self.parts is None else float(self.parts[VALUE] or 0.0)


class Search:
    """Trials in a folder; the first one is the unchanged preset, with all factors 1.

    Args:
        out: the folder, which holds a database.
        settings: of the search; trials in the folder must have the same ones.
        bounds: of each factor.
        seed: of the factors.

    Raises:
        ValueError: if the folder holds trials with other settings, or a database that cannot be read.
    """

    def __init__(
        self, out: Path, *, settings: Mapping[str, Any], bounds: Mapping[str, tuple[float, float]], seed: int
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        path = out / DATABASE
        url = URL.create("sqlite", database=str(path.resolve())).render_as_string()
        try:
            self.study = optuna.create_study(storage=url, study_name=_NAME, direction="maximize", load_if_exists=True)
            stored = self.study.user_attrs.get("settings")
        except (SQLAlchemyError, optuna.exceptions.OptunaError) as error:
            raise ValueError(f"out must hold the {DATABASE} of a search or none, got {path}: remove it") from error
        if stored is None:
            self.study.set_user_attr("settings", dict(settings))
        elif differing := [name for name in settings if stored.get(name) != settings[name]]:
            name = differing[0]
            raise ValueError(
                f"out must hold a search with the same settings: {name} was {stored.get(name)!r}, got "
                f"{settings[name]!r}: choose another --out, or empty {out}"
            )
        self.seed = seed
        self.space: dict[str, optuna.distributions.BaseDistribution] = {
            factor: optuna.distributions.FloatDistribution(low, high, log=not factor.startswith(SEVERITY))
            for factor, (low, high) in bounds.items()
        }
        for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):  # interrupted ones
            parts = trial.user_attrs.get("parts") if "seconds" in trial.user_attrs else None
            state = TrialState.FAIL if parts is None else TrialState.COMPLETE
            self.study.tell(trial.number, None if parts is None else parts[VALUE], state=state)

    @property
    def trials(self) -> list[Trial]:
        """Finished trials, in their order."""
        return [_read(trial) for trial in self.study.get_trials(deepcopy=False) if "seconds" in trial.user_attrs]

    def run(self, evaluate: Callable[[dict[str, float]], Parts]) -> Trial:
        """Run one more trial.

        Args:
            evaluate: from factors to the parts of the objective; the trial fails if it raises ValueError.

        Raises:
            ValueError: if the first trial fails.
        """
        began, number = perf_counter(), len(self.trials)
        if number == 0:
            factors = dict.fromkeys(self.space, 1.0)
            parts = evaluate(factors)
            notes = {"parts": parts, "seconds": round(perf_counter() - began, 2)}
            first = optuna.trial.create_trial(
                params=factors, distributions=self.space, value=parts[VALUE], user_attrs=notes
            )
            self.study.add_trial(first)
            return self.trials[-1]
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        self.study.sampler = optuna.samplers.TPESampler(seed=seed)
        trial = self.study.ask(self.space)
        value: float | None = None
        try:
            parts = evaluate(dict(trial.params))
            value = parts[VALUE]
            trial.set_user_attr("parts", parts)
        except ValueError as error:
            trial.set_user_attr("reason", str(error))
        trial.set_user_attr("seconds", round(perf_counter() - began, 2))
        self.study.tell(trial, value, state=TrialState.FAIL if value is None else TrialState.COMPLETE)
        return self.trials[-1]


def _read(trial: FrozenTrial) -> Trial:
    notes = trial.user_attrs
    return Trial(
        factors=dict(trial.params),
        parts=notes.get("parts"),
        reason=notes.get("reason", ""),
        seconds=notes["seconds"],
    )
