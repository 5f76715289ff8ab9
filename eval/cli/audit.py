"""Command `audit`: how well the defects of generators cover the real ones."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import closing
from functools import partial

from eval.audit.runner import plan_audit, run_audit
from eval.cli.errors import usage_errors
from eval.data.folders import check_categories
from eval.progress import ProgressDisplay


def main(arguments: Namespace) -> int:
    """Audit every generator on every category."""
    with usage_errors():
        known = check_categories("category", arguments.categories or (), data=arguments.data)
        plan = plan_audit(
            arguments.data,
            arguments.categories or known,
            arguments.generators,
            against=arguments.against,
            twins=arguments.twins,
            seed=arguments.seed,
            peak=arguments.peak,
        )
    with closing(ProgressDisplay()) as display:
        complete = run_audit(
            plan,
            out=arguments.out,
            progress=partial(display, None),
            write=sys.stdout.write,
            complain=lambda line: sys.stderr.write(f"eval: {line}"),
        )
    return 0 if complete else 1
