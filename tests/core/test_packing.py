"""Packed values come back equal; damaged bytes are refused."""

import json
import zlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.core import packing
from defectsynth.core.packing import DamagedError, digest_of, pack, unpack


class _Pair(NamedTuple):
    x: float
    y: Any


@dataclass(frozen=True)
class _Held:
    name: str
    arrays: Any


KINDS = {"_Pair": _Pair, "_Held": _Held}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=12,
    )
)
def test_numbers_texts_and_tuples_come_back(value: Any) -> None:
    assert unpack(pack(value), KINDS) == value


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("shape", [(0,), (3, 0, 2), (5,), (7, 9, 3)])
def test_arrays_come_back_read_only(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).normal(0, 9, shape).astype(dtype)
    found = unpack(pack((array, _Held("a", {"left": array[::-1]}), _Pair(0.1, None))), KINDS)
    for mine, other in ((found[0], array), (found[1].arrays["left"], array[::-1])):
        assert (mine.dtype, mine.shape, mine.flags.writeable) == (other.dtype, other.shape, False)
        np.testing.assert_array_equal(mine, other)
    assert found[2] == _Pair(0.1, None)


def test_a_value_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pack(np.zeros(100_000, np.uint8))
    assert unpack(data, {}).size == 100_000
    monkeypatch.setattr(packing, "MAX_BYTES", 10_000)
    with pytest.raises(DamagedError):
        unpack(data, {})


def test_objects_are_neither_packed_nor_made() -> None:
    with pytest.raises(TypeError, match="must be made of numbers"):
        pack(object())
    with pytest.raises(TypeError, match="a packed array must be one of"):
        pack(np.array([object()]))
    with pytest.raises(DamagedError):
        unpack(pack(_Pair(1.0, 2)), {})


@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), cut=st.booleans())
def test_damaged_bytes_are_refused(place: float, change: int, *, cut: bool) -> None:
    data = bytearray(pack((np.arange(300), "text", 1.5)))
    at = int(place * len(data))
    data[at] ^= change
    with pytest.raises(DamagedError):
        unpack(bytes(data[:at] if cut else data), KINDS)


@pytest.mark.parametrize(
    "tree",
    [
        {"array": ["object", [1], 0]},
        {"array": ["uint8", [-1], 0]},
        {"array": ["uint8", [1 << 40], 0]},
        {"array": ["uint8", [4], 1 << 30]},
        {"array": [1]},
        {"of": "Path", "values": []},
        {"of": "_Pair", "values": [1]},
        {"other": 1},
    ],
    ids=str,
)
def test_bytes_with_a_right_digest_and_another_content_are_refused(tree: Any) -> None:
    text = json.dumps(tree).encode()
    body = zlib.compress(len(text).to_bytes(4, "little") + text + bytes(64))
    with pytest.raises(DamagedError):
        unpack(digest_of(body) + body, KINDS)
