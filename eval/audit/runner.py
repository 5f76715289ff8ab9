"""Audits of several categories and generators: a line and a sheet for each, one file for all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.audit.correlation import foretold
from eval.audit.coverage import Audit, Auditor
from eval.audit.sheet import write_sheet
from eval.benchmark.generators import generator_named, generators_of
from eval.benchmark.results import found_results
from eval.benchmark.settings import SIZES
from eval.data.datasets import read_category
from eval.files import write_whole
from eval.models.embedding import best_device
from eval.models.registry import make_backbone
from eval.progress import Progress

_HEAD = f"{'category':22} {'generator':26} {'covered':>7} {'patches':>7} {'stray':>6} {'separation':>10}"


def audit_all(
    data: Path,
    categories: Sequence[str],
    generators: Sequence[str],
    *,
    out: Path,
    against: Path | None,
    twins: int,
    seed: int,
    progress: Progress,
    write: Callable[[str], Any],
) -> list[dict[str, Any]]:
    """Audit every generator on every category.

    Args:
        data: holds the category folders.
        categories: their names.
        generators: see `eval.generators`.
        out: where audit.json and a sheet for each go.
        against: folder of trained results that the numbers are compared with, see `foretold`; None for none.
        twins: defects to draw for each.
        seed: of them.
        progress: see `Progress`.
        write: takes the lines of the table.

    Returns:
        What stands in audit.json: a dict for each.

    Raises:
        FileNotFoundError: if `against` holds no results.
        ValueError: if a generator is unknown, or a category does not fit or has no preset of its own.
    """
    trained = [] if against is None else list(found_results(against).values())
    drawn = {
        name: {each: generator_named(each, category=name) for each in generators_of(generators, category=name)}
        for name in categories
    }
    backbone = make_backbone().to(best_device())
    out.mkdir(parents=True, exist_ok=True)
    write(f"{_HEAD}\n")
    lines = []
    for name in categories:
        category = read_category(data / name, size=SIZES["patch"])
        auditor = Auditor(category, backbone=backbone, seed=seed, progress=progress)
        for generator, transform in drawn[name].items():
            began = perf_counter()
            found = auditor(transform, twins=twins, progress=progress)
            write_sheet(found, out / f"{name}-{Path(generator).stem}.png")
            lines.append(_line(found, name, generator, seconds=perf_counter() - began))
            write(_text(lines[-1]))
    text = json.dumps(lines, indent=1)
    write_whole(out / "audit.json", lambda file: file.write(text.encode()))
    if trained:
        write(f"\n{foretold(lines, trained) or 'fewer than three generators of a category were trained, too'}\n")
    return lines


def _line(found: Audit, category: str, generator: str, *, seconds: float) -> dict[str, Any]:
    return {
        "category": category,
        "generator": generator,
        "covered": found.covered,
        "patches": found.patches,
        "stray": found.stray,
        "separation": found.separation,
        "types": {
            name: {"count": one.count, "covered": one.covered, "patches": one.patches}
            for name, one in found.types.items()
        },
        "uncovered": [f"{found.records[place].defect}/{found.records[place].path.name}" for place in found.uncovered],
        "seconds": round(seconds, 1),
    }


def _text(line: dict[str, Any]) -> str:
    types = ", ".join(f"{name} {one['covered']:.2f}" for name, one in line["types"].items())
    return (
        f"{line['category']:22} {line['generator']:26} {line['covered']:7.3f} {line['patches']:7.3f} "
        f"{line['stray']:6.3f} {line['separation']:10.3f}  {types}, {line['seconds']:.0f} s\n"
    )
