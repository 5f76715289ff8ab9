"""`defectsynth generate` killed, interrupted and called again gives the output of one undisturbed run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from defectsynth.cli.job import JOURNAL, Journal
from defectsynth.cli.writing import TEMPORARY
from tests.images import make_part, write_image

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups and their signals")
SHARDS = ("--shard-size", "20")
WORDS = ("--preset", "generic_object", "--count", "150", "--seed", "5", "--layout")
TIMEOUT = 60  # seconds


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
            _, errors = (job := start("generate", large, output, *WORDS, layout, "--workers", 2)).communicate(
                timeout=TIMEOUT
            )
            assert job.returncode == 0, errors
        return tree(output)

    return run


def wait_for(journal: Path, lines: int, job: subprocess.Popen[str]) -> None:
    """Wait until the journal has a number of lines; 0 waits for the file."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if journal.exists() and journal.read_bytes().count(b"\n") >= lines:
            return
        assert job.poll() is None, job.communicate()
        time.sleep(0.001)
    pytest.fail("the job wrote too few lines in time")


def is_group_alive(group: int) -> bool:
    """Return whether a process of the group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def finish(start: Any, large: Path, output: Path, layout: str, workers: int) -> None:
    _, errors = (job := start("generate", large, output, *WORDS, layout, "--workers", workers)).communicate(
        timeout=TIMEOUT
    )
    assert job.returncode == 0, errors


@pytest.mark.parametrize(
    ("lines", "layout", "workers"), [(0, "mvtec", 2), (60, "coco", 2), (100, "yolo", 1), (13, "webdataset", 2)]
)
def test_a_killed_job_can_be_finished_with_the_same_output(
    *, tmp_path: Path, large: Path, whole: Any, start: Any, tree: Any, lines: int, layout: str, workers: int
) -> None:
    output = tmp_path / "out"
    expected = whole(layout)
    job = start("generate", large, output, *WORDS, layout, "--workers", workers)
    wait_for(output / JOURNAL, lines, job)
    os.killpg(job.pid, signal.SIGKILL)
    job.communicate(timeout=TIMEOUT)
    assert not (output / "manifest.jsonl").exists()
    finish(start, large, output, layout, 3 - workers)
    assert tree(output) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_job_can_be_finished_with_the_same_output(
    *, tmp_path: Path, large: Path, whole: Any, start: Any, tree: Any, workers: int
) -> None:
    output = tmp_path / "out"
    job = start("generate", large, output, *WORDS, "mvtec", "--workers", workers)
    wait_for(output / JOURNAL, 40, job)
    os.killpg(job.pid, signal.SIGINT)  # as a terminal sends it
    _, errors = job.communicate(timeout=TIMEOUT)
    assert job.returncode == 130, errors
    assert "of 150; run the same command again to finish" in errors
    assert "Traceback" not in errors
    assert not is_group_alive(job.pid)
    finish(start, large, output, "mvtec", 2)
    assert tree(output) == whole("mvtec")


def test_workers_end_when_only_the_main_process_is_killed(tmp_path: Path, large: Path, start: Any) -> None:
    output = tmp_path / "out"
    job = start("generate", large, output, *WORDS, "mvtec", "--workers", 2)
    wait_for(output / JOURNAL, 20, job)
    job.kill()
    job.communicate(timeout=TIMEOUT)
    end = time.monotonic() + 10
    while is_group_alive(job.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_group_alive(job.pid)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="the workers are found in /proc")
def test_a_killed_worker_ends_the_job_with_a_message(tmp_path: Path, large: Path, start: Any) -> None:
    output = tmp_path / "out"
    job = start("generate", large, output, *WORDS, "mvtec", "--workers", 2)
    wait_for(output / JOURNAL, 20, job)
    children = [int(path.name) for path in Path("/proc").iterdir() if parent_of(path) == job.pid]
    os.kill(children[0], signal.SIGKILL)
    _, errors = job.communicate(timeout=TIMEOUT)
    assert job.returncode == 1
    assert "a worker process was killed" in errors
    assert "Traceback" not in errors


def parent_of(path: Path) -> int | None:
    """Return the id of the parent of a process, given its folder in /proc."""
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except (IndexError, OSError):
        return None


def test_two_runs_into_one_folder_are_refused(tmp_path: Path, large: Path, start: Any) -> None:
    output = tmp_path / "out"
    first = start("generate", large, output, *WORDS, "mvtec", "--workers", 1)
    wait_for(output / JOURNAL, 5, first)
    os.kill(first.pid, signal.SIGSTOP)
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
