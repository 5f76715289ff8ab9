"""Bursts with cracks."""

import numpy as np

import defectsynth as ds
from defectsynth.scene.scene import Scene
from tests.images import gray_disc
from tests.layers import alpha_of


def test_cracks_reach_beyond_the_hole_of_a_burst() -> None:
    scene, place = Scene(gray_disc()), ds.places.Place(160.0, 120.0, 0.4)
    reaches = []
    for cracks in (0, 6):
        shape = ds.shapes.Burst(radius_range=(0.08, 0.08), cracks_range=(cracks, cracks), reach_range=(2, 2))
        alpha = alpha_of(shape.sample(np.random.default_rng(3), scene, place), scene.size)
        assert alpha[120, 160] == 1.0
        y, x = np.nonzero(alpha > 0.3)
        reaches.append(np.hypot(x - 160, y - 120).max())
    assert reaches[0] < 0.08 * 240 * 2.6
    assert reaches[1] > 1.4 * reaches[0]
