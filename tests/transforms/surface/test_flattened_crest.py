"""Flattened crests."""

import math

import numpy as np

import defectsynth as ds
from tests.images import RIB_PITCH, screw


def test_flattened_crests_lie_on_the_ribs() -> None:
    thread = ds.places.AlongObject(share_range=(0.5, 0.9), across_range=(0.0, 0.4))
    flat = ds.FlattenedCrest(where=thread, ribs_range=(1, 1), thickness_range=(0.3, 0.3), contrast_range=(0.2, 0.2))
    offsets = []
    for seed in range(12):
        sample = ds.synthesize(screw(slant=0.0), flat, seed=seed)
        columns = np.flatnonzero(sample.mask.any(axis=0))
        assert np.ptp(columns) < 0.6 * RIB_PITCH, "one crest without the groove beside it"
        offsets.append(math.remainder(float(columns.mean()) + 0.5, RIB_PITCH))
    assert np.median(np.abs(offsets)) < 2.5
