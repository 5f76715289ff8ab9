"""A store changes no byte that is drawn, in no process, and is never trusted when it is damaged."""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core import measurements
from defectsynth.core.cache import clear_caches
from defectsynth.core.measurements import LIMIT_VARIABLE, STORE_VARIABLE, current_store, key_of
from defectsynth.parts.shadow import find_cast_shadow
from defectsynth.scene.axis import find_axis
from defectsynth.scene.scene import Scene
from tests.images import ENCODINGS, board, make_part

DEFECTS = (
    ds.BentEnd(),
    ds.FoldedCorner(),
    ds.MisplacedObject(),
    ds.MissingPart(),
    ds.SwappedInserts(),
    ds.Scratch(where="object"),
)


pytestmark = pytest.mark.usefixtures("no_store")


def scenes() -> list[np.ndarray]:
    return [make_part(0), make_part(1), ENCODINGS["uint8"](board(160)[0]), np.full((40, 50), 90, np.uint8)]


def drawn(_: object = None) -> list[bytes]:
    """Return what all defects draw, as bytes."""
    return [ds.synthesize(image, defect, seed=3).image.tobytes() for image in scenes() for defect in DEFECTS]


def test_the_same_bytes_are_drawn_with_and_without_a_store(tmp_path: Path) -> None:
    without = drawn()
    for _ in range(2):  # writing it, then reading it
        clear_caches()
        with ds.use_store(tmp_path):
            assert drawn() == without
    kinds = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert kinds == {".measurement"}


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_other_processes_use_the_store_and_draw_the_same(tmp_path: Path, start: str) -> None:
    if start not in multiprocessing.get_all_start_methods() or (start == "fork" and sys.platform != "linux"):
        pytest.skip(f"no {start} on this system")
    without = drawn()
    clear_caches()
    with ds.use_store(tmp_path), multiprocessing.get_context(start).Pool(2 if start == "fork" else 1) as pool:
        assert pool.map(drawn, range(2), chunksize=1) == [without, without]
    store = list(tmp_path.rglob("*.measurement"))
    assert store, "the processes wrote into it"
    clear_caches()
    with ds.use_store(tmp_path):
        assert drawn() == without
    assert set(tmp_path.rglob("*.measurement")) == set(store), "nothing had to be measured again"


def test_a_damaged_file_is_measured_again(tmp_path: Path) -> None:
    with ds.use_store(tmp_path):
        without = drawn()
        for number, path in enumerate(sorted(tmp_path.rglob("*.measurement"))):
            data = path.read_bytes()
            path.write_bytes((data[:-1], b"", bytes(len(data)))[number % 3])
        damaged = {path: path.read_bytes() for path in tmp_path.rglob("*.measurement")}
        clear_caches()
        assert drawn() == without
    assert all(path.read_bytes() != data for path, data in damaged.items()), "they were written anew"


def test_measurements_read_from_a_store_are_equal_to_fresh_ones(tmp_path: Path) -> None:
    image = make_part(0)
    fresh = find_axis(Scene(image).foreground("auto")), find_cast_shadow(Scene(image), "auto")
    for _ in range(2):
        clear_caches()
        with ds.use_store(tmp_path):
            found = find_axis(Scene(image).foreground("auto")), find_cast_shadow(Scene(image), "auto")
        for mine, other in zip(found, fresh, strict=True):
            assert type(mine) is type(other)
            np.testing.assert_equal(*(vars(each) if hasattr(each, "__dict__") else each for each in (mine, other)))


def test_what_was_measured_before_is_written_to_a_new_store(tmp_path: Path) -> None:
    drawn()
    with ds.use_store(tmp_path / "a"):
        drawn()
        with ds.use_store(tmp_path / "b"):
            drawn()
    one, two = ({path.name for path in (tmp_path / name).rglob("*.measurement")} for name in "ab")
    assert one
    assert one == two


def test_a_store_can_be_read_only(tmp_path: Path) -> None:
    without = drawn()
    with ds.use_store(tmp_path / "missing", write=False):
        assert drawn() == without
    assert not (tmp_path / "missing").exists()
    with ds.use_store(tmp_path):
        drawn()
    removed = min(tmp_path.rglob("*.measurement"))
    removed.unlink()
    kept = set(tmp_path.rglob("*.measurement"))
    with ds.use_store(tmp_path, write=False):
        assert drawn() == without
    assert set(tmp_path.rglob("*.measurement")) == kept


def test_another_version_of_an_algorithm_has_other_files(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Scene(make_part(0)).foreground("auto")
    key = key_of(find_axis, (found,))
    assert key == key_of(find_axis, (Scene(make_part(0)).foreground("auto"),))
    assert key != key_of(find_cast_shadow, (found,))
    assert key != key_of(find_axis, (Scene(make_part(1)).foreground("auto"),))
    assert key != key_of(find_axis, (Scene(make_part(0)).foreground("otsu"),))
    monkeypatch.setattr(measurements, "version_of_algorithms", lambda: b"another")
    assert key != key_of(find_axis, (found,))


def test_a_store_is_in_use_until_the_end_of_its_block(tmp_path: Path) -> None:
    assert current_store() is None
    with ds.use_store(tmp_path / "a"):
        with ds.use_store(str(tmp_path / "b"), limit_mib=5):
            store = current_store()
            assert store is not None
            assert (store.folder.name, store.limit) == ("b", 5 << 20)
            assert (os.environ[STORE_VARIABLE], os.environ[LIMIT_VARIABLE]) == (str(tmp_path / "b"), "5")
        outer = current_store()
        assert outer is not None
        assert outer.folder.name == "a"
    assert current_store() is None


@pytest.mark.parametrize(("stated", "kept"), [("1", "1048576 0"), ("none", "")])
def test_the_memory_of_a_process_is_stated_by_a_variable(stated: str, kept: str) -> None:
    code = "from defectsynth.core.measurements import MEASUREMENTS as m; print(m.limit, m.nbytes)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DEFECTSYNTH_MEMORY_MIB": stated},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == kept
    assert kept or "DEFECTSYNTH_MEMORY_MIB must be a whole number of at least 0, got 'none'" in done.stderr


def test_wrong_arguments_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match=r"folder must be a path or None, got 3"):
        ds.use_store(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="limit_mib must be at least 1, got 0"):
        ds.use_store(tmp_path, limit_mib=0)
    with pytest.raises(TypeError, match=r"limit_mib must be a whole number, got 1\.5"):
        ds.use_store(tmp_path, limit_mib=1.5)  # type: ignore[arg-type]
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match=r"folder must be the path of a folder or None, got '.*file'"):
        ds.use_store(tmp_path / "file")
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path))
    monkeypatch.setenv(LIMIT_VARIABLE, "much")
    with pytest.raises(ValueError, match="DEFECTSYNTH_STORE_MIB must be a whole number of at least 0, got 'much'"):
        current_store()
