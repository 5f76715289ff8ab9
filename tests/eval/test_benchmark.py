"""Cells of a benchmark: their product, cells of other processes, and interrupted and killed processes."""

import json
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import time
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from eval.benchmark import runner, schedule
from eval.benchmark.cell import Settings, baseline_of, checkpoint_of
from eval.benchmark.locks import hold_locks
from eval.benchmark.results import write_failure
from eval.benchmark.runner import WAITING, Cell, run_cells
from eval.benchmark.settings import BenchmarkOptions, make_cells
from tests.processes import wait_until

SIDE = 64


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for category in ("cap", "pin"):
        for folder, count in {"train/good": 4, "test/good": 2, "test/spot": 2}.items():
            (root / category / folder).mkdir(parents=True)
            for number in range(count):
                image = rng.integers(90, 110, (SIDE, SIDE)).astype(np.uint8)
                mask = np.zeros_like(image)
                if folder == "test/spot":
                    mask[20:34, 20:34] = 255
                    image[mask > 0] = 250
                    truth = root / category / "ground_truth" / "spot" / f"{number}_mask.png"
                    truth.parent.mkdir(parents=True, exist_ok=True)
                    assert cv2.imwrite(str(truth), mask)
                assert cv2.imwrite(str(root / category / folder / f"{number}.png"), image)
    return root


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (runner, schedule):
        monkeypatch.setattr(module, "PAUSE", 0.01)


def cells_of(data: Path, **options: Any) -> tuple[Settings, ...]:
    given = {"categories": ["cap", "pin"], "experiments": ["none"], "weights": "none", "size": SIDE, "epochs": 1}
    return make_cells(BenchmarkOptions(data=data, **{**given, **options}))


def silent(stage: str, done: int, total: int) -> None:
    assert stage != WAITING


class Release:
    """Progress that releases locks as soon as a process waits for them."""

    def __init__(self, out: Path, *names: str) -> None:
        self.locks = ExitStack()
        assert self.locks.enter_context(hold_locks(out, names))
        self.waited = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report progress, see `Progress`."""
        self.waited |= stage == WAITING
        if stage == WAITING:
            self.locks.close()


def test_a_cell_of_another_process_is_postponed_until_that_ends(data: Path, tmp_path: Path) -> None:
    cells = cells_of(data)
    progress = Release(tmp_path, cells[0].name)
    done = list(run_cells(cells, out=tmp_path, progress=progress))
    assert progress.waited
    assert [cell.settings for cell in done] == [cells[1], cells[0]]
    assert [(cell.error, cell.repeated) for cell in done] == [(None, False)] * 2


def test_a_failure_in_another_process_is_reported_and_not_tried_again(data: Path, tmp_path: Path) -> None:
    (settings,) = cells_of(data, categories=["cap"])
    write_failure(tmp_path / settings.name, settings, MemoryError("long ago"))
    cells = run_cells([settings], out=tmp_path, progress=silent)
    (fine,) = list(cells)
    assert fine.error is None
    (fine.folder / "results.json").unlink()
    release = Release(tmp_path, settings.name)

    def fail_after(moment: float) -> bool:
        write_failure(fine.folder, settings, MemoryError("just now"))
        return (fine.folder / "failed.json").stat().st_mtime > moment

    def failing(stage: str, done: int, total: int) -> None:
        if stage == WAITING:
            wait_until(partial(fail_after, time()))  # files have coarse times
        release(stage, done, total)

    (failed,) = list(run_cells([settings], out=tmp_path, progress=failing))
    assert (failed.error, failed.results, failed.seconds) == ("MemoryError: just now", None, 0.0)


def test_two_cells_of_one_training_are_not_run_at_the_same_time(data: Path, tmp_path: Path) -> None:
    cells = cells_of(data, experiments=["multi_class"], heads=["softmax"])
    training = checkpoint_of(cells[1], tmp_path)
    assert training == checkpoint_of(cells[3], tmp_path)
    assert training.parent == tmp_path / "trainings"
    progress = Release(tmp_path, training.relative_to(tmp_path).as_posix())
    done = list(run_cells(cells, out=tmp_path, progress=progress))
    assert progress.waited
    assert {cell.settings.experiment for cell in done[:2]} == {"none"}
    assert [cell.error for cell in done] == [None] * 4


def test_ctrl_c_is_no_failure_even_if_it_causes_another_error(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: Any, **_options: Any) -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("unexpected pos")  # as torch does while it saves

    monkeypatch.setattr(runner, "run_experiment", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(run_cells(cells_of(data), out=tmp_path, progress=silent))
    assert not list(tmp_path.rglob("*.json"))


def test_a_full_disk_does_not_hide_why_a_cell_failed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(runner, "run_experiment", full)
    monkeypatch.setattr(runner, "write_failure", full)
    done: list[Cell] = list(run_cells(cells_of(data), out=tmp_path, progress=silent))
    assert [cell.error for cell in done] == ["OSError: no space left"] * 2


def test_incomplete_files_of_a_killed_process_are_deleted_by_the_next_run(data: Path, tmp_path: Path) -> None:
    cells = cells_of(data, categories=["cap"], experiments=["multi_class"], heads=["softmax"], classes=["cap", "pin"])
    training = checkpoint_of(cells[1], tmp_path)
    parts = [tmp_path / cells[0].name / ".bank.npz.77.part", training.with_name(f".{training.name}.77.part")]
    other = training.with_name(".of_another_training.pt.77.part")
    for part in (*parts, other):
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(b"half")
    assert all(cell.error is None for cell in run_cells(cells, out=tmp_path, progress=silent))
    assert list(tmp_path.rglob("*.part")) == [other]
    results = json.loads((tmp_path / cells[1].name / "results.json").read_text())
    assert results["settings"]["classes"] == ["cap", "pin"]


def test_cells_are_the_product_with_one_baseline_each(data: Path) -> None:
    cells = cells_of(
        data,
        experiments=["none", "self_supervised"],
        heads=["softmax", "arcface", "softmax"],
        scorings=["image", "patch"],
        seeds=[0, 1],
        size=None,
    )
    assert len(cells) == 2 * 2 * (1 + 2 * 2)
    assert len({cell.name for cell in cells}) == len(cells)
    assert {(cell.scoring, cell.size) for cell in cells} == {("image", 224), ("patch", 256)}
    assert {baseline_of(cell) for cell in cells} == {cell for cell in cells if cell.experiment == "none"}
    with pytest.raises(ValueError, match=r"heads must name at least one of softmax, .* for binary, got none"):
        cells_of(data, experiments=["binary"])
