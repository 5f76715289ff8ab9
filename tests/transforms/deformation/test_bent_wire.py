"""Bent and broken wires of a mesh."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.serialization import decode
from tests.images import mesh

MESH = mesh(0.3, dark=True)
DARK = MESH < 120


def test_a_bent_wire_leaves_its_course_and_ends_where_it_did() -> None:
    for seed in range(10):
        bent = ds.BentWire(glint_range=(0, 0), bow_range=(0.4, 0.4), thinning_range=(0.5, 0.5))
        sample = ds.synthesize(MESH, bent, seed=seed)
        recipe = decode(sample.defects[0]["recipe"])
        (start, *_, end) = np.array(recipe.strands[0].points)
        length = np.hypot(*(end - start))
        assert length == pytest.approx(1.1 * recipe.gap.length, abs=1.0)
        changed = sample.mask > 0
        assert (sample.image[changed & DARK] > 120).any(), "ground where the wire was"
        assert (sample.image[changed & ~DARK] < 120).any(), "wire where the ground was"


@pytest.mark.parametrize("stub", [0.0, 0.7])
def test_a_broken_wire_leaves_a_gap_and_its_ends(stub: float) -> None:
    for seed in range(10):
        broken = ds.BrokenWire(stub_range=(stub, stub), turn_range=(90, 90), glint_range=(0, 0), thinning_range=(1, 1))
        sample = ds.synthesize(MESH, broken, seed=seed)
        new_wire = np.count_nonzero((sample.image < 120) & ~DARK)
        assert np.count_nonzero((sample.image > 120) & DARK) > 20
        assert new_wire < 5 if stub == 0.0 else new_wire > 8
