"""Rows for `AnomalyTwins` in a DataLoader, beside anomalib's Perlin noise in the same loader.

Wall time of the epochs after the first, images in memory, persistent workers. Items are read as `AnomalyTwins` holds
them, every second one good, and, for the comparison with a rival that draws into every image, those with a defect
alone. A loader of ready arrays shows how much of the time is not the draw's. Needs torch; the rival needs anomalib.
"""

import importlib.util
import time
from argparse import Namespace
from collections.abc import Sequence
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
            bars = size == 256 and name == "generic_object"
            rates = _rates(twins)
            _print_row(f"{name}, every second one good", rates, missed=bars and rates[-1] < MIN_RATE)
            rates = _rates(_Defects(twins))
            ratios = [mine / other for mine, other in zip(rates, rival, strict=False)]
            missed = bars and (rates[-1] < MIN_RATE or any(ratio < MIN_SPEEDUP for ratio in ratios))
            _print_row(f"{name}, all defective", rates, ratios, missed=missed)
        ceiling = _rates(_Ready(_repeated(images, ITEMS)))
        _print_row("ready arrays, the ceiling of the loader", ceiling)
        if anomalib:
            _print_row("anomalib Perlin, all defective", rival)
        else:
            print("  anomalib Perlin: left out, anomalib is not installed")


def _print_row(title: str, rates: Sequence[float], ratios: Sequence[float] = (), *, missed: bool = False) -> None:
    """Print the images a second with each number of workers, and the ratios to anomalib's."""
    beside = f"{' and '.join(f'{ratio:.0f} x' for ratio in ratios)} anomalib" if ratios else ""
    columns = "".join(f"{rate:8.0f}   " for rate in rates)
    print(f"  {title:46s}{columns}{beside}{'   MISSED' if missed else ''}", flush=True)


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
