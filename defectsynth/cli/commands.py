"""From the command line to the command, and from errors to exit codes."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

from defectsynth.cli.arguments import parse
from defectsynth.cli.errors import JobError, UsageError

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


def main(argv: Sequence[str] | None) -> int:
    """Run one command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show stops nothing
    try:
        arguments = parse(argv)
        module, name = COMMANDS[arguments.command]
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
        print(f"defectsynth: {error}; the same command goes on where it stopped", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
