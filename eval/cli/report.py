"""Command `report`: one page about all results in a folder."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import closing
from functools import partial

from eval.benchmark.results import find_result_files
from eval.cli.errors import UsageError, usage_errors
from eval.progress import ProgressDisplay
from eval.report import write_report


def main(arguments: Namespace) -> int:
    """Write the page."""
    with usage_errors():
        find_result_files(arguments.results)
    if arguments.data is not None and not arguments.data.is_dir():
        raise UsageError(f"data must be an existing folder, got {str(arguments.data)!r}: check the path")
    page = arguments.page or arguments.results / "report.html"
    with closing(ProgressDisplay()) as display:
        written = write_report(arguments.results, page, data=arguments.data, progress=partial(display, None))
    sys.stdout.write(f"{written}\n")
    return 0
