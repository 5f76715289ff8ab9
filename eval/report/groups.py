"""Cells that differ only in head, category and seed, which is what one table holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dml_heads import HEADS
from eval.benchmark.generators import OWN
from eval.benchmark.results import Metrics, Settings
from eval.benchmark.schedule import baseline_of
from eval.benchmark.settings import EXPERIMENTS, SIZES
from eval.report.runs import Failure, Run, Runs

_ORDER = (*(name for name in EXPERIMENTS if name != "none"), "none")
_TOLD = {  # settings that title and details say in words of their own, and those that a group has none of
    *("data", "category", "experiment", "head", "generator", "generator_digest", "defect", "classes"),
    *("scoring", "backbone", "weights", "size", "epochs", "seed"),
}
_TITLES = {
    "none": "Untrained",
    "self_supervised": "Self-supervised twins",
    "binary": "Binary, against one real type of defect",
    "multi_class": "Multi-class, telling categories apart",
}


@dataclass(frozen=True)
class Setup:
    """What the cells of a group have in common.

    Attributes:
        common: their settings; data, category, head and seed are empty, as is the real defect unless a category was
            run with several; the generator is its name or that of its file; one for each category has no digest.
    """

    common: Settings

    @property
    def title(self) -> str:
        """In a few words."""
        words = _TITLES.get(self.common.experiment, self.common.experiment)
        words += f" from {self.common.generator}" if self.common.generator else ""
        words += f" ({self.common.defect})" if self.common.defect else ""
        return f"{words}, scored by {self.common.scoring}"

    @property
    def details(self) -> str:
        """What the title leaves out."""
        common = self.common
        words = [common.backbone, weights_of(common), f"{common.size} px"]
        words += [f"{common.epochs} epochs"] if common.epochs else []
        words += [f"classes {', '.join(common.classes)}"] if common.classes else []
        words += [f"generator digest {common.generator_digest[:8]}"] if common.generator_digest else []
        words += [f"{name} {value}" for name, value in asdict(common).items() if name not in _TOLD and value]
        return ", ".join(words)


@dataclass(frozen=True, kw_only=True)
class Untrained:
    """The untrained backbone on the test images of a group's category.

    Attributes:
        metrics: of its scores.
        defects: type of each image.
        scores: of each image.
        run: the cell that they come from; None if it is not there.
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
        own: those that only this group shows; of the untrained cells, those that stand beside no trained ones.
        heads: in the order of `HEADS`; none for the experiment none.
        finished: by head and category, sorted by seed; the head is "" for the experiment none.
        failures: by head and category; only those of seeds that finished nowhere.
        untrained: by category, where it is there.
    """

    setup: Setup
    categories: tuple[str, ...]
    own: tuple[str, ...]
    heads: tuple[str, ...]
    finished: dict[tuple[str, str], tuple[Run, ...]]
    failures: dict[tuple[str, str], tuple[Failure, ...]]
    untrained: dict[str, Untrained]

    def runs(self, head: str, category: str) -> tuple[Run, ...]:
        """The finished ones, by seed."""
        return self.finished.get((head, category), ())

    def failed(self, head: str, category: str) -> int:
        """How many seeds failed."""
        return len(self.failures.get((head, category), ()))

    def chosen(self, category: str) -> Run | None:
        """Of the first head, the lowest seed; no number decides."""
        return next((run for head in self.heads or ("",) for run in self.runs(head, category)), None)


def grouped(runs: Runs) -> tuple[Group, ...]:
    """All cells in groups: by scoring, the trained ones first.

    The untrained cells are a group of their own only if one of them stands beside no trained cell.
    """
    cells: list[Run | Failure] = [*runs.finished, *runs.failures]
    setups = _setups(cells)
    found: dict[Setup, list[Run | Failure]] = defaultdict(list)
    for cell in cells:
        found[setups[_settings(cell)]].append(cell)
    baselines = {run.results.settings: run for run in runs.finished if run.results.settings.experiment == "none"}
    beside = {baseline_of(_settings(cell)) for cell in cells if _settings(cell).experiment != "none"}
    groups = [_group(setup, those, baselines, beside) for setup, those in found.items()]
    return tuple(sorted((group for group in groups if group.own), key=lambda group: _rank(group.setup)))


def chosen_group(groups: Iterable[Group], *, scoring: str, category: str) -> Group | None:
    """The first group of a scoring that has a finished cell of a category."""
    return next((group for group in groups if group.setup.common.scoring == scoring and group.chosen(category)), None)


def _group(
    setup: Setup, cells: Sequence[Run | Failure], baselines: Mapping[Settings, Run], beside: Container[Settings]
) -> Group:
    finished: dict[tuple[str, str], list[Run]] = defaultdict(list)
    failures: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: _settings(cell).seed):
        if isinstance(cell, Run):
            finished[_settings(cell).head or "", cell.category].append(cell)
    for cell in cells:
        key = (_settings(cell).head or "", cell.category)
        seeds = {run.results.settings.seed for run in finished[key]} | {fail.settings.seed for fail in failures[key]}
        if isinstance(cell, Failure) and cell.settings.seed not in seeds:
            failures[key].append(cell)
    first = {cell.category: cell for cell in reversed(cells)}
    untrained = {}
    for category, cell in first.items():
        own = next((those[0] for (_, name), those in finished.items() if name == category and those), None)
        fewer = setup.common.experiment == "binary"  # it is not tested on what it learned from
        known = _untrained(own, baselines.get(baseline_of(_settings(cell))), fewer=fewer)
        if known is not None:
            untrained[category] = known
    heads = {head for cell in cells if (head := _settings(cell).head)}
    return Group(
        setup=setup,
        categories=tuple(sorted(first)),
        own=tuple(name for name in sorted(first) if _settings(first[name]) not in beside),
        heads=(*(head for head in HEADS if head in heads), *sorted(heads - HEADS.keys())),
        finished={key: tuple(those) for key, those in finished.items()},
        failures={key: tuple(those) for key, those in failures.items()},
        untrained=untrained,
    )


def _untrained(own: Run | None, baseline: Run | None, *, fewer: bool) -> Untrained | None:
    """From a finished run, which was compared on its own test images; or from the baseline, if it has the same ones."""
    if own is not None and own.results.baseline is not None:
        known = [(image.defect, image.baseline_score) for image in own.results.images]
        pairs = [(defect, score) for defect, score in known if score is not None]
        metrics = own.results.baseline
    elif baseline is not None and not fewer:
        pairs = [(image.defect, image.score) for image in baseline.results.images]
        metrics = baseline.results.metrics
    else:
        return None
    defects, scores = zip(*pairs, strict=True)
    return Untrained(metrics=metrics, defects=defects, scores=scores, run=baseline)


def _setups(cells: Sequence[Run | Failure]) -> dict[Settings, Setup]:
    """The setup of each cell; it names the real defect only where a category was run with several."""
    plain = {_settings(cell): _setup(_settings(cell)) for cell in cells}
    defects: dict[tuple[Setup, str, str], set[str | None]] = defaultdict(set)
    for settings, setup in plain.items():
        defects[setup, settings.data, settings.category].add(settings.defect)
    several = {setup for (setup, _, _), those in defects.items() if len(those) > 1}
    return {
        settings: Setup(replace(setup.common, defect=settings.defect)) if setup in several else setup
        for settings, setup in plain.items()
    }


def weights_of(settings: Settings) -> str:
    """What the backbone starts from, in words."""
    words = {"default": "ImageNet weights", "none": "random weights"}
    return words.get(settings.weights, f"weights {Path(settings.weights).name}")


def _setup(settings: Settings) -> Setup:
    generator = settings.generator and Path(settings.generator).stem
    digest = None if settings.generator == OWN else settings.generator_digest  # each category has its own
    own = replace(settings, generator=generator, generator_digest=digest)
    return Setup(replace(own, data="", category="", head=None, seed=0, defect=None))


def _settings(cell: Run | Failure) -> Settings:
    return cell.results.settings if isinstance(cell, Run) else cell.settings


def _rank(setup: Setup) -> tuple[int, int, str]:
    scoring, experiment = tuple(SIZES).index(setup.common.scoring), _ORDER.index(setup.common.experiment)
    return scoring, experiment, str(setup)
