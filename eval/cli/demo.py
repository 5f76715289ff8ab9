"""Command `demo`: render parts, draw defects on them, train, score real defects of the parts, and report."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from defectsynth.cli import main as defectsynth
from eval.benchmark.generators import cli_arguments, expand_generators
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.cli.benchmark import run_and_tabulate
from eval.cli.errors import UsageError, check_jobs, usage_errors
from eval.progress import ProgressDisplay
from eval.report import write_report
from eval.sample_set import DEMO_FAMILIES, write_sample_set

SAMPLE_SET, RESULTS, PAGE = "sample_set", "results", "report.html"
_SHEET_ROWS = 6


def main(arguments: Namespace) -> int:
    """Run the demo; what is there from an earlier call is not done again."""
    families = arguments.families or sorted(DEMO_FAMILIES)
    check_jobs(arguments.jobs)
    with usage_errors():
        cells = make_cells(
            BenchmarkOptions(
                data=arguments.out / SAMPLE_SET,
                categories=families,
                heads=["softmax"],
                scorings=["fused"],
                generators=[arguments.generator],
                seeds=arguments.seeds,
                epochs=arguments.epochs,
            )
        )
    _render(arguments.out, arguments.families, train=arguments.train)
    sys.stdout.write("Drawing defects\n")
    _draw_sheets(arguments.out, families, generator=arguments.generator)
    sys.stdout.write("Training and scoring\n")
    code = run_and_tabulate(cells, out=arguments.out / RESULTS, jobs=arguments.jobs)
    with closing(ProgressDisplay()) as display:
        page = write_report(arguments.out / RESULTS, arguments.out / PAGE, progress=partial(display, None))
    sys.stdout.write(f"Report: {page}\n")
    return code


def _render(out: Path, families: list[str] | None, *, train: int) -> None:
    """Render the images of the sample set that are missing.

    Raises:
        UsageError: if the folder holds another sample set, or `train` is out of bounds.
    """
    sys.stdout.write(f"Rendering parts to {out / SAMPLE_SET}\n")
    with closing(ProgressDisplay()) as display:
        try:
            write_sample_set(
                out / SAMPLE_SET, families=families, train=train, progress=partial(display, None, "render")
            )
        except ValueError as error:
            raise UsageError(str(error)) from error


def _draw_sheets(out: Path, families: Sequence[str], *, generator: str) -> None:
    """Draw a contact sheet for each family: good parts, defects of its first generator on them, and the masks.

    Raises:
        RuntimeError: if a sheet could not be drawn.
    """
    for family in families:
        folder, sheet = out / SAMPLE_SET / family / "train" / "good", out / f"defects_{family}.png"
        arguments = ["preview", str(folder), str(sheet), "--rows", str(_SHEET_ROWS)]
        for shown in expand_generators([generator], category=family)[:1]:
            code = defectsynth([*arguments, *cli_arguments(shown, category=family)])
            if code != 0:
                raise RuntimeError(f"the sheet {sheet} could not be drawn: exit code {code}")
