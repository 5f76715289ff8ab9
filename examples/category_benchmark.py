"""What the scripts of the categories share: a generator, written to a file, and `python -m eval benchmark` with it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A

from eval.__main__ import main as evaluate


def benchmark(category: str, generator: A.BasicTransform, argv: Sequence[str] | None = None) -> int:
    """Train on the defects that a generator draws, test on the real ones.

    Args:
        category: name of the folder in `--data`.
        generator: a defect, or several in an `A.OneOf`.
        argv: `--data DIR --out DIR` and whatever else `python -m eval benchmark` takes; None: the process's own.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_known_args(words)[0].out
    file = out / "generators" / f"{category}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    A.save(A.Compose([generator]), str(file), data_format="yaml")
    return evaluate(["benchmark", "--categories", category, "--generators", str(file), *words])
