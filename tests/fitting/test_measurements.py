"""Measurements of defects whose geometry and colour are known."""

import math

import numpy as np
import pytest

from defectsynth.fitting.background import Background
from defectsynth.fitting.estimated_masks import mask_from_pair
from defectsynth.fitting.measurements import NAMES, Measured, deviations, measure
from defectsynth.fitting.surface import Surface


def plain() -> np.ndarray:
    image = np.full((100, 100, 3), 220, np.uint8)
    image[20:80, 10:90] = 120
    return image


def measured(rows: slice, columns: slice, color: tuple[int, int, int]) -> Measured:
    image, mask = plain(), np.zeros((100, 100), np.uint8)
    image[rows, columns], mask[rows, columns] = color, 255
    found = measure(image, mask, Background(Surface(plain()), 0.0, inpainted=False))
    assert found is not None
    return found


@pytest.mark.parametrize("size", [(1, 1), (4, 1), (1, 4)])
def test_an_image_of_few_pixels_is_measured(size: tuple[int, int]) -> None:
    image, mask = np.full((*size, 3), 200, np.uint8), np.full(size, 255, np.uint8)
    background = Background(Surface(np.full((*size, 3), 90, np.uint8)), 0.0, inpainted=False)
    measure(image, mask, background)  # OpenCV takes one pixel for a number, and fails if it is compared with one
    assert mask_from_pair(image, image // 2).shape == size


def test_length_width_and_number() -> None:
    found = measured(slice(48, 52), slice(30, 70), (60, 60, 60))
    assert math.exp(found["length"]) == pytest.approx(0.4, rel=0.1)
    assert math.exp(found["width"]) == pytest.approx(0.04, rel=0.6)
    assert found["number"] == 0
    assert found["horizontal"] > 0.9


@pytest.mark.parametrize(("level", "sign"), [(60, -1), (180, 1)])
def test_brightness_has_a_sign(level: int, sign: int) -> None:
    found = measured(slice(45, 55), slice(45, 55), (level, level, level))
    assert found["brightness"] * sign > 0.3
    assert found["darker" if sign < 0 else "brighter"] > 0.9


def test_hue() -> None:
    assert measured(slice(45, 55), slice(45, 55), (180, 90, 90))["red"] > 0.2


def test_missing_and_added_material() -> None:
    gone = measured(slice(20, 30), slice(40, 60), (220, 220, 220))
    grown = measured(slice(10, 20), slice(40, 60), (120, 120, 120))
    painted = measured(slice(20, 30), slice(40, 60), (60, 60, 60))
    assert gone["missing"] > 0.8
    assert grown["added"] > 0.8
    assert max(painted["missing"], painted["added"]) < 0.1


def test_place_at_the_edge_and_inside() -> None:
    assert measured(slice(20, 26), slice(40, 60), (60, 60, 60))["at_edge"] == 1
    assert measured(slice(45, 55), slice(45, 55), (60, 60, 60))["at_edge"] == 0
    assert measured(slice(5, 12), slice(40, 60), (60, 60, 60))["outside"] == 1


def test_an_empty_mask_has_no_measurements() -> None:
    empty = np.zeros((100, 100), np.uint8)
    assert measure(plain(), empty, Background(Surface(plain()), 0.0, inpainted=False)) is None


def test_a_measurement_that_does_not_apply_does_not_deviate() -> None:
    one, other = np.zeros(len(NAMES)), np.zeros(len(NAMES))
    one[NAMES.index("along")] = np.nan
    other[NAMES.index("along")] = 1.0
    assert deviations(one, other).sum() == 0
