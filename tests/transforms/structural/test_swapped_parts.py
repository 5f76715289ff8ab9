"""Swapped and duplicated parts."""

import defectsynth as ds
from tests.images import chip


def test_a_duplicate_adds_to_the_area_of_the_parts() -> None:
    image = chip()
    for seed in range(8):
        sample = ds.synthesize(image, ds.DuplicatedPart(part_kinds=("lead",)), seed=seed)
        assert int((sample.image < 140).sum()) >= int((image < 140).sum())
        assert (sample.image[image < 70] <= 95).all()
