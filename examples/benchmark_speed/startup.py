"""Rows for start-up: importing the library beyond albumentations, and the help of the command lines.

The minimum of several processes, with bytecode from the process before, as after every installation.
"""

import os
import subprocess
import sys
import tempfile
import time
from argparse import Namespace

PROCESSES = 7
MAX_IMPORT, MAX_HELP = 0.25, 0.3  # seconds
IMPORT = """
import time
start = time.perf_counter()
import albumentations
middle = time.perf_counter()
import defectsynth
print(middle - start, time.perf_counter() - middle)
"""


def measure(_arguments: Namespace) -> None:
    """Print the table."""
    print(f"start-up, minimum of {PROCESSES} processes")
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": folder, "NO_ALBUMENTATIONS_UPDATE": "1"}
        pairs = [_run(["-c", IMPORT], environment)[1].split() for _ in range(PROCESSES)]
        host, library = (min(float(pair[index]) for pair in pairs) for index in (0, 1))
        _row("import albumentations", host)
        _row("import defectsynth beyond it", library, MAX_IMPORT)
        for name, words in (("defectsynth --help", "defectsynth.cli"), ("python -m eval --help", "eval")):
            _row(name, min(_run(["-m", words, "--help"], environment)[0] for _ in range(PROCESSES)), MAX_HELP)


def _run(words: list[str], environment: dict[str, str]) -> tuple[float, str]:
    """Return the wall time of a Python process in seconds, and what it prints."""
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603  the commands of this module
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, done.stdout


def _row(name: str, seconds: float, limit: float | None = None) -> None:
    missed = f"   MISSED: above {limit:g} s" if limit is not None and seconds > limit else ""
    print(f"  {name:33s}{seconds:6.3f} s{missed}", flush=True)
