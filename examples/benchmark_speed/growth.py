"""Rows for the growth of the cost with the side of the image, from 256 to 4096 px, and its exponent.

Paint of equal size in pixels, which should cost the same in every image, and presets, whose defects are a share of
the side. The cost is a draw without the copies of image and mask. Copying an image of 50 MB evicts everything else from
the caches of the processor, which slows down the draw after it at any size; "evicted" does so before each draw. The
exponent e is that of a cost proportional to side ** e, fitted to all sizes.
"""

from argparse import Namespace
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

import defectsynth as ds
from eval.sample_set import render_part
from examples.benchmark_speed.timing import WARM_UP, Call, shortest_time
from examples.benchmark_speed.transforms import pipeline

SIDES = (256, 512, 1024, 2048, 4096)
RESOLUTION = 0.05  # ms; smaller costs are within the noise of the copies
TRANSFORMS = (ds.Line, ds.Scratch, ds.ColorSpot)


def measure(arguments: Namespace) -> None:
    """Print the tables."""
    large = render_part("flange", size=1024, seed=1)[0]
    large = cv2.resize(large, (SIDES[-1], SIDES[-1]), interpolation=cv2.INTER_LINEAR)
    images = [cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA) for side in SIDES]
    befores: dict[str, Callable[[], Any]] = {"": int, "evicted": large.copy}
    print("growth, paint of equal size in pixels  " + "".join(f"{side:11d}" for side in SIDES) + "   exponent")
    for kind in TRANSFORMS:
        for note, before in befores.items():
            calls = [pipeline(scaled(kind, SIDES[0] / side)) for side in SIDES]
            _row(f"{kind.__name__} {note}", calls, images, arguments.rounds, before)
    print("growth, presets, defects of equal share" + "".join(f"{side:11d}" for side in SIDES) + "   exponent")
    for name in ("generic_object", "generic_texture"):
        preset = getattr(ds.presets, name)()
        _row(name, [pipeline(preset)] * len(SIDES), images, arguments.rounds, int)


def scaled(kind: type[ds.PaintedDefect], share: float) -> Any:
    """Return a transform, placed anywhere, with its default lengths multiplied by `share`."""
    names = ("length_range", "width_range", "spacing_range", "radius_range")
    ranges = {name: getattr(kind(), name) for name in names if name in kind.argument_names()}
    return kind(p=1, where="anywhere", **{name: (low * share, high * share) for name, (low, high) in ranges.items()})


def _row(name: str, calls: list[Call], images: list[np.ndarray], rounds: int, before: Callable[[], Any]) -> None:
    costs = [max(_cost(call, image, rounds, before), RESOLUTION) for call, image in zip(calls, images, strict=True)]
    exponent = np.polyfit(np.log(SIDES), np.log(costs), 1)[0]
    print(f"  {name:37s}{''.join(f'{cost:8.3f} ms' for cost in costs)}{exponent:9.2f}", flush=True)


def _cost(call: Call, image: np.ndarray, rounds: int, before: Callable[[], Any]) -> float:
    """Return the median of what a draw takes longer than copying image and mask just after it, in ms."""
    mask, differences = np.zeros(image.shape[:2], np.uint8), []
    for seed in range(WARM_UP + rounds):

        def prepare(seed: int = seed) -> None:
            before()
            call.seed(seed)

        drawn = shortest_time(lambda: call.draw(image), prepare)
        copied = shortest_time(lambda: (image.copy(), mask.copy()), before)
        differences.append(drawn - copied)
    return float(np.median(differences[WARM_UP:]))
