"""Crimped bars."""

import numpy as np
import pytest

import defectsynth as ds

BAR = np.full((160, 400), 30, np.uint8)
BAR[50:110, 4:-4] = 200


def heights(direction: str, seed: int) -> np.ndarray:
    """Return the height of the crimped bar in each column, in pixels."""
    crimp = ds.Crimp(
        directions=(direction,),
        amount_range=(0.4, 0.4),
        radius_range=(0.4, 0.4),
        lean_range=(0.0, 0.0),
        contrast_range=(0.0, 0.0),
    )
    sample = ds.synthesize(BAR, crimp, seed=seed)
    assert sample.mask.any()
    return np.asarray((sample.image > 115).sum(axis=0)[80:-80], float)


@pytest.mark.parametrize(("direction", "sign"), [("in", -1), ("out", 1)])
def test_the_flanks_are_straight_and_meet_in_a_fold(direction: str, sign: int) -> None:
    folded = 0
    for seed in range(12):
        change = sign * (heights(direction, seed) - 60)
        fold = int(change.argmax())
        if not 60 < fold < len(change) - 60 or change.max() < 8:
            continue  # at an end of the bar
        folded += 1
        assert change.min() >= -1, "the bar changes in one direction only"
        for flank in (change[fold - 50 : fold - 6], change[fold + 7 : fold + 51]):
            line = np.poly1d(np.polyfit(np.arange(44), flank, 1))(np.arange(44))
            assert np.abs(flank - line).max() < 1.8  # pixels; a round waist deviates by 3
            assert np.abs(np.diff(line)).mean() > 0.05
    assert folded >= 3


def test_the_fold_is_bright_on_one_side_and_dark_on_the_other() -> None:
    plain = np.where(BAR > 100, np.uint8(120), np.uint8(30))
    sample = ds.synthesize(plain, ds.Crimp(contrast_range=(0.3, 0.3), amount_range=(0.0, 0.0)), seed=4)
    inside = sample.image[52:108].astype(int)
    assert inside.max() > 125
    assert inside.min() < 115
