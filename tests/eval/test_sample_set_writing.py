"""Folders and command of the procedural sample set."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from eval.sample_set import image_seed, render_part, write_good_images, write_sample_set
from eval.sample_set.__main__ import main
from eval.sample_set.families import family_named
from eval.sample_set.writing import SETTINGS_FILE

ROOT = Path(__file__).resolve().parents[2]


class Counts(TypedDict):
    """Sizes of the smallest set with every split."""

    size: int
    train: int
    test_good: int
    test_per_defect: int


TINY: Counts = {"size": 64, "train": 2, "test_good": 1, "test_per_defect": 1}


def written(folder: Path) -> dict[str, bytes]:
    """Return every file under `folder` by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def pixels(path: Path) -> NDArray[np.uint8]:
    """Return the image at `path`: BGR, or one channel if the file has one."""
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), dtype=np.uint8)


def test_the_layout_is_that_of_mvtec_ad(tmp_path: Path) -> None:
    returned = write_sample_set(tmp_path / "set", families=["lozenge", "leather"], **TINY)
    assert returned == tmp_path / "set"
    expected = {SETTINGS_FILE}
    for family in ("lozenge", "leather"):
        expected |= {f"{family}/train/good/000.png", f"{family}/train/good/001.png", f"{family}/test/good/000.png"}
        for defect in family_named(family).defects:
            expected |= {f"{family}/test/{defect}/000.png", f"{family}/ground_truth/{defect}/000_mask.png"}
    assert set(written(returned)) == expected
    for path in returned.rglob("*_mask.png"):
        mask = pixels(path)
        assert mask.shape == (64, 64)
        assert set(np.unique(mask)) == {0, 255}


def test_the_files_hold_what_render_part_draws(tmp_path: Path) -> None:
    folder = write_sample_set(tmp_path, families=["screw"], seed=7, **TINY)
    own = image_seed("screw", split="test/rust_spot", index=0, seed=7)
    image, mask = render_part("screw", size=64, seed=own, defect="rust_spot")
    stored = pixels(folder / "screw/test/rust_spot/000.png")
    stored_mask = pixels(folder / "screw/ground_truth/rust_spot/000_mask.png")
    np.testing.assert_array_equal(stored[..., ::-1], image)
    np.testing.assert_array_equal(stored_mask, mask)


def test_the_set_repeats_and_does_not_depend_on_the_other_families(tmp_path: Path) -> None:
    both = written(write_sample_set(tmp_path / "both", families=["leather", "flange"], **TINY))
    alone = written(write_sample_set(tmp_path / "alone", families=["leather"], **TINY))
    other = written(write_sample_set(tmp_path / "other", families=["leather"], seed=1, **TINY))
    assert {path: content for path, content in both.items() if path.startswith("leather/")} == {
        path: content for path, content in alone.items() if path != SETTINGS_FILE
    }
    assert alone["leather/train/good/000.png"] != other["leather/train/good/000.png"]


def test_an_unfinished_set_is_completed_and_existing_files_are_kept(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    write_sample_set(tmp_path, families=["flange"], progress=lambda done, total: calls.append((done, total)), **TINY)
    whole = written(tmp_path)
    total = len([path for path in whole if path.endswith(".png") and "ground_truth" not in path])
    assert calls == [(done, total) for done in range(1, total + 1)]
    gone = tmp_path / "flange/test/dent/000.png"
    gone.unlink()
    kept = tmp_path / "flange/train/good/000.png"
    before = kept.stat().st_mtime_ns
    write_sample_set(tmp_path, families=["flange"], **TINY)
    assert written(tmp_path) == whole
    assert kept.stat().st_mtime_ns == before


def test_good_images_alone_lie_flat_and_equal_the_train_images(tmp_path: Path) -> None:
    flat = written(write_good_images(tmp_path / "flat", families=["lozenge"], size=64, count=2, seed=3))
    whole = written(write_sample_set(tmp_path / "set", families=["lozenge"], seed=3, **TINY))
    assert set(flat) == {SETTINGS_FILE, "lozenge/000.png", "lozenge/001.png"}
    assert flat["lozenge/001.png"] == whole["lozenge/train/good/001.png"]


def test_a_folder_with_other_contents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match=r"folder must be empty or hold a sample set .* got "):
        write_sample_set(tmp_path, **TINY)
    assert written(tmp_path) == {"letter.txt": b"mine"}


def test_a_set_with_other_settings_is_refused(tmp_path: Path) -> None:
    write_good_images(tmp_path, families=["leather"], size=64, count=1)
    before = written(tmp_path)
    with pytest.raises(ValueError, match="same settings"):
        write_good_images(tmp_path, families=["leather"], size=64, count=1, seed=1)
    with pytest.raises(ValueError, match="same settings"):
        write_sample_set(tmp_path, families=["leather"], **TINY)
    assert written(tmp_path) == before


def test_a_file_or_an_unreadable_settings_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(ValueError, match="folder must not be a file"):
        write_sample_set(file, **TINY)
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / SETTINGS_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"sample_set\.json cannot be read as JSON"):
        write_sample_set(tmp_path / "set", **TINY)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"families": ["bolt"]}, ValueError, "family must be one of flange, .* got 'bolt'"),
        ({"families": []}, ValueError, "families must name at least one of flange, .* got none"),
        ({"families": "flange"}, TypeError, "families must be a sequence of names, got the string 'flange'"),
        ({"size": 63}, ValueError, "size must be an integer with 64 <= size <= 1024, got 63"),
        ({"size": 1025}, ValueError, "size must be an integer with 64 <= size <= 1024, got 1025"),
        ({"size": 96.0}, TypeError, r"size must be an integer, got 96\.0"),
        ({"train": 0}, ValueError, "train must be an integer with train >= 1, got 0"),
        ({"test_good": -1}, ValueError, "test_good must be an integer with test_good >= 0, got -1"),
        ({"test_per_defect": -1}, ValueError, "test_per_defect must be an integer with test_per_defect >= 0, got -1"),
        ({"train": True}, TypeError, "train must be an integer, got True"),
        ({"seed": -1}, ValueError, "seed must be an integer with seed >= 0, got -1"),
    ],
    ids=str,
)
def test_bad_arguments_of_a_set(
    arguments: dict[str, object], error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        write_sample_set(tmp_path / "set", **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "set").exists()


def test_the_command_writes_a_set_and_shows_progress(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [str(tmp_path), "--families", "leather", "--size", "64", "--train", "1", "--seed", "2"]
    assert main([*command, "--test-good", "1", "--test-per-defect", "1"]) == 0
    assert capsys.readouterr().err == "7 of 7 images\n"
    settings = json.loads((tmp_path / SETTINGS_FILE).read_text(encoding="utf-8"))
    assert settings["families"] == ["leather"]
    assert settings["seed"] == 2
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 2
    assert "same settings" in capsys.readouterr().err


def test_the_command_refuses_test_images_with_good_only(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path / "set"), "--good-only", "--test-good", "3"])
    assert stopped.value.code == 2
    assert not (tmp_path / "set").exists()


def test_the_module_runs_and_another_process_draws_the_same_bytes(tmp_path: Path) -> None:
    shared = ["--families", "leather", "--size", "64", "--train", "1", "--good-only"]
    subprocess.run([sys.executable, "-m", "eval.sample_set", str(tmp_path / "a"), *shared], check=True, cwd=ROOT)
    assert main([str(tmp_path / "b"), *shared]) == 0
    assert written(tmp_path / "a") == written(tmp_path / "b")
