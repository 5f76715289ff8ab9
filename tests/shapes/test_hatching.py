"""Hatching follows the direction of its place."""

import math

import numpy as np
import pytest

from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.hatching import Hatching

SCENE = Scene(np.full((200, 200), 90, np.uint8))


def layer_of(**ranges: tuple[float, float]) -> tuple[np.ndarray, int, int]:
    """Return the alpha layer of strokes at 30 degrees, with its origin."""
    even = {"disorder_range": (0, 0), "bend_range": (0, 0), "dry_range": (0, 0)}
    shape = Hatching(**{**even, **ranges})
    layer = shape.sample(np.random.default_rng(1), SCENE, Place(100, 100, math.radians(30))).layer((200, 200), margin=0)
    assert layer is not None
    return layer.alpha, layer.box.x0, layer.box.y0


@pytest.mark.parametrize("strokes", [1, 4])
def test_strokes_lie_along_the_place_and_side_by_side(strokes: int) -> None:
    alpha, x0, y0 = layer_of(
        length_range=(0.4, 0.4), width_range=(0.04, 0.04), strokes_range=(strokes, strokes), spacing_range=(1, 1)
    )
    rows, columns = np.nonzero(alpha > 0.5)
    x, y = columns + x0 - 100, rows + y0 - 100
    cos, sin = math.cos(math.radians(30)), math.sin(math.radians(30))
    along, across = x * cos + y * sin, y * cos - x * sin
    assert np.ptp(along) == pytest.approx(80, abs=25)
    assert np.ptp(across) == pytest.approx(8 * strokes, abs=5)


def test_dry_strokes_have_less_ink_and_streaks() -> None:
    wet, dry = (layer_of(strokes_range=(1, 1), dry_range=(share, share))[0] for share in (0.0, 0.8))
    inside = wet > 0.99
    assert dry[inside].mean() < 0.8
    assert dry[inside].std() > 0.1
