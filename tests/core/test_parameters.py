"""Values are checked, frozen, written as plain data and read back equal."""

import json
from dataclasses import FrozenInstanceError, dataclass, fields
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.parameters import Choice, Choices, Component, Count, Number, between, whole_between
from defectsynth.core.serialization import Value, decode, encode
from defectsynth.io.sources import SourceRule
from defectsynth.recipes.base import Recipe
from defectsynth.recipes.paint import PaintRecipe
from defectsynth.recipes.warp import WarpRecipe
from defectsynth.registry import public_components, public_transforms
from defectsynth.scene.scene import Scene

COMPONENTS = [kind for kind in (*public_components(), ds.Curriculum) if fields(kind)]
TRANSFORMS = public_transforms()
SCENE = Scene(np.random.default_rng(0).integers(40, 200, (60, 70, 3), np.uint8))


def values_of(rule: Any) -> st.SearchStrategy[Any]:
    """Any value that a rule allows."""
    if isinstance(rule, Choice):
        return st.sampled_from(rule.names)
    if isinstance(rule, Choices):
        return st.lists(st.sampled_from(rule.names), min_size=1, unique=True).map(tuple)
    if isinstance(rule, Number):
        return st.floats(rule.low, rule.high)
    if isinstance(rule, SourceRule):
        return st.sampled_from([None, __file__, (__file__, __file__)])
    one = st.integers(rule.low, rule.high) if isinstance(rule, Count) else st.floats(rule.low, rule.high)
    return st.tuples(one, one).map(sorted).map(tuple)


parts = st.sampled_from(COMPONENTS).flatmap(
    lambda part: st.builds(part, **{name: values_of(rule) for name, rule in part.rules().items()})
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="ascii")),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(st.characters(codec="ascii")).filter(lambda key: key != "type"), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """What any transform draws for a picture."""
    transform, seed = draw(st.sampled_from(TRANSFORMS))(where="anywhere"), draw(st.integers(0, 2**62))
    recipe = transform.recipe(np.random.default_rng(seed), SCENE, seed)
    assume(recipe is not None)  # a picture without background has no object to misplace
    assert isinstance(recipe, Recipe)
    return recipe


@given(value=parts | recipes() | plain)
def test_round_trip(value: Any) -> None:
    data = encode(value)
    for again in (data, json.loads(json.dumps(data)), yaml.safe_load(yaml.safe_dump(data))):
        assert decode(again) == value
        assert encode(decode(again)) == data


@given(left=parts, right=parts)
def test_values_are_equal_by_content(left: Component, right: Component) -> None:
    assert decode(encode(left)) == left
    assert hash(decode(encode(left))) == hash(left)
    assert (left == right) == (encode(left) == encode(right))


@pytest.mark.parametrize("kind", COMPONENTS, ids=lambda kind: kind.__name__)
def test_parts_are_frozen(kind: type[Component]) -> None:
    part = kind()
    for entry in fields(part):
        with pytest.raises(FrozenInstanceError):
            setattr(part, entry.name, getattr(part, entry.name))


def test_numpy_numbers_become_plain_ones() -> None:
    data = encode({"a": np.float32(0.5), "b": (np.int64(3), np.bool_(1)), "c": np.float64(2), "d": np.str_("e")})
    assert data == {"a": 0.5, "b": [3, True], "c": 2.0, "d": "e"}
    assert [type(entry) for entry in (data["a"], *data["b"], data["c"], data["d"])] == [float, int, bool, float, str]
    part = ds.shapes.LineSegment(length_range=[np.float32(0.5), np.int64(1)])
    assert part == ds.shapes.LineSegment(length_range=(0.5, 1.0))
    assert yaml.safe_load(yaml.safe_dump(encode(part)))["length_range"] == [0.5, 1.0]


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", np.zeros(3), range(3), [1, {"a": 1j}]], ids=repr)
def test_what_is_no_plain_data_raises(value: Any) -> None:
    with pytest.raises(TypeError, match="a value must be made of numbers, strings, tuples and Values, got "):
        encode(value)


def test_an_unknown_type_raises_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"type must be one of .*, got 'Segmnt'") as caught:
        decode({"shape": [{"type": "Segmnt"}]})
    for part in (*COMPONENTS, PaintRecipe, WarpRecipe):
        assert f" {part.__name__}," in str(caught.value)


def test_a_part_read_back_is_checked() -> None:
    with pytest.raises(ValueError, match=r"radius_range must be .*, got \(2, 1\)"):
        decode({"type": "Spots", "radius_range": [2, 1]})
    with pytest.raises(TypeError, match="violet"):
        decode({"type": "Spots", "violet": 3})


def test_two_modules_cannot_take_one_name() -> None:
    body = {"__module__": "elsewhere"}
    with pytest.raises(ValueError, match=r"unique, got 'Spots', defined in defectsynth\.shapes\.spots"):
        type("Spots", (Value,), body)
    assert decode(encode(ds.shapes.Spots())) == ds.shapes.Spots()


def test_a_new_value_is_known_by_its_name() -> None:
    @dataclass(frozen=True)
    class ValueOfThisTest(Value):
        pair: tuple[int, ...]
        inner: Component

    value = ValueOfThisTest((1, 2), ds.looks.Color(palettes=("red",)))
    assert decode(json.loads(json.dumps(encode(value)))) == value


@given(low=st.integers(-9, 9), more=st.integers(0, 9), share=st.floats(0, 1, exclude_max=True))
def test_between(low: int, more: int, share: float) -> None:
    pair = (low, low + more)
    assert low <= between(pair, share) <= low + more
    assert whole_between(pair, share) in range(low, low + more + 1)
    assert {whole_between(pair, step / 100) for step in range(100)} == set(range(low, low + more + 1))
