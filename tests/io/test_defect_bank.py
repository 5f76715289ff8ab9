"""Images of real defects, their masks and their crops."""

from pathlib import Path

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.serialization import decode
from defectsynth.io.defect_bank import defect_crops, find_mask


@pytest.mark.parametrize("layout", ["beside", "masks", "mvtec"])
def test_masks_are_found_in_every_layout_and_give_the_crops(tmp_path: Path, layout: str) -> None:
    image, mask = {
        "beside": ("a.png", "a_mask.png"),
        "masks": ("images/a.png", "masks/a.png"),
        "mvtec": ("test/crack/a.png", "ground_truth/crack/a_mask.png"),
    }[layout]
    truth = np.zeros((60, 80), np.uint8)
    truth[10:20, 30:50] = 255
    truth[40:44, 5:9] = 255
    defective = np.full((60, 80, 3), 180, np.uint8)
    defective[truth > 0] = (20, 40, 60)
    for name, pixels in ((image, defective), (mask, truth)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imencode(".png", pixels)[1].tofile(tmp_path / name)
    assert find_mask(str(tmp_path / image)) == tmp_path / mask
    large, small = defect_crops(str(tmp_path / image))
    assert (np.count_nonzero(large.mask), np.count_nonzero(small.mask)) == (200, 16)
    defect = ds.RealDefect(source=tmp_path, zoom_range=(1, 1), angle_range=(0, 0), opacity_range=(1, 1))
    surface = np.full((60, 80, 3), 90, np.uint8)
    for seed in range(10):
        sample = ds.synthesize(surface, defect, seed=seed)
        (record,) = sample.defects
        recipe = decode(record["recipe"])
        complete = 12 < recipe.x < 66 and 7 < recipe.y < 52
        if complete and recipe.number == 0:
            assert record["area"] == pytest.approx(200, rel=0.4)
            darkest = sample.image[round(recipe.y), round(recipe.x)]
            assert abs(int(darkest[2]) - 20 / 2) <= 8, "on a surface half as bright the defect is half as bright"
    (tmp_path / "alone.png").write_bytes((tmp_path / image).read_bytes())
    with pytest.raises(FileNotFoundError, match=r"source must hold images with masks, got none for '.*alone.png'"):
        ds.synthesize(surface, ds.RealDefect(source=tmp_path / "alone.png"), seed=0)
