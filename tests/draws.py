"""Draws of every public transform, written to a file: `python -m tests.draws FILE`. Its own process, its own processor.

The images are made of whole numbers only, so that they are the same on every processor.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import defectsynth as ds
from defectsynth.registry import public_transforms

SEEDS = 2


def part() -> np.ndarray:
    """Return a dimpled, bluish disc with grain in front of a bright background, uint8 (150, 180, 3)."""
    y, x = np.mgrid[:150, :180]
    background = 230 - (x + y) // 6
    face = 90 + 12 * ((x // 5 + y // 5) % 2) + (x - y) // 8
    on_disc = (x - 90) ** 2 + (y - 75) ** 2 <= 56**2
    grain = np.random.default_rng(7).integers(-4, 5, x.shape)
    return np.stack([np.where(on_disc, face + tint, background) + grain for tint in (0, 8, 20)], axis=2).astype(
        np.uint8
    )


def cloth() -> np.ndarray:
    """Return a plain weave with grain, uint8 (128, 128)."""
    y, x = np.mgrid[:128, :128]
    thread = np.where((x // 8 + y // 8) % 2 == 0, abs(x % 8 - 4), abs(y % 8 - 4))
    return (150 - 12 * thread + np.random.default_rng(8).integers(-3, 4, x.shape)).astype(np.uint8)


def images() -> dict[str, np.ndarray]:
    """Return images of both dtypes that cameras and networks use."""
    return {"part": part(), "cloth": cloth(), "float32": part().astype(np.float32) / np.float32(255)}


def draws() -> Iterator[tuple[str, ds.Sample]]:
    """Yield every transform on every image with a few seeds."""
    for kind in public_transforms():
        for name, image in images().items():
            for seed in range(SEEDS):
                yield f"{kind.__name__} {name} {seed}", ds.synthesize(image, kind(), seed=seed)


def write(path: Path) -> None:
    """Write images, masks and records of all draws."""
    arrays: dict[str, np.ndarray] = {}
    records = {}
    for name, sample in draws():
        arrays[f"{name} image"], arrays[f"{name} mask"] = sample.image, sample.mask
        records[name] = sample.defects
    np.savez(path, records=np.array(json.dumps(records)), **arrays)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
