"""Displacement of images."""

from typing import Any

import numpy as np
import pytest

from defectsynth.core.layer import Box
from defectsynth.fields.base import displace
from defectsynth.fields.push import DrawnPush

PEAK = {np.uint8: 255, np.uint16: 65535, np.float32: 1}


@pytest.mark.parametrize("dtype", PEAK, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 1), (40, 50, 3), (40, 50, 5)], ids=str)
def test_a_displacement_by_zero_is_the_identity(dtype: Any, shape: tuple[int, ...]) -> None:
    image = (np.random.default_rng(0).random(shape) * PEAK[dtype]).astype(dtype)
    still, box = DrawnPush(20.3, 18.9, 0.7, amount=0.0, along=12.0, across=9.0), Box(3, 5, 41, 40)
    for nearest in (False, True):
        np.testing.assert_array_equal(displace(image, still, box, nearest=nearest), image[box.slices], strict=True)
