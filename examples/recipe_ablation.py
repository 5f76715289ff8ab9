"""What each choice of the training recipe is worth: one change at a time, on real or rendered defects.

    python -m examples.recipe_ablation --data DIR --out DIR [--categories NAME ...] [--seeds N ...] [--jobs N]

Runs `python -m eval benchmark` with the categories' own presets once as usual and once for each change, then prints the
image and pixel AUROC of each, means over categories and seeds. Interrupted, the same command goes on where it stopped.
Choices are compared on the same test images that a number is reported on; so none of them was chosen by this table.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

from eval.__main__ import main as evaluate
from eval.results import Results, found_results

CHANGES: dict[str, tuple[str, ...]] = {
    "as usual": (),
    "untrained distance alone (untrained)": ("--experiments", "none", "--scorings", "patch"),
    "evidence of the head alone": ("--recipe", "distance=0"),
    "distance counts half": ("--recipe", "distance=0.5"),
    "distance counts double": ("--recipe", "distance=2"),
    "distance between trained patches": ("--scorings", "patch"),
    "one embedding an image, pooled": ("--scorings", "pooled"),
    "one embedding an image, last stage fine-tuned": ("--scorings", "image"),
    "head: arcface": ("--heads", "arcface"),
    "head: l2_softmax": ("--heads", "l2_softmax"),
    "192 px": ("--size", "192"),
    "320 px": ("--size", "320"),
    "3 epochs": ("--epochs", "3"),
    "20 epochs": ("--epochs", "20"),
    "a third of the learning rate": ("--recipe", "learning_rate=0.0003"),
    "three times the learning rate": ("--recipe", "learning_rate=0.003"),
    "patches defective from one half on": ("--recipe", "label_share=0.5"),
    "several defects in a third": ("--recipe", "several=0.33"),
    "hard negatives in a quarter": ("--recipe", "hard_negatives=0.25"),
    "severity falls to 0.3": ("--recipe", "last_severity=0.3"),
    "weights averaged over the last three epochs": ("--recipe", "averaged_epochs=3"),
    "features of stride 8 alone": ("--recipe", "coarsest=8"),
    "features of stride 16 alone": ("--recipe", "finest=16"),
    "features of strides 8, 16 and 32": ("--recipe", "coarsest=32"),
}


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
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="holds a folder for each change")
    parser.add_argument("--categories", nargs="+", metavar="NAME", help="with presets of their own (default: all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N", help="default: 0")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="as of the benchmark (default: 1)")
    given = parser.parse_args(argv)
    same = ["benchmark", "--data", str(given.data), "--generators", "category", "--jobs", str(given.jobs)]
    same += ["--seeds", *map(str, given.seeds)]
    same += ["--categories", *given.categories] if given.categories else []
    found: dict[str, list[Results]] = {}
    for number, (change, words) in enumerate(CHANGES.items(), 1):
        sys.stdout.write(f"\n[{number}/{len(CHANGES)}] {change}\n")
        out = given.out / re.sub(r"\W+", "_", change)
        usual = ["--heads", "softmax", "--scorings", "fused"]
        if code := evaluate([*same, *usual, *words, "--out", str(out)]):
            return code
        results = list(found_results(out).values())
        trained = [one for one in results if one.baseline is not None]
        found[change] = trained or results
    sys.stdout.write(f"\n{table_of(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
