"""Missing and cut parts."""

import pytest

import defectsynth as ds
from tests.images import chip


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8])
def test_a_cut_part_keeps_its_share_of_the_length(keep: float) -> None:
    cut = ds.CutPart(part_kinds=("lead",), keep_range=(keep, keep), angle_range=(0, 0))
    for seed in range(5):
        sample = ds.synthesize(chip(), cut, seed=seed)
        row = (sample.defects[0]["box"][1] + sample.defects[0]["box"][3]) // 2
        length = int((sample.image[row, 110:160] < 140).sum())
        assert length == pytest.approx(40 * keep, abs=7)
