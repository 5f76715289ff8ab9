"""Alpha mattes of parts."""

import cv2
import numpy as np

from defectsynth.parts.matting import fill_dents


def test_dents_of_a_broad_part_are_filled_and_its_leads_kept() -> None:
    case = np.zeros((200, 200), np.uint8)
    case[40:140, 50:150] = 255
    whole = case.copy()
    cv2.circle(case, (150, 80), 9, 0, -1)  # a hole of the board, as dark as the case
    lead = np.zeros_like(case)
    lead[140:190, 95:101] = 255
    filled = fill_dents(cv2.bitwise_or(case, lead), 3.0)
    assert np.count_nonzero(case != whole) > 100
    assert np.count_nonzero(filled != cv2.bitwise_or(whole, lead)) < 25


def test_a_mask_that_is_not_convex_stays_unchanged() -> None:
    angle = np.zeros((200, 200), np.uint8)
    angle[40:160, 40:80] = angle[120:160, 40:160] = 255
    assert (fill_dents(angle, 3.0) == angle).all()
    thin = np.zeros((200, 200), np.uint8)
    thin[100:104, 20:180] = 255
    assert (fill_dents(thin, 3.0) == thin).all()
