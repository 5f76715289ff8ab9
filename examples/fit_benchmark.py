"""Presets fitted to a few known defects, measured on all others.

    python -m examples.fit_benchmark DATA --out DIR [--categories NAME ...] [--known 5 3] [--choices 0 1 2] [--jobs N]

For each category a few defects of each type are chosen at random, the same ones for the same number of the choice, and
a preset is fitted to them. It is trained with the recipe of the benchmark, and so are the category's own preset and
generic_object or generic_texture. The table compares the image AUROC on the same images, the known ones left out. At
least two images of each type are left for the test. If it is interrupted, the same command resumes.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as `python -m eval` does

import cv2
import numpy as np

import defectsynth as ds
from defectsynth.fitting.saving import save_fit
from defectsynth.presets import CATEGORIES
from eval.benchmark.results import Results
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.cli.benchmark import run_all
from eval.data.datasets import Category, Record, read_category
from eval.data.folders import find_categories
from eval.scoring.metrics import image_metrics

TEXTURES = ("electrical_commutator",)
LEFT = 2  # images of each type that are tested at least


def known_records(category: Category, *, known: int, choice: int) -> list[Record]:
    """Return a random choice of defects, `known` of each type."""
    rng = np.random.default_rng(choice)
    chosen: list[Record] = []
    for kind in sorted({record.defect for record in category.test if record.label}):
        records = [record for record in category.test if record.defect == kind]
        count = min(known, max(len(records) - LEFT, 1))
        chosen += [records[index] for index in sorted(rng.permutation(len(records))[:count].tolist())]
    return chosen


def fitted_preset(category: Category, *, known: int, choice: int, out: Path, workers: int) -> Path:
    """Fit a preset unless its file exists, with its sheet; return its path."""
    path = out / "presets" / f"{category.name}_{known}_{choice}.yaml"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    records = known_records(category, known=known, choice=choice)
    began = time.monotonic()
    found = ds.fit(
        [record.path for record in records],
        [str(record.mask_path) for record in records],
        [record.path for record in category.train],
        types=[record.defect for record in records],
        workers=workers,
    )
    took = time.monotonic() - began
    images = [f"{record.defect}/{record.path.name}" for record in records]
    cv2.imwrite(str(path.with_suffix(".png")), cv2.cvtColor(found.sheet, cv2.COLOR_RGB2BGR))
    save_fit(found, path, images=images, category=category.name)
    sys.stdout.write(f"{path.stem}: fitted to {len(records)} defects in {took:.1f} s\n{found}\n")
    sys.stdout.flush()
    return path


def auroc_without(results: Results, known: Sequence[str]) -> float:
    """Return the image AUROC of a run on its test images but the known ones."""
    kept = [image for image in results.images if "/".join(Path(image.path).parts[-2:]) not in known]
    labels = np.array([image.label for image in kept], np.bool_)
    return image_metrics(labels, np.array([image.score for image in kept], np.float32)).auroc


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, train, and print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of the categories")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of presets and results")
    parser.add_argument("--categories", nargs="+", metavar="NAME", help="categories with a preset (default: all)")
    parser.add_argument("--known", nargs="+", type=int, default=[5, 3], metavar="N", help="default: 5 3")
    parser.add_argument("--choices", nargs="+", type=int, default=[0, 1, 2], metavar="N", help="default: 0 1 2")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="see benchmark (default: 1)")
    parser.add_argument("--fit-only", action="store_true", help="write presets and sheets, train nothing")
    given = parser.parse_args(argv)
    out = given.out.resolve()
    cells, fitted = [], {}
    for name in given.categories or [name for name in find_categories(given.data) if name in CATEGORIES]:
        category = read_category(given.data / name)
        for known in given.known:
            for choice in given.choices:
                fitted[name, known, choice] = fitted_preset(
                    category, known=known, choice=choice, out=out, workers=given.jobs
                )
        generic = "generic_texture" if name in TEXTURES else "generic_object"
        presets = [str(path) for (home, _, _), path in fitted.items() if home == name]
        cells += make_cells(
            BenchmarkOptions(
                data=given.data,
                categories=[name],
                heads=["softmax"],
                scorings=["fused"],
                generators=["category", generic, *presets],
            )
        )
    if given.fit_only:
        return 0
    finished, failed = run_all(tuple(dict.fromkeys(cells)), out=out, jobs=given.jobs)
    if failed:
        return 1
    sys.stdout.write(f"\n{table_of(finished, fitted)}")
    return 0


def table_of(results: Sequence[Results], fitted: dict[tuple[str, int, int], Path]) -> str:
    """Return the AUROC of the three presets for each category and number of known defects, means of the choices."""
    lines = [f"{'category':24}{'known':>6}{'fitted':>16}{'category':>10}{'generic':>10}"]
    means: dict[int, list[tuple[float, ...]]] = {}
    for name, known in dict.fromkeys((name, known) for name, known, _ in fitted):
        rows = []
        for (home, number, _), path in fitted.items():
            if (home, number) != (name, known):
                continue
            own = {str(cell.settings.generator): cell for cell in results if cell.settings.category == name}
            seen = own[str(path)].settings.known
            generic = next(cell for key, cell in own.items() if key.startswith("generic_"))
            rows.append(tuple(auroc_without(cell, seen) for cell in (own[str(path)], own["category"], generic)))
        columns = list(zip(*rows, strict=True))
        spread = f" +- {stdev(columns[0]):.3f}" if len(rows) > 1 else ""
        mean = tuple(map(fmean, columns))
        means.setdefault(known, []).append(mean)
        lines.append(f"{name:24}{known:6}{f'{mean[0]:.3f}{spread}':>16}{mean[1]:10.3f}{mean[2]:10.3f}")
    for known, found in means.items():
        mean = tuple(map(fmean, zip(*found, strict=True)))
        lines.append(f"{'mean':24}{known:6}{mean[0]:>16.3f}{mean[1]:10.3f}{mean[2]:10.3f}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
