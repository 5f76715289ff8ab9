"""Displaced, rotated and flipped parts and misplaced objects."""

from typing import Any

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds


@pytest.mark.parametrize("kind", [ds.DisplacedPart, ds.RotatedPart, ds.FlippedPart, ds.MisplacedObject])
def test_a_moved_part_keeps_its_area(kind: Any) -> None:
    image = np.full((192, 192), 205, np.uint8)
    image[60:120, 70:130] = 60
    image[80:90, 130:160] = 60
    arguments = {} if kind is ds.MisplacedObject else {"part_kinds": ("lead",)}
    before = int((image < 130).sum())
    for seed in range(10):
        after = int((ds.synthesize(image, kind(**arguments), seed=seed).image < 130).sum())
        assert before - 320 <= after <= before + 60, "a lead of 300 pixels may hide behind the body"
        assert kind is not ds.MisplacedObject or after == pytest.approx(before, rel=0.03)


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


def test_a_flipped_object_stays_in_the_image() -> None:
    y, x = np.mgrid[:128, :128]
    half_disc = (np.hypot(x - 8, y - 64) < 50) & (x > 8)
    bar = (np.abs(x - y) < 12) & (x + y > 20) & (x + y < 240)  # from corner to corner
    flip = ds.FlippedPart(part_kinds=("object",))
    for seed in range(6):
        for there in (half_disc, bar):
            sample = ds.synthesize(np.where(there, 70, 210).astype(np.uint8), flip, seed=seed)
            assert sample.defects
            assert int((sample.image < 140).sum()) == pytest.approx(there.sum(), rel=0.01)
