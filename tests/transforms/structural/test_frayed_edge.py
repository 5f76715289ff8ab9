"""Frayed edges."""

import math

import numpy as np

import defectsynth as ds
from defectsynth.places import InFrame
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.transforms.structural.frayed_edge import smooth_side


def tape() -> np.ndarray:
    """Return a woven tape, dark on a pale ground, from column 60 to 140 of 200."""
    y, x = np.mgrid[:200, :200]
    return np.where((x >= 60) & (x < 140), 50 + 20 * ((x // 2 + y // 2) % 2), 240).astype(np.uint8)


def test_threads_of_the_tape_lie_over_the_ground() -> None:
    for where in ("edge", InFrame(x_range=(0.2, 0.4), on="edge", foreground="whole")):
        threads = [
            int(
                (
                    ds.synthesize(tape(), ds.FrayedEdge(where=where, width_range=(0.01, 0.01)), seed=seed).image[
                        tape() == 240
                    ]
                    < 120
                ).sum()
            )
            for seed in range(10)
        ]
        assert np.median(threads) > 20


def test_the_smoother_side_is_the_ground() -> None:
    for x, direction in ((60, math.pi), (140, 0.0)):
        found = smooth_side(Scene(tape()), Place(x, 100, 0.5 * math.pi))
        assert math.cos(found - direction) > 0.99
