"""Dents and bulges."""

import numpy as np

import defectsynth as ds


def test_a_dent_and_a_bulge_are_lit_on_opposite_sides() -> None:
    gray = np.full((128, 128), 128, np.uint8)
    for kind, sign in ((ds.Dent, -1), (ds.Bulge, 1)):
        change = ds.synthesize(gray, kind(crease_range=(0, 0)), seed=3).image.astype(int) - 128
        y, x = np.nonzero(change > 8)
        v, u = np.nonzero(change < -8)
        lit = sign * ((u.mean() - x.mean()) + (v.mean() - y.mean()))  # the light comes from the upper left
        assert lit > 0
