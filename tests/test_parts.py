"""Parts, gaps, faces, swellings and weaves against geometry."""

import math
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.layer import Box
from defectsynth.fields.swelling import MAX_AMOUNT_IN, MAX_AMOUNT_OUT, DrawnSwelling
from defectsynth.functional.membrane import membrane
from defectsynth.functional.polygons import clip_polygon, fill_polygons, jagged_polygon
from defectsynth.parts.detection import detect_parts, whole_object
from defectsynth.parts.extraction import ExtractedPart
from defectsynth.parts.inpainting import choose_inpainter, sample_gap
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.placement import PartPlacement
from defectsynth.scene.orientation import measure_orientation
from defectsynth.scene.scene import Scene

SQUARE = ((10.0, 10.0), (30.0, 10.0), (30.0, 30.0), (10.0, 30.0))
angles = pytest.mark.parametrize("angle", [0.0, 0.4, 1.1, 2.0, 2.9])


def chip() -> np.ndarray:
    """A dark body with three leads to the right, in front of a striped background."""
    image = np.full((192, 192), 205, np.uint8)
    image[:, ::8] = 190
    image[40:150, 30:110] = 60
    for y in (50, 90, 130):
        image[y : y + 10, 110:150] = 90
    return image


def extract_object(scene: Scene) -> ExtractedPart:
    """Return the whole object of an image, extracted from it."""
    part = whole_object(scene, "auto")
    assert part
    gap = sample_gap(np.random.default_rng(0), scene, part)
    extracted = choose_inpainter(part, scene).extract(scene.image, scene.image, gap.offsets, gap.seed)
    assert extracted
    return extracted


def area(outline: Any) -> float:
    return float(cv2.contourArea(np.array(outline, np.float32)))


def test_leads_are_found_with_their_ends() -> None:
    leads = detect_parts(Scene(chip()).foreground("auto")).by_kind["lead"]
    assert len(leads) == 3
    for lead, y in zip(sorted(leads, key=lambda each: each.tip[1]), (55, 95, 135), strict=True):
        assert lead.root == pytest.approx((111, y), abs=5)
        assert lead.tip == pytest.approx((149, y), abs=5)
        assert lead.ground == "background"


def test_loose_ends_of_leads_go_with_the_whole_object() -> None:
    part = np.full((192, 192), 170, np.uint8)
    part[40:150, 50:130] = 40
    ends = part == 0
    for y in (44, 90, 136):  # the middle of these leads looks like the background
        part[y : y + 8, 130:134] = 110
        ends[y : y + 8, 144:150] = True
    part[ends] = 250
    part[8:10, 180:184] = 250  # far off: dirt on the ground
    scene = Scene(part)
    assert sum(end.centre[0] > 140 for end in detect_parts(scene.foreground("auto")).by_kind["end"]) == 3
    extracted = extract_object(scene)
    there = ends[extracted.box.slices]
    assert there.sum() == ends.sum()
    assert (extracted.cover[there] > 250).all()
    assert (extracted.matte[there] > 100).all()
    assert (extracted.background[..., 0][there] < 190).all()


def test_ground_full_of_specks_has_no_loose_ends() -> None:
    part = np.full((192, 192), 170, np.uint8)
    part[40:150, 60:130] = 40
    part[4::12, 4::12] = part[5::12, 4::12] = part[4::12, 5::12] = part[5::12, 5::12] = 250
    assert "end" not in detect_parts(Scene(part).foreground("auto")).by_kind


def test_marks_are_found_on_the_surface_and_bodies_where_there_are_several() -> None:
    part = np.full((192, 192), 220, np.uint8)
    part[30:160, 20:170] = 80
    part[60:76, 50:66] = part[110:126, 120:136] = 160
    marks = detect_parts(Scene(part).foreground("auto")).by_kind["mark"]
    assert sorted(round(mark.centre[0] / 10) for mark in marks) == [6, 13]
    part[:, 90:105] = 220
    assert len(detect_parts(Scene(part).foreground("auto")).by_kind["body"]) == 2
    assert detect_parts(Scene(np.full((64, 64), 9, np.uint8)).foreground("auto")).by_kind == {}, "no object, no parts"


def test_an_object_that_the_border_cuts_is_no_whole_one() -> None:
    part = np.full((96, 96), 220, np.uint8)
    part[30:70, 30:70] = 60
    assert whole_object(Scene(part), "auto")
    part[:40, 40:60] = 60
    assert whole_object(Scene(part), "auto") is None


def test_a_missing_lead_leaves_the_background_as_it_would_be() -> None:
    image, bare = chip(), np.full((192, 192), 205, np.uint8)
    bare[:, ::8] = 190
    for seed in range(8):
        sample = ds.synthesize(image, ds.MissingPart(part_kinds=("lead",)), seed=seed)
        x0, y0, x1, y1 = sample.defects[0]["box"]
        gone = np.s_[max(y0, 40) : y1, max(x0, 116) : x1]
        assert x1 - x0 >= 30
        assert np.abs(sample.image[gone].astype(int) - bare[gone]).mean() < 4, "stripes go on, at their places"


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8])
def test_a_cut_leaves_its_share(keep: float) -> None:
    cut = ds.CutPart(part_kinds=("lead",), keep_range=(keep, keep), angle_range=(0, 0))
    for seed in range(5):
        sample = ds.synthesize(chip(), cut, seed=seed)
        row = (sample.defects[0]["box"][1] + sample.defects[0]["box"][3]) // 2
        left = int((sample.image[row, 110:160] < 140).sum())
        assert left == pytest.approx(40 * keep, abs=7)


@pytest.mark.parametrize("kind", [ds.DisplacedPart, ds.RotatedPart, ds.FlippedPart, ds.MisplacedObject])
def test_what_moves_is_not_lost(kind: Any) -> None:
    image = np.full((192, 192), 205, np.uint8)
    image[60:120, 70:130] = 60
    image[80:90, 130:160] = 60
    arguments = {} if kind is ds.MisplacedObject else {"part_kinds": ("lead",)}
    before = int((image < 130).sum())
    for seed in range(10):
        after = int((ds.synthesize(image, kind(**arguments), seed=seed).image < 130).sum())
        assert before - 320 <= after <= before + 60, "a lead of 300 pixels may hide behind the body"
        assert kind is not ds.MisplacedObject or after == pytest.approx(before, rel=0.03)


def test_a_duplicate_adds_what_it_copies() -> None:
    image = chip()
    for seed in range(8):
        sample = ds.synthesize(image, ds.DuplicatedPart(part_kinds=("lead",)), seed=seed)
        assert int((sample.image < 140).sum()) >= int((image < 140).sum())
        assert (sample.image[image < 70] <= 95).all()


def test_a_chip_takes_from_the_part_and_nothing_from_the_ground() -> None:
    part = np.full((160, 160), 30, np.uint8)
    cv2.circle(part, (80, 80), 50, 200, -1)
    for kind in (ds.ChippedEdge, ds.TornEdge):
        for seed in range(10):
            image = ds.synthesize(part, kind(through_range=(0.7, 0.9)), seed=seed).image
            assert (image > 115).sum() < (part > 115).sum()
            assert (np.abs(image.astype(int) - part)[part < 40] <= 8).all()


def test_keypoints_and_boxes_move_with_their_part() -> None:
    image = np.full((192, 192), 205, np.uint8)
    image[60:120, 70:130] = 60
    for seed in range(6):
        pipeline = A.Compose(
            [ds.MisplacedObject(p=1, distance_range=(0.1, 0.1), angle_range=(0, 0))],
            keypoint_params=A.KeypointParams("xy"),
            bbox_params=A.BboxParams("pascal_voc", label_fields=["labels"]),
            seed=seed,
        )
        boxes, points = np.array([[70, 60, 130, 120], [2, 2, 12, 12]], float), np.array([[100, 90], [5, 5]], float)
        result = pipeline(image=image, defects=[], bboxes=boxes, labels=[1, 2], keypoints=points)
        y, x = np.nonzero(result["image"] < 130)
        assert result["keypoints"][0] == pytest.approx((x.mean(), y.mean()), abs=2)
        assert result["keypoints"][1] == pytest.approx((5, 5))
        assert result["bboxes"][0][:2] == pytest.approx((x.min(), y.min()), abs=2)
        assert result["bboxes"][1] == pytest.approx((2, 2, 12, 12), abs=1e-3)


@given(angle=st.floats(0, 6.3), share=st.floats(0.05, 0.95))
def test_an_outline_beyond_a_line(angle: float, share: float) -> None:
    direction = (math.cos(angle), math.sin(angle))
    reach = [(x - 20) * direction[0] + (y - 20) * direction[1] for x, y in SQUARE]
    offset = min(reach) + share * (max(reach) - min(reach))
    point = (20 + offset * direction[0], 20 + offset * direction[1])
    one, other = clip_polygon(SQUARE, point, direction), clip_polygon(SQUARE, point, (-direction[0], -direction[1]))
    assert area(one) + area(other) == pytest.approx(400, abs=0.1)
    assert all((x - point[0]) * direction[0] + (y - point[1]) * direction[1] >= -1e-6 for x, y in one)


@angles
def test_a_jagged_outline_is_about_as_large_as_asked(angle: float) -> None:
    for seed in range(20):
        outline = jagged_polygon(np.random.default_rng(seed), 100, 100, 30, aspect=2.0, angle=angle)
        assert 0.4 * 2 * math.pi * 900 <= area(outline) <= 1.3 * 2 * math.pi * 900
        turned = np.array(outline) - 100
        along, across = turned @ (math.cos(angle), math.sin(angle)), turned @ (-math.sin(angle), math.cos(angle))
        assert np.ptp(along) > 1.2 * np.ptp(across)
        assert fill_polygons(Box(0, 0, 200, 200), outline).sum() / 255 == pytest.approx(area(outline), rel=0.1)


@given(angle=st.floats(-3.2, 3.2), dx=st.floats(-50, 50), dy=st.floats(-50, 50), mirrored=st.booleans())
def test_a_placement_is_rigid(angle: float, dx: float, dy: float, *, mirrored: bool) -> None:
    part = ObjectPart("chunk", SQUARE, (10.0, 20.0), (30.0, 20.0), "all", "auto")
    placement = PartPlacement(part, *part.centre, dx, dy, angle, mirrored)
    moved = placement.moved(np.array(SQUARE))
    assert np.linalg.norm(np.diff(moved, axis=0), axis=1) == pytest.approx([20, 20, 20])
    assert moved.mean(axis=0) == pytest.approx((20 + dx, 20 + dy))
    assert np.linalg.det(placement.matrix()[:, :2]) == pytest.approx(-1 if mirrored else 1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (40, 30), (200, 90)])
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_a_membrane_stays_between_what_is_known(shape: tuple[int, int], channels: int) -> None:
    rng = np.random.default_rng(0)
    values = rng.random((*shape, channels), np.float32)
    known = (rng.random(shape) < 0.3).astype(np.float32)
    known[0, 0] = 1
    smooth = membrane(values, known)
    assert smooth.shape == values.shape
    inside = values[known > 0]
    assert inside.min() - 1e-4 <= smooth.min() <= smooth.max() <= inside.max() + 1e-4
    np.testing.assert_allclose(membrane(np.full_like(values, 0.4), known), 0.4, atol=1e-4)


def test_a_ramp_goes_on_behind_a_part() -> None:
    ramp = np.linspace(120, 220, 192, dtype=np.float32)[None].repeat(192, axis=0).astype(np.uint8)
    image = ramp.copy()
    image[70:120, 70:120] = 20
    scene = Scene(image)
    extracted = extract_object(scene)
    assert np.abs(extracted.background[..., 0].astype(float) - ramp[extracted.box.slices]).max() < 12


@given(steep=st.floats(0.1, 1), along=st.floats(4, 40), across=st.floats(4, 40), out=st.booleans(), both=st.booleans())
def test_a_swelling_never_folds(steep: float, along: float, across: float, *, out: bool, both: bool) -> None:
    amount = steep * min(along, across) * (MAX_AMOUNT_OUT if out else -MAX_AMOUNT_IN)
    field = DrawnSwelling(60.3, 55.8, 0.6, amount, along, across, both)
    x, y = np.meshgrid(np.arange(0, 120, 0.5, dtype=np.float32), np.arange(0, 120, 0.5, dtype=np.float32))
    dx, dy = field.offsets(x, y)
    assert np.hypot(dx, dy).max() <= field.max_offset + 1e-3
    source_x, source_y = x - dx, y - dy
    turned = np.diff(source_x, axis=1)[:-1] * np.diff(source_y, axis=0)[:, :-1]
    turned -= np.diff(source_x, axis=0)[:, :-1] * np.diff(source_y, axis=1)[:-1]
    assert turned.min() > 0, "the determinant of the map keeps its sign"
    start = np.array([[64.0, 50.0], [55.0, 60.0]])
    end = field.forward(start)
    assert np.abs(end - np.stack(field.offsets(*end.T.astype(np.float32)), axis=1) - start).max() < 0.05


@angles
@pytest.mark.parametrize("period", [6.0, 9.0, 14.0])
def test_direction_and_period_of_stripes(angle: float, period: float) -> None:
    y, x = np.mgrid[:96, :96]
    across = y * math.cos(angle) - x * math.sin(angle)
    stripes = np.rint(128 + 60 * np.sin(2 * math.pi * across / period)).astype(np.uint8)
    weave = measure_orientation(Scene(stripes), ds.places.Place(48, 48, 1.0), crossing=False)
    assert abs(math.remainder(weave.angle - angle, math.pi)) < 0.06
    assert weave.period == pytest.approx(period, abs=1.0)


def test_a_plain_surface_has_no_direction() -> None:
    weave = measure_orientation(Scene(np.full((96, 96), 90, np.uint8)), ds.places.Place(48, 48, 1.0), crossing=False)
    assert weave.angle == 1.0


def test_a_missing_thread_lies_along_the_threads() -> None:
    threads = np.tile(np.uint8([70, 150, 190, 190, 150, 70]), (96, 16))
    for seed in range(20):
        sample = ds.synthesize(threads, ds.MissingThread(length_range=(0.4, 0.6)), seed=seed)
        _, (width, height), _ = cv2.minAreaRect(cv2.findNonZero(sample.mask))
        assert max(width, height) > 2.5 * min(width, height)


def test_a_hollow_and_a_hump_turn_with_the_light() -> None:
    gray = np.full((128, 128), 128, np.uint8)
    for kind, sign in ((ds.Dent, -1), (ds.Bulge, 1)):
        change = ds.synthesize(gray, kind(crease_range=(0, 0)), seed=3).image.astype(int) - 128
        y, x = np.nonzero(change > 8)
        v, u = np.nonzero(change < -8)
        lit = sign * ((u.mean() - x.mean()) + (v.mean() - y.mean()))  # the light comes from the upper left
        assert lit > 0


@pytest.mark.parametrize("kind", [ds.MisplacedObject, ds.DuplicatedPart, ds.DisplacedPart, ds.SwappedParts])
def test_floats_stay_in_their_range(kind: type[Any]) -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        height, width = rng.integers(6, 40, 2)
        image = np.full((height, width, 5), rng.random(5))
        image[height // 4 : -(height // 4), width // 4 : -(width // 4)] = rng.random(5)
        noisy = np.clip(image + rng.normal(0, 0.02, image.shape), 0, 1).astype(np.float32)
        drawn = ds.synthesize(noisy, kind(min_visibility=0.0), seed=seed).image
        assert 0 <= drawn.min() <= drawn.max() <= 1
