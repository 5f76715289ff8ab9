"""Speed of every transform and every mode of the literature through `A.Compose`, beside a copy and beside the rivals.

    python -m examples.benchmark_speed [--sizes 256 1024] [--rounds 60] [--images FOLDER] [--only Tape Stain]

One thread; medians of its own processor time over pictures and seeds, with image, mask and records. Each draw,
of the rivals as well, is made five times and the least time counts: what other programs on the machine take falls out.
"of copy" compares with `image.copy()`. "first sight" forgets before each call what was found in the pictures; "seen
before" is what the second epoch of a training pays.
Rivals are measured in the same run if they are installed (`pip install anomalib pyimgano`). Ratios to them and bars are
for pictures seen before; a row that misses a bar says so.
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
SLOWEST_MS = {256: 2.0, 1024: 25.0}  # the bars
SEAMLESS_MS = 12.0  # of NSA at 1024
FASTER, FASTER_THAN_PERLIN = 20.0, 30.0  # than the rivals, at 1024
WARM_UP, REPEATS = 3, 5


def median_times(
    calls: Sequence[Call], images: Sequence[np.ndarray], *, rounds: int, before: Callable[[], Any] = int
) -> list[float]:
    """Return the median time of each call in ms, made in turn on one picture after the other; see above.

    `before` runs untimed before each call.
    """
    times: list[list[float]] = [[] for _ in calls]
    for number, image in zip(range(WARM_UP + rounds), cycle(images), strict=False):
        for kept, call in zip(times, calls, strict=True):
            least = np.inf
            for _ in range(REPEATS):
                before()
                call.seed(number)
                start = time.thread_time()
                call.draw(image)
                least = min(least, time.thread_time() - start)
            if number >= WARM_UP:
                kept.append(least)
    return [1e3 * statistics.median(kept) for kept in times]


def pipeline(transform: Any) -> Call:
    """Return a call that draws into a picture through Compose, with mask and records."""
    compose = transform if isinstance(transform, A.Compose) else A.Compose([transform])
    return Call(
        lambda image: compose(image=image, mask=np.zeros(image.shape[:2], np.uint8), defects=[]),
        compose.set_random_seed,
    )


def everything() -> dict[str, Any]:
    """Return every public transform and every mode of the literature, by its name."""
    found: dict[str, Any] = {kind.__name__: kind(p=1) for kind in public_transforms()}
    found |= {f"reference {name}": mode() for name, mode in ds.reference.REFERENCES.items()}
    return found


def missed(name: str, size: int, time_ms: float, rivals: dict[str, float]) -> list[str]:
    """Return the bars that a row misses."""
    slowest = SEAMLESS_MS if size == 1024 and "nsa" in name else SLOWEST_MS.get(size, np.inf)
    found = [f"above {slowest:g} ms"] if time_ms > slowest else []
    for rival, rival_ms in rivals.items():
        least = FASTER if name in PYIMGANO and "pyimgano" in rival else 0.0
        least = FASTER_THAN_PERLIN if name == "reference draem" else least
        found += [f"under {least:g} x"] if size == 1024 and rival_ms < least * time_ms else []
    return found


def measure(size: int, images: Sequence[np.ndarray], rounds: int, only: Sequence[str]) -> None:
    """Print the table of one size."""
    print(f"{size} x {size}: {len(images)} pictures")
    print(f"  {'':26s}{'first sight':>11s} {'of copy':>8s}   {'seen before':>11s} {'of copy':>8s}   faster than")
    rival_times: dict[str, float] = {}
    for name, transform in everything().items():
        if only and name not in only:
            continue
        calls = pipeline(transform), Call(np.copy)
        first = median_times(calls, images, rounds=rounds, before=clear_caches)
        seen = median_times(calls, images, rounds=rounds)
        for rival, call in rivals_of(name).items():
            if rival not in rival_times:
                rival_times[rival] = median_times([call], images, rounds=max(5, rounds // 4))[0]
        beside = {rival: rival_times[rival] for rival in rivals_of(name)}
        told = [f"{time_ms / seen[0]:5.1f} x {rival} ({time_ms:.1f} ms)" for rival, time_ms in beside.items()]
        cells = "".join(f"{drawn:8.3f} ms {drawn / copied:6.1f} x   " for drawn, copied in (first, seen))
        bars = missed(name, size, seen[0], beside)
        print(f"  {name:26s}{cells}{', '.join(told)}{'   MISSED: ' if bars else ''}{', '.join(bars)}", flush=True)
    dropout = median_times([pipeline(A.CoarseDropout(p=1))], images, rounds=rounds)[0]
    print(f"  {'albumentations CoarseDropout':28s}{dropout:6.3f} ms")


def pictures(folder: Path | None, size: int) -> list[np.ndarray]:
    """Return the pictures below a folder, evenly chosen, or rendered parts."""
    if folder is None:
        return [render_part(part, size=size, seed=seed)[0] for seed in range(2) for part in PARTS]
    paths = sorted(folder.glob("**/train/good/*.png")) or sorted(folder.glob("**/*.png"))
    paths = paths[:: -(-len(paths) // 30)]
    images = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]
    return [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in images]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--images", type=Path, help="a folder of PNG pictures to draw into; default is rendered parts")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="the rows to measure")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"albumentations {A.__version__}, numpy {np.__version__}, OpenCV {cv2.__version__}, one thread")
    for size in arguments.sizes:
        measure(size, pictures(arguments.images, size), arguments.rounds, arguments.only)


if __name__ == "__main__":
    main()
