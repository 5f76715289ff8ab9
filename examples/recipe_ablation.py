"""Ablation of the training recipe: one change at a time, on real or rendered defects.

    python -m examples.recipe_ablation --data DIR --out DIR [--categories NAME ...] [--seeds N ...] [--jobs N]

Trains with the categories' own presets, once with the default recipe and once with each change, all into one folder of
results, and prints the image and pixel AUROC of each, means over seeds. If it is interrupted, the same command resumes.
The table uses the test images that numbers are reported on; therefore no choice of the recipe was made by it.
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
from eval.benchmark.results import Results
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.cli.benchmark import run_all
from eval.data.folders import find_categories

DEFAULTS: dict[str, Any] = {
    "experiments": ["self_supervised"],
    "heads": ["softmax"],
    "scorings": ["fused"],
    "generators": ["category"],
}
CHANGES: dict[str, dict[str, Any]] = {
    "default": {},
    "untrained distance alone": {"experiments": ["none"], "scorings": ["patch"]},
    "evidence of the head alone": {"recipe": [("distance", 0.0)]},
    "half the weight of the distance": {"recipe": [("distance", 0.5)]},
    "twice the weight of the distance": {"recipe": [("distance", 2.0)]},
    "distance between trained patches": {"scorings": ["patch"]},
    "one embedding an image, pooled": {"scorings": ["pooled"]},
    "ensemble with a segmentation": {"scorings": ["ensemble"]},
    "ensemble, MobileNetV2": {"scorings": ["ensemble"], "backbone": "mobilenet_v2"},
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
    "patches defective from a coverage of one half": {"recipe": [("label_share", 0.5)]},
    "several defects in a third of the images": {"recipe": [("several", 0.33)]},
    "hard negatives in a quarter of the images": {"recipe": [("hard_negatives", 0.25)]},
    "severity falls to 0.3": {"recipe": [("last_severity", 0.3)]},
    "weights averaged over the last three epochs": {"recipe": [("averaged_epochs", 3.0)]},
    "features of stride 8 alone": {"recipe": [("coarsest", 8.0)]},
    "features of stride 16 alone": {"recipe": [("finest", 16.0)]},
}


def cells_of(change: dict[str, Any], **common: Any) -> tuple[Settings, ...]:
    """Return the cells of a change, with their baselines."""
    return make_cells(BenchmarkOptions(**{**DEFAULTS, **common, **change}))


def table_of(found: dict[str, list[Results]]) -> str:
    """Return a table of image AUROC by category, their mean and the mean pixel AUROC, a line for each change."""
    categories = sorted({cell.settings.category for results in found.values() for cell in results})
    width = max(map(len, found))
    lines = ["  ".join([" " * width, *(name.rjust(10) for name in categories), "      mean", "    pixels"])]
    for change, results in found.items():
        aurocs = [
            fmean(cell.metrics.image.auroc for cell in results if cell.settings.category == name) for name in categories
        ]
        pixels = [cell.metrics.pixel.auroc for cell in results if cell.metrics.pixel is not None]
        numbers = [f"{value:10.3f}" for value in (*aurocs, fmean(aurocs))]
        lines.append("  ".join([change.ljust(width), *numbers, f"{fmean(pixels):10.3f}" if pixels else "         -"]))
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run all cells and print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the categories")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the results")
    parser.add_argument("--categories", nargs="+", metavar="NAME", help="categories with a preset (default: all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N", help="default: 0")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="see benchmark (default: 1)")
    given = parser.parse_args(argv)
    common = {"data": given.data, "categories": given.categories or find_categories(given.data), "seeds": given.seeds}
    cells = {name: cells_of(change, **common) for name, change in CHANGES.items()}
    finished, failed = run_all(tuple(dict.fromkeys(sum(cells.values(), ()))), out=given.out, jobs=given.jobs)
    if failed:
        return 1
    stored = {cell.settings: cell for cell in finished}
    found = {}
    for name, change in CHANGES.items():
        wanted = change.get("experiments", DEFAULTS["experiments"])
        found[name] = [stored[cell] for cell in cells[name] if cell.experiment in wanted]
    sys.stdout.write(f"\n{table_of(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
