"""Versions, commit and peak memory of a run."""

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
    """Return the versions that numbers depend on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "defectsynth": defectsynth.__version__,
        "albumentations": str(A.__version__),
    }


def git_revision() -> str | None:
    """Return the commit of this program, with "-dirty" if tracked files were changed; None outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        found = subprocess.run(  # noqa: S603 - the command is constant
            command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


class PeakMemory:
    """Peak resident memory of this process since this object was made; since its start where it cannot be reset."""

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets VmHWM
        except OSError:
            return

    def mib(self) -> float:
        """Return the peak in MiB."""
        try:
            lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
            return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)
        except (OSError, StopIteration):
            import resource  # noqa: PLC0415  # Unix only

            return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
