"""Marks: the geometry of their shapes and the physics of their looks."""

import math

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.branches import DrawnBranches

SIZE = (300, 340)
seeds = given(seed=st.integers(0, 2**32 - 1))


def crack(seed: int, *, branches: int = 0, width: float = 6.0, from_middle: bool = False) -> DrawnBranches:
    """A crack of 150 pixels that starts, or has its middle, near the middle of the picture."""
    return DrawnBranches(160.0, 150.0, 0.7, 150.0, width, 0.4, branches, 0.7, 0.3, from_middle=from_middle, seed=seed)


@seeds
def test_a_crack_is_as_long_as_drawn_and_thins_out(seed: int) -> None:
    [(points, widths)] = crack(seed).paths()
    assert math.isclose(abs(points[-1] - points[0]), 150.0)
    assert math.isclose(abs(points[0] - (160 + 150j)), 0.0, abs_tol=1e-9)
    assert widths[-1] == 0.0
    assert widths.max() <= 6.0
    assert widths[: len(widths) // 3].mean() > widths[-(len(widths) // 3) :].mean()


@seeds
def test_branches_leave_from_a_crack_and_are_thinner_and_shorter(seed: int) -> None:
    (main, widths), *branches = crack(seed, branches=5).paths()
    assert len(branches) == 5
    nodes = list(main)
    for points, thinner in branches:
        assert min(abs(points[0] - node) for node in nodes) < 1e-9
        assert abs(points[-1] - points[0]) < 150.0
        assert thinner.max() <= 0.75 * widths.max()
        nodes += list(points)


@seeds
def test_a_crack_is_one_piece(seed: int) -> None:
    drawn = (crack(seed, branches=4).layer(SIZE, margin=2).alpha > 0).astype(np.uint8)  # type: ignore[union-attr]
    assert cv2.connectedComponents(drawn)[0] == 2  # and the ground


def test_a_crack_at_the_edge_runs_into_the_part() -> None:
    part = np.full((200, 200), 30, np.uint8)
    part[60:140, 40:160] = 170
    for seed in range(20):
        sample = ds.synthesize(part, ds.Crack(where="edge"), seed=seed)
        assert sample.defects
        assert (part[sample.mask > 0] == 170).mean() > 0.95
