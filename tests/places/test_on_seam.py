"""Places on seams between two colors."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.looks.elsewhere import DrawnElsewhere
from defectsynth.scene.scene import Scene
from tests.images import gray_disc


def test_a_place_lies_on_the_seam_and_points_along_it() -> None:
    image = gray_disc()
    image[:, 170:][image[:, 170:, 0] > 100] = (60, 60, 200)
    where, scene, rng = ds.places.OnSeam(), Scene(image), np.random.default_rng(0)
    for _ in range(20):
        place = where.sample(rng, scene)
        assert place is not None
        assert place.x == pytest.approx(169.5, abs=9)
        assert abs(math.sin(place.angle)) > 0.95
        drawn = ds.looks.Elsewhere(distance_range=(0.2, 0.2), direction="across").sample(rng, scene, place)
        assert isinstance(drawn, DrawnElsewhere)
        assert (abs(drawn.dx), abs(drawn.dy)) == (pytest.approx(48, abs=2), pytest.approx(0, abs=15))
