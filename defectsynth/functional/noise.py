"""Fractal value noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.serialization import Value

BASE_CELLS = 4  # cells along a side of the coarsest octave


def fractal_noise(seed: int, *, octaves: int, gain: float) -> Floats:
    """Return value noise on a grid; each octave is twice as fine as the previous one and `gain` times as strong.

    Returns:
        float32 (n, n) with n = 4 * 2 ** (octaves - 1), mean 0 and standard deviation 1.
    """
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((BASE_CELLS, BASE_CELLS), dtype=np.float32)
    strength = math.sqrt(12.0)  # scales uniform noise to standard deviation 1; it is faster to draw than normal noise
    for octave in range(1, octaves):
        side, strength = BASE_CELLS << octave, strength * gain
        noise = cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
        finer = rng.random((side, side), dtype=np.float32)
        finer *= np.float32(strength)
        noise += finer
    mean, deviation = cv2.meanStdDev(noise)
    noise -= np.float32(mean[0, 0])
    noise *= np.float32(1.0 / max(float(deviation[0, 0]), 1e-6))
    return noise


@dataclass(frozen=True)
class NoiseSeed(Value):
    """Seed of several independent patterns of noise in one defect."""

    seed: int

    @classmethod
    def sample(cls, rng: np.random.Generator) -> NoiseSeed:
        """Return a random seed."""
        return cls(int(rng.integers(1 << 62)))

    def tiled(self, shape: tuple[int, int], *, side: int, octaves: int, gain: float, pattern: int = 0) -> Floats:
        """Return noise of `fractal_noise` in tiles, float32 `shape`, standard deviation about 1.

        Args:
            shape: (height, width) in pixels.
            side: side of a tile in pixels.
            octaves: see `fractal_noise`.
            gain: see `fractal_noise`.
            pattern: number of the pattern; each is independent of the others.
        """
        cells = fractal_noise(self.seed + pattern, octaves=octaves, gain=gain)
        tile = cv2.resize(cells, (side, side), interpolation=cv2.INTER_LINEAR)
        return np.tile(tile, (shape[0] // side + 1, shape[1] // side + 1))[: shape[0], : shape[1]]
