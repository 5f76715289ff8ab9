"""Cost of a defect by the size of the image: defects of equal size in pixels, at 1024 and at 4096 px.

    python -m examples.speed_growth [--rounds 200]

Copying an image of 50 MB evicts everything else from the processor's caches, which slows down the draw after it at any
size of the image. The middle column is a draw at 1024 px after such a copy.
"""

import argparse
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

import defectsynth as ds
from eval.sample_set import render_part
from examples.benchmark_speed import median_times, pipeline
from examples.speed_rivals import Call

TRANSFORMS = (ds.Line, ds.Scratch, ds.ColorSpot, ds.BentEdge)


def scaled(kind: type[ds.PaintedDefect | ds.WarpedDefect], share: float) -> Any:
    """Return a transform, placed anywhere, with its default lengths multiplied by `share`."""
    names = ("length_range", "width_range", "spacing_range", "radius_range", "amount_range", "extent_range")
    ranges = {name: getattr(kind(), name) for name in names if name in kind.argument_names()}
    return kind(p=1, where="anywhere", **{name: (low * share, high * share) for name, (low, high) in ranges.items()})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    cv2.setNumThreads(1)
    print("cost of a defect placed anywhere, without the copies of image and mask")
    print(f"  {'':16s}{'1024':>11s}   {'1024, caches evicted':>20s}   {'4096':>11s}   {'ratios':>13s}")
    small = render_part("flange", size=1024, seed=1)[0]
    large = cv2.resize(small, (4096, 4096), interpolation=cv2.INTER_LINEAR)
    cases: tuple[tuple[np.ndarray, float, Callable[[], Any]], ...] = (
        (small, 1.0, int),
        (small, 1.0, large.copy),
        (large, 0.25, int),
    )
    for kind in TRANSFORMS:
        cost = []
        for image, share, before in cases:
            mask = np.zeros(image.shape[:2], np.uint8)
            calls = (pipeline(scaled(kind, share)), Call(lambda image, empty=mask: (image.copy(), empty.copy())))
            drawn, copied = median_times(calls, [image], rounds=rounds, before=before)
            cost.append(drawn - copied)
        ratios = f"{cost[2] / cost[0]:5.2f} {cost[2] / cost[1]:5.2f} x"
        print(f"  {kind.__name__:16s}{cost[0]:8.3f} ms   {cost[1]:17.3f} ms   {cost[2]:8.3f} ms   {ratios:>13s}")


if __name__ == "__main__":
    main()
