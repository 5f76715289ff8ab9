"""Audits of several generators on several categories: a line and a sheet for each, and one file for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.audit.correlation import rank_correlations
from eval.audit.coverage import Audit, Auditor
from eval.audit.sheet import write_sheet
from eval.benchmark.cell import DEFAULT_SIZES
from eval.benchmark.generators import expand_generators, make_generator, tuning_images
from eval.benchmark.results import Results, find_results
from eval.data.categories import Category, missing_masks
from eval.data.datasets import read_category
from eval.data.images import check_peak
from eval.files import free_name, write_json
from eval.models.embedding import best_device
from eval.models.registry import make_backbone
from eval.progress import Progress

_HEAD = f"{'category':22} {'generator':26} {'covered':>7} {'patches':>7} {'stray':>6} {'separation':>10}"


@dataclass(frozen=True)
class AuditPlan:
    """Checked arguments of an audit.

    Attributes:
        data: folder of the categories.
        generators: by category, the transforms by name.
        known: by category, the test images, DEFECT/FILE, that generators were fitted to; no audit uses them.
        trained: results of trainings that the audit is compared with.
        twins: number of defects that each generator draws.
        seed: seed of the defects.
        peak: see `read_category`.
    """

    data: Path
    generators: dict[str, dict[str, Any]]
    known: dict[str, set[str]]
    trained: list[Results]
    twins: int
    seed: int
    peak: float | None


def plan_audit(
    data: Path,
    categories: Sequence[str],
    generators: Sequence[str],
    *,
    against: Path | None,
    twins: int,
    seed: int,
    peak: float | None = None,
) -> AuditPlan:
    """Check the arguments of an audit of every generator on every category.

    Args:
        data: folder of the categories.
        categories: names of its folders.
        generators: see `eval.benchmark.generators`.
        against: folder of trained results that the audit is compared with, see `rank_correlations`; None for none.
        twins: number of defects that each generator draws, at least 1.
        seed: seed of the defects, at least 0.
        peak: see `read_category`.

    Raises:
        FileNotFoundError: if `against` holds no results.
        ValueError: if a number is out of bounds, a generator is unknown, or a category has no preset of its own.
    """
    for name, number, low in (("twins", twins, 1), ("seed", seed, 0)):
        if number < low:
            raise ValueError(f"{name} must be at least {low}, got {number}")
    check_peak(peak)
    drawn = {
        name: {each: make_generator(each, category=name) for each in expand_generators(generators, category=name)}
        for name in categories
    }
    if not any(drawn.values()):
        raise ValueError(f"generators must have one that suits a category, got {', '.join(generators)}")
    known = {name: {each for made in drawn[name] for each in tuning_images(made, category=name)} for name in drawn}
    trained = [] if against is None else list(find_results(against).values())
    return AuditPlan(data, drawn, known, trained, twins, seed, peak)


def run_audit(
    plan: AuditPlan, *, out: Path, progress: Progress, write: Callable[[str], Any], complain: Callable[[str], Any]
) -> bool:
    """Audit every generator on every category; one that fails does not stop the others.

    Args:
        plan: see `plan_audit`.
        out: folder of audit.json, which holds what is done so far, and of a sheet for each generator and category.
        progress: see `Progress`.
        write: called with the lines of the table.
        complain: called with a line for each category that does not fit, each generator that draws nothing, and each
            file that cannot be written.

    Returns:
        False if anything failed.
    """
    backbone = make_backbone().to(best_device())
    out.mkdir(parents=True, exist_ok=True)
    write(f"{_HEAD}\n")
    entries: list[dict[str, Any]] = []
    failures = _Failures(complain)
    for name, generators in plan.generators.items():
        auditor: Auditor | None = None
        with failures.of(name):
            category = read_category(plan.data / name, size=DEFAULT_SIZES["patch"], peak=plan.peak)
            category, left_out = _audited(category, plan.known[name])
            write("".join(f"{name}: {text}\n" for text in left_out))
            auditor = Auditor(category, backbone=backbone, seed=plan.seed, progress=progress)
        if auditor is None:
            continue
        for generator, transform in generators.items():
            with failures.of(f"{name} {generator}"):
                began = perf_counter()
                found = auditor(transform, twins=plan.twins, progress=progress)
                sheet = free_name(f"{name}-{Path(generator).stem}", ".png", [entry["sheet"] for entry in entries])
                write_sheet(found, out / sheet, peak=auditor.category.peak)
                entries.append(_entry(found, name, generator, sheet=sheet, seconds=perf_counter() - began))
                write(_line(entries[-1]))
                write_json(out / "audit.json", [_plain(entry) for entry in entries])
    if plan.trained:
        table = rank_correlations(entries, plan.trained)
        write(f"\n{table or 'no correlation: no category has three generators that were audited and trained'}\n")
    return not failures.count


def _audited(category: Category, known: set[str]) -> tuple[Category, list[str]]:
    """Return a category with the test images that an audit uses, and a text for each reason to leave some out."""
    unmasked = {record.path for record in missing_masks(category.test)}
    if len(unmasked) == sum(record.label for record in category.test):
        unmasked = set()  # without any mask there is nothing to audit, as the error says
    fitted = {record.path for record in category.test if f"{record.defect}/{record.path.name}" in known}
    tests = tuple(record for record in category.test if record.path not in unmasked | fitted)
    reasons = (("have no mask", unmasked - fitted), ("are those that a generator was fitted to", fitted))
    return replace(category, test=tests), [
        f"{len(paths)} test images {reason} and are left out" for reason, paths in reasons if paths
    ]


class _Failures:
    """Context that ends at an error, reports and counts it."""

    def __init__(self, complain: Callable[[str], Any]) -> None:
        self.complain = complain
        self.count, self.title = 0, ""

    def of(self, title: str) -> _Failures:
        """Return the context with a title for the error."""
        self.title = title
        return self

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Report an error; others than those of data and files pass."""
        if not isinstance(error, (OSError, ValueError, RuntimeError)):
            return False
        self.count += 1
        self.complain(f"{self.title}: {type(error).__name__}: {error}\n")
        return True


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as JSON can hold it."""
    return {**entry, "stray": None if isnan(entry["stray"]) else entry["stray"]}


def _entry(found: Audit, category: str, generator: str, *, sheet: str, seconds: float) -> dict[str, Any]:
    return {
        "category": category,
        "generator": generator,
        "sheet": sheet,
        "covered": found.covered,
        "patches": found.patches,
        "stray": found.stray,
        "separation": found.separation,
        "types": {
            name: {"count": each.count, "covered": each.covered, "patches": each.patches}
            for name, each in found.types.items()
        },
        "uncovered": [f"{found.records[place].defect}/{found.records[place].path.name}" for place in found.uncovered],
        "seconds": round(seconds, 1),
    }


def _line(entry: dict[str, Any]) -> str:
    types = ", ".join(f"{name} {each['covered']:.2f}" for name, each in entry["types"].items())
    return (
        f"{entry['category']:22} {entry['generator']:26} {entry['covered']:7.3f} {entry['patches']:7.3f} "
        f"{entry['stray']:6.3f} {entry['separation']:10.3f}  {types}, {entry['seconds']:.0f} s\n"
    )
