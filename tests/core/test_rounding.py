"""Sampled numbers are rounded before they draw; a caller's arguments are not."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.rounding import rounded
from defectsynth.core.serialization import Value, encode
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.base import Recipe
from defectsynth.registry import public_transforms

IMAGE = np.random.default_rng(0).integers(40, 200, (60, 70, 3), np.uint8)


def numbers_of(data: object) -> list[float]:
    """Return the floats in encoded data."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [data] if isinstance(data, float) else [number for entry in inner for number in numbers_of(entry)]


@given(number=st.floats(-1e5, 1e5))
def test_a_number_is_rounded_to_nine_decimals(number: float) -> None:
    assert rounded(number) == pytest.approx(round(number, 9), abs=1e-11, rel=1e-15)
    assert rounded(rounded(number)) == rounded(number)
    assert rounded((number, 3, "name", (np.float64(number),))) == (rounded(number), 3, "name", (rounded(number),))


def test_the_last_digits_of_another_processor_vanish() -> None:
    for number in (0.1, 1 / 3, 123.456789, -2.5e-4):
        assert rounded(math.nextafter(number, math.inf)) == rounded(math.nextafter(number, -math.inf))


def test_what_is_not_sampled_stays() -> None:
    where = ds.places.InsideObject(margin_range=(1 / 3, 1 / 3))
    assert rounded((where, True, None, 2**60)) == (where, True, None, 2**60)


@pytest.mark.parametrize("kind", public_transforms(), ids=lambda kind: kind.__name__)
def test_records_hold_rounded_numbers_and_the_severity_as_given(kind: type[DefectTransform]) -> None:
    for seed in range(3):
        drawing = kind(where="anywhere", severity=1 / 3).draw(IMAGE, seed=seed)
        for recipe in drawing.recipes:
            assert isinstance(recipe, Recipe)
            assert recipe.severity == 1 / 3
            others = replace(recipe, severity=0.0)
            assert isinstance(others, Value)
            assert all(number == round(number, 9) for number in numbers_of(encode(others)))
