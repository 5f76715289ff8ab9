"""Preset files with more, deeper, larger or other data than a preset has are refused at once with a short error."""

import copy
import itertools
import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import albumentations as A
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.plain_data import MAX_BYTES, parse_json, parse_yaml
from defectsynth.registry import load_preset, named_presets

MAX_SECONDS, MAX_MEMORY, MAX_TEXT = 30.0, 100 << 20, 600  # far above what is needed
LINE = {"__class_fullname__": "defectsynth.Line", "p": 1.0}


def composition(*transforms: Any, kind: str = "Compose", **arguments: Any) -> dict[str, Any]:
    return {"__class_fullname__": kind, "p": 1.0, "transforms": list(transforms), **arguments}


def nested(levels: int) -> Any:
    transform: Any = LINE
    for _ in range(levels):
        transform = composition(transform, kind="Sequential")
    return transform


def saved(transform: Any) -> str:
    return json.dumps({"__version__": "2.0.8", "transform": transform})  # JSON is YAML, too


STEPS = list(itertools.pairwise("abcdefghijk"))
ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in STEPS
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join(['*' + before] * 9)}]}}\n" for before, name in STEPS
)
HOSTILE = {
    "aliases that expand": (
        f"{ALIASES}transform: {{__class_fullname__: Compose, transforms: *k}}",
        "at most 100000 entries",
    ),
    "aliases in an argument": (
        f"{ALIASES}transform: {{__class_fullname__: defectsynth.Line, p: 1, palettes: *k}}",
        "at most 100000 entries",
    ),
    "merged aliases": (f"{MERGES}transform: *k", "must not use << to merge"),
    "an alias of itself": ("transform: &a [*a]", "nested at most 64 levels"),
    "brackets": ("[" * 200_000, "nested at most 64 levels"),
    "10,000 levels": ("transform: " + "{a: " * 10_000 + "}" * 10_000, "nested at most 64 levels"),
    "levels of compositions": (saved(nested(100)), "nested at most 64 levels"),
    "a file too large": ("# " + "x" * MAX_BYTES, f"at most {MAX_BYTES} bytes"),
    "a long word": ("transform: " + "x" * 10_000, "at most 4096 characters"),
    "SomeOf n": (saved(composition(LINE, kind="SomeOf", n=10**9, replace=True)), "at most 1000 defects"),
    "SomeOf n of text": (saved(composition(LINE, kind="SomeOf", n="many")), "n must be a whole number"),
    "SomeOf in SomeOf": (
        saved(composition(composition(LINE, kind="SomeOf", n=64, replace=True), kind="SomeOf", n=64, replace=True)),
        "at most 1000 defects",
    ),
    "p of 0": (saved(composition(LINE | {"p": 0.0})), "hold a defect that can be drawn"),
    "p of 0 outside": (saved(composition(LINE) | {"p": 0}), "hold a defect that can be drawn"),
    "p of 0 in OneOf": (saved(composition(LINE | {"p": 0}, kind="OneOf")), "OneOf must hold a transform with p above"),
    "OneOf of nothing beside a defect": (
        saved(composition(LINE, composition(LINE | {"p": 0}, kind="OneOf"))),
        "OneOf must hold a transform with p above 0",
    ),
    "no transforms": (saved(composition()), "hold a defect that can be drawn"),
    "p above 1": (saved(composition(LINE) | {"p": 2}), "p must be a number in [0, 1], got 2"),
    "p of text": (saved(composition(LINE) | {"p": "x"}), "p must be a number in [0, 1], got 'x'"),
    "p not a number": ("transform: {__class_fullname__: Compose, p: .nan, transforms: []}", "p must be a number in"),
    "400 digits": (saved(LINE | {"length_range": [0, 10**400]}), "got [0, a whole number of 1329 bits]"),
    "5000 digits": ('{"transform": ' + "9" * 5000 + "}", "at most 4096 characters"),
    "NaN": (saved(LINE | {"length_range": [0, float("nan")]}), "length_range must be (low, high)"),
    "infinity": (saved(LINE | {"length_range": [0, float("inf")]}), "length_range must be (low, high)"),
    "many defects": (saved(LINE | {"count_range": [1, 10**9]}), "count_range must be whole numbers"),
    "a huge list": (saved(LINE | {"palettes": ["red"] * 30_000}), "palettes must be a non-empty list"),
    "unknown arguments": (saved(LINE | {f"a{n}": n for n in range(9_000)}), "Line takes only the arguments"),
    "an unknown component": (saved(LINE | {"where": {"type": "OnEdgee"}}), "did you mean OnEdge"),
    "another class": (saved({"__class_fullname__": "defectsynth.Lin", "p": 1}), "did you mean defectsynth.Line"),
    "a class that is no text": (saved({"__class_fullname__": [1], "p": 1}), "must be a text, got [1]"),
    "no class": (saved({"p": 1}), "__class_fullname__ must be a text, got None"),
    "transforms of text": (saved(composition() | {"transforms": "x"}), "transforms must be a list"),
    "a transform of text": (saved(composition("x")), "a transform must be a mapping, got 'x'"),
    "no mapping": ("[1, 2]", "must be a mapping with the key 'transform'"),
    "nothing": ("", "must be a mapping with the key 'transform'"),
    "no defect": (saved(composition({"__class_fullname__": "HorizontalFlip", "p": 1})), "must hold defects only"),
    "a composition that hides its records": (
        saved(composition(LINE, kind="SelectiveChannelTransform")),
        "must hold defects only",
    ),
    "a binary": ("transform: \x00", "special characters are not allowed"),
    "a Python object": ("transform: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
    "arguments of the composition": (saved(composition(LINE, bbox_params=5)), "must be a file that A.save wrote"),
}  # fmt: skip


def refusal(path: Path) -> str:
    """Return the error text for a file; the time of the processor and the memory are bounded."""
    traced = path.stat().st_size < 10_000  # a bomb is small, and tracing is slow
    began = time.process_time()
    if traced:
        tracemalloc.start()
    try:
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # the caller looks at the text
            load_preset(str(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < MAX_SECONDS
    assert peak < MAX_MEMORY
    assert len(str(caught.value)) < MAX_TEXT + len(str(path))
    return str(caught.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_preset_is_refused_soon_and_in_a_few_words(tmp_path: Path, name: str) -> None:
    text, reason = HOSTILE[name]
    path = tmp_path / "preset.yaml"
    path.write_text(text)
    assert reason in refusal(path)


@pytest.mark.parametrize("name", ["10,000 levels", "SomeOf n", "400 digits", "5000 digits", "NaN", "brackets"])
def test_a_hostile_json_preset_is_refused(tmp_path: Path, name: str) -> None:
    text = HOSTILE[name][0].removeprefix("transform: ").replace("{a: ", '{"a": ')
    path = tmp_path / "preset.json"
    path.write_text(text)
    assert "preset must be a file that A.save wrote, got " in refusal(path)


def test_bytes_that_are_no_text_and_a_file_that_is_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refusal(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").mkdir()
    assert "not a regular file" in refusal(tmp_path / "b.yaml")


@pytest.mark.parametrize("name", named_presets())
def test_every_preset_passes_the_limits(tmp_path: Path, name: str) -> None:
    for suffix in ("yaml", "json"):
        path = tmp_path / f"preset.{suffix}"
        A.save(named_presets()[name](), path, data_format=suffix)
        assert A.to_dict(load_preset(str(path))) == A.to_dict(named_presets()[name]())


def test_a_single_defect_is_drawn_whatever_its_p(tmp_path: Path) -> None:
    A.save(ds.Line(p=0.0), tmp_path / "line.yaml", data_format="yaml")
    assert isinstance(load_preset(str(tmp_path / "line.yaml")), ds.Line)


SAVED = [A.to_dict(named_presets()[name]()) for name in ("screw", "generic_texture", "cutpaste_3way")]
VALUES = st.sampled_from([None, "x", [], {}, True, 0, -1, 1e9, 10**400, float("nan"), [1, 2, 3], {"type": "Spots"}])


@st.composite
def broken_presets(draw: st.DrawFn) -> Any:
    """Draw a saved preset in which one to three entries are replaced."""
    data = json.loads(json.dumps(draw(st.sampled_from(SAVED))))
    for _ in range(draw(st.integers(1, 3))):
        inner, key = data, "transform"
        while isinstance(inner[key], (dict, list)) and inner[key] and draw(st.integers(0, 9)) < 8:
            inner = inner[key]
            key = draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
        inner[key] = copy.deepcopy(draw(VALUES))
    return data


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=broken_presets())
def test_a_broken_preset_is_loaded_or_refused(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "broken.json"
    path.write_text(json.dumps(data))
    try:
        load_preset(str(path))
    except ValueError as error:
        raised = str(error)
    else:
        raised = ""
    assert len(raised) < MAX_TEXT + len(str(path))


def test_yaml_and_json_text_become_plain_data() -> None:
    assert parse_yaml("a: &a [1, 2.5, true, null, text]\nb: *a") == {
        "a": [1, 2.5, True, None, "text"],
        "b": [1, 2.5, True, None, "text"],
    }
    assert parse_json('{"a": [1, 2.5, true, null, "text"]}') == {"a": [1, 2.5, True, None, "text"]}
    assert yaml.safe_load("a: 1") == parse_yaml("a: 1")
