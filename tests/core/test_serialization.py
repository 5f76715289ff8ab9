"""Values are written as plain data and read back equal."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.parameters import Component
from defectsynth.core.serialization import Value, decode, encode
from defectsynth.recipes.base import Recipe
from defectsynth.registry import public_components, public_transforms
from defectsynth.scene.scene import Scene
from defectsynth.testing.drawn_defects import Arguments

IMAGE_FILE = str(Path(__file__).parents[1] / "golden/line.png")
COMPONENTS = [kind for kind in (*public_components(), ds.Curriculum) if fields(kind)]
ARGUMENTS = Arguments(sources=(None, IMAGE_FILE, (IMAGE_FILE, IMAGE_FILE)), subnormal=None)
TRANSFORMS = public_transforms()
SCENE = Scene(np.random.default_rng(0).integers(40, 200, (60, 70, 3), np.uint8))
PLAIN_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="ascii")),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(st.characters(codec="ascii")).filter(lambda key: key != "type"), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Draw the recipe of any transform for one image."""
    transform, seed = draw(st.sampled_from(TRANSFORMS))(where="anywhere"), draw(st.integers(0, 2**62))
    recipe = transform.recipe(np.random.default_rng(seed), SCENE, seed)
    assume(recipe is not None)  # some find no place
    assert isinstance(recipe, Recipe)
    return recipe


@given(value=ARGUMENTS.component(COMPONENTS) | recipes() | PLAIN_DATA)
def test_encoded_data_is_decoded_equal_through_json_and_yaml(value: Any) -> None:
    data = encode(value)
    for again in (data, json.loads(json.dumps(data)), yaml.safe_load(yaml.safe_dump(data))):
        assert decode(again) == value
        assert encode(decode(again)) == data


def test_numpy_numbers_become_plain_ones() -> None:
    data = encode({"a": np.float32(0.5), "b": (np.int64(3), np.bool_(1)), "c": np.float64(2), "d": np.str_("e")})
    assert data == {"a": 0.5, "b": [3, True], "c": 2.0, "d": "e"}
    assert [type(entry) for entry in (data["a"], *data["b"], data["c"], data["d"])] == [float, int, bool, float, str]
    segment = ds.shapes.LineSegment(length_range=[np.float32(0.5), np.int64(1)])
    assert segment == ds.shapes.LineSegment(length_range=(0.5, 1.0))
    assert yaml.safe_load(yaml.safe_dump(encode(segment)))["length_range"] == [0.5, 1.0]


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", np.zeros(3), range(3), [1, {"a": 1j}]], ids=repr)
def test_data_that_is_not_plain_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="a value must be made of numbers, strings, tuples and Values, got "):
        encode(value)


def test_an_unknown_type_is_refused_with_a_known_one_that_is_close() -> None:
    with pytest.raises(ValueError, match=r"type must be the name of a .*, got 'Segmnt'; did you mean LineSegment\?"):
        decode({"shape": [{"type": "Segmnt"}]})


def test_decoded_components_are_checked() -> None:
    with pytest.raises(ValueError, match=r"radius_range must be .*, got \(2, 1\)"):
        decode({"type": "Spots", "radius_range": [2, 1]})
    with pytest.raises(TypeError, match=r"Spots must have the fields radius_range, .*, got 'violet'"):
        decode({"type": "Spots", "violet": 3})


def test_two_modules_cannot_define_one_name() -> None:
    body = {"__module__": "elsewhere"}
    with pytest.raises(ValueError, match=r"unique, got 'Spots', defined in defectsynth\.shapes\.spots"):
        type("Spots", (Value,), body)
    assert decode(encode(ds.shapes.Spots())) == ds.shapes.Spots()


def test_a_new_value_is_decoded_by_its_name() -> None:
    @dataclass(frozen=True)
    class ValueOfThisTest(Value):
        pair: tuple[int, ...]
        inner: Component

    value = ValueOfThisTest((1, 2), ds.looks.Color(palettes=("red",)))
    assert decode(json.loads(json.dumps(encode(value)))) == value
