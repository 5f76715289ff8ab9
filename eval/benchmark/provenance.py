"""What a result was made with: versions, commit, and the memory it took."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import albumentations as A
import numpy as np
import torch

import defectsynth


def versions() -> dict[str, str]:
    """Of what numbers depend on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "defectsynth": defectsynth.__version__,
        "albumentations": str(A.__version__),
    }


def git_revision() -> str | None:
    """The commit of this program, "-dirty" behind it if tracked files were changed; None outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        found = subprocess.run(  # noqa: S603 - no word of it comes from outside
            command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


class Memory:
    """The largest resident memory of this process from now on, where Linux lets it be reset."""

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets VmHWM
        except OSError:
            return

    def peak(self) -> float:
        """In MiB."""
        try:
            lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
            return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)
        except (OSError, StopIteration):
            import resource  # noqa: PLC0415  # Unix only

            return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
