"""`defectsynth generate` killed, interrupted and called again gives the output of one undisturbed run."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from defectsynth.cli.job import JOURNAL, Journal
from defectsynth.cli.writing import TEMPORARY
from tests.images import make_part, write_image
from tests.processes import ATTEMPTS, TIMEOUT, Ended, children_of, running_in_group, stopped_midway, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups and their signals")
SHARDS = ("--shard-size", "20")
WORDS = ("--preset", "generic_object", "--count", "150", "--seed", "5", "--layout")

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the workers are found in /proc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("job")


@pytest.fixture
def large(folder: Path) -> Path:
    """Write twelve images so large that the job takes some seconds."""
    for index in range(12):
        if not (folder / f"good/{index}.png").exists():
            write_image(folder / f"good/{index}.png", make_part(index, size=(192, 208)))
    return folder / "good"


@pytest.fixture
def whole(large: Path, folder: Path, start: Any, tree: Any) -> Callable[[str], dict[str, str]]:
    """Return a function that returns the digests of an undisturbed job."""

    def run(layout: str) -> dict[str, str]:
        output = folder / f"whole_{layout}"
        if not (output / "manifest.jsonl").exists():
            finish(start, large, output, layout, 2)
        return tree(output)

    return run


@pytest.fixture
def midway(large: Path, tmp_path: Path, start: Any) -> Callable[..., tuple[Path, Ended]]:
    """Return a function that stops a job when its journal has some lines, and returns its output folder and end."""
    output = tmp_path / "out"

    def run(lines: int, layout: str, workers: int, stop: Callable[[subprocess.Popen[str]], None]) -> tuple[Path, Ended]:
        ended = stopped_midway(
            lambda: start("generate", large, output, *WORDS, layout, "--workers", workers),
            when=lambda: has_lines(output, lines),
            stop=stop,
            clean=lambda: shutil.rmtree(output),
        )
        return output, ended

    return run


def has_lines(output: Path, lines: int) -> bool:
    """Return whether the journal of a job has a number of lines; 0 asks for the file."""
    try:
        return (output / JOURNAL).read_bytes().count(b"\n") >= lines
    except FileNotFoundError:
        return False


def finish(start: Any, large: Path, output: Path, layout: str, workers: int) -> None:
    _, errors = (job := start("generate", large, output, *WORDS, layout, "--workers", workers)).communicate(
        timeout=TIMEOUT
    )
    assert job.returncode == 0, errors


@pytest.mark.parametrize(
    ("lines", "layout", "workers"), [(0, "mvtec", 2), (60, "coco", 2), (100, "yolo", 1), (13, "webdataset", 2)]
)
def test_a_killed_job_can_be_finished_with_the_same_output(
    *, large: Path, whole: Any, midway: Any, start: Any, tree: Any, lines: int, layout: str, workers: int
) -> None:
    expected = whole(layout)
    output, ended = midway(lines, layout, workers, lambda job: os.killpg(job.pid, signal.SIGKILL))
    assert ended.code == -signal.SIGKILL
    assert not (output / "manifest.jsonl").exists()
    finish(start, large, output, layout, 3 - workers)
    assert tree(output) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_job_can_be_finished_with_the_same_output(
    *, large: Path, whole: Any, midway: Any, start: Any, tree: Any, workers: int
) -> None:
    output, ended = midway(40, "mvtec", workers, lambda job: os.killpg(job.pid, signal.SIGINT))  # as a terminal does
    assert ended.code == 130, ended.errors
    assert "of 150; run the same command again to finish" in ended.errors
    assert "Traceback" not in ended.errors
    assert not running_in_group(ended.id)
    finish(start, large, output, "mvtec", 2)
    assert tree(output) == whole("mvtec")


@needs_proc
def test_workers_end_when_only_the_main_process_is_killed(midway: Any) -> None:
    _, ended = midway(20, "mvtec", 2, lambda job: job.kill())
    wait_until(lambda: not running_in_group(ended.id))


@needs_proc
def test_a_killed_worker_ends_the_job_with_a_message(midway: Any) -> None:
    def kill_a_worker(job: subprocess.Popen[str]) -> None:
        for child in children_of(job.pid)[:1]:
            os.kill(child, signal.SIGKILL)

    _, ended = midway(20, "mvtec", 2, kill_a_worker)
    assert ended.code == 1
    assert "a worker process was killed" in ended.errors
    assert "Traceback" not in ended.errors


def test_two_runs_into_one_folder_are_refused(tmp_path: Path, large: Path, start: Any) -> None:
    for attempt in range(ATTEMPTS):
        output = tmp_path / str(attempt)
        first = start("generate", large, output, *WORDS, "mvtec", "--workers", 1)
        wait_until(lambda output=output: has_lines(output, 1), unless=lambda first=first: first.poll() is not None)
        os.kill(first.pid, signal.SIGSTOP)
        if not (output / "manifest.jsonl").exists():
            break
        os.kill(first.pid, signal.SIGCONT)
        first.communicate(timeout=TIMEOUT)
    _, errors = (second := start("generate", large, output, *WORDS, "mvtec")).communicate(timeout=TIMEOUT)
    os.kill(first.pid, signal.SIGCONT)
    assert second.returncode == 2
    assert "must be written by one run at a time" in errors
    first.communicate(timeout=TIMEOUT)
    assert first.returncode == 0


def test_a_torn_journal_lost_files_and_leftovers_are_repaired(good: Path, generate: Any, tree: Any) -> None:
    words = ("--defect", "line", "--count", "20")
    expected = tree(generate(good, *words, name="whole")[1])
    _, output = generate(good, *words)
    lines = [json.loads(line) for line in (output / "manifest.jsonl").read_text().splitlines()]
    entries = [json.dumps({"source": source, "error": None}) for source in range(5)]
    entries += [json.dumps({"number": number, "line": line}) for number, line in enumerate(lines[:12])]
    (output / JOURNAL).write_text("\n".join(entries) + "\n" + json.dumps({"number": 12, "line": lines[12]})[:40])
    (output / "manifest.jsonl").unlink()
    (output / "train/good/000003.png").unlink()
    (output / "test/line/000002.png").unlink()
    (output / "ground_truth/line/000004_mask.png").unlink()
    (output / "test/line/000015.png").write_bytes(b"not journalled")
    (output / "test/line" / f"{TEMPORARY}123").write_bytes(b"half")
    assert generate(good, *words)[0] == 0
    assert tree(output) == expected


def test_an_entry_after_a_torn_one_is_kept(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_bytes(b'{"number": 3, "li')
    with closing(Journal(tmp_path)) as journal:
        journal.add([{"number": 4, "line": None}])
    with closing(Journal(tmp_path)) as journal:
        assert list(journal.drawn) == [4]


def test_a_journal_left_beside_the_manifest_is_cleaned_up(good: Path, generate: Any, tree: Any) -> None:
    _, output = generate(good, "--defect", "line")
    expected = tree(output)
    (output / JOURNAL).write_text('{"source": 0, "error": null}\n')
    assert generate(good, "--defect", "line")[0] == 0
    assert tree(output) == expected
