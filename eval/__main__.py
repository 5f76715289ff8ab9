"""`python -m eval`: experiments on a category, benchmarks of many, comparisons, predictions and reports."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

from eval.cli.errors import UsageError
from eval.cli.parser import parse_arguments

RESUMED = {"run", "benchmark", "demo"}
"""Commands that go on where they were interrupted; the others begin anew."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments after `python -m eval`; None: those of the process.

    Returns:
        0 if all went well, 1 if a run failed, 2 for a wrong call, 130 if interrupted.
    """
    for stream in (sys.stdout, sys.stderr):  # a name that the terminal cannot show must not end the work
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    arguments = parse_arguments(argv)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: threads that spin are slow on a busy machine
    try:
        importlib.import_module("defectsynth.io.streams").open_missing_streams()  # here, for --help does without it
        command = importlib.import_module(f"eval.cli.{arguments.module}")
    except ModuleNotFoundError as error:
        print(f"eval: {arguments.command} needs {error.name}: pip install -r eval/requirements.txt", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    try:
        return int(command.main(arguments))
    except UsageError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        print(f"eval: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        hint = "; the same command goes on where it stopped" if arguments.command in RESUMED else ""
        print(f"\ninterrupted{hint}", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
