"""Speed of every transform and mode of the literature through `A.Compose`, relative to a copy and to other packages.

    python -m examples.benchmark_speed [--sizes 256 1024] [--rounds 60] [--images FOLDER] [--only Tape Stain]

Times are medians over images and seeds of the processor time of one thread, with image, mask and records. Each draw is
repeated five times and the shortest time counts, so that other programs on the machine do not disturb the result.
"of copy" is relative to `image.copy()`. "first call" clears the caches before each draw; "later calls" keeps them, as
from the second epoch of a training on.
Other packages are measured in the same run if they are installed (`pip install anomalib pyimgano`). Ratios to them and
limits refer to later calls; a row that misses a limit says so.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.registry import public_transforms
from eval.sample_set import render_part
from examples.speed_rivals import PYIMGANO, Call, rivals_of

PARTS = ("chip_package", "flange", "leather", "lozenge", "screw", "woven_fabric")
MAX_MS = {256: 2.0, 1024: 25.0}  # by side of the image in px
MAX_NSA_MS = 12.0  # at 1024 px
MIN_SPEEDUP, MIN_PERLIN_SPEEDUP = 20.0, 30.0  # over other packages, at 1024 px
WARM_UP, REPEATS = 3, 5


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
            shortest = np.inf
            for _ in range(REPEATS):
                before()
                call.seed(number)
                start = time.thread_time()
                call.draw(image)
                shortest = min(shortest, time.thread_time() - start)
            if number >= WARM_UP:
                kept.append(shortest)
    return [1e3 * statistics.median(kept) for kept in times]


def pipeline(transform: Any) -> Call:
    """Return a call that draws into an image through Compose, with mask and records."""
    compose = transform if isinstance(transform, A.Compose) else A.Compose([transform])
    return Call(
        lambda image: compose(image=image, mask=np.zeros(image.shape[:2], np.uint8), defects=[]),
        compose.set_random_seed,
    )


def all_transforms() -> dict[str, Any]:
    """Return every public transform and every mode of the literature by its name."""
    found: dict[str, Any] = {kind.__name__: kind(p=1) for kind in public_transforms()}
    found |= {f"reference {name}": mode() for name, mode in ds.reference.REFERENCES.items()}
    return found


def missed_limits(name: str, size: int, time_ms: float, rivals: dict[str, float]) -> list[str]:
    """Return the limits that a row misses."""
    limit = MAX_NSA_MS if size == 1024 and "nsa" in name else MAX_MS.get(size, np.inf)
    found = [f"above {limit:g} ms"] if time_ms > limit else []
    for rival, rival_ms in rivals.items():
        speedup = MIN_SPEEDUP if name in PYIMGANO and "pyimgano" in rival else 0.0
        speedup = MIN_PERLIN_SPEEDUP if name == "reference draem" else speedup
        found += [f"under {speedup:g} x"] if size == 1024 and rival_ms < speedup * time_ms else []
    return found


def measure(size: int, images: Sequence[np.ndarray], rounds: int, only: Sequence[str]) -> None:
    """Print the table of one size."""
    print(f"{size} x {size}: {len(images)} images")
    print(f"  {'':26s}{'first call':>11s} {'of copy':>8s}   {'later calls':>11s} {'of copy':>8s}   faster than")
    rival_times: dict[str, float] = {}
    for name, transform in all_transforms().items():
        if only and name not in only:
            continue
        calls = pipeline(transform), Call(np.copy)
        first = median_times(calls, images, rounds=rounds, before=clear_caches)
        later = median_times(calls, images, rounds=rounds)
        for rival, call in rivals_of(name).items():
            if rival not in rival_times:
                rival_times[rival] = median_times([call], images, rounds=max(5, rounds // 4))[0]
        beside = {rival: rival_times[rival] for rival in rivals_of(name)}
        ratios = [f"{time_ms / later[0]:5.1f} x {rival} ({time_ms:.1f} ms)" for rival, time_ms in beside.items()]
        cells = "".join(f"{drawn:8.3f} ms {drawn / copied:6.1f} x   " for drawn, copied in (first, later))
        limits = missed_limits(name, size, later[0], beside)
        print(f"  {name:26s}{cells}{', '.join(ratios)}{'   MISSED: ' if limits else ''}{', '.join(limits)}", flush=True)
    dropout = median_times([pipeline(A.CoarseDropout(p=1))], images, rounds=rounds)[0]
    print(f"  {'albumentations CoarseDropout':28s}{dropout:6.3f} ms")


def load_images(folder: Path | None, size: int) -> list[np.ndarray]:
    """Return about 30 images of a folder and its subfolders, evenly spread; without a folder, rendered parts."""
    if folder is None:
        return [render_part(part, size=size, seed=seed)[0] for seed in range(2) for part in PARTS]
    paths = sorted(folder.glob("**/train/good/*.png")) or sorted(folder.glob("**/*.png"))
    paths = paths[:: -(-len(paths) // 30)]
    images = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]
    return [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in images]


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--images", type=Path, help="folder of PNG images to draw into (default: rendered parts)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="rows to measure (default: all)")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"albumentations {A.__version__}, numpy {np.__version__}, OpenCV {cv2.__version__}, one thread")
    for size in arguments.sizes:
        measure(size, load_images(arguments.images, size), arguments.rounds, arguments.only)


if __name__ == "__main__":
    main()
