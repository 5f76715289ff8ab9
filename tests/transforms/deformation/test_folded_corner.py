"""Folded corners."""

import numpy as np

import defectsynth as ds


def test_a_corner_is_replaced_by_ground_and_by_a_dark_flank() -> None:
    plate = np.full((192, 192), 30, np.uint8)
    plate[50:140, 40:150] = 200
    corners = np.array([(40, 50), (149, 50), (40, 139), (149, 139)])
    fold = ds.FoldedCorner(flank_range=(0.4, 0.6), shade_range=(0.4, 0.5), glint_range=(0, 0), edge_range=(0, 0))
    for seed in range(12):
        sample = ds.synthesize(plate, fold, seed=seed)
        changed = sample.mask > 0
        rows, columns = np.nonzero(changed)
        nearest = np.hypot(*(corners - (columns.mean(), rows.mean())).T).min()
        assert nearest < 40
        assert sum(bool(changed[y, x]) for x, y in corners) == 1
        inside = sample.image[changed & (plate == 200)]
        assert (inside < 45).any()  # ground
        assert ((inside > 50) & (inside < 130)).any()  # flank
        assert changed[plate == 200].mean() < 0.2


def test_a_surface_without_background_has_no_corner() -> None:
    assert not ds.synthesize(np.full((96, 96), 120, np.uint8), ds.FoldedCorner(), seed=0).defects
