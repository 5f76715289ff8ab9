"""Finished and failed cells in a folder and below it, each of them once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.benchmark.cell import Settings, settings_from_json
from eval.benchmark.results import FAILED, RESULTS, Results, find_results


@dataclass(frozen=True, kw_only=True)
class Run:
    """Finished cell.

    Attributes:
        place: path of its folder, relative to the folder of all results.
        folder: its folder.
        category: name on the page; it includes the data folder if several hold a category of that name.
        results: its numbers.
    """

    place: str
    folder: Path
    category: str
    results: Results


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Failed cell.

    Attributes:
        place: see `Run`.
        category: see `Run`.
        settings: of the cell.
        time: of the failure, ISO 8601, UTC.
        error: type and message.
        traceback: of the error.
    """

    place: str
    category: str
    settings: Settings
    time: str
    error: str
    traceback: str


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """Cell with the settings of another one; only the other one counts.

    Attributes:
        place: path of its folder, relative to the folder of all results.
        counted: place of the other one.
        equal: whether both have the same scores.
    """

    place: str
    counted: str
    equal: bool


@dataclass(frozen=True, kw_only=True)
class Runs:
    """All cells of a folder, sorted by place."""

    finished: tuple[Run, ...]
    failures: tuple[Failure, ...]
    repetitions: tuple[Repetition, ...]


def read_runs(folder: str | Path) -> Runs:
    """Read every results.json in a folder and below it, and every failed.json without one beside it.

    Raises:
        FileNotFoundError: if there is no results.json.
        ValueError: if a file is broken.
    """
    home = Path(folder)
    results = find_results(home)
    failed = {
        path.parent.relative_to(home).as_posix(): _read_failure(path)
        for path in sorted(home.rglob(FAILED))
        if not path.with_name(RESULTS).exists()
    }
    settings = [found.settings for found in results.values()] + [found[0] for found in failed.values()]
    names = _category_names({(setting.data, setting.category) for setting in settings})
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
                time=texts["failed"],
                error=texts["error"],
                traceback=texts["traceback"],
            )
            for place, (setting, texts) in failed.items()
        ),
        repetitions=tuple(repetitions),
    )


def _category_names(categories: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the name on the page of each (data folder, category)."""
    folders: dict[str, set[str]] = defaultdict(set)
    for data, name in categories:
        folders[name].add(data)
    return {(data, name): name if len(folders[name]) == 1 else f"{name} in {data}" for data, name in categories}


def _read_failure(path: Path) -> tuple[Settings, Mapping[str, str]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        texts = {name: str(found[name]) for name in ("failed", "error", "traceback")}
        return settings_from_json(found["settings"]), texts
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} must hold the error of a failed run: {type(error).__name__}: {error}: remove it"
        ) from error
