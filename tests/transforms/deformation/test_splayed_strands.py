"""Splayed strands."""

import cv2
import numpy as np

import defectsynth as ds


def test_strands_are_glossy_and_cast_shadows_away_from_the_light() -> None:
    y, x = np.mgrid[:200, :200]
    ground = np.repeat((150 - x // 8 - y // 8).astype(np.uint8)[..., None], 3, axis=2)
    strands = ds.SplayedStrands(
        where="anywhere", metals=("steel",), strands_range=(1, 1), height_range=(0.03, 0.03), gloss_range=(1, 1)
    )
    brightest = []
    for seed in range(10):
        sample = ds.synthesize(ground, strands, seed=seed)
        change = sample.image.astype(float).mean(axis=2) - ground.mean(axis=2)
        brightest.append(sample.image.max())
        bright, dark = change > 20, (change < -10) & (change > -110)
        if bright.sum() > 20 and dark.sum() > 20 and min(sample.defects[0]["box"][:2]) > 0:
            centre = [np.argwhere(part).mean(axis=0).sum() for part in (bright, dark)]
            assert centre[1] > centre[0]  # the shadow lies to the lower right
    assert np.median(brightest) > 170


def test_more_severe_defects_have_more_strands() -> None:
    ground = np.full((160, 160, 3), 120, np.uint8)
    counts = [
        len(ds.SplayedStrands(strands_range=(10, 10), severity=severity).draw(ground, seed=0).recipes[0].fan.strands)
        for severity in (0.0, 1.0)
    ]
    assert counts == [3, 10]
    assert cv2.countNonZero(ds.synthesize(ground, ds.SplayedStrands(), seed=0).mask) > 0
