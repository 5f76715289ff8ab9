"""Records with wrong types, numbers or sizes are refused; `redraw` raises nothing but ValueError and TypeError."""

import copy
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.arrays import Array
from defectsynth.core.serialization import MAX_DEPTH, MAX_NODES, decode
from defectsynth.registry import public_transforms

MAX_TEXT = 1000  # characters of an error message
Path = tuple[str | int, ...]


def part_image() -> Array:
    rng = np.random.default_rng(0)
    image = rng.integers(20, 40, (72, 80, 3))
    image[15:-15, 12:-12] += 140
    return image.astype(np.uint8)


IMAGE = part_image()


def drawn_records() -> list[dict[str, Any]]:
    """Return a record of every transform, as a manifest holds it."""
    records = []
    for kind in public_transforms():
        found = (ds.synthesize(IMAGE, kind(where="anywhere"), seed=seed).defects for seed in range(20))
        records += next((defects[:1] for defects in found if defects), [])
    return json.loads(json.dumps(records))


RECORDS = drawn_records()


def paths_in(data: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every entry below `data`; of long lists only the first three."""
    entries = data.items() if isinstance(data, dict) else enumerate(data[:3]) if isinstance(data, list) else ()
    for key, entry in entries:
        yield (*path, key)
        yield from paths_in(entry, (*path, key))


def replaced(data: Any, path: Path, value: Any) -> Any:
    """Return a copy of `data` with another entry at `path`."""
    result = copy.deepcopy(data)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return result


def removed(data: Any, path: Path) -> Any:
    result = copy.deepcopy(data)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return result


WRONG = (
    *(None, "", "x", "x" * 5000, True, False, [], {}, [1], [[1, 2]], [None], [0, 0, 0, 0], {"a": 1}),
    *(0, 1, -1, 2, 7, 1.0, -0.5, 1e-12, 1e-300, 300, 1500, -1500, 1e5, 1e6, 1e8, 1e9, -(10**9), 1e308),
    *(2**63, 2**64, 10**400, math.nan, math.inf, -math.inf),
    *({"type": "Spot"}, {"type": "Recipe"}, {"type": "DrawnShape"}, {"type": ["Spot"]}, {"type": "Nobody"}),
)


@st.composite
def broken_records(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a record in which one to three entries are missing, wrong or taken from another record."""
    record = draw(st.sampled_from(RECORDS))
    for _ in range(draw(st.integers(1, 3))):
        paths = [path for path in paths_in(record) if path[0] == "recipe" or len(path) == 1]
        path = draw(st.sampled_from(paths))
        kind = draw(st.sampled_from(["wrong", "wrong", "wrong", "removed", "other", "added"]))
        if kind == "removed":
            record = removed(record, path)
        elif kind == "added":
            record = replaced(record, (*path[:-1], "more"), 1) if isinstance(path[-1], str) else record
        elif kind == "other":
            other = draw(st.sampled_from(RECORDS))["recipe"]
            record = replaced(record, path, draw(st.sampled_from([other, *other.values()])))
        else:
            value = draw(st.sampled_from(WRONG) | st.floats() | st.integers() | st.text(max_size=5))
            record = replaced(record, path, value)
        if not isinstance(record.get("recipe"), dict):
            break
    return record


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(record=broken_records())
def test_a_broken_record_is_drawn_or_refused(record: dict[str, Any]) -> None:
    raised: Exception | None = None
    try:
        ds.redraw(IMAGE, [record])
    except (TypeError, ValueError) as error:
        raised = error
    assert type(raised) in (TypeError, ValueError, type(None))  # no subclass of another library
    assert len(str(raised)) <= MAX_TEXT


def scratch_with(**fields: Any) -> dict[str, Any]:
    record = next(record for record in RECORDS if record["kind"] == "scratch")
    return replaced(record, ("recipe", "shape"), record["recipe"]["shape"] | fields)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"x": "7"}, "DrawnStrokes.x must be a number, got '7'"),
        ({"x": None}, "DrawnStrokes.x must be a number, got None"),
        ({"x": True}, "DrawnStrokes.x must be a number, got True"),
        ({"x": math.nan}, "DrawnStrokes.x must be a finite number below 1280 in size, got nan"),
        ({"x": 1e9}, "DrawnStrokes.x must be a finite number below 1280 in size, got 1000000000.0"),
        ({"x": 10**400}, "DrawnStrokes.x must be a finite number below 1280 in size, got a whole number of 1329 bits"),
        ({"strokes": 3}, "DrawnStrokes.strokes must be a list, got 3"),
        ({"strokes": [3]}, "DrawnStrokes.strokes must hold a Stroke, got 3"),
        ({"strokes": [{"type": "Spots"}]}, "DrawnStrokes.strokes must hold a Stroke, got Spots("),
        ({"more": 3}, "DrawnStrokes must have the fields x, y, angle,"),
        ({"type": "DrawnShape"}, "type must not be a base, got 'DrawnShape'"),
        ({"type": "DrawnStroke"}, "got 'DrawnStroke'; did you mean DrawnStrokes"),
        ({"type": 3}, "type must be the name of a component or recipe, got 3"),
        ({"type": "Spots"}, "Spots"),
    ],
    ids=str,
)
def test_wrong_fields_are_named(fields: dict[str, Any], text: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        ds.redraw(IMAGE, [scratch_with(**fields)])
    assert text in str(caught.value)


def test_a_seed_may_be_any_number_of_64_bits() -> None:
    record = next(record for record in RECORDS if record["kind"] == "crack")
    assert ds.redraw(IMAGE, [replaced(record, ("recipe", "shape", "seed"), 2**63)]).defects
    with pytest.raises(ValueError, match=r"\.seed must be a whole number below 2\*\*64 in size"):
        ds.redraw(IMAGE, [replaced(record, ("recipe", "shape", "seed"), 2**64)])


@pytest.mark.parametrize(
    ("kind", "field", "value"), [("cut_paste", "zoom", 1e-12), ("fracture", "stretch", 1e-12)], ids=str
)
def test_a_number_that_would_take_hours_to_draw_is_refused(kind: str, field: str, value: float) -> None:
    record = next(record for record in RECORDS if record["kind"] == kind)
    with pytest.raises(ValueError, match=rf"\.{field} must be a number in \["):
        ds.redraw(IMAGE, [replaced(record, ("recipe", "look", field), value)])


@pytest.mark.parametrize("defects", ["text", 3, None, [3], {"recipe": {}}, {}], ids=str)
def test_defects_must_be_a_list_of_records(defects: Any) -> None:
    with pytest.raises(TypeError, match="defects must be a list of records, got "):
        ds.redraw(IMAGE, defects)


@pytest.mark.parametrize("recipe", [None, 3, "x", [], {}, {"type": "Spots"}], ids=str)
def test_a_record_must_hold_a_recipe(recipe: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="defects must hold records with a recipe, got "):
        ds.redraw(IMAGE, [{"recipe": recipe}])


def test_data_that_expands_or_nests_without_end_is_refused() -> None:
    bomb: Any = [1] * 10
    for _ in range(12):
        bomb = [bomb] * 10
    with pytest.raises(ValueError, match=f"data must have at most {MAX_NODES} entries"):
        decode(bomb)
    deep: Any = 1
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(ValueError, match=f"data must be nested at most {MAX_DEPTH} levels deep"):
        decode(deep)
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValueError, match=f"data must be nested at most {MAX_DEPTH} levels deep"):
        decode(circle)
