"""Command `compare`: two folders of results side by side."""

from __future__ import annotations

import sys
from argparse import Namespace
from statistics import fmean

from eval.benchmark.results import find_result_files
from eval.benchmark.table import compare
from eval.cli.errors import usage_errors


def main(arguments: Namespace) -> int:
    """Print the image AUROC of the cells in both folders."""
    with usage_errors():
        for folder in (arguments.first, arguments.second):
            find_result_files(folder)
    rows = compare(arguments.first, arguments.second)
    both = [(cell, one, two) for cell, one, two in rows if one is not None and two is not None]
    width = max(len(cell) for cell, _, _ in rows)
    sys.stdout.write(f"{'image AUROC of':{width}}       A       B   B - A\n")
    for cell, one, two in both:
        sys.stdout.write(f"{cell:{width}}  {one:6.3f}  {two:6.3f}  {two - one:+6.3f}\n")
    if both:
        means = fmean(one for _, one, _ in both), fmean(two for _, _, two in both)
        sys.stdout.write(f"{'mean':{width}}  {means[0]:6.3f}  {means[1]:6.3f}  {means[1] - means[0]:+6.3f}\n")
    for cell, first, second in rows:
        if first is None or second is None:
            sys.stdout.write(f"{cell:{width}}  only in {'B' if first is None else 'A'}\n")
    return 0
