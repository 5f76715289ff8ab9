"""Drilled holes."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene

BOARD = (140 + np.linspace(0, 30, 160)[None] - np.linspace(0, 30, 160)[:, None]).astype(np.uint8)


@pytest.mark.parametrize("turned", [False, True])
def test_the_bore_is_dark_its_rim_pale_and_the_wall_that_faces_the_light_is_lit(turned: bool) -> None:
    board = BOARD[::-1, ::-1].copy() if turned else BOARD
    light = Scene(board).light
    hole = ds.DrillHole(
        radius_range=(0.15, 0.15), wall_range=(0.5, 0.5), aspect_range=(1, 1), where=ds.places.InFrame()
    )
    lit, rims = [], []
    for seed in range(8):
        sample = ds.synthesize(board, hole, seed=seed)
        change = sample.image.astype(float) - board
        bore = change < -20
        y, x = (0.5 * (each.min() + each.max()) for each in np.nonzero(bore))
        assert change[round(y), round(x)] < -60
        rims.append(change.max())
        rows, columns = np.mgrid[:160, :160]
        along = (columns - x) * np.cos(light) + (rows - y) * np.sin(light)
        lit.append(change[bore & (along < -14)].mean() - change[bore & (along > 14)].mean())
    assert np.median(rims) > 10
    assert np.mean(lit) > 5  # the wall away from the light faces it
