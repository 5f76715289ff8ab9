"""Command `predict`: scores, decisions and heat maps of images."""

from __future__ import annotations

from argparse import Namespace

from eval.benchmark.prediction import write_predictions
from eval.benchmark.results import BANK, MODEL
from eval.cli.errors import UsageError


def main(arguments: Namespace) -> int:
    """Apply the model of a finished run to images."""
    folder = arguments.model if arguments.model.is_dir() else arguments.model.parent
    if not (folder / BANK).is_file():
        raise UsageError(
            f"MODEL must be the folder of a finished run, or the {MODEL} in it, got {str(arguments.model)!r}"
        )
    if missing := [path for path in arguments.images if not path.is_file()]:
        raise UsageError(f"IMAGES must be existing files, got {str(missing[0])!r}")
    return 0 if write_predictions(folder, arguments.images, arguments.out) else 1
