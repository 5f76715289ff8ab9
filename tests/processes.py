"""Processes of tests: moments are waited for, and a machine that is too slow or too fast for them changes no result."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TIMEOUT = 900.0  # seconds that only a process which hangs takes, even on a machine with ten other jobs
ATTEMPTS = 10  # to catch a job midway


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its id, its exit code and its output."""

    id: int
    code: int
    printed: str
    errors: str


def wait_until(reached: Callable[[], object], *, unless: Callable[[], object] = lambda: False) -> None:
    """Wait until a moment is reached, or something else happens before; a test that waits for too long fails."""
    end = time.monotonic() + TIMEOUT
    while not reached() and not unless():
        if time.monotonic() > end:
            pytest.fail(f"nothing happened in {TIMEOUT:g} s")
        time.sleep(0.01)


def stopped_midway(
    start: Callable[[], subprocess.Popen[str]],
    *,
    when: Callable[[], object],
    stop: Callable[[subprocess.Popen[str]], object],
    clean: Callable[[], object],
) -> Ended:
    """Start a job and stop it when a moment is reached.

    The job, the first process of a group, does not wait for the test. If it succeeded before it was stopped, it is
    started again after a cleaning; a job that cannot be stopped at all fails the test.
    """
    for _ in range(ATTEMPTS):
        job = start()
        try:
            wait_until(when, unless=lambda job=job: job.poll() is not None)  # type: ignore[misc]
            if job.poll() is None:
                stop(job)
            printed, errors = job.communicate(timeout=TIMEOUT)
        finally:
            if job.poll() is None:
                os.killpg(job.pid, signal.SIGKILL)
        if job.returncode != 0:
            return Ended(job.pid, job.returncode, printed, errors)
        clean()
    pytest.fail("the job ended in every attempt, as if nothing had stopped it")


def running_in_group(group: int) -> list[int]:
    """Return the running processes of a group."""
    return [process for process, _, of in _running() if of == group]


def children_of(parent: int) -> list[int]:
    """Return the running children of a process."""
    return [process for process, of, _ in _running() if of == parent]


def _running() -> Iterator[tuple[int, int, int]]:
    """Yield process, parent and group of what /proc lists; processes that only wait to be reaped are left out."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has just ended
            continue
        if state not in "ZX":
            yield int(path.parent.name), int(parent), int(group)
