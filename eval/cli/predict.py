"""Command `predict`: scores, decisions and heat maps of images."""

from __future__ import annotations

from argparse import Namespace

from eval.benchmark.prediction import write_predictions
from eval.benchmark.results import BANK, MODEL
from eval.cli.errors import UsageError, usage_errors
from eval.data.images import check_peak
from eval.scoring.calibration import check_bound


def main(arguments: Namespace) -> int:
    """Apply the model of a finished run to images."""
    folder = arguments.model if arguments.model.is_dir() else arguments.model.parent
    if not (folder / BANK).is_file():
        raise UsageError(
            f"MODEL must be the folder of a finished run, or the {MODEL} in it, got {str(arguments.model)!r}"
        )
    if missing := [path for path in arguments.images if not path.is_file()]:
        raise UsageError(f"IMAGES must be existing files, got {str(missing[0])!r}")
    with usage_errors():
        if arguments.false_positives is not None:
            check_bound(arguments.false_positives)
        check_peak(arguments.peak)
    complete = write_predictions(
        folder,
        arguments.images,
        arguments.out,
        peak=arguments.peak,
        false_positives=arguments.false_positives,
    )
    return 0 if complete else 1
