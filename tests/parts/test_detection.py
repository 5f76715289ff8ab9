"""Detection of leads, marks, bodies and loose ends."""

import cv2
import numpy as np
import pytest

from defectsynth.core.layer import Box
from defectsynth.functional.polygons import fill_polygons
from defectsynth.parts.detection import detect_marks, detect_parts, whole_object
from defectsynth.scene.scene import Scene
from tests.images import COLOR_ENCODINGS, ENCODINGS, board, chip


def test_leads_are_detected_with_their_ends() -> None:
    leads = detect_parts(Scene(chip()).foreground("auto")).by_kind["lead"]
    assert len(leads) == 3
    for lead, y in zip(sorted(leads, key=lambda each: each.tip[1]), (55, 95, 135), strict=True):
        assert lead.root == pytest.approx((111, y), abs=5)
        assert lead.tip == pytest.approx((149, y), abs=5)
        assert lead.ground == "background"


def test_a_background_full_of_specks_has_no_loose_ends() -> None:
    part = np.full((192, 192), 170, np.uint8)
    part[40:150, 60:130] = 40
    part[4::12, 4::12] = part[5::12, 4::12] = part[4::12, 5::12] = part[5::12, 5::12] = 250
    assert "end" not in detect_parts(Scene(part).foreground("auto")).by_kind


def test_marks_on_the_surface_and_several_bodies_are_detected() -> None:
    part = np.full((192, 192), 220, np.uint8)
    part[30:160, 20:170] = 80
    part[60:76, 50:66] = part[110:126, 120:136] = 160
    marks = detect_marks(Scene(part).foreground("auto"))
    assert sorted(round(mark.centre[0] / 10) for mark in marks) == [6, 13]
    part[:, 90:105] = 220
    assert len(detect_parts(Scene(part).foreground("auto")).by_kind["body"]) == 2
    assert detect_parts(Scene(np.full((64, 64), 9, np.uint8)).foreground("auto")).by_kind == {}, "no object, no parts"


def test_an_object_cut_by_the_border_is_not_whole() -> None:
    part = np.full((96, 96), 220, np.uint8)
    part[30:70, 30:70] = 60
    assert whole_object(Scene(part), "auto")
    part[:40, 40:60] = 60
    assert whole_object(Scene(part), "auto") is None


@pytest.mark.parametrize("encoding", COLOR_ENCODINGS)
@pytest.mark.parametrize("size", [200, 256, 512])
def test_a_lead_is_followed_to_its_dark_end(size: int, encoding: str) -> None:
    image, leads = board(size)
    found = detect_parts(Scene(ENCODINGS[encoding](image)).foreground("auto")).by_kind["lead"]
    whole = Box(0, 0, size, size)
    for lead in leads:
        covers = [cv2.countNonZero(cv2.bitwise_and(fill_polygons(whole, part.outline), lead)) for part in found]
        assert max(covers) >= 0.8 * cv2.countNonZero(lead)


def test_the_whole_object_includes_its_leads() -> None:
    image, leads = board()
    part = whole_object(Scene(ENCODINGS["uint8"](image)), "auto")
    assert part is not None
    hull = fill_polygons(Box(0, 0, 256, 256), part.outline)
    assert all(cv2.countNonZero(cv2.subtract(lead, hull)) == 0 for lead in leads)
