"""Missing and broken threads."""

import cv2
import numpy as np
import pytest

import defectsynth as ds
from tests.images import mesh


def test_a_missing_thread_lies_along_the_threads() -> None:
    threads = np.tile(np.uint8([70, 150, 190, 190, 150, 70]), (96, 16))
    for seed in range(20):
        sample = ds.synthesize(threads, ds.MissingThread(length_range=(0.4, 0.6)), seed=seed)
        _, (width, height), _ = cv2.minAreaRect(cv2.findNonZero(sample.mask))
        assert max(width, height) > 2.5 * min(width, height)


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "bright"])
def test_the_background_shows_where_a_wire_is_broken(dark: bool) -> None:
    image = mesh(0.3, dark=dark)
    background = 180 if dark else 60
    for seed in range(12):
        sample = ds.synthesize(image, ds.BrokenThread(where="inside", opacity_range=(1, 1)), seed=seed)
        assert len(sample.defects) == 1
        inside = sample.mask > 0
        bright = (image[inside] > 120).mean()
        assert bright < 0.5 if dark else bright > 0.5, "the mask lies on a wire"
        assert (np.abs(sample.image[inside].astype(float) - background) < 60).mean() > 0.6
