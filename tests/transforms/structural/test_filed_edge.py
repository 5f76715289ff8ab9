"""Filed edges."""

import numpy as np

import defectsynth as ds
from tests.images import screw


def test_a_filed_edge_has_no_crests() -> None:
    image = screw()
    where = ds.places.AlongObject(share_range=(0.55, 0.85), on="outline")
    removed = 0
    for seed in range(8):
        edge = ds.FiledEdge(where=where, length_range=(0.2, 0.2), depth_range=(0.016, 0.016), hollow_range=(0, 0))
        sample = ds.synthesize(image, edge, seed=seed)
        gone = (image < 160) & (sample.image > 190)
        rows, columns = np.nonzero(gone)
        removed += int(gone.sum())
        assert np.ptp(columns) <= 0.2 * 256 + 4
        assert np.abs(rows + 0.5 - 128).min() > 8, "the core of the screw stays"
        side = 1 if rows.mean() > 128 else -1
        first, last = int(columns.min()) + 4, int(columns.max()) - 4
        left = sample.image[:, first:last] < 160
        reach = max((side * (np.flatnonzero(column) + 0.5 - 128)).max(initial=0) for column in left.T)
        assert reach <= 17 - 0.016 * 256 + 2.0, "no crest reaches beyond the cut"
    assert removed > 8 * 30
