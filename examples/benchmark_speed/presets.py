"""Rows for presets through `synthesize`: the draw on an image seen for the first time, and later ones.

Every image is drawn into once an epoch, each time with another seed. "later" is the mean of three epochs after a first
one. "first" is the mean of the same draws when nothing is known of the images yet. Of each draw the shortest of five
times counts.
"""

import time
from argparse import Namespace
from typing import Any

import numpy as np

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.presets import PRESETS
from examples.benchmark_speed.timing import OWN_SIZE, load_images

EPOCHS, PASSES = 3, 5  # after the first; of each draw
MAX_FIRST = 2.5  # times the later draws
MAX_MS = {256: 0.7, 1024: 2.0}  # mean of later draws, by side of the image in px
MAX_MS_OF = {("transistor", 1024): 4.0}


def measure(arguments: Namespace) -> None:
    """Print a table for each size."""
    for size in arguments.sizes:
        print(f"presets, {size or 'own'} px, epochs          {'first':>9s}   {'later':>9s}   first / later")
        for name, make in PRESETS.items():
            if arguments.only and name not in arguments.only:
                continue
            images = load_images(arguments.images, size, name)
            first, later = mean_times(make(), images)
            limit = MAX_MS_OF.get((name, size), MAX_MS.get(size, np.inf))
            missed = [f"above {limit:g} ms"] if later > limit else []
            missed += [f"above {MAX_FIRST:g} x"] if first > MAX_FIRST * later else []
            note = f"   MISSED: {', '.join(missed)}" if missed and size != OWN_SIZE else ""
            print(f"  {name:33s}{first:9.3f} ms{later:9.3f} ms{first / later:9.2f} x{note}", flush=True)


def mean_times(preset: Any, images: list[np.ndarray]) -> tuple[float, float]:
    """Return the mean time of a draw on an image that was never seen, and of the same draws in later epochs, in ms."""
    shortest = np.full((2, 1 + EPOCHS, len(images)), np.inf)
    for _ in range(PASSES):
        for later, before in enumerate((clear_caches, int)):
            clear_caches()
            for epoch, number in np.ndindex(1 + EPOCHS, len(images)):
                before()
                start = time.thread_time()
                ds.synthesize(images[number], preset, seed=epoch * len(images) + number)
                taken = time.thread_time() - start
                shortest[later, epoch, number] = min(shortest[later, epoch, number], taken)
    first, later_mean = 1e3 * shortest[:, 1:].mean(axis=(1, 2))
    return float(first), float(later_mean)
