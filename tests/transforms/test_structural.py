"""Structural defects against geometry."""

from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from tests.images import chip


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
