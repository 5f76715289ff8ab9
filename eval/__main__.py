"""`python -m eval`: experiments on a category, benchmarks of many, comparisons, predictions and reports."""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

NEEDED = {  # module: distribution; the extra `eval` brings them
    "filelock": "filelock",
    "sklearn": "scikit-learn",
    "torch": "torch",
    "torchvision": "torchvision",
    "yaml": "pyyaml",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after `python -m eval`; None takes them from the process.

    Returns:
        0 if all went well, 1 if a run failed, 2 for a wrong call, 130 if interrupted.
    """
    missing = [distribution for module, distribution in NEEDED.items() if find_spec(module) is None]
    if missing:
        print(f"eval needs {', '.join(missing)}: pip install 'defectsynth[eval]'", file=sys.stderr)
        return 2
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: threads that spin are slow on a busy machine
    try:
        return int(importlib.import_module("eval.cli.parser").main(argv))
    except KeyboardInterrupt:  # while it was imported
        return 130


if __name__ == "__main__":
    sys.exit(main())
