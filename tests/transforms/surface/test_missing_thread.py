"""Missing threads."""

import cv2
import numpy as np

import defectsynth as ds


def test_a_missing_thread_lies_along_the_threads() -> None:
    threads = np.tile(np.uint8([70, 150, 190, 190, 150, 70]), (96, 16))
    for seed in range(20):
        sample = ds.synthesize(threads, ds.MissingThread(length_range=(0.4, 0.6)), seed=seed)
        _, (width, height), _ = cv2.minAreaRect(cv2.findNonZero(sample.mask))
        assert max(width, height) > 2.5 * min(width, height)
