"""Value range of every defect that moves parts."""

from typing import Any

import numpy as np
import pytest

import defectsynth as ds


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
