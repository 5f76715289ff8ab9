"""Tears."""

import numpy as np

import defectsynth as ds


def test_a_tear_has_a_dark_slit_pale_flesh_and_a_hollow_lit_from_one_side() -> None:
    y, x = np.mgrid[:200, :200]
    skin = np.clip(130 - x // 8 - y // 8, 0, 255).astype(np.uint8)  # the light comes from the upper left
    tear = ds.Tear(
        length_range=(0.1, 0.1),
        width_range=(0.03, 0.03),
        hollow_range=(0.1, 0.1),
        depth_range=(0.3, 0.3),
        flesh_range=(0.5, 0.7),
    )
    towards_light, away, pale = [], [], []
    for seed in range(12):
        sample = ds.synthesize(skin, tear, seed=seed)
        change = sample.image.astype(float) / skin - 1
        assert change.min() < -0.5
        pale.append(change.max())
        recipe = sample.defects[0]["recipe"]
        right, down = x - recipe["x"], y - recipe["y"]
        ring = (np.hypot(right, down) > 15) & (np.hypot(right, down) < 30)
        towards_light.append(change[ring & (right + down < -15)].mean())
        away.append(change[ring & (right + down > 15)].mean())
    assert np.median(pale) > 0.3
    assert np.nanmean(towards_light) < -0.03  # the slope that faces away from the light
    assert np.nanmean(away) > 0.02
