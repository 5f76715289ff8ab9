"""Splits: the gap and the sides that it pushes apart."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from defectsynth.transforms.surface.split import SplitRecipe


def split(**changes: object) -> SplitRecipe:
    """Return an upright, even split in the middle of an image of 200 x 200, 120 pixels long and 16 wide."""
    numbers = {"angle": 0.5 * math.pi, "length": 120.0, "half": 8.0, "bow": 0.0, "uneven": 0.0, "lip": 0.0}
    return SplitRecipe(
        kind="split",
        severity=1.0,
        seed=0,
        x=99.5,
        y=99.5,
        phases=(0.0, 0.0),
        light=0.0,
        **{"ground": (0.0,), "clip": "", **numbers, **changes},
    )


@pytest.mark.parametrize("angle", [0.0, 0.7, 0.5 * math.pi])
def test_the_gap_has_the_area_of_its_length_and_width(angle: float) -> None:
    patch = split(angle=angle).render(Scene(np.full((200, 200), 200, np.uint8)), np.full((200, 200), 200, np.uint8))
    assert patch is not None
    dark = 1.0 - patch.pixels.astype(float).sum() / 200 / patch.pixels.size
    assert dark * patch.pixels.size == pytest.approx(2 / 3 * 16 * 120, rel=0.03)  # each side is a parabola


def test_the_surface_beside_the_gap_is_pushed_aside() -> None:
    image = np.full((200, 200), 200, np.uint8)
    image[:, 110:114] = 90  # a line 12 pixels beside the split
    patch = split().render(Scene(image), image)
    assert patch is not None
    row = patch.pixels[100 - patch.box.y0].astype(float)
    line = patch.box.x0 + np.flatnonzero((row > 60) & (row < 120)).mean()
    moved = split().forward(np.array([[111.5, 100.0]]))[0, 0]
    assert line == pytest.approx(moved, abs=1.0)
    assert moved > 116


def test_one_lip_is_bright_and_the_other_dark() -> None:
    image = np.full((200, 200), 120, np.uint8)
    patch = split(lip=0.3).render(Scene(image), image)  # the light comes from the right
    assert patch is not None
    row = patch.pixels[100 - patch.box.y0].astype(int)
    middle = 100 - patch.box.x0
    left, right = row[middle - 12 : middle - 9], row[middle + 9 : middle + 12]
    assert (left < 115).all() != (right < 115).all()
    assert (left > 125).all() != (right > 125).all()


def test_a_split_at_the_edge_runs_inwards_and_shows_the_background() -> None:
    part = np.full((160, 160), 220, np.uint8)
    part[40:120, 40:120] = 80
    drawn = [
        ds.synthesize(part, ds.Split(where="edge", grounds=("background",), width_range=(0.05, 0.06)), seed=seed)
        for seed in range(20)
    ]
    brightest = [sample.image[sample.mask > 0].max() for sample in drawn if sample.defects]
    assert len(brightest) >= 18
    assert np.median(brightest) > 180
    assert not any(sample.mask[part == 220].any() for sample in drawn)


def test_rows_move_farther_with_a_long_reach_and_their_teeth_overhang() -> None:
    image = np.full((200, 200), 40, np.uint8)
    image[:, 70:130:60] = 160  # a line on each side
    image[::10, 70:130] = 160  # teeth from side to side
    point = np.array([[130.0, 100.0]])
    assert split(reach=6.0).forward(point)[0, 0] > split().forward(point)[0, 0] + 2.0
    plain, teeth = (split(reach=6.0, overhang=overhang).render(Scene(image), image) for overhang in (0.0, 5.0))
    assert plain is not None
    assert teeth is not None
    stuck_out = (teeth.pixels > 100) & (plain.pixels < 20)
    rows = np.unique(np.nonzero(stuck_out)[0]) + teeth.box.y0
    assert rows.size > 5
    assert np.isin(rows % 10, (9, 0, 1)).all()


def test_a_split_without_a_gap_has_no_teeth_in_it() -> None:
    image = np.full((200, 200), 69, np.uint8)
    assert split(overhang=3.0, half=0.0).render(Scene(image), image) is None
