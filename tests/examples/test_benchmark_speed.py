"""The rows of the speed benchmark are printed; a package that is missing is named."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

import defectsynth as ds
from examples.benchmark_speed import growth, presets, startup, transforms, twins
from examples.benchmark_speed.__main__ import GROUPS, main
from examples.benchmark_speed.timing import load_images

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Return a function that runs the benchmark on small images and returns what it prints."""
    threads = cv2.getNumThreads()

    def call(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["benchmark_speed", "--sizes", "48", "--rounds", "1", *words])
        main()
        return capsys.readouterr().out

    yield call
    cv2.setNumThreads(threads)


def numbers_after(name: str, printed: str, unit: str) -> list[float]:
    """Return the numbers with a unit in the row of a name."""
    (row,) = [line for line in printed.splitlines() if line.strip().startswith(name)]
    words = row.split()
    return [float(before) for before, after in pairwise(words) if after == unit]


def test_transforms_have_a_first_and_a_later_time(run: Run) -> None:
    found = numbers_after("Line", run("--rows", "transforms", "--only", "Line"), "ms")
    assert len(found) == 2
    assert all(0.01 < number < 100 for number in found)


def test_every_preset_has_a_first_and_a_later_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "PASSES", 1)
    monkeypatch.setattr(presets, "EPOCHS", 1)
    printed = run("--rows", "presets")
    for name in presets.PRESETS:
        first, later = numbers_after(f"{name} ", printed, "ms")
        assert 0.01 < later < 1000
        assert 0.01 < first < 1000


def test_generate_is_split_into_encoding_and_the_rest(run: Run) -> None:
    printed = run("--rows", "generate")
    for name in ("generic_object", "screw"):
        total, encoding = numbers_after(name, printed, "ms")
        assert 0 < encoding < total


def test_growth_has_an_exponent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "SIDES", (64, 128))
    monkeypatch.setattr(growth, "TRANSFORMS", (ds.Line,))
    printed = run("--rows", "growth")
    assert len(numbers_after("Line evicted", printed, "ms")) == 2
    assert len(numbers_after("generic_texture", printed, "ms")) == 2


def test_start_up_has_imports_and_helps(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "PROCESSES", 1)
    printed = run("--rows", "startup")
    for name in ("import albumentations", "import defectsynth", "defectsynth --help", "python -m eval --help"):
        assert numbers_after(name, printed, "s")[0] < 60


def test_twins_are_measured_with_torch_and_left_out_without(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("torch") is None:
        assert "left out, torch is not installed" in run("--rows", "twins")
        return
    monkeypatch.setattr(twins, "ITEMS", 8)
    monkeypatch.setattr(twins, "WORKERS", (1,))
    printed = run("--rows", "twins")
    for name in ("screw, every second one good", "screw, all defective"):
        assert float(printed.partition(name)[2].split()[0]) > 0
    assert "anomalib" in printed


def test_images_of_a_category_are_taken(tmp_path: Path) -> None:
    for category, level in (("screw", 10), ("pill", 200)):
        folder = tmp_path / category / "train" / "good"
        folder.mkdir(parents=True)
        for number in range(3):
            cv2.imwrite(str(folder / f"{number}.png"), np.full((40, 60, 3), level, np.uint8))
    assert {int(image[0, 0, 0]) for image in load_images(tmp_path, 32, "screw")} == {10}
    assert {int(image[0, 0, 0]) for image in load_images(tmp_path, 32, "tile")} == {10, 200}
    assert load_images(tmp_path, 0, "pill")[0].shape == (40, 60, 3)
    assert len(load_images(None, 64)) == 2 * 6


def test_a_missed_limit_is_named() -> None:
    assert transforms.missed_limits("Line", 256, 2.1, {}) == ["above 2 ms"]
    assert transforms.missed_limits("Line", 1024, 1.0, {"pyimgano scratch": 19.0}) == ["under 20 x"]
    assert transforms.missed_limits("Line", 1024, 0.9, {"pyimgano scratch": 19.0}) == []
    assert set(GROUPS) == {"transforms", "presets", "twins", "generate", "growth", "startup"}
