"""Processor time of calls, and the images that they are timed on."""

import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from eval.sample_set import render_part

PARTS = ("chip_package", "flange", "leather", "lozenge", "screw", "woven_fabric")
RENDERED = 64, 1024  # sides in px in which parts are rendered; others are resized
WARM_UP, REPEATS = 3, 5
OWN_SIZE = 0  # size that leaves images of a folder as they are
MOST_IMAGES = 30  # of a folder


class Call(NamedTuple):
    """Function to time, which takes an image, and the function that sets its seed before."""

    draw: Callable[[np.ndarray], Any]
    seed: Callable[[int], Any] = int


def shortest_time(draw: Callable[[], Any], before: Callable[[], Any] = int) -> float:
    """Return the shortest processor time of several calls in ms, so that other programs do not disturb it.

    Args:
        draw: to time.
        before: called before each call, outside of the measured time.
    """
    shortest = np.inf
    for _ in range(REPEATS):
        before()
        start = time.thread_time()
        draw()
        shortest = min(shortest, time.thread_time() - start)
    return 1e3 * shortest


def median_times(
    calls: Sequence[Call], images: Sequence[np.ndarray], *, rounds: int, before: Callable[[], Any] = int
) -> list[float]:
    """Return the median time of each call in ms.

    Args:
        calls: to time, in turn on each image.
        images: used in turn.
        rounds: number of draws that count.
        before: called before each draw, outside of the measured time.
    """
    times: list[list[float]] = [[] for _ in calls]
    for number, image in zip(range(WARM_UP + rounds), cycle(images), strict=False):
        for kept, call in zip(times, calls, strict=True):

            def prepare(call: Call = call, number: int = number) -> None:
                before()
                call.seed(number)

            taken = shortest_time(lambda call=call, image=image: call.draw(image), prepare)
            if number >= WARM_UP:
                kept.append(taken)
    return [float(np.median(kept)) for kept in times]


def load_images(folder: Path | None, size: int, category: str = "") -> list[np.ndarray]:
    """Return about 30 images of a folder and its subfolders, evenly spread; without a folder, rendered parts.

    Args:
        folder: of PNG files, such as one in the layout of MVTec AD, whose good training images are taken.
        size: side of the images in px; `OWN_SIZE` leaves those of a folder as they are.
        category: subfolder that is taken if there is one of this name.
    """
    if folder is None:
        side = min(max(size or RENDERED[1], RENDERED[0]), RENDERED[1])
        parts = [render_part(part, size=side, seed=seed)[0] for seed in range(2) for part in PARTS]
        return [cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA) if size else part for part in parts]
    if (folder / category).is_dir():
        folder /= category
    paths = sorted(folder.glob("**/train/good/*.png")) or sorted(folder.glob("**/*.png"))
    paths = paths[:: -(-len(paths) // MOST_IMAGES)]
    images = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]
    return [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) if size else image for image in images]
