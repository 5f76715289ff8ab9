"""Rows for `defectsynth generate`: processor time of an output image, and the share that is not spent encoding PNG."""

import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from defectsynth.cli import main, tasks
from examples.benchmark_speed.timing import load_images

NAMES = ("generic_object", "screw")
ROUNDS = 8  # output images of each input


def measure(arguments: Namespace) -> None:
    """Print a table for each size."""
    for size in arguments.sizes:
        print(f"generate, {size or 'own'} px, one process   {'an image':>12s}   {'encoding':>10s}   outside of it")
        for name in NAMES:
            total, encoding = _times(load_images(arguments.images, size, name), name)
            share = 1.0 - encoding / total
            print(f"  {name:28s}{total:9.2f} ms{encoding:11.2f} ms{share:11.0%}", flush=True)


def _times(images: list[np.ndarray], preset: str) -> tuple[float, float]:
    """Return the processor time of an output image in ms, and the part of it that goes into encoding."""
    count = ROUNDS * len(images)
    with tempfile.TemporaryDirectory() as folder, _timed_encoding() as taken, redirect_stdout(StringIO()):
        good = Path(folder) / "good"
        good.mkdir()
        for number, image in enumerate(images):
            cv2.imwrite(str(good / f"{number:03d}.png"), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        words = ["generate", str(good), str(Path(folder) / "out"), "--preset", preset, "--count", str(count)]
        start = time.process_time()
        if main([*words, "--workers", "1", "--quiet"]):
            raise SystemExit("generate failed")
        total = time.process_time() - start
    return 1e3 * total / count, 1e3 * sum(taken) / count


@contextmanager
def _timed_encoding() -> Iterator[list[float]]:
    """Note the processor time of every PNG that is encoded inside the block."""
    taken: list[float] = []
    encode: Callable[[Any], bytes] = tasks.encode_png

    def timed(image: Any) -> bytes:
        start = time.process_time()
        data = encode(image)
        taken.append(time.process_time() - start)
        return data

    tasks.encode_png = timed
    try:
        yield taken
    finally:
        tasks.encode_png = encode
