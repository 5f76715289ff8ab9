"""Draws of many places."""

import numpy as np

import defectsynth as ds
from defectsynth.scene.scene import Scene


def sample_places(
    where: ds.places.Where, scene: Scene, number: int = 60, *, may_fail: int = 0
) -> list[ds.places.Place]:
    """Return the places that are found in a number of draws, of which a few may find none."""
    rng = np.random.default_rng(0)
    found = [where.sample(rng, scene) for _ in range(number)]
    kept = [place for place in found if place is not None]
    assert len(kept) >= number - may_fail
    return kept
