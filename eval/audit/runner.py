"""Audits of several generators on several categories: a line and a sheet for each, and one file for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.audit.correlation import rank_correlations
from eval.audit.coverage import Audit, Auditor
from eval.audit.sheet import write_sheet
from eval.benchmark.cell import DEFAULT_SIZES
from eval.benchmark.generators import expand_generators, make_generator
from eval.benchmark.results import Results, find_results
from eval.data.datasets import read_category
from eval.data.images import check_peak
from eval.files import write_json
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
        trained: results of trainings that the audit is compared with.
        twins: number of defects that each generator draws.
        seed: seed of the defects.
        peak: see `read_category`.
    """

    data: Path
    generators: dict[str, dict[str, Any]]
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
    trained = [] if against is None else list(find_results(against).values())
    return AuditPlan(data, drawn, trained, twins, seed, peak)


def run_audit(plan: AuditPlan, *, out: Path, progress: Progress, write: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Audit every generator on every category.

    Args:
        plan: see `plan_audit`.
        out: folder of audit.json and of a sheet for each generator and category.
        progress: see `Progress`.
        write: called with the lines of the table.

    Returns:
        The content of audit.json: a dict for each generator and category.

    Raises:
        OSError: if a file cannot be written.
        ValueError: if a category does not fit, or a generator draws nothing.
    """
    backbone = make_backbone().to(best_device())
    out.mkdir(parents=True, exist_ok=True)
    write(f"{_HEAD}\n")
    entries = []
    for name, generators in plan.generators.items():
        category = read_category(plan.data / name, size=DEFAULT_SIZES["patch"], peak=plan.peak)
        auditor = Auditor(category, backbone=backbone, seed=plan.seed, progress=progress)
        for generator, transform in generators.items():
            began = perf_counter()
            found = auditor(transform, twins=plan.twins, progress=progress)
            write_sheet(found, out / f"{name}-{Path(generator).stem}.png", peak=category.peak)
            entries.append(_entry(found, name, generator, seconds=perf_counter() - began))
            write(_line(entries[-1]))
    write_json(
        out / "audit.json", [{**entry, "stray": None if isnan(entry["stray"]) else entry["stray"]} for entry in entries]
    )
    if plan.trained:
        table = rank_correlations(entries, plan.trained)
        write(f"\n{table or 'no correlation: no category has three generators that were audited and trained'}\n")
    return entries


def _entry(found: Audit, category: str, generator: str, *, seconds: float) -> dict[str, Any]:
    return {
        "category": category,
        "generator": generator,
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
