"""Regions of interest read from files."""

from pathlib import Path

import numpy as np
import pytest

from defectsynth.cli.reading import read_roi
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
