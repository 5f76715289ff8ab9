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


def main(arguments: Namespace) -> int:
    """Start a search, or resume one that was stopped."""
    with ExitStack() as stack:
        display = stack.enter_context(closing(ProgressDisplay()))

        def write(line: str) -> None:
            display.end(None)
            sys.stdout.write(line)
            sys.stdout.flush()

        with usage_errors():
            check_categories("category", [arguments.category], data=arguments.data)
            study = stack.enter_context(
                open_study(
                    arguments.data,
                    arguments.category,
                    preset=arguments.preset,
                    known=arguments.known,
                    known_share=arguments.known_share,
                    seed=arguments.seed,
                    trials=arguments.trials,
                    twins=arguments.twins,
                    peak=arguments.peak,
                    out=arguments.out,
                    progress=partial(display, None),
                    write=write,
                )
            )
        study.run()
    return 0
