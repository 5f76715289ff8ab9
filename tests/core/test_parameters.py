"""Components are checked, frozen and equal by content; numbers drawn from a range lie in it."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.parameters import Component, between, whole_between
from defectsynth.core.serialization import decode, encode
from defectsynth.registry import public_components
from defectsynth.testing.drawn_defects import Arguments

IMAGE_FILE = str(Path(__file__).parents[1] / "golden/line.png")
COMPONENTS = [kind for kind in (*public_components(), ds.Curriculum) if fields(kind)]
ARGUMENTS = Arguments(sources=(None, IMAGE_FILE, (IMAGE_FILE, IMAGE_FILE)), subnormal=None)


@given(left=ARGUMENTS.component(COMPONENTS), right=ARGUMENTS.component(COMPONENTS))
def test_components_are_equal_by_content(left: Component, right: Component) -> None:
    assert decode(encode(left)) == left
    assert hash(decode(encode(left))) == hash(left)
    assert (left == right) == (encode(left) == encode(right))


@pytest.mark.parametrize("kind", COMPONENTS, ids=lambda kind: kind.__name__)
def test_components_are_frozen(kind: type[Component]) -> None:
    component = kind()
    for entry in fields(component):
        with pytest.raises(FrozenInstanceError):
            setattr(component, entry.name, getattr(component, entry.name))


@given(low=st.integers(-9, 9), more=st.integers(0, 9), share=st.floats(0, 1, exclude_max=True))
def test_drawn_numbers_lie_in_their_range_and_cover_it(low: int, more: int, share: float) -> None:
    pair = (low, low + more)
    assert low <= between(pair, share) <= low + more
    assert whole_between(pair, share) in range(low, low + more + 1)
    assert {whole_between(pair, step / 100) for step in range(100)} == set(range(low, low + more + 1))
