"""Perlin noise."""

import math

import numpy as np
import pytest

from defectsynth.shapes.perlin import DrawnPerlin


def test_half_of_the_noise_is_above_zero_and_gathering_pulls_it_to_the_middle() -> None:
    shares, middles = [], []
    for seed in range(60):
        plain = DrawnPerlin(60, 60, 120, 120, 8, 8, turn=0.4, threshold=0.0, gather=0.0, seed=seed)
        shares.append(plain.layer((121, 121), margin=0).alpha.sum() / 120**2)
        gathered = DrawnPerlin(60, 60, 120, 120, 4, 4, turn=0.4, threshold=0.35, gather=1.0, seed=seed)
        layer = gathered.layer((121, 121), margin=0)
        if layer is not None:
            rows, columns = np.nonzero(layer.alpha)
            middles.append(np.hypot(rows + layer.box.y0 - 60, columns + layer.box.x0 - 60).mean())
    assert np.mean(shares) == pytest.approx(0.5, abs=0.04)
    assert len(middles) >= 58
    assert np.mean(middles) < 30


def perlin(x: float, y: float, angles: np.ndarray) -> float:
    """Return Perlin noise at one point, written as in the paper: fade, gradients, interpolation."""
    column, row = int(x), int(y)
    u, v = x - column, y - row
    corners = {}
    for i in (0, 1):
        for j in (0, 1):
            angle = angles[row + j, column + i]
            corners[i, j] = math.cos(angle) * (u - i) + math.sin(angle) * (v - j)
    fade_u, fade_v = (6 * t**5 - 15 * t**4 + 10 * t**3 for t in (u, v))
    rows = [corners[0, j] + fade_u * (corners[1, j] - corners[0, j]) for j in (0, 1)]
    return math.sqrt(2) * (rows[0] + fade_v * (rows[1] - rows[0]))


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (2, 8), (5, 3)])
def test_the_noise_is_that_of_perlins_paper(columns: int, rows: int) -> None:
    drawn = DrawnPerlin(20, 15, 40, 30, columns, rows, turn=0.0, threshold=0.0, gather=0.0, seed=3)
    noise = drawn._noise(30, 40)
    angles = np.random.default_rng(3).uniform(0, 2 * math.pi, (rows + 1, columns + 1))
    expected = [
        [perlin((column + 0.5) * columns / 40, (row + 0.5) * rows / 30, angles) for column in range(40)]
        for row in range(30)
    ]
    np.testing.assert_allclose(noise, expected, atol=1e-5)
    inside = drawn.layer((30, 40), margin=0)
    whole = np.zeros((30, 40))
    whole[inside.box.slices] = inside.alpha
    assert ((np.array(expected) > 0) == whole).mean() > 0.99
