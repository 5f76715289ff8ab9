"""Fractal value noise."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Floats

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
