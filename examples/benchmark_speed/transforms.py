"""Rows for every transform and mode of the literature through `A.Compose`, relative to a copy and to other packages.

Medians over images and seeds, with image, mask and records. "of copy" is relative to `image.copy()`. "first call"
clears the caches before each draw; "later calls" keeps them, as from the second epoch of a training on. Other packages
are measured in the same run if they are installed. Ratios to them and limits refer to later calls.
"""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

import albumentations as A
import numpy as np

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.registry import public_transforms
from examples.benchmark_speed.rivals import PYIMGANO, rivals_of
from examples.benchmark_speed.timing import Call, load_images, median_times

MAX_MS = {256: 2.0, 1024: 25.0}  # by side of the image in px
MAX_NSA_MS = 12.0  # at 1024 px
MIN_SPEEDUP, MIN_PERLIN_SPEEDUP = 20.0, 30.0  # over other packages, at 1024 px


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


def measure(arguments: Namespace) -> None:
    """Print a table for each size."""
    for size in arguments.sizes:
        _measure(size, load_images(arguments.images, size), arguments.rounds, arguments.only)


def _measure(size: int, images: Sequence[np.ndarray], rounds: int, only: Sequence[str]) -> None:
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
