"""The place that is chosen explains the positions of the real defects."""

import numpy as np

from defectsynth.fitting.background import Background
from defectsynth.fitting.measurements import Measured, measure
from defectsynth.fitting.placing import choose_places
from defectsynth.fitting.surface import Surface
from defectsynth.places.along_object import AlongObject
from defectsynth.places.base import OnEdge
from tests.fitting.parts import part

SURFACES = [Surface(part(number)) for number in range(4)]


def spots(centres: list[tuple[int, int]]) -> list[Measured]:
    found = []
    for x, y in centres:
        image, mask = part(0), np.zeros((96, 128), np.uint8)
        mask[y - 2 : y + 3, x - 2 : x + 3] = 255
        image[mask > 0] = 40
        measured = measure(image, mask, Background(SURFACES[0], 0.0, inpainted=False))
        assert measured is not None
        found.append(measured)
    return found


def test_defects_at_one_end_are_placed_there() -> None:
    near = spots([(20, 40), (22, 55), (19, 48), (24, 44)])
    place = choose_places(near, SURFACES, np.random.default_rng(0)).best
    rng = np.random.default_rng(1)
    drawn = [place.sample(rng, SURFACES[index % 4].scene) for index in range(40)]
    assert np.mean([each is not None and each.x < 64 for each in drawn]) > 0.4  # of both ends one counts as the thicker
    assert max(abs(each.x - 64) for each in drawn if each is not None) > 30


def test_defects_on_the_outline_are_placed_on_it() -> None:
    rows = np.flatnonzero(SURFACES[0].on_object.any(axis=1))
    on_top = spots([(x, int(rows[0])) for x in (30, 60, 75, 100)])
    choice = choose_places(on_top, SURFACES, np.random.default_rng(0))
    assert choice.outline is not None
    assert isinstance(choice.outline, (OnEdge, AlongObject))
    rng = np.random.default_rng(1)
    depths = []
    for index in range(40):
        found = choice.best.sample(rng, SURFACES[index % 4].scene)
        assert found is not None
        y, x = min(max(round(found.y), 0), 95), min(max(round(found.x), 0), 127)
        depths.append(abs(float(SURFACES[index % 4].depth[y, x])))
    assert np.median(depths) < 0.06
