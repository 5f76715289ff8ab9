"""Swapped and missing inserts."""

import numpy as np
import pytest

import defectsynth as ds
from tests.images import cable_image

BODIES = {"green": (96, 38), "blue": (46, 136), "gray": (146, 136)}  # a point on the insulation of each wire


def colour_at(image: np.ndarray, name: str) -> np.ndarray:
    """Return the mean colour of the insulation of a wire."""
    x, y = BODIES[name]
    return np.asarray(image[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(axis=0))


def changed_wires(image: np.ndarray) -> list[str]:
    """Return the wires whose insulation has another colour than in the cable without defects."""
    return [name for name in BODIES if abs(colour_at(image, name) - colour_at(cable_image(), name)).max() > 15]


@pytest.mark.parametrize(("swap", "number"), [("exchange", 2), ("copy", 1)])
def test_whole_wires_change_places_with_their_colour(swap: str, number: int) -> None:
    original = cable_image()
    known = [colour_at(original, name) for name in BODIES]
    for seed in range(6):
        image = ds.synthesize(original, ds.SwappedInserts(swaps=(swap,)), seed=seed).image
        changed = changed_wires(image)
        assert len(changed) == number
        for name in changed:
            assert min(abs(colour_at(image, name) - colour).max() for colour in known) < 15


@pytest.mark.parametrize("number", [1, 2, 3])
def test_missing_wires_leave_dark_cavities(number: int) -> None:
    sample = ds.synthesize(cable_image(), ds.MissingInsert(inserts_range=(number, number)), seed=1)
    assert len(changed_wires(sample.image)) == number
    assert sample.image[sample.mask > 0].mean() < 40
