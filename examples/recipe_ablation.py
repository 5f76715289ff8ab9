"""What each choice of the training recipe is worth: one change at a time, on real or rendered defects.

    python -m examples.recipe_ablation --data DIR --out DIR [--categories NAME ...] [--seeds N ...] [--jobs N]

Trains with the categories' own presets once as usual and once for each change, all into one folder of results, then
prints the image and pixel AUROC of each, means over seeds. Interrupted, the same command goes on where it stopped.
Choices are compared on the same test images that a number is reported on; so none of them was chosen by this table.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as `python -m eval` does

from eval.benchmark.cell import Settings
from eval.benchmark.results import Results, find_results
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.cli.benchmark import run_all
from eval.data.datasets import find_categories

USUAL: dict[str, Any] = {
    "experiments": ["self_supervised"],
    "heads": ["softmax"],
    "scorings": ["fused"],
    "generators": ["category"],
}
CHANGES: dict[str, dict[str, Any]] = {
    "as usual": {},
    "untrained distance alone (untrained)": {"experiments": ["none"], "scorings": ["patch"]},
    "evidence of the head alone": {"recipe": [("distance", 0.0)]},
    "distance counts half": {"recipe": [("distance", 0.5)]},
    "distance counts double": {"recipe": [("distance", 2.0)]},
    "distance between trained patches": {"scorings": ["patch"]},
    "one embedding an image, pooled": {"scorings": ["pooled"]},
    "one embedding an image, last stage fine-tuned": {"scorings": ["image"]},
    "head: arcface": {"heads": ["arcface"]},
    "head: l2_softmax": {"heads": ["l2_softmax"]},
    "192 px": {"size": 192},
    "320 px": {"size": 320},
    "trained on windows of half the side": {"recipe": [("crop", 0.5)]},
    "trained on windows of three quarters": {"recipe": [("crop", 0.75)]},
    "512 px, trained on windows of half the side": {"size": 512, "recipe": [("crop", 0.5)]},
    "patches not normalised": {"recipe": [("batch_statistics", 0.0)]},
    "3 epochs": {"epochs": 3},
    "20 epochs": {"epochs": 20},
    "a third of the learning rate": {"recipe": [("learning_rate", 0.0003)]},
    "three times the learning rate": {"recipe": [("learning_rate", 0.003)]},
    "patches defective from one half on": {"recipe": [("label_share", 0.5)]},
    "several defects in a third": {"recipe": [("several", 0.33)]},
    "hard negatives in a quarter": {"recipe": [("hard_negatives", 0.25)]},
    "severity falls to 0.3": {"recipe": [("last_severity", 0.3)]},
    "weights averaged over the last three epochs": {"recipe": [("averaged_epochs", 3.0)]},
    "features of stride 8 alone": {"recipe": [("coarsest", 8.0)]},
    "features of stride 16 alone": {"recipe": [("finest", 16.0)]},
}


def cells_of(change: dict[str, Any], **same: Any) -> tuple[Settings, ...]:
    """The cells of a change, with their baselines."""
    return make_cells(BenchmarkOptions(**{**USUAL, **same, **change}))


def table_of(found: dict[str, list[Results]]) -> str:
    """One line for each change: image AUROC of each category, their mean, and the mean pixel AUROC."""
    categories = sorted({one.settings.category for results in found.values() for one in results})
    width = max(map(len, found))
    lines = ["  ".join([" " * width, *(name.rjust(10) for name in categories), "      mean", "    pixels"])]
    for change, results in found.items():
        reached = [
            fmean(one.metrics.image.auroc for one in results if one.settings.category == name) for name in categories
        ]
        pixels = [one.metrics.pixel.auroc for one in results if one.metrics.pixel is not None]
        numbers = [f"{value:10.3f}" for value in (*reached, fmean(reached))]
        lines.append("  ".join([change.ljust(width), *numbers, f"{fmean(pixels):10.3f}" if pixels else "         -"]))
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run all and print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="holds the category folders")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="holds a folder for each cell")
    parser.add_argument("--categories", nargs="+", metavar="NAME", help="with presets of their own (default: all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N", help="default: 0")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="as of the benchmark (default: 1)")
    given = parser.parse_args(argv)
    same = {"data": given.data, "categories": given.categories or find_categories(given.data), "seeds": given.seeds}
    cells = {name: cells_of(change, **same) for name, change in CHANGES.items()}
    if code := run_all(tuple(dict.fromkeys(sum(cells.values(), ()))), out=given.out, jobs=given.jobs):
        return code
    there = {one.settings: one for one in find_results(given.out).values()}
    found = {}
    for name, change in CHANGES.items():
        wanted = change.get("experiments", USUAL["experiments"])
        found[name] = [there[cell] for cell in cells[name] if cell.experiment in wanted]
    sys.stdout.write(f"\n{table_of(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
