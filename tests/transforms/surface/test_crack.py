"""Cracks."""

import numpy as np

import defectsynth as ds


def test_a_crack_at_the_edge_runs_into_the_part() -> None:
    part = np.full((200, 200), 30, np.uint8)
    part[60:140, 40:160] = 170
    for seed in range(20):
        sample = ds.synthesize(part, ds.Crack(where="edge"), seed=seed)
        assert sample.defects
        assert (part[sample.mask > 0] == 170).mean() > 0.95
