"""Chipped and torn edges."""

import cv2
import numpy as np

import defectsynth as ds


def test_a_chip_changes_the_part_and_not_the_background() -> None:
    part = np.full((160, 160), 30, np.uint8)
    cv2.circle(part, (80, 80), 50, 200, -1)
    for kind in (ds.ChippedEdge, ds.TornEdge):
        for seed in range(10):
            image = ds.synthesize(part, kind(through_range=(0.7, 0.9)), seed=seed).image
            assert (image > 115).sum() < (part > 115).sum()
            assert (np.abs(image.astype(int) - part)[part < 40] <= 8).all()
