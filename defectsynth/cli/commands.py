"""From the command line to the command, and from errors to exit codes."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

from defectsynth.cli.arguments import parse
from defectsynth.cli.errors import JobError, UsageError
from defectsynth.core.environment import whole_number_in

RESUMED = ("generate", "prepare")
"""Commands that go on where they stopped."""

COMMANDS = {  # imported when asked for, so that --help answers at once
    "generate": ("defectsynth.cli.generate", "generate"),
    "prepare": ("defectsynth.cli.prepare", "prepare"),
    "preview": ("defectsynth.cli.preview", "preview"),
    "fit": ("defectsynth.cli.fit", "fit"),
    "completion": ("defectsynth.cli.completion", "completion"),
    "list": ("defectsynth.cli.describe", "list_names"),
    "studio": ("defectsynth.studio.server", "studio"),
    "show": ("defectsynth.cli.describe", "show"),
}

VARIABLES = {"DEFECTSYNTH_MAX_IMAGE_MIB": 1, "DEFECTSYNTH_MEMORY_MIB": 0, "DEFECTSYNTH_STORE_MIB": 0}
"""Environment variables with whole numbers, and the least of each."""


def main(argv: Sequence[str] | None) -> int:
    """Run one command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show stops nothing
    command = ""
    try:
        command = (arguments := parse(argv)).command
        check_environment()
        module, name = COMMANDS[command]
        return int(getattr(importlib.import_module(module), name)(arguments))
    except UsageError as error:
        print(f"defectsynth: {error}", file=sys.stderr)
        return 2
    except JobError as error:
        print(f"defectsynth: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output is gone, as with `defectsynth list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except OSError as error:
        resumed = "; the same command goes on where it stopped" if command in RESUMED else ""
        print(f"defectsynth: {error}{resumed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130


def check_environment() -> None:
    """Raise UsageError for an environment variable with something else than a whole number."""
    try:
        for name, least in VARIABLES.items():
            whole_number_in(name, least, least)
    except ValueError as error:
        raise UsageError(str(error)) from None
