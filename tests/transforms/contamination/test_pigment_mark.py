"""Marks of pigment."""

import numpy as np
import pytest

import defectsynth as ds

GRAIN = np.random.default_rng(0).normal(155, 14, (50, 50)).clip(110, 200).astype(np.uint8)
NOISE = np.kron(GRAIN, np.ones((4, 4), np.uint8))


def half_bare(bare: float, follow: float, seed: int) -> ds.Sample:
    """Return a large opaque mark in ink with a bare share."""
    mark = ds.PigmentMark(
        palettes=("ink",),
        tint_range=(0, 0),
        bare_range=(bare, bare),
        follow_range=(follow, follow),
        softness_range=(0, 0),
        radius_range=(0.3, 0.3),
    )
    return ds.synthesize(NOISE, mark, seed=seed)


@pytest.mark.parametrize(("follow", "sign"), [(0.9, 1), (-0.9, -1)])
def test_pigment_catches_on_ridges_or_in_pores(follow: float, sign: int) -> None:
    difference = []
    for seed in range(6):
        whole, covered = half_bare(0.0, follow, seed).mask > 0, half_bare(0.5, follow, seed).image < 90
        difference.append(NOISE[covered].mean() - NOISE[whole & ~covered].mean())
    assert sign * np.mean(difference) > 4


def test_the_bare_share_stays_bare() -> None:
    covered = [
        np.mean([np.count_nonzero(half_bare(bare, 0.0, seed).image < 90) for seed in range(6)]) for bare in (0.0, 0.6)
    ]
    assert 0.2 < covered[1] / covered[0] < 0.6
