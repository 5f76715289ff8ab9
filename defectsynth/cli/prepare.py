"""`defectsynth prepare`: measure the images of a folder and keep what is found for later runs."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from pathlib import Path

from tqdm import tqdm

from defectsynth.cli.arguments import check_options
from defectsynth.cli.choice import chosen_transform
from defectsynth.cli.errors import JobError, UsageError
from defectsynth.cli.generate import report
from defectsynth.cli.reading import list_images
from defectsynth.cli.workers import prepare_opencv
from defectsynth.core.measurements import use_store
from defectsynth.io.image_files import UnreadableError, check_file
from defectsynth.training.prepare import prepare as prepare_images


def prepare(arguments: Namespace) -> int:
    """Measure the images; return the exit code."""
    began = time.monotonic()
    names = list_images(arguments.input)
    check_options(arguments)
    transform = chosen_transform(arguments)
    store: Path = arguments.store
    if arguments.input.resolve() in (store.resolve(), *store.resolve().parents):
        raise UsageError(f"--store must not lie inside INPUT {str(arguments.input)!r}, got {str(store)!r}")
    prepare_opencv()
    failures = [failure for name in names if (failure := _failure(arguments.input, name)) is not None]
    broken = {failure["source"] for failure in failures}
    paths = [arguments.input / name for name in names if name not in broken]
    if not paths:
        report(failures)
        raise JobError(f"none of the {len(names)} images can be used")
    bar = tqdm(total=len(paths), desc="measuring", disable=arguments.quiet)
    try:
        with bar, use_store(store, limit_mib=arguments.store_limit):
            found = prepare_images(
                paths,
                transform,
                workers=arguments.workers,
                peak=arguments.peak,
                progress=lambda done, _: bar.update(done - bar.n),
            )
    except (TypeError, ValueError) as error:
        raise JobError(str(error)) from error
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to finish", file=sys.stderr)
        return 130
    took = time.monotonic() - began
    print(f"{found.measurements} measurements on {found.images} images in {store}, {took:.1f} s")
    return report(failures)


def _failure(folder: Path, name: str) -> dict[str, str] | None:
    """Return why a file is no image that can be used, None if it is one."""
    try:
        check_file(folder / name)
    except UnreadableError as error:
        return {"source": name, "error": str(error)}
    return None
