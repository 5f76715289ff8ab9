"""Rows for presets through `synthesize`: the draw on an image seen for the first time, and later ones.

Every image is drawn into once an epoch. The mean over images and epochs counts, as a training pays it, of the shortest
of five times of each draw. "first" clears the caches before the draw, "later" repeats the draw with what was found.
"""

from argparse import Namespace
from typing import Any

import numpy as np

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.presets import PRESETS
from examples.benchmark_speed.timing import OWN_SIZE, load_images, shortest_time

EPOCHS = 3
MAX_FIRST = 2.5  # times the later draws
MAX_MS = {256: 0.7, 1024: 2.0}  # mean of later draws, by side of the image in px
MAX_MS_OF = {("transistor", 1024): 4.0}


def measure(arguments: Namespace) -> None:
    """Print a table for each size."""
    for size in arguments.sizes:
        print(f"presets, {size or 'own'} px, mean of {EPOCHS} epochs   {'first':>9s}   {'later':>9s}   first / later")
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
    """Return the mean time of a draw on an image seen for the first time, and of the same draw later, in ms."""
    first, later = [], []
    for epoch in range(EPOCHS):
        for number, image in enumerate(images):

            def draw(image: np.ndarray = image, seed: int = epoch * len(images) + number) -> None:
                ds.synthesize(image, preset, seed=seed)

            first.append(shortest_time(draw, clear_caches))
            later.append(shortest_time(draw))
    return float(np.mean(first)), float(np.mean(later))
