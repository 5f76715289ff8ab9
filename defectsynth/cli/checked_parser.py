"""A parser of command lines that raises errors with the words that may be meant."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any, NoReturn

from defectsynth.cli.errors import UsageError
from defectsynth.core.messages import did_you_mean


def given_path(text: str) -> Path:
    """Return the path that an argument gives; an empty one, as of an unset variable, would be the current folder.

    Raises:
        argparse.ArgumentTypeError: if it is empty.
    """
    if not text:
        raise argparse.ArgumentTypeError("must be a path, got ''")
    return Path(text)


class CheckedParser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError; a misspelt command, choice or option comes with the names that it may mean."""
        chosen = re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message)
        if chosen is not None:
            message += did_you_mean(chosen[1], re.findall(r"[\w-]+", chosen[2]))
        raise UsageError(f"{message} (see {self.prog} --help)")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; options of a command that are not known are named with those that they may mean."""
        found, unknown = super().parse_known_args(args, namespace)
        options = [word.partition("=")[0] for word in unknown if word.startswith("--")]
        if options:
            self.error(f"unknown option {options[0]}{did_you_mean(options[0], self._option_string_actions)}")
        return found, unknown
