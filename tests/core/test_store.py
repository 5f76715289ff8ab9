"""A store holds whole files of many writers within its bytes."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from defectsynth.core.store import ABANDONED_SECONDS, UNFINISHED, Store


def names(number: int) -> list[str]:
    return [f"{index:032x}"[::-1] for index in range(number)]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "new", 1 << 20)
    assert store.read(names(1)[0]) is None
    for index, name in enumerate(names(40)):
        store.write(name, bytes([index]) * 100)
    assert [store.read(name) for name in names(40)] == [bytes([index]) * 100 for index in range(40)]
    assert store.error is None


def test_the_oldest_files_go_when_there_are_too_many_bytes(tmp_path: Path) -> None:
    store, data = Store(tmp_path, 100_000), bytes(1000)
    for index, name in enumerate(names(300)):
        store.write(name, data)
        path = store._path(name)
        if path.exists():
            os.utime(path, (index, index))
    kept = [index for index, name in enumerate(names(300)) if store.read(name) is not None]
    assert sum(size for _, size, _ in store.files()) <= 107_000
    assert len(kept) >= 85
    assert kept == list(range(300 - len(kept), 300))


def test_many_writers_leave_whole_files(tmp_path: Path) -> None:
    stores = [Store(tmp_path, 40_000) for _ in range(4)]

    def write(store: Store) -> None:
        for index, name in enumerate(names(200)):
            store.write(name, bytes([index]) * 1000)
            assert store.read(names(200)[index // 2]) in (None, bytes([index // 2]) * 1000)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, stores))
    assert not [store.error for store in stores if store.error]
    assert not list(tmp_path.rglob(f"*{UNFINISHED}"))


def test_files_of_killed_writers_are_removed(tmp_path: Path) -> None:
    store, old = Store(tmp_path, 1 << 20), time.time() - 2 * ABANDONED_SECONDS
    (tmp_path / "aa").mkdir()
    left, fresh = tmp_path / "aa" / f"1{UNFINISHED}", tmp_path / "aa" / f"2{UNFINISHED}"
    for path in (left, fresh):
        path.write_bytes(b"x")
    os.utime(left, (old, old))
    store.write(names(1)[0], b"data")
    assert not left.exists()
    assert fresh.exists()


def test_a_folder_that_cannot_be_made_is_an_error_at_once_and_no_harm_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = Store(tmp_path / "file", 1 << 20)
    with pytest.raises(OSError, match="file"):
        store.check()
    store.write(names(1)[0], b"data")
    assert store.error is not None
    assert store.read(names(1)[0]) is None
