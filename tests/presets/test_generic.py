"""Generic presets."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.engine.compat import leaves
from defectsynth.presets import PRESETS
from tests.images import make_part


@pytest.mark.parametrize("name", ["generic_object", "generic_texture"])
def test_generic_presets_draw_every_defect_that_they_hold(name: str) -> None:
    transform = PRESETS[name]()
    image = np.ascontiguousarray(make_part(size=(128, 128)))
    drawn = [ds.synthesize(image, transform, seed=seed).defects for seed in range(700)]
    kinds = {defect["kind"] for defects in drawn for defect in defects}
    assert kinds == {leaf.kind for leaf in leaves(transform)}
    assert len(kinds) > 30
    assert sum(map(bool, drawn)) >= 0.95 * len(drawn)
