"""The finished and the failed cells below a folder, each of them once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.benchmark.results import FAILED, RESULTS, Results, Settings, found_results, settings_from_json


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished cell.

    Attributes:
        place: of its folder, below that of all results.
        folder: its own.
        category: what the page calls it: the name, with the data folder if several hold a category of that name.
        results: its numbers.
    """

    place: str
    folder: Path
    category: str
    results: Results


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A cell that failed; `place` and `category` as in `Run`.

    Attributes:
        settings: what was asked for.
        time: it failed at, ISO 8601, UTC.
        error: in one line.
        traceback: in many.
    """

    place: str
    category: str
    settings: Settings
    time: str
    error: str
    traceback: str


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """A cell with the settings of another one, which alone is counted.

    Attributes:
        place: of its folder.
        counted: place of the other one.
        equal: whether both have the same scores.
    """

    place: str
    counted: str
    equal: bool


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What a folder holds, sorted by place."""

    finished: tuple[Run, ...]
    failures: tuple[Failure, ...]
    repetitions: tuple[Repetition, ...]


def read_runs(folder: str | Path) -> Runs:
    """Read every results.json in a folder and below it, and every failed.json that has none beside it.

    Raises:
        FileNotFoundError: if there is no results.json.
        ValueError: if a file is broken.
    """
    home = Path(folder)
    results = found_results(home)
    failed = {
        path.parent.relative_to(home).as_posix(): _read_failure(path)
        for path in sorted(home.rglob(FAILED))
        if not path.with_name(RESULTS).exists()
    }
    settings = [found.settings for found in results.values()] + [found[0] for found in failed.values()]
    names = _names({(setting.data, setting.category) for setting in settings})
    counted: dict[Settings, str] = {}
    repetitions = []
    for place, found in results.items():
        first = counted.setdefault(found.settings, place)
        if first != place:
            equal = results[first].images == found.images
            repetitions.append(Repetition(place=place, counted=first, equal=equal))
    return Runs(
        finished=tuple(
            Run(
                place=place, folder=home / place, category=names[setting.data, setting.category], results=results[place]
            )
            for setting, place in counted.items()
        ),
        failures=tuple(
            Failure(
                place=place,
                category=names[setting.data, setting.category],
                settings=setting,
                time=told["failed"],
                error=told["error"],
                traceback=told["traceback"],
            )
            for place, (setting, told) in failed.items()
        ),
        repetitions=tuple(repetitions),
    )


def _names(categories: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What to call each (data folder, category)."""
    folders: dict[str, set[str]] = defaultdict(set)
    for data, name in categories:
        folders[name].add(data)
    return {(data, name): name if len(folders[name]) == 1 else f"{name} in {data}" for data, name in categories}


def _read_failure(path: Path) -> tuple[Settings, Mapping[str, str]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        texts = {name: str(told[name]) for name in ("failed", "error", "traceback")}
        return settings_from_json(told["settings"]), texts
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} must tell of a failed run: {type(error).__name__}: {error}: remove it") from error
