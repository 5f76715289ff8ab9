"""The whole way in one command: render parts, draw defects on them, train, score real changes of the parts, report."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from defectsynth.cli import main as defectsynth
from eval.benchmark.generators import words_of
from eval.progress import Ticker
from eval.sample_set import write_sample_set

SET, RESULTS, PAGE = "sample_set", "results", "report.html"


def make_sample_set(out: Path, *, families: list[str] | None, train: int) -> Path:
    """Render the sample set, or what is missing of it.

    Returns:
        Its folder.

    Raises:
        ValueError: if there is another set in the folder.
    """
    sys.stdout.write(f"Rendering parts to {out / SET}\n")
    with closing(Ticker()) as ticker:
        return write_sample_set(
            out / SET, families=families, train=train, progress=lambda done, total: ticker(None, "render", done, total)
        )


def draw_sheets(folder: Path, out: Path, *, generator: str, rows: int = 6) -> list[Path]:
    """Draw a contact sheet a family: good parts, the defects drawn on them, and the true masks.

    Raises:
        ValueError: if a sheet could not be drawn.
    """
    sheets = []
    for family in sorted(path for path in folder.iterdir() if path.is_dir()):
        sheet = out / f"defects_{family.name}.png"
        code = defectsynth(
            [
                *("preview", str(family / "train" / "good"), str(sheet), "--rows", str(rows)),
                *words_of(generator, category=family.name),
            ]
        )
        if code != 0:
            raise ValueError(f"sheet of {family.name} must be drawn, got exit code {code}")
        sheets.append(sheet)
    return sheets


def write_page(out: Path) -> Path:
    """Write the report on the results."""
    from eval.report import write_report  # noqa: PLC0415  # draws; only when all else is done

    with closing(Ticker()) as ticker:
        return write_report(out / RESULTS, out / PAGE, progress=partial(ticker, None))
