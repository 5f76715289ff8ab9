"""Command `predict`: scores, decisions and heat maps of images."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from defectsynth.io.folders import list_folder
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
    images = find_images(arguments.images, out=arguments.out)
    with usage_errors():
        if arguments.false_positives is not None:
            check_bound(arguments.false_positives)
        check_peak(arguments.peak)
    complete = write_predictions(
        folder,
        images,
        arguments.out,
        peak=arguments.peak,
        false_positives=arguments.false_positives,
    )
    return 0 if complete else 1


def find_images(paths: Iterable[Path], *, out: Path) -> list[Path]:
    """Return the files among paths, and in place of each folder the images in it and in all folders below it.

    Args:
        paths: files and folders.
        out: folder of results; if it lies in one of the folders, the images in it are left out.

    Raises:
        UsageError: if a path is missing, a folder holds no images, or `out` is one of the folders: the next run would
            take its heat maps for images.
    """
    images: list[Path] = []
    results = out.resolve()
    for path in paths:
        if path.is_file():
            images.append(path)
            continue
        if not path.is_dir():
            raise UsageError(f"IMAGES must be existing files or folders, got {str(path)!r}")
        if path.resolve() == results:
            raise UsageError(f"--out must be another folder than that of the images, got {str(out)!r}")
        found = [Path(name) for name in list_folder(path).files]
        if path.resolve() in results.parents:
            found = [image for image in found if results not in image.resolve().parents]
        if not found:
            raise UsageError(f"IMAGES must be image files or folders of them, got {str(path)!r} without any")
        images += found
    return images
