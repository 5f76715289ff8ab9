"""Cells in several processes: equal scores, and killed, interrupted and concurrent processes."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from eval.benchmark import schedule, workers
from eval.benchmark.cell import Settings, baseline_of
from eval.benchmark.results import read_results
from eval.benchmark.runner import WAITING, Cell, run_cells
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.benchmark.workers import run_side_by_side
from tests.eval.conftest import SMALL, write_spots
from tests.processes import running_in_group, stopped_midway, wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("bolt", "plate"):
        write_spots(tmp_path / "data" / name, brightness=150)
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "available_cores", lambda: 2)
    monkeypatch.setattr(workers, "PAUSE", 0.05)
    monkeypatch.setattr(schedule, "PAUSE", 0.05)


def silent(cell: Settings, stage: str, done: int, total: int) -> None:
    assert 0 <= done <= total


def scores(cells: Sequence[Cell]) -> dict[str, list[float]]:
    return {cell.settings.name: [image.score for image in cell.results.images] for cell in cells if cell.results}


def test_two_processes_give_the_scores_of_one(data: Path, tmp_path: Path) -> None:
    (data / "empty" / "train" / "good").mkdir(parents=True)
    cells = make_cells(
        BenchmarkOptions(
            data=data,
            categories=["bolt", "empty", "plate"],
            classes=["bolt", "plate"],
            experiments=["self_supervised", "multi_class"],
            heads=["softmax"],
            **SMALL,
        )
    )
    stages: dict[Settings, list[str]] = {}

    def progress(cell: Settings, stage: str, done: int, total: int) -> None:
        stages.setdefault(cell, []).append(stage)

    alone = list(run_cells(cells, out=tmp_path / "one", progress=lambda *_: None))
    beside = list(run_side_by_side(cells, out=tmp_path / "two", jobs=2, progress=progress))
    assert len(beside) == len(cells) == 9
    expected, found = scores(alone), scores(beside)
    assert len(expected) == 6
    assert expected.keys() == found.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-6)
    for cell, reported in stages.items():
        trained = ["train"] * (cell.experiment == "self_supervised")
        assert [stage for stage in dict.fromkeys(reported) if stage in {*trained, "embed", "score"}] == [
            *trained,
            "embed",
            "score",
        ]
    errors = {cell.settings: cell.error for cell in alone if cell.error}
    assert {cell.settings: cell.error for cell in beside if cell.error} == errors
    assert len(errors) == 3
    order = [(cell.settings.category, cell.settings.experiment) for cell in beside]
    assert all(order.index((name, "none")) < order.index((name, "self_supervised")) for name, _ in order)
    assert len(list((tmp_path / "two" / "trainings").iterdir())) == 1
    assert not multiprocessing.active_children()
    again = list(run_side_by_side(cells[:1], out=tmp_path / "two", jobs=2, progress=silent))
    assert [cell.repeated for cell in again] == [True]
    with pytest.raises(ValueError, match="jobs must be at least 1, got 0"):
        list(run_side_by_side(cells, out=tmp_path, jobs=0, progress=silent))


def test_a_killed_process_fails_its_cell_and_the_others_go_on(data: Path, tmp_path: Path) -> None:
    options = {"data": data, "experiments": ["self_supervised"], "heads": ["softmax"], **SMALL}
    endless = make_cells(BenchmarkOptions(categories=["bolt"], **{**options, "epochs": 1_000_000}))
    cells = tuple(dict.fromkeys([*endless, *make_cells(BenchmarkOptions(categories=["bolt", "plate"], **options))]))
    folder = tmp_path / endless[1].name

    def progress(cell: Settings, stage: str, done: int, total: int) -> None:
        if cell == endless[1] and stage == "train":
            for process in multiprocessing.active_children():
                (folder / f".bank.npz.{process.pid}.part").write_bytes(b"half")
                process.kill()
                process.join()

    done = list(run_side_by_side(cells, out=tmp_path, jobs=2, progress=progress))
    assert sorted(cell.settings.name for cell in done) == sorted(cell.name for cell in cells)
    failed = {cell.settings: str(cell.error) for cell in done if cell.error}
    message = "got one killed by SIGKILL: if there was not enough memory, run fewer --jobs"
    killed = {settings for settings, error in failed.items() if message in error}
    assert endless[1] in killed
    assert len(killed) <= 2  # the other process may have been running a cell, too
    assert {baseline_of(settings) for settings in failed.keys() - killed} <= killed
    assert json.loads((folder / "failed.json").read_text())["error"] == failed[endless[1]]
    assert len(list(folder.glob(".*.part"))) <= 1  # of the other process


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_interrupted_and_then_shared_by_two(data: Path, tmp_path: Path) -> None:
    options = {**SMALL, "experiments": ["self_supervised"], "heads": ["softmax"], "epochs": 12}
    out = tmp_path / "out"
    words = [sys.executable, "-m", "eval", "benchmark", "--data", str(data), "--out", str(out), "--jobs", "2"]
    for name, value in options.items():
        words += [f"--{name}", *map(str, value if isinstance(value, list) else [value])]

    def start() -> subprocess.Popen[str]:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for background jobs
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = subprocess.Popen(words, cwd=ROOT, text=True, start_new_session=True, **streams)
        signal.signal(signal.SIGINT, before)
        return command

    command = stopped_midway(
        start,
        when=lambda: len([*out.rglob("results.json")]) >= 2 and any(out.rglob("training-*.pt")),
        stop=lambda command: os.killpg(command.pid, signal.SIGINT),
        clean=lambda: shutil.rmtree(out),
    )
    lines, errors = command.printed.splitlines(), command.errors
    assert [line.partition(" ")[0] for line in lines] == [f"[{number + 1}/4]" for number in range(len(lines))]
    assert command.code == 130
    assert errors.endswith("\ninterrupted; the same command goes on where it stopped\n")
    wait_until(lambda: not running_in_group(command.id))
    assert not list(out.rglob("*.part"))
    assert not list(out.rglob("failed.json"))
    before = {path: path.read_bytes() for path in out.rglob("results.json")}
    assert len(before) >= max(2, len(lines))  # a cell may end while the command is being interrupted
    assert any(out.rglob("training-*.pt")) or len(before) > 2

    cells = make_cells(BenchmarkOptions(data=data, categories=["bolt", "plate"], **options))
    cells += make_cells(
        BenchmarkOptions(data=data, categories=["bolt", "plate"], seeds=[1], **{**options, "epochs": 1})
    )
    cells = tuple(dict.fromkeys(cells))
    commands = [run_side_by_side(cells, out=out, jobs=2, progress=silent) for _ in range(2)]
    done = [cell for cell in chain.from_iterable(zip_longest(*commands)) if cell is not None]
    assert [cell.error for cell in done] == [None] * 2 * len(cells)
    ran = [cell.settings.name for cell in done if not cell.repeated]
    finished = {path.parent.relative_to(out).as_posix() for path in before}
    assert sorted([*ran, *finished]) == sorted(cell.name for cell in cells)  # each cell once
    assert all(path.read_bytes() == content for path, content in before.items())
    assert all(read_results(out / cell.name).settings == cell for cell in cells)
    assert len(read_results(out / cells[1].name).history) == 12


def test_waiting_for_another_process_is_reported(data: Path, tmp_path: Path) -> None:
    (settings,) = make_cells(BenchmarkOptions(data=data, categories=["bolt"], experiments=["none"], **SMALL))
    lock = workers.hold_locks(tmp_path, (settings.name,))
    assert lock.__enter__()
    stages = []

    def progress(cell: Settings, stage: str, done: int, total: int) -> None:
        stages.append(stage)
        if stage == WAITING and stages.count(WAITING) == 2:
            lock.__exit__(None, None, None)

    (done,) = run_side_by_side([settings], out=tmp_path, jobs=3, progress=progress)
    assert done.error is None
    assert not done.repeated
    assert stages[:3] == [WAITING, WAITING, "read"]
