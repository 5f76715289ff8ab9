"""`defectsynth prepare`: measure the images of a folder and keep what is found for later runs."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from pathlib import Path

from tqdm import tqdm

from defectsynth.cli.choice import chosen_transform
from defectsynth.cli.errors import JobError, UsageError
from defectsynth.cli.generate import report
from defectsynth.cli.options import check_options
from defectsynth.cli.reading import list_images
from defectsynth.cli.workers import prepare_opencv
from defectsynth.core.measurements import use_store
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
    failures: list[dict[str, str]] = []
    paths = [arguments.input / name for name in names]

    def keep(index: int, error: Exception) -> None:
        failures.append({"source": names[index], "error": str(error).removeprefix(f"{paths[index]}: ")})

    bar = tqdm(total=len(names), desc="measuring", disable=arguments.quiet)
    try:
        with bar, use_store(store, limit_mib=arguments.store_limit):
            found = prepare_images(
                paths,
                transform,
                workers=arguments.workers,
                peak=arguments.peak,
                progress=lambda done, _: bar.update(done - bar.n),
                on_error=keep,
            )
    except (TypeError, ValueError) as error:
        raise JobError(str(error)) from error
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to finish", file=sys.stderr)
        return 130
    failures.sort(key=lambda failure: failure["source"])
    if not found.images:
        report(failures)
        raise JobError(f"none of the {len(names)} images can be used")
    took = time.monotonic() - began
    print(f"{found.measurements} measurements on {found.images} images in {store}, {took:.1f} s")
    return report(failures)
