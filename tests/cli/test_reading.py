"""Regions of interest read from files."""

from pathlib import Path

import numpy as np
import pytest

from defectsynth.cli.reading import match_rois, read_roi
from defectsynth.io.image_files import UnreadableError
from tests.images import write_image


def test_a_region_of_interest_has_one_channel_and_the_size_of_the_image(tmp_path: Path) -> None:
    mask = np.zeros((8, 9, 3), np.uint8)
    mask[2, 3, 0] = 1
    path = write_image(tmp_path / "a.png", mask)
    roi = read_roi(path, size=(8, 9))
    assert roi.shape == (8, 9)
    assert np.argwhere(roi == 255).tolist() == [[2, 3]]
    with pytest.raises(UnreadableError, match=r"image's size 8 x 9, got 9 x 8"):
        read_roi(path, size=(9, 8))


def test_images_of_one_stem_do_not_share_a_region_of_interest() -> None:
    sources = ("a.jpg", "a.png", "b.png", "sub/a.png")
    assert match_rois(sources, ("a.png", "b.bmp", "sub/a.jpg")) == ((), ("a.png",), ("b.bmp",), ("sub/a.jpg",))
    assert match_rois(sources[:2], ("a.bmp",)) == ((), ())
    assert match_rois(sources[:2], ("a.jpg", "a.png")) == (("a.jpg",), ("a.png",))
    assert match_rois(("b.png",), ("b.bmp", "b.png")) == (("b.bmp", "b.png"),)
