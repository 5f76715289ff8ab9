"""Command `audit`: how well the defects of generators cover the real ones."""

from __future__ import annotations

import sys
from argparse import Namespace
from contextlib import closing
from functools import partial

from eval.audit.runner import plan_audit, run_audit
from eval.cli.errors import usage_errors
from eval.data.datasets import check_categories
from eval.progress import ProgressDisplay


def main(words: Namespace) -> int:
    """Audit every generator on every category."""
    with usage_errors():
        known = check_categories("category", words.categories or (), data=words.data)
        plan = plan_audit(
            words.data,
            words.categories or known,
            words.generators,
            against=words.against,
            twins=words.twins,
            seed=words.seed,
        )
    with closing(ProgressDisplay()) as display:
        run_audit(plan, out=words.out, progress=partial(display, None), write=sys.stdout.write)
    return 0
