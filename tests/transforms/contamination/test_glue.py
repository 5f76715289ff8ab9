"""Glue."""

import cv2
import numpy as np
import pytest

import defectsynth as ds


def test_the_surface_shows_through_glue_and_glue_shines() -> None:
    stripes = np.tile(np.repeat(np.uint8([100, 140]), 4), (200, 25))
    glue = ds.Glue(radius_range=(0.1, 0.12), palettes=("same",), tint_range=(1.0, 1.0), gloss_range=(0.6, 0.8))
    contrasts, brightest = [], []
    for seed in range(10):
        sample = ds.synthesize(stripes, glue, seed=seed)
        core = cv2.erode(sample.mask, np.ones((15, 15), np.uint8)) > 0
        if core.sum() > 200:
            inside = sample.image.astype(float)
            contrasts.append(inside[core & (stripes == 140)].mean() - inside[core & (stripes == 100)].mean())
            brightest.append(inside[sample.mask > 0].max())
    assert len(contrasts) >= 5
    assert np.mean(contrasts) == pytest.approx(40, abs=8)
    assert np.median(brightest) > 190
