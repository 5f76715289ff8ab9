"""Clipped and jagged polygons."""

import math
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.core.layer import Box
from defectsynth.functional.polygons import clip_polygon, fill_polygons, jagged_polygon

SQUARE = ((10.0, 10.0), (30.0, 10.0), (30.0, 30.0), (10.0, 30.0))
angles = pytest.mark.parametrize("angle", [0.0, 0.4, 1.1, 2.0, 2.9])


def area(outline: Any) -> float:
    return float(cv2.contourArea(np.array(outline, np.float32)))


@given(angle=st.floats(0, 6.3), share=st.floats(0.05, 0.95))
def test_both_sides_of_a_line_add_up_to_the_polygon(angle: float, share: float) -> None:
    direction = (math.cos(angle), math.sin(angle))
    reach = [(x - 20) * direction[0] + (y - 20) * direction[1] for x, y in SQUARE]
    offset = min(reach) + share * (max(reach) - min(reach))
    point = (20 + offset * direction[0], 20 + offset * direction[1])
    beyond, before = clip_polygon(SQUARE, point, direction), clip_polygon(SQUARE, point, (-direction[0], -direction[1]))
    assert area(beyond) + area(before) == pytest.approx(400, abs=0.1)
    assert all((x - point[0]) * direction[0] + (y - point[1]) * direction[1] >= -1e-6 for x, y in beyond)


@angles
def test_a_jagged_polygon_has_its_area_and_its_aspect(angle: float) -> None:
    for seed in range(20):
        outline = jagged_polygon(np.random.default_rng(seed), 100, 100, 30, aspect=2.0, angle=angle)
        assert 0.4 * 2 * math.pi * 900 <= area(outline) <= 1.3 * 2 * math.pi * 900
        turned = np.array(outline) - 100
        along, across = turned @ (math.cos(angle), math.sin(angle)), turned @ (-math.sin(angle), math.cos(angle))
        assert np.ptp(along) > 1.2 * np.ptp(across)
        assert fill_polygons(Box(0, 0, 200, 200), outline).sum() / 255 == pytest.approx(area(outline), rel=0.1)
