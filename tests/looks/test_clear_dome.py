"""A clear dome magnifies, shines towards the light and has a dark rim."""

import math

import numpy as np
import pytest

from defectsynth.core.layer import Box, Layer
from defectsynth.looks.clear_dome import DrawnClearDome
from defectsynth.scene.scene import Scene

SIDE, RADIUS = 161, 60


def dome(**optics: float) -> DrawnClearDome:
    """Return a dome with the light from above and only the optics given."""
    plain = {"magnify": 1.0, "amber": 0.0, "glow": 0.0, "rim": 0.0, "gloss": 0.0, "shadow": 0.0, "height": 0.0}
    return DrawnClearDome(**{**plain, **optics}, light=-0.5 * math.pi)


def painted(look: DrawnClearDome, image: np.ndarray) -> np.ndarray:
    """Return a gray image seen through a dome in its middle, float (h, w)."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    layer = Layer(Box(0, 0, SIDE, SIDE), (x * x + y * y <= RADIUS * RADIUS).astype(np.float32))
    scene = Scene(image)
    pixels, _ = look.paint(scene.planes(image), layer, scene)
    return np.asarray(pixels[0])


@pytest.mark.parametrize("magnify", [1.5, 2.5])
def test_stripes_beneath_are_magnified(magnify: float) -> None:
    stripes = np.tile(np.uint8(127.5 + 100 * np.sin(2 * np.pi * np.arange(SIDE) / 6)), (SIDE, 1))
    row = painted(dome(magnify=magnify), stripes)[SIDE // 2, SIDE // 2 + 8 : SIDE // 2 + 44] - 0.5
    crossings = np.count_nonzero(np.diff(np.sign(row)))
    assert crossings == pytest.approx(2 * 36 / (6 * magnify), abs=2)


def test_it_shines_towards_the_light_glows_opposite_and_is_dark_at_the_rim() -> None:
    gray, middle = np.full((SIDE, SIDE), 100, np.uint8), SIDE // 2
    column = painted(dome(glow=1.0, rim=0.8, gloss=0.6), gray)[:, middle]
    top, bottom, rim = column[middle - 36], column[middle + 30], column[middle + RADIUS - 2]
    assert top > 0.8
    assert column[middle] < bottom < top
    assert rim < 100 / 255
