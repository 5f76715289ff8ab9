"""Run the cells of a benchmark in several worker processes, each of which keeps the categories that it has read.

A fork server imports everything once, and the workers are forked from it. It starts no thread and runs no torch code,
so forking it is safe. A pool of `concurrent.futures` would break as a whole when one worker is killed.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic, time

import cv2
import torch

from defectsynth.core.processes import available_cores
from eval.benchmark.cell import SHARED, Settings
from eval.benchmark.locks import hold_locks
from eval.benchmark.reader import CategoryReader
from eval.benchmark.results import write_failure
from eval.benchmark.runner import WAITING, Cell, find_cell, run_cell
from eval.benchmark.schedule import PAUSE, Schedule
from eval.models.feature_cache import LIMIT_MIB, Features

_GRACE = 10.0  # s that workers get to stop
SENDING = 0.1  # s between two progress messages of a stage
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}  # no threads in NumPy, no busy waiting

CellProgress = Callable[[Settings, str, int, int], None]
"""Called with the cell, its stage, the number of steps done, and the number of all steps."""


def run_side_by_side(
    cells: Sequence[Settings], *, out: str | Path, jobs: int, progress: CellProgress
) -> Generator[Cell, None, None]:
    """Run cells in several processes and yield each when it is done, as `eval.benchmark.runner.run_cells` does.

    Each process gets an equal share of the cores. Sums over another number of threads may differ in their last digits,
    and training amplifies that: use the same number of jobs within one benchmark.

    A cell starts when its baseline is done. A process prefers cells of the categories that it has read. If a process is
    killed, its cell fails, and another process takes the remaining cells. In a script, call this below
    ``if __name__ == "__main__":``, as the processes import the script.

    Args:
        cells: see `run_cells`.
        out: see `run_cells`.
        jobs: number of processes, at least 1.
        progress: see `CellProgress`.

    Raises:
        ValueError: if jobs is out of bounds.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    Path(out).mkdir(parents=True, exist_ok=True)
    pool = _Pool(Path(out), jobs)
    schedule = Schedule(cells)
    atexit.register(pool.stop)  # in case nobody closes this generator
    try:
        while schedule.left:
            yield from pool.hand_out(schedule)
            yield from pool.listen(schedule, progress)
    finally:
        pool.stop()
        atexit.unregister(pool.stop)


class _Worker:
    """Parent's side of a process that runs one cell after the other."""

    def __init__(self, out: Path, *, threads: int, since: float) -> None:
        self.out = out
        self.settings: Settings | None = None  # of the cell that is running
        self.categories: set[str] = set()  # that it has read
        self.began = monotonic()
        _start_server()
        context = get_context("forkserver")
        self.pipe, worker_end = context.Pipe()
        self.process = context.Process(target=_work, args=(worker_end, out, threads, since))
        self.process.start()
        worker_end.close()

    def start(self, settings: Settings) -> None:
        """Start a cell."""
        self.settings, self.began = settings, monotonic()
        self.categories.add(settings.category)
        with suppress(OSError):  # the process was killed, which `listen` notices
            self.pipe.send(settings)

    def messages(self) -> Iterator[Cell | tuple[str, int, int] | None]:
        """Yield the messages that have arrived: progress, or the outcome of the cell, see `run_cell`."""
        try:
            while self.pipe.poll():
                yield self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()

    def failed_cell(self, settings: Settings, *, since: float) -> Cell:
        """Return the outcome of the cell that the process was running when it was killed."""
        self.clean_up()
        folder = self.out / settings.name
        code = self.process.exitcode or 0
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        error = RuntimeError(
            f"the process of a cell must live until the cell is done, got one {how}: "
            "if there was not enough memory, run fewer --jobs"
        )
        with hold_locks(self.out, (settings.name,)) as free:
            if found := find_cell(settings, out=self.out, since=since):
                return found
            if free:
                write_failure(folder, settings, error)
        text, seconds = f"RuntimeError: {error}", monotonic() - self.began
        return Cell(settings=settings, folder=folder, results=None, error=text, repeated=False, seconds=seconds)

    def clean_up(self) -> None:
        """Close the pipe and delete the incomplete files of the process."""
        self.pipe.close()
        if self.settings is not None:
            for folder in (self.out / self.settings.name, self.out / SHARED):
                for part in folder.glob(f".*.{self.process.pid}.part"):
                    part.unlink(missing_ok=True)


class _Pool:
    """Workers of a benchmark; each is started when there is a cell for it."""

    def __init__(self, out: Path, jobs: int) -> None:
        self.out, self.jobs = out, jobs
        self.since = time()
        self.workers: list[_Worker] = []

    def hand_out(self, schedule: Schedule) -> Iterator[Cell]:
        """Start cells while there are idle workers; yield the cells that are done already."""
        while idle := self._idle():
            loaded = {category for worker in idle if worker for category in worker.categories}
            settings = schedule.take(loaded=loaded)
            if settings is None:
                return
            if found := find_cell(settings, out=self.out, since=self.since):
                schedule.finish(settings)
                yield found
                continue
            preferred = [worker for worker in idle if worker and settings.category in worker.categories]
            worker = next(iter(preferred), idle[0]) or self._new_worker()
            worker.start(settings)

    def listen(self, schedule: Schedule, progress: CellProgress) -> Iterator[Cell]:
        """Wait for a message of a worker, or until a postponed cell is due; yield the cells that are done."""
        busy = [worker for worker in self.workers if worker.settings is not None]
        if not busy and schedule.postponed:
            progress(schedule.postponed[0], WAITING, 0, 0)
        if busy or schedule.postponed:
            ends = [end for worker in busy for end in (worker.pipe, worker.process.sentinel)]
            ready = wait(ends, PAUSE if schedule.postponed else None)
            for worker in busy:
                if worker.pipe in ready or worker.process.sentinel in ready:
                    yield from self._receive(worker, schedule, progress)

    def stop(self) -> None:
        """End all workers and delete their incomplete files."""
        with _no_interruption():
            for worker in self.workers:
                worker.process.terminate()
                worker.pipe.close()
            deadline = monotonic() + _GRACE
            for worker in self.workers:
                worker.process.join(max(0.0, deadline - monotonic()))
                worker.process.kill()
                worker.process.join()
                worker.clean_up()

    def _idle(self) -> list[_Worker | None]:
        """Return the idle workers; [None] if there are none but another may be started."""
        self.workers = [worker for worker in self.workers if worker.settings or worker.process.is_alive()]
        idle: list[_Worker | None] = [worker for worker in self.workers if worker.settings is None]
        return idle or ([None] if len(self.workers) < self.jobs else [])

    def _new_worker(self) -> _Worker:
        worker = _Worker(self.out, threads=max(1, available_cores() // self.jobs), since=self.since)
        self.workers.append(worker)
        return worker

    def _receive(self, worker: _Worker, schedule: Schedule, progress: CellProgress) -> Iterator[Cell]:
        settings = worker.settings
        if settings is None:
            return
        for message in worker.messages():
            if isinstance(message, tuple):
                progress(settings, *message)
                continue
            worker.settings = None
            if message is None:
                schedule.postpone(settings)
            else:
                schedule.finish(settings)
                yield message
        if worker.settings is not None and not worker.process.is_alive():
            self.workers.remove(worker)
            schedule.finish(settings)
            yield worker.failed_cell(settings, since=self.since)


def _start_server() -> None:
    """Start the fork server; it imports this module, which starts no thread."""
    forkserver.set_forkserver_preload([__name__])
    resource_tracker.ensure_running()  # now, because its start unblocks signals
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        with _no_interruption():  # the workers inherit this: the parent stops them
            forkserver.ensure_running()
    finally:
        for name, value in before.items():
            del os.environ[name]
            os.environ.update({} if value is None else {name: value})


@contextmanager
def _no_interruption() -> Iterator[None]:
    """Delay Ctrl-C until the context ends."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, out: Path, threads: int, since: float) -> None:
    """Run the cells that arrive through the pipe until the process is stopped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, EOFError, KeyboardInterrupt):  # the process was stopped, or its parent ended
        signal.signal(signal.SIGTERM, _interrupt)
        threading.Thread(target=_stop_with_parent, daemon=True).start()
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        Features.limit_mib = LIMIT_MIB * threads // available_cores()
        sender = _ProgressSender(pipe)
        reader = CategoryReader(sender)
        while True:
            settings = pipe.recv()
            pipe.send(run_cell(settings, out=out, since=since, read=reader.of(settings), progress=sender))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the process is ending


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _stop_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        signal.raise_signal(signal.SIGTERM)


class _ProgressSender:
    """Sends progress through a pipe, at most ten messages per second within a stage."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.stage, self.last = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage == self.stage and done < total and monotonic() - self.last < SENDING:
            return
        self.stage, self.last = stage, monotonic()
        try:
            self.pipe.send((stage, done, total))
        except OSError as error:  # the parent ended
            raise KeyboardInterrupt from error
