"""Measurement of the orientation of threads."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.orientation import measure_orientation
from defectsynth.scene.scene import Scene

angles = pytest.mark.parametrize("angle", [0.0, 0.4, 1.1, 2.0, 2.9])


@angles
@pytest.mark.parametrize("period", [6.0, 9.0, 14.0])
def test_direction_and_period_of_stripes_are_measured(angle: float, period: float) -> None:
    y, x = np.mgrid[:96, :96]
    across = y * math.cos(angle) - x * math.sin(angle)
    stripes = np.rint(128 + 60 * np.sin(2 * math.pi * across / period)).astype(np.uint8)
    weave = measure_orientation(Scene(stripes), ds.places.Place(48, 48, 1.0), crossing=False)
    assert abs(math.remainder(weave.angle - angle, math.pi)) < 0.06
    assert weave.period == pytest.approx(period, abs=1.0)


def test_a_plain_surface_keeps_the_direction_of_the_place() -> None:
    weave = measure_orientation(Scene(np.full((96, 96), 90, np.uint8)), ds.places.Place(48, 48, 1.0), crossing=False)
    assert weave.angle == 1.0
