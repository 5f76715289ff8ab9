"""Benchmark of one category with one generator, for the scripts of the categories."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A

from eval.__main__ import main as evaluate


def benchmark(category: str, generator: A.BasicTransform, argv: Sequence[str] | None = None) -> int:
    """Write a generator to a file and run `python -m eval benchmark` with it.

    Args:
        category: name of the folder in `--data`.
        generator: a defect, or several in an `A.OneOf`.
        argv: arguments of `python -m eval benchmark`, with `--data DIR --out DIR`; None for those of the process.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        allow_abbrev=False,
        description=f"Train and test on {category} with the lines of the seed article.",
        epilog="All other options are those of `python -m eval benchmark`.",
    )
    parser.add_argument("--data", required=True, metavar="DIR", help="folder of the categories")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the results")
    out = parser.parse_known_args(words)[0].out
    file = out / "generators" / f"{category}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    A.save(A.Compose([generator]), str(file), data_format="yaml")
    return evaluate(["benchmark", "--categories", category, "--generators", str(file), *words])
