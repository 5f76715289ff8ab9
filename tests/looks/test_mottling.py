"""Mottled and grainy surfaces of another variety."""

import numpy as np
import pytest

from defectsynth.looks.mottling import DrawnMottling
from defectsynth.scene.scene import Scene
from tests.images import DISC_SIZE, gray_disc
from tests.layers import opaque_layer


def test_colored_specks_vanish_and_gray_engraving_stays() -> None:
    image = gray_disc() + np.array([10, 4, 0], np.uint8)
    lines = np.zeros(DISC_SIZE, bool)
    y, x = np.mgrid[: DISC_SIZE[0], : DISC_SIZE[1]]
    specks = (abs(y - 120) < 60) & (abs(x - 160) < 60) & (y % 24 < 4) & (x % 24 < 4)
    lines[70:170, 108:220:24] = True
    image[specks], image[lines] = (150, 70, 80), (126, 122, 119)
    scene = Scene(image)
    look = DrawnMottling("plain", 1.0, (0.0, 0.0, 0.0), (0.5, 0.3, 0.1), 3.0, 9, 0.3, 0.8, 5)
    pixels = look.paint(scene.planes(image), opaque_layer(DISC_SIZE), scene)[0] * 255
    hue = np.ptp(pixels, axis=0)
    assert hue[specks].mean() < 0.25 * 80
    np.testing.assert_allclose(pixels[:, lines].mean(), 122, atol=8)


@pytest.mark.parametrize("cover", [0.1, 0.4])
def test_grain_covers_its_share(cover: float) -> None:
    scene = Scene(np.full((*DISC_SIZE, 3), 200, np.uint8))
    look = DrawnMottling("grain", 0.0, (0.0, 0.0, 0.0), (0.4, 0.3, 0.1), 3.0, 9, cover, 1.0, 5)
    pixels = look.paint(scene.planes(scene.image), opaque_layer(DISC_SIZE), scene)[0]
    assert (pixels[0] < 0.75).mean() == pytest.approx(cover, abs=0.08)
