"""Rows for `AnomalyTwins` in a DataLoader, beside anomalib's Perlin noise in the same loader.

Wall time of the epochs after the first, images in memory, persistent workers. Only items with a defect are read, one on
every image. A loader of ready arrays shows how much of the time is not the draw's. Needs torch; the rival needs
anomalib.
"""

import importlib.util
import time
from argparse import Namespace
from typing import Any

import cv2
import numpy as np

import defectsynth as ds
from defectsynth.presets import PRESETS
from defectsynth.training.twins import Twin
from examples.benchmark_speed.timing import load_images

WORKERS = (1, 2)
EPOCHS, BATCH = 3, 32
ITEMS = 960  # of an epoch, about
RIVAL_ITEMS = 128
NAMES = ("generic_object", "screw")
MIN_RATE, MIN_SPEEDUP = 2500.0, 12.0  # of generic_object at 256 px with two workers


class _Defects:
    """Twins without the good images; a sequence that a DataLoader reads."""

    def __init__(self, twins: ds.AnomalyTwins) -> None:
        self.twins = twins

    def __len__(self) -> int:
        return len(self.twins) // 2

    def __getitem__(self, index: int) -> Any:
        return self.twins[2 * index + 1]


class _Ready:
    """Images and masks that are ready, as large as twins: what is left of the time is the loader's own."""

    def __init__(self, images: list[np.ndarray]) -> None:
        mask = np.zeros(images[0].shape[:2], np.uint8)
        self.items = [Twin(image, mask, 1, position) for position, image in enumerate(images)]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Twin:
        return self.items[index]


class _Perlin:
    """Images with anomalib's Perlin noise; a sequence that a DataLoader reads."""

    def __init__(self, images: list[np.ndarray]) -> None:
        import torch  # noqa: PLC0415  optional
        from anomalib.data.utils.generators import PerlinAnomalyGenerator  # noqa: PLC0415  optional

        self.tensors = [torch.from_numpy(image).permute(2, 0, 1).float() / 255 for image in images]
        self.generator = PerlinAnomalyGenerator(probability=1.0)

    def __len__(self) -> int:
        return len(self.tensors)

    def __getitem__(self, index: int) -> Any:
        return self.generator(self.tensors[index])


def measure(arguments: Namespace) -> None:
    """Print a table for each size."""
    if not importlib.util.find_spec("torch"):
        print("twins in a DataLoader: left out, torch is not installed")
        return
    anomalib = bool(importlib.util.find_spec("anomalib"))
    for size in arguments.sizes:
        images = [image for image in load_images(arguments.images, size) if image.shape == (size, size, 3)]
        if not images:
            continue
        print(f"twins in a DataLoader, {size} px, images a second   " + "".join(f"{n:2d} workers " for n in WORKERS))
        rival = _rates(_Perlin(_repeated(images, RIVAL_ITEMS))) if anomalib else []
        for name in NAMES:
            twins = ds.AnomalyTwins(_repeated(images, ITEMS), PRESETS[name](), seed=0)
            rates = _rates(_Defects(twins))
            ratios = [f"{mine / other:.0f} x" for mine, other in zip(rates, rival, strict=False)]
            missed = size == 256 and name == "generic_object" and _misses(rates, rival)
            print(
                f"  {name:46s}{''.join(f'{rate:8.0f}   ' for rate in rates)}"
                f"{' and '.join(ratios)}{' anomalib' if ratios else ''}{'   MISSED' if missed else ''}",
                flush=True,
            )
        ceiling = _rates(_Ready(_repeated(images, ITEMS)))
        print(f"  {'ready arrays, the ceiling of the loader':46s}{''.join(f'{rate:8.0f}   ' for rate in ceiling)}")
        if anomalib:
            print(f"  {'anomalib Perlin':46s}{''.join(f'{rate:8.0f}   ' for rate in rival)}")
        else:
            print("  anomalib Perlin: left out, anomalib is not installed")


def _misses(rates: list[float], rival: list[float]) -> bool:
    return rates[-1] < MIN_RATE or any(mine < MIN_SPEEDUP * other for mine, other in zip(rates, rival, strict=False))


def _repeated(images: list[np.ndarray], count: int) -> list[np.ndarray]:
    """Return at least `count` images: those given, one after the other."""
    return images * max(1, round(count / len(images)))


def _rates(items: Any) -> list[float]:
    """Return the images a second of a loader with each number of workers."""
    import torch  # noqa: PLC0415  optional

    rates = []
    for workers in WORKERS:
        loader: Any = torch.utils.data.DataLoader(
            items, BATCH, shuffle=True, num_workers=workers, persistent_workers=True, worker_init_fn=_one_thread
        )
        times = []
        for _ in range(1 + EPOCHS):
            start = time.perf_counter()
            for _batch in loader:
                pass
            times.append(time.perf_counter() - start)
        rates.append(len(items) / min(times[1:]))
    return rates


def _one_thread(_worker: int) -> None:
    import torch  # noqa: PLC0415  optional

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
