"""Command `tune`: search a preset for a category."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import ExitStack, closing
from functools import partial

from eval.cli.errors import usage_errors
from eval.data.datasets import check_categories
from eval.progress import ProgressDisplay
from eval.tune import open_study


def main(words: Namespace) -> int:
    """Start a search, or resume one that was stopped."""
    with ExitStack() as stack:
        display = stack.enter_context(closing(ProgressDisplay()))

        def write(line: str) -> None:
            display.end(None)
            sys.stdout.write(line)
            sys.stdout.flush()

        with usage_errors():
            check_categories("category", [words.category], data=words.data)
            study = stack.enter_context(
                open_study(
                    words.data,
                    words.category,
                    preset=words.preset,
                    known=words.known,
                    known_share=words.known_share,
                    seed=words.seed,
                    trials=words.trials,
                    twins=words.twins,
                    out=words.out,
                    progress=partial(display, None),
                    write=write,
                )
            )
        study.run()
    return 0
