"""Images and regions of interest of twins that cannot be used are named."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import defectsynth as ds
from tests.images import make_part


def test_one_image_is_no_sequence_of_images() -> None:
    for shape in ((64, 64, 3), (20, 300, 4), (16, 16, 1)):
        with pytest.raises(
            ValueError, match=r"images must be a sequence of images, got one of shape .*: pass \[image\]"
        ):
            ds.AnomalyTwins(np.zeros(shape, np.uint8), ds.Line())
    assert len(ds.AnomalyTwins(np.zeros((5, 64, 64, 3), np.uint8), ds.Line())) == 10
    assert len(ds.AnomalyTwins(np.zeros((3, 64, 64), np.uint8), ds.Line())) == 6


def test_the_file_of_an_image_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    path = tmp_path / "deep.tif"
    cv2.imwrite(str(path), np.zeros((40, 40), np.int32))
    twins = ds.AnomalyTwins([make_part(), path], ds.Line())
    for index in (2, 3):
        with pytest.raises(TypeError, match=r"deep\.tif: image must be uint8, uint16 or float32, got int32"):
            twins[index]


def test_the_array_of_an_image_that_cannot_be_used_is_named() -> None:
    twins = ds.AnomalyTwins(
        [np.full((40, 40), 900, np.uint16), np.full((40, 40), 5000, np.uint16)], ds.Line(), peak=4095
    )
    twins[0]
    with pytest.raises(ValueError, match=r"images\[1\]: peak must be"):
        twins[2]


@pytest.mark.parametrize(
    ("roi", "error", "text"),
    [
        ("a.png", TypeError, "roi must be a numpy array, got str"),
        (np.ones((8, 8), np.uint8), ValueError, "roi must have the image's height and width"),
    ],
    ids=["path", "size"],
)
def test_a_wrong_roi_is_named_with_its_image_at_both_items(roi: Any, error: type[Exception], text: str) -> None:
    twins = ds.AnomalyTwins([make_part(), make_part(1)], ds.Line(), rois=[np.ones(make_part().shape[:2], bool), roi])
    twins[1]
    for index in (2, 3):
        with pytest.raises(error, match=rf"images\[1\]: {text}"):
            twins[index]


def test_images_that_are_added_later_are_not_seen() -> None:
    images = [make_part(number) for number in range(2)]
    twins = ds.AnomalyTwins(images, ds.Line())
    images.append(make_part(2))
    assert len(twins) == 4
    assert twins[-1].position == 3
