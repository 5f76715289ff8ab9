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
        assert length == pytest.approx(1.36 * recipe.gap.length, abs=1.0)
        changed = sample.mask > 0
        assert (sample.image[changed & DARK] > 120).any(), "ground where the wire was"
        assert (sample.image[changed & ~DARK] < 120).any(), "wire where the ground was"


@pytest.mark.parametrize("stub", [0.0, 0.7])
def test_a_broken_wire_leaves_a_gap_and_its_ends(stub: float) -> None:
    for seed in range(10):
        broken = ds.BrokenWire(stub_range=(stub, stub), turn_range=(90, 90), glint_range=(0, 0), thinning_range=(1, 1))
        sample = ds.synthesize(MESH, broken, seed=seed)
        new_wire = np.count_nonzero((sample.image < 120) & ~DARK)
        assert np.count_nonzero((sample.image > 120) & DARK) > 10
        assert new_wire < 5 if stub == 0.0 else new_wire > 8


def test_a_new_wire_emerges_from_the_old_one_and_has_its_colour() -> None:
    for seed in range(10):
        broken = ds.BrokenWire(stub_range=(0.7, 0.7), turn_range=(60, 60), glint_range=(0, 0), count_range=(1, 1))
        sample = ds.synthesize(MESH, broken, seed=seed)
        recipe = decode(sample.defects[0]["recipe"])
        assert recipe.tones == (6, 35)
        for strand in recipe.strands:
            x, y = np.rint(strand.points[0]).astype(int)
            if 0 <= y < MESH.shape[0] and 0 <= x < MESH.shape[1]:
                assert abs(int(sample.image[y, x]) - int(MESH[y, x])) < 40, "not cut off where it starts"
        drawn = sample.image[(sample.mask > 0) & ~DARK]
        assert drawn.min() < np.median(MESH[DARK]) + 25
