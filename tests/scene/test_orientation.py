"""Measurement of the orientation of threads."""

import math
from typing import Any

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


def test_a_large_crop_of_many_channels_is_measured_as_one_of_three() -> None:
    stripes = np.rint(128 + 60 * np.sin(np.arange(300) / 3)).astype(np.uint8)
    plane = np.repeat(stripes[None], 300, axis=0)
    found = [
        measure_orientation(
            Scene(np.repeat(plane[..., None], channels, axis=2)), ds.places.Place(150, 150, 0.0), crossing=False
        )
        for channels in (3, 5)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "defect", [ds.BentThread(), ds.presets.mvtec_ad("carpet", defect="hole")], ids=("thread", "carpet")
)
def test_large_images_of_five_channels_get_their_defects(defect: Any) -> None:
    image = np.random.default_rng(0).integers(90, 130, (256, 256, 5), dtype=np.uint8)
    assert ds.synthesize(image, defect, seed=0).image.shape == image.shape
