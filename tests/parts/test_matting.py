"""Alpha mattes of parts."""

import cv2
import numpy as np

from defectsynth.parts.matting import fill_dents, fill_solid


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


def test_holes_and_bays_of_a_ragged_object_are_filled_and_a_bore_stays() -> None:
    mask = np.zeros((120, 120), np.uint8)
    cv2.circle(mask, (60, 60), 50, 255, cv2.FILLED)
    clean = mask.copy()
    cv2.circle(clean, (60, 60), 20, 0, cv2.FILLED)
    assert (fill_solid(clean, 2.0) == clean).mean() > 0.99
    ragged = clean.copy()
    cv2.circle(ragged, (25, 60), 3, 0, cv2.FILLED)  # a dark spot
    ragged[8:16, 58:61] = 0  # a slit from outside
    filled = fill_solid(ragged, 2.0)
    assert (filled[clean > 0] > 0).mean() > 0.995
    assert filled[60, 60] == 0
