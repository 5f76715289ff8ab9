"""Small pictures of parts, folders of them, and the command line as a user calls it."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import defectsynth
from defectsynth.cli import main
from defectsynth.core.arrays import Array

ROOT = Path(defectsynth.__file__).parents[1]


def make_part(seed: int = 0, *, size: tuple[int, int] = (64, 72), channels: int = 3, dtype: Any = np.uint8) -> Array:
    """Return a bright part on a dark, noisy ground, in cv2's order of channels."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(20, 40, (*size, channels))
    rows, columns = size
    picture[rows // 4 : -rows // 4, columns // 5 : -columns // 5] += 120 + 20 * np.arange(channels)
    picture = picture.astype(dtype) * dtype(257 if dtype is np.uint16 else 1)
    return picture[..., 0] if channels == 1 else picture


def write_picture(path: Path, picture: Array) -> Path:
    """Write a picture with cv2; the suffix says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, picture)[1])
    return path


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def command(*words: object) -> list[str]:
    """Return how a process of its own runs the command line, every warning an error."""
    return [sys.executable, "-W", "error", "-m", "defectsynth.cli", *map(str, words)]


def start_command(*words: object, **options: Any) -> subprocess.Popen[str]:
    """Start the command line in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as shells start jobs in the background; it is inherited
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        command(*words),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


@pytest.fixture
def part() -> Callable[..., Array]:
    """See `make_part`."""
    return make_part


@pytest.fixture
def write() -> Callable[..., Path]:
    """See `write_picture`."""
    return write_picture


@pytest.fixture
def tree() -> Callable[..., dict[str, str]]:
    """See `digests`."""
    return digests


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """See `start_command`."""
    return start_command


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A folder of five good pictures, two of them in a nested folder."""
    folder = tmp_path / "good"
    for index, name in enumerate(("a.png", "b.png", "c.png", "line 2/a.png", "line 2/d.png")):
        write_picture(folder / name, make_part(index))
    return folder


@pytest.fixture
def generate(tmp_path: Path) -> Callable[..., tuple[int, Path]]:
    """Return a function that runs `generate` in this process and gives back exit code and output folder."""

    def run(folder: Path, *words: str, name: str = "out", workers: int = 1) -> tuple[int, Path]:
        output = tmp_path / name
        return main(["generate", str(folder), str(output), "--quiet", "--workers", str(workers), *words]), output

    return run
