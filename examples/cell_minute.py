"""Seconds of one cell, from its images to the report, by what they are spent on.

    python -m examples.cell_minute --data DIR --category screw --out OUT

The time of a part leaves out the parts that it calls: training is without the drawing and the embedding of its twins.
What none of the parts accounts for, such as imports and files, is in the last line.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest import mock

from eval.__main__ import main as evaluate
from eval.benchmark import experiment, fitting, reader, runner, splits
from eval.data import categories, twins
from eval.models import feature_cache, segmenting
from eval.scoring import detector, maps, memory_bank


class Stopwatch:
    """Counts seconds by part; those of an inner part are not those of the outer one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.open: list[str] = []
        self.last = perf_counter()

    def lap(self) -> None:
        """Count the time since the last call for the part that runs."""
        now = perf_counter()
        self.seconds[self.open[-1] if self.open else "other"] += now - self.last
        self.last = now

    def watch(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time counted as that of a part."""

        @wraps(function)
        def watched(*arguments: Any, **options: Any) -> Any:
            self.lap()
            self.open.append(part)
            try:
                return function(*arguments, **options)
            finally:
                self.lap()
                self.open.pop()

        return watched


PARTS: tuple[tuple[str, Any, str], ...] = (
    ("reading", reader, "read_category"),
    ("reading", runner, "category_digest"),
    ("reading", categories.Category, "arrays"),
    ("drawing", twins.TwinExamples, "__getitem__"),
    ("drawing", splits, "held_out_twins"),
    ("embedding", feature_cache.Features, "__call__"),
    ("embedding", segmenting.SegmentingBackbone, "branches"),
    ("embedding", maps, "embed_images"),
    ("training", fitting, "train"),
    ("bank", detector, "make_bank"),
    ("threshold", memory_bank.Bank, "search_others"),
    ("scoring", memory_bank.Bank, "search"),
    ("metrics", experiment, "evaluate"),
)
ORDER = (*dict.fromkeys(part for part, _, _ in PARTS), "report", "other")


def main() -> None:
    """Run a cell and its baseline, write the report, and print a line for each part."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", required=True, metavar="DIR", help="folder of the categories")
    parser.add_argument("--category", required=True, metavar="NAME")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="an empty folder")
    parser.add_argument("options", nargs="*", help="further options of `eval run`, after --")
    given = parser.parse_args()
    watch = Stopwatch()
    run = ["run", "--data", given.data, "--category", given.category, "--out", str(given.out)]
    usual = ["--head", "softmax", "--scoring", "fused", "--generator", "generic_object"]
    report = watch.watch("report", evaluate)
    with ExitStack() as patches:
        for part, place, name in PARTS:
            patches.enter_context(mock.patch.object(place, name, watch.watch(part, getattr(place, name))))
        code = evaluate([*run, *usual, *given.options]) or report(["report", str(given.out)])
    if code:  # `eval` has printed the error
        sys.exit(code)
    watch.lap()
    total = sum(watch.seconds.values())
    for part in ORDER:
        print(f"{part:<10} {watch.seconds[part]:7.1f} s {watch.seconds[part] / total:5.0%}")
    print(f"{'sum':<10} {total:7.1f} s")


if __name__ == "__main__":
    main()
