"""Lettering."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from defectsynth.shapes.lettering import DrawnLettering
from tests.layers import alpha_of


@pytest.mark.parametrize("angle", [0.0, 0.5 * math.pi, 2.0])
def test_letters_have_their_height_and_direction(angle: float) -> None:
    drawn = DrawnLettering(150.0, 150.0, angle, height=42.0, stroke=4.0, squeeze=1.0, font=0, text="HH")
    rows, columns = np.nonzero(alpha_of(drawn) > 0.5)
    points = np.stack([columns, rows], axis=1) - 150.0
    across = points @ (-math.sin(angle), math.cos(angle))
    along = points @ (math.cos(angle), math.sin(angle))
    assert np.ptp(across) == pytest.approx(42, abs=3)
    assert np.ptp(along) > 1.2 * np.ptp(across)
    assert abs(along.max() + along.min()) < 12


def test_every_draw_has_other_letters_of_their_number() -> None:
    scene, place = Scene(np.full((200, 200), 90, np.uint8)), ds.places.Place(100.0, 100.0, 0.0)
    texts = {
        ds.shapes.Lettering(letters_range=(3, 3)).sample(np.random.default_rng(n), scene, place).text for n in range(30)
    }
    assert len(texts) >= 28
    assert {len(text) for text in texts} == {3}
