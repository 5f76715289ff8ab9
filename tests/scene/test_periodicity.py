"""Detection of the periods of a background."""

import cv2
import numpy as np
import pytest

from defectsynth.scene.periodicity import find_periods
from tests.images import BOARD_PITCH, board_without_case


def test_the_periods_are_the_pitch_of_the_board() -> None:
    small = cv2.resize(board_without_case(384), (96, 96), interpolation=cv2.INTER_AREA).mean(axis=2).astype(np.float32)
    ground = np.full((96, 96), 255, np.uint8)
    ground[20:60, 30:70] = 0
    first, second = sorted(np.abs(find_periods(small, ground)).round(1).tolist())
    assert first == pytest.approx([0.0, BOARD_PITCH * 96], abs=0.4)
    assert second == pytest.approx([BOARD_PITCH * 96, 0.0], abs=0.4)


@pytest.mark.parametrize("seed", range(3))
def test_noise_does_not_repeat(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gray = cv2.GaussianBlur(rng.random((96, 96), np.float32), (0, 0), 1.0 + seed)
    assert find_periods(gray, np.full((96, 96), 255, np.uint8)) == ()
    assert find_periods(gray, np.zeros((96, 96), np.uint8)) == ()
