"""Command `compare`: two folders of results side by side."""

from __future__ import annotations

import sys
from argparse import Namespace
from statistics import fmean

from eval.benchmark.results import Results, find_result_files
from eval.benchmark.table import compare
from eval.cli.errors import usage_errors


def main(arguments: Namespace) -> int:
    """Print the image AUROC of the cells in both folders."""
    with usage_errors():
        for folder in (arguments.first, arguments.second):
            find_result_files(folder)
    rows = compare(arguments.first, arguments.second)
    pairs = [(cell, one, two) for cell, one, two in rows if one is not None and two is not None]
    same = [_tested(one) == _tested(two) for _, one, two in pairs]
    both = [
        (cell, one.metrics.image.auroc, two.metrics.image.auroc)
        for (cell, one, two), is_same in zip(pairs, same, strict=True)
        if is_same
    ]
    width = max(len(cell) for cell, _, _ in rows)
    sys.stdout.write(f"{'image AUROC of':{width}}       A       B   B - A\n")
    for cell, one, two in both:
        sys.stdout.write(f"{cell:{width}}  {one:6.3f}  {two:6.3f}  {two - one:+6.3f}\n")
    if both:
        means = fmean(one for _, one, _ in both), fmean(two for _, _, two in both)
        sys.stdout.write(f"{'mean':{width}}  {means[0]:6.3f}  {means[1]:6.3f}  {means[1] - means[0]:+6.3f}\n")
    for (cell, _, _), is_same in zip(pairs, same, strict=True):
        if not is_same:
            sys.stdout.write(f"{cell:{width}}  of other images in A than in B\n")
    for cell, first, second in rows:
        if first is None or second is None:
            sys.stdout.write(f"{cell:{width}}  only in {'B' if first is None else 'A'}\n")
    return 0


def _tested(results: Results) -> tuple[str | None, frozenset[str]]:
    """Return what makes the test images of a run: the digest of the category, and their names."""
    return results.data_digest, frozenset(image.path for image in results.images)
