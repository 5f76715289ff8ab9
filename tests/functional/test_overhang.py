"""Teeth of one side stick out beyond a line; those of the other side are left out."""

import numpy as np

from defectsynth.functional.overhang import rooted_material


def test_only_teeth_rooted_on_the_side_are_shown() -> None:
    surface = np.full((20, 40, 1), 0.1, np.float32)
    surface[4:8, :26] = 0.8  # a tooth of the left side ends 6 pixels beyond the line at 20
    surface[12:16, 14:] = 0.8  # one of the right side ends 6 pixels before it
    x, y = np.arange(40, dtype=np.float32)[None], np.arange(20, dtype=np.float32)[:, None]
    beyond = np.broadcast_to(x - 20.0, (20, 40)).astype(np.float32)
    left = np.float32(-1.0), np.float32(0.0)
    material, alpha = rooted_material(surface, (x, y), left, beyond, overhang=16.0)
    assert (alpha[5:7, 20:25] == 1.0).all()
    assert (material[5:7, 20:25] == np.float32(0.8)).all()
    assert (alpha[:, 27:] == 0.0).all()
    assert (alpha[9:, 20:] == 0.0).all()
