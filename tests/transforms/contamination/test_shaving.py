"""Shavings."""

import numpy as np

import defectsynth as ds
from defectsynth.scene.scene import Scene

GROUND = np.full((200, 200), 128, np.uint8)


def test_the_shadow_lies_away_from_the_light() -> None:
    light, toward = Scene(GROUND).light, []
    shaving = ds.Shaving(
        brightness_range=(0.9, 0.9), contrast_range=(0, 0), height_range=(0.03, 0.03), folds_range=(0, 0)
    )
    for seed in range(10):
        sample = ds.synthesize(GROUND, shaving, seed=seed)
        body, shadow = (np.argwhere(part).mean(axis=0) for part in (sample.image > 160, sample.image < 120))
        toward.append((shadow - body) @ (np.sin(light), np.cos(light)))
    assert np.mean(toward) < -2


def test_folds_change_the_brightness() -> None:
    spreads = []
    for folds in (0, 6):
        shaving = ds.Shaving(folds_range=(folds, folds), length_range=(0.3, 0.3), shadow_range=(0, 0))
        images = [ds.synthesize(GROUND, shaving, seed=seed) for seed in range(12)]
        spreads.append(np.mean([sample.image[sample.mask > 0].std() for sample in images]))
    assert spreads[1] > 1.2 * spreads[0]
