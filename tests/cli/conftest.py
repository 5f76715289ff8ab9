"""Folders of images, and the command line in this process and in one of its own."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import defectsynth
from defectsynth.cli import main
from tests.images import make_part, write_image

ROOT = Path(defectsynth.__file__).parents[1]


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def command(*words: object) -> list[str]:
    """Return the words that run the command line in a process of its own, every warning an error.

    But one: an interrupt between the opening of a file and its ``with`` leaves the file to the garbage collector,
    whose warning Python hides from users.
    """
    warnings = ("-W", "error", "-W", "ignore::ResourceWarning")
    return [sys.executable, *warnings, "-m", "defectsynth.cli", *map(str, words)]


def start_command(
    *words: object, variables: Mapping[str, str] = MappingProxyType({}), **options: Any
) -> subprocess.Popen[str]:
    """Start the command line in a process group of its own, with more variables in its environment."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # inherited from a shell that starts jobs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        command(*words),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        **options,
    )


@pytest.fixture
def tree() -> Callable[..., dict[str, str]]:
    """Return `digests`."""
    return digests


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Return `start_command`."""
    return start_command


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Write a folder of five good images, two of them in a nested folder."""
    folder = tmp_path / "good"
    for index, name in enumerate(("a.png", "b.png", "c.png", "line 2/a.png", "line 2/d.png")):
        write_image(folder / name, make_part(index))
    return folder


@pytest.fixture
def generate(tmp_path: Path) -> Callable[..., tuple[int, Path]]:
    """Return a function that runs `generate` in this process and returns exit code and output folder.

    Without a layout it holds no image out, so that the defects go into all images in order.
    """

    def run(folder: Path, *words: str, name: str = "out", workers: int = 1) -> tuple[int, Path]:
        output = tmp_path / name
        split = [] if {"--layout", "--test-good"} & set(words) else ["--test-good", "0"]
        return main(
            ["generate", str(folder), str(output), "--quiet", "--workers", str(workers), *split, *words]
        ), output

    return run
