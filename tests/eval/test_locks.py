"""Locks between processes that share a folder of results."""

from pathlib import Path

import pytest

pytest.importorskip("filelock")

from eval.benchmark.locks import hold_locks


def test_all_locks_are_held_or_none(tmp_path: Path) -> None:
    with hold_locks(tmp_path, ("a", "b" * 300)) as first:
        with hold_locks(tmp_path, ("b" * 300, "c")) as second, hold_locks(tmp_path, ("c",)) as third:
            assert (first, second, third) == (True, False, True)
        with hold_locks(tmp_path, ("a",)) as again:
            assert not again
    with hold_locks(tmp_path, ("a", "b" * 300)) as free:
        assert free
