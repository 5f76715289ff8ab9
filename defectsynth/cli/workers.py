"""Pool of processes for the tasks; none is left behind when the job ends, fails, is interrupted or is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any

import cv2

from defectsynth.cli.errors import JobError
from defectsynth.cli.tasks import Entry, Plan, ShardTask, Task, run
from defectsynth.core.cache import clear_caches
from defectsynth.core.processes import follow_parent, interrupts_held

if TYPE_CHECKING:
    from typing_extensions import Self


WAITING_TASKS = 4  # of each worker, running and next


class Crew:
    """Pool of worker processes; with one worker the main process does the work.

    Args:
        plan: the job.
        workers: number of processes.
    """

    def __init__(self, plan: Plan, *, workers: int) -> None:
        self.plan, self.workers = plan, workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Prepare the processes; they start with the first task."""
        prepare_opencv()
        clear_caches()
        if self.workers > 1:
            # A forked worker has everything imported; elsewhere than on Linux forking is not safe.
            context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
            self._stop = context.Event()
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_start, initargs=(self.plan, self._stop)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes; after an error or Ctrl-C each finishes only the image it is at."""
        if self._pool is not None:
            with interrupts_held():
                if kind is not None:
                    self._stop.set()
                self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, tasks: Iterable[Task | ShardTask]) -> Iterator[list[Entry]]:
        """Do tasks; yield their entries in the order in which they are done.

        Raises:
            JobError: if a process was killed.
            OSError: if a file cannot be written.
        """
        if self._pool is None:
            for task in tasks:
                for entry in run(self.plan, task):
                    yield [entry]
            return
        waiting, running = iter(tasks), set[Future[list[Entry]]]()
        try:
            while True:
                with interrupts_held():  # so that the processes which start here leave Ctrl-C to the main one
                    free = self.workers * WAITING_TASKS - len(running)
                    running |= {self._pool.submit(_work, task) for task in islice(waiting, free)}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            raise JobError("a worker process was killed, perhaps for want of memory") from error


_here: dict[str, Any] = {}  # what `_start` was given, in a worker process


def prepare_opencv() -> None:
    """Use one thread; print no warnings, such as of unknown tags in TIFF files, unless OPENCV_LOG_LEVEL is set."""
    cv2.setNumThreads(1)
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


def _start(plan: Plan, stop: Any) -> None:
    """Prepare a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare_opencv()
    _here.update(plan=plan, stop=stop)
    follow_parent()


def _work(task: Task | ShardTask) -> list[Entry]:
    entries: list[Entry] = []
    for entry in run(_here["plan"], task):
        entries.append(entry)
        if _here["stop"].is_set():
            break
    return entries
