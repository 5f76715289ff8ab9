"""Branching paths."""

import math

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.shapes.branching_path import DrawnBranchingPath
from tests.layers import alpha_of

seeds = given(seed=st.integers(0, 2**32 - 1))


def crack(seed: int, *, branches: int = 0, width: float = 6.0) -> DrawnBranchingPath:
    """Return a crack of 150 pixels that starts near the middle of the image."""
    return DrawnBranchingPath(160.0, 150.0, 0.7, 150.0, width, 0.4, branches, 0.7, 0.3, from_middle=False, seed=seed)


@seeds
def test_a_crack_has_its_length_and_tapers(seed: int) -> None:
    [(points, widths)] = crack(seed).paths()
    assert math.isclose(abs(points[-1] - points[0]), 150.0)
    assert math.isclose(abs(points[0] - (160 + 150j)), 0.0, abs_tol=1e-9)
    assert widths[-1] == 0.0
    assert widths.max() <= 6.0
    assert widths[: len(widths) // 3].mean() > widths[-(len(widths) // 3) :].mean()


@seeds
def test_branches_start_on_the_crack_and_are_thinner_and_shorter(seed: int) -> None:
    (main, widths), *branches = crack(seed, branches=5).paths()
    assert len(branches) == 5
    nodes = list(main)
    for points, thinner in branches:
        assert min(abs(points[0] - node) for node in nodes) < 1e-9
        assert abs(points[-1] - points[0]) < 150.0
        assert thinner.max() <= 0.75 * widths.max()
        nodes += list(points)


@seeds
def test_a_crack_is_one_connected_component(seed: int) -> None:
    drawn = (alpha_of(crack(seed, branches=4)) > 0).astype(np.uint8)
    assert cv2.connectedComponents(drawn)[0] == 2  # one is the background
