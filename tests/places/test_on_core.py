"""Places at the core of an object."""

import math

import numpy as np

import defectsynth as ds
from defectsynth.scene.scene import Scene
from tests.images import gray_disc


def test_the_core_reaches_to_its_share_of_the_depth() -> None:
    rng = np.random.default_rng(0)
    for radius in (40.0, 100.0):
        for share in (0.3, 0.8):
            places = [
                ds.places.OnCore(share_range=(share, share)).sample(rng, Scene(gray_disc(radius))) for _ in range(30)
            ]
            distances = [math.hypot(place.x - 160, place.y - 120) for place in places if place is not None]
            assert len(distances) == 30
            assert max(distances) <= (1 - share) * radius + 7
            assert max(distances) >= 0.5 * (1 - share) * radius
