"""Groups of cells that differ only in head, category and seed: the content of one table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dml_heads import HEADS
from eval.benchmark.cell import DEFAULT_SIZES, EXPERIMENTS, USUAL_FALSE_POSITIVES, Settings, baseline_of
from eval.benchmark.generators import OWN
from eval.benchmark.results import Metrics
from eval.report.runs import Failure, Run, Runs

_ORDER = (*(name for name in EXPERIMENTS if name != "none"), "none")
_NOT_LISTED = {  # settings that title and details phrase themselves, and those that differ within a group
    *("data", "category", "experiment", "head", "generator", "generator_digest", "defect", "classes"),
    *("scoring", "backbone", "weights", "size", "epochs", "seed", "split", "false_positives"),
}
_TITLES = {
    "none": "Untrained",
    "self_supervised": "Self-supervised twins",
    "binary": "Binary, against one real type of defect",
    "multi_class": "Multi-class, one class a category",
}


@dataclass(frozen=True)
class Setup:
    """Settings that the cells of a group have in common.

    Attributes:
        common: the settings. Data, category, head and seed are empty; so is the real defect, unless a category was run
            with several. The generator is its name or the stem of its file; a category's own preset has no digest.
    """

    common: Settings

    @property
    def title(self) -> str:
        """Short name."""
        words = _TITLES.get(self.common.experiment, self.common.experiment)
        words += f" from {self.common.generator}" if self.common.generator else ""
        words += f" ({self.common.defect})" if self.common.defect else ""
        return f"{words}, scored by {self.common.scoring}"

    @property
    def details(self) -> str:
        """Settings that the title does not name."""
        common = self.common
        words = [common.backbone, weights_name(common), f"{common.size} px"]
        words += [f"{common.epochs} epoch{'' if common.epochs == 1 else 's'}"] if common.epochs else []
        words += [f"classes {', '.join(common.classes)}"] if common.classes else []
        words += [f"generator digest {common.generator_digest[:8]}"] if common.generator_digest else []
        if common.false_positives != USUAL_FALSE_POSITIVES:
            words.append(f"at most {common.false_positives:g} false positives")
        words += [f"{name} {value}" for name, value in asdict(common).items() if name not in _NOT_LISTED and value]
        return ", ".join(words)


@dataclass(frozen=True, kw_only=True)
class Untrained:
    """Results of the untrained backbone on the test images of a group's category.

    Attributes:
        metrics: of its scores.
        defects: type of each image.
        scores: of each image.
        run: the untrained cell; None if there is none.
    """

    metrics: Metrics
    defects: tuple[str, ...]
    scores: tuple[float, ...]
    run: Run | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """Cells of one setup.

    Attributes:
        setup: of all of them.
        categories: sorted.
        shown: those that the page shows for this group; an untrained cell is shown with its trained ones, if any.
        heads: in the order of `HEADS`; empty for the experiment none.
        finished: by head and category, sorted by seed; the head is "" for the experiment none.
        failures: by head and category; without seeds that finished elsewhere.
        untrained: by category; without categories that have no untrained results.
    """

    setup: Setup
    categories: tuple[str, ...]
    shown: tuple[str, ...]
    heads: tuple[str, ...]
    finished: dict[tuple[str, str], tuple[Run, ...]]
    failures: dict[tuple[str, str], tuple[Failure, ...]]
    untrained: dict[str, Untrained]

    def runs(self, head: str, category: str) -> tuple[Run, ...]:
        """Return the finished cells, by seed."""
        return self.finished.get((head, category), ())

    def failed(self, head: str, category: str) -> int:
        """Return the number of seeds that failed."""
        return len(self.failures.get((head, category), ()))

    def representative(self, category: str) -> Run | None:
        """Return the cell of the first head with the lowest seed; its scores play no part in the choice."""
        return next((run for head in self.heads or ("",) for run in self.runs(head, category)), None)


def group_runs(runs: Runs) -> tuple[Group, ...]:
    """Return all cells in groups, ordered by scoring, then by experiment, the untrained ones last.

    Untrained cells form a group only if one of them has no trained cell to be compared with.
    """
    cells: list[Run | Failure] = [*runs.finished, *runs.failures]
    setups = _setups(cells)
    found: dict[Setup, list[Run | Failure]] = defaultdict(list)
    for cell in cells:
        found[setups[_settings(cell)]].append(cell)
    baselines = {run.results.settings: run for run in runs.finished if run.results.settings.experiment == "none"}
    compared = {baseline_of(_settings(cell)) for cell in cells if _settings(cell).experiment != "none"}
    groups = [_group(setup, members, baselines, compared) for setup, members in found.items()]
    return tuple(sorted((group for group in groups if group.shown), key=lambda group: _rank(group.setup)))


def representative_group(groups: Iterable[Group], *, scoring: str, category: str) -> Group | None:
    """Return the first group of a scoring that has a finished cell of a category."""
    return next(
        (group for group in groups if group.setup.common.scoring == scoring and group.representative(category)), None
    )


def weights_name(settings: Settings) -> str:
    """Describe the weights that the backbone starts from."""
    words = {"default": "ImageNet weights", "none": "random weights"}
    return words.get(settings.weights, f"weights {Path(settings.weights).name}")


def _group(
    setup: Setup, cells: Sequence[Run | Failure], baselines: Mapping[Settings, Run], compared: Container[Settings]
) -> Group:
    """Collect the cells of a setup; `compared` holds the settings of baselines that have trained cells."""
    finished: dict[tuple[str, str], list[Run]] = defaultdict(list)
    failures: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: _settings(cell).repetition):
        if isinstance(cell, Run):
            finished[_settings(cell).head or "", cell.category].append(cell)
    for cell in cells:
        key = (_settings(cell).head or "", cell.category)
        done = {run.results.settings.repetition for run in finished[key]}
        done |= {failure.settings.repetition for failure in failures[key]}
        if isinstance(cell, Failure) and cell.settings.repetition not in done:
            failures[key].append(cell)
    first = {cell.category: cell for cell in reversed(cells)}
    untrained = {}
    for category, cell in first.items():
        run = next((runs[0] for (_, name), runs in finished.items() if name == category and runs), None)
        fewer = setup.common.experiment == "binary"  # images of the training defect are no test images
        known = _untrained(run, baselines.get(baseline_of(_settings(cell))), fewer=fewer)
        if known is not None:
            untrained[category] = known
    heads = {head for cell in cells if (head := _settings(cell).head)}
    return Group(
        setup=setup,
        categories=tuple(sorted(first)),
        shown=tuple(name for name in sorted(first) if _settings(first[name]) not in compared),
        heads=(*(head for head in HEADS if head in heads), *sorted(heads - HEADS.keys())),
        finished={key: tuple(runs) for key, runs in finished.items()},
        failures={key: tuple(cells) for key, cells in failures.items()},
        untrained=untrained,
    )


def _untrained(run: Run | None, baseline: Run | None, *, fewer: bool) -> Untrained | None:
    """Return the baseline within a finished run, which has its test images; otherwise that of the untrained cell.

    With `fewer` test images than the untrained cell, only the former will do.
    """
    if run is not None and run.results.baseline is not None:
        known = [(image.defect, image.baseline_score) for image in run.results.images]
        pairs = [(defect, score) for defect, score in known if score is not None]
        metrics = run.results.baseline
    elif baseline is not None and not fewer:
        pairs = [(image.defect, image.score) for image in baseline.results.images]
        metrics = baseline.results.metrics
    else:
        return None
    defects, scores = zip(*pairs, strict=True)
    return Untrained(metrics=metrics, defects=defects, scores=scores, run=baseline)


def _setups(cells: Sequence[Run | Failure]) -> dict[Settings, Setup]:
    """Return the setup of each cell; it names the real defect only where a category was run with several."""
    plain = {_settings(cell): _setup(_settings(cell)) for cell in cells}
    defects: dict[tuple[Setup, str, str], set[str | None]] = defaultdict(set)
    for settings, setup in plain.items():
        defects[setup, settings.data, settings.category].add(settings.defect)
    several = {setup for (setup, _, _), names in defects.items() if len(names) > 1}
    return {
        settings: Setup(replace(setup.common, defect=settings.defect)) if setup in several else setup
        for settings, setup in plain.items()
    }


def _setup(settings: Settings) -> Setup:
    generator = settings.generator and Path(settings.generator).stem
    digest = None if settings.generator == OWN else settings.generator_digest  # each category has its own
    named = replace(settings, generator=generator, generator_digest=digest)
    return Setup(replace(named, data="", category="", head=None, seed=0, split=0, defect=None))


def _settings(cell: Run | Failure) -> Settings:
    return cell.results.settings if isinstance(cell, Run) else cell.settings


def _rank(setup: Setup) -> tuple[int, int, str]:
    scoring, experiment = tuple(DEFAULT_SIZES).index(setup.common.scoring), _ORDER.index(setup.common.experiment)
    return scoring, experiment, str(setup)
