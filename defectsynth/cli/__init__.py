"""The command `defectsynth`: generate, preview, prepare, fit, studio, list, show, completion."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from defectsynth.io.streams import open_missing_streams

NEEDED = {"yaml": "pyyaml", "tqdm": "tqdm"}  # module: distribution; the extra `cli` brings both


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after `defectsynth`; None takes them from the process.

    Returns:
        0 if all went well, 1 if some inputs failed (named on stderr), 2 for a wrong call, 130 if interrupted.
    """
    open_missing_streams()
    missing = [distribution for module, distribution in NEEDED.items() if find_spec(module) is None]
    if missing:
        print(
            f"defectsynth: the command line needs {' and '.join(missing)}: pip install 'defectsynth[cli]'",
            file=sys.stderr,
        )
        return 2
    return int(importlib.import_module("defectsynth.cli.commands").main(argv))
