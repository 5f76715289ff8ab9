"""Files of the evaluation: numbers that are none, and JSON that is broken, are named with the file."""

import re
from pathlib import Path

import numpy as np
import pytest

from eval.files import free_name, read_arrays, read_json, write_json


def test_not_a_number_is_refused_and_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"numbers\.json must hold finite numbers"):
        write_json(tmp_path / "numbers.json", {"auroc": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_json_that_is_broken_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    write_json(path, {"a": [1, 2]})
    assert read_json(path) == {"a": [1, 2]}
    for content in (b"", b"{", b"\xff\xfe", b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=re.escape(f"{path} must hold JSON, got a broken file")):
            read_json(path)
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path))):
        read_json(tmp_path)


def test_arrays_are_read_by_name_and_missing_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    np.savez(path, first=np.arange(3), second=np.array([["a"]]))
    assert read_arrays(path, {"first": 1})["first"].tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=re.escape(f"{path} must hold the arrays third, got a broken file")):
        read_arrays(path, {"third": 1})
    with pytest.raises(ValueError, match=re.escape(f"{path} must hold numbers with 2 axes in second, got <U1")):
        read_arrays(path, {"second": 2})


@pytest.mark.parametrize("stem", ["n" * 248, "ä" * 124])
def test_a_long_name_leaves_room_for_that_of_the_temporary_file(tmp_path: Path, stem: str) -> None:
    first = free_name(stem, "_heat.png", [])
    second = free_name(stem, "_heat.png", [first])
    for name in (first, second):
        write_json(tmp_path / name, {})
    assert first != second
    assert first.endswith("_heat.png")
