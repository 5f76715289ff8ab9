"""Places on print and other detail."""

import math

import cv2
import numpy as np

import defectsynth as ds
from defectsynth.scene.scene import Scene


def test_gathered_places_lie_closer_to_the_middle_of_the_detail() -> None:
    image = np.full((192, 192), 220, np.uint8)
    image[20:172, 20:172] = 90
    rng = np.random.default_rng(0)
    image[60:100, 50:90] = rng.integers(40, 200, (40, 40))  # detail with its middle at (69.5, 79.5)
    scene = Scene(image)
    spread = {}
    for gather in (0.0, 0.2):
        places = [ds.places.OnPrint(gather=gather).sample(np.random.default_rng(seed), scene) for seed in range(30)]
        spread[gather] = np.mean([math.hypot(place.x - 69.5, place.y - 79.5) for place in places if place is not None])
    assert spread[0.2] < 6 < 0.7 * spread[0.0]


def test_places_lie_on_the_print_of_the_object() -> None:
    part = np.full((240, 300, 3), 230, np.uint8)
    cv2.rectangle(part, (40, 40), (260, 200), (90, 60, 60), -1)
    cv2.putText(part, "500", (110, 135), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (240, 240, 240), 3)
    scene = Scene(part)
    places = [ds.places.OnPrint().sample(np.random.default_rng(seed), scene) for seed in range(60)]
    on_print = [place is not None and 100 < place.x < 195 and 95 < place.y < 150 for place in places]
    assert np.mean(on_print) > 0.9
    plain = ds.places.OnPrint().sample(np.random.default_rng(0), Scene(np.full((50, 60), 9, np.uint8)))
    assert plain is not None
