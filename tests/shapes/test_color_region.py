"""Regions of one color."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from tests.images import DISC_SIZE, gray_disc
from tests.layers import area_of


def test_a_region_ends_where_its_color_ends() -> None:
    image = gray_disc()
    image[100:140, 120:200] = (180, 120, 60)
    for x, y, inside in ((150, 120, 40 * 80), (90, 120, math.pi * 90**2)):  # the disc with its inlay filled
        shape = ds.shapes.ColorRegion(tolerance_range=(0.1, 0.1), softness_range=(0, 0))
        region = shape.sample(np.random.default_rng(0), Scene(image), ds.places.Place(x, y, 0.0))
        assert area_of(region, DISC_SIZE) == pytest.approx(inside, rel=0.12)
