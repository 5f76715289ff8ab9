"""Cells side by side: each in one of several processes, which keep the categories that they have read.

A server process imports everything once; the workers are forked from it. It runs no thread, and nothing of torch, so
that its forks are sound.
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

from eval.benchmark.locks import held
from eval.benchmark.results import Settings, write_failure
from eval.benchmark.runner import WAITING, Cell, Reader, found_cell, run_cell
from eval.benchmark.schedule import PAUSE, SHARED, Plan
from eval.models.feature_cache import LIMIT_MIB, Features

_GRACE = 10.0  # s that workers get to stop
_SENDING = 0.1  # s between two messages on the progress of a stage
_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}  # none of NumPy's own; none that wait busily

CellProgress = Callable[[Settings, str, int, int], None]
"""Called with the cell, the stage it is in, how much of the stage is done, and of how much."""


def run_side_by_side(
    cells: Sequence[Settings], *, out: str | Path, jobs: int, progress: CellProgress
) -> Generator[Cell, None, None]:
    """As `eval.benchmark.run_cells`, but in several processes at once; cells come in the order they end.

    Each process gets an equal share of the cores. Sums over other numbers of threads may differ in their last digits,
    and a training carries that on: keep to one number of jobs in one benchmark.

    A cell starts when its baseline is done. A process goes on with the category it knows if it can. If a process is
    killed, its cell has failed, and another process takes the other cells. In a script, call it below
    ``if __name__ == "__main__":``, as the processes import the script.

    Args:
        cells: see `run_cells`.
        out: see `run_cells`.
        jobs: processes, at least 1.
        progress: see `CellProgress`.

    Raises:
        ValueError: if jobs is out of bounds.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    Path(out).mkdir(parents=True, exist_ok=True)
    crew = _Crew(Path(out), jobs)
    plan = Plan(cells)
    atexit.register(crew.stop)  # where nobody closes this generator
    try:
        while plan.left:
            yield from crew.hand_out(plan)
            yield from crew.listen(plan, progress)
    finally:
        crew.stop()
        atexit.unregister(crew.stop)


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Worker:
    """A process that runs one cell after the other, seen from the process that hands them out."""

    def __init__(self, out: Path, *, threads: int, since: float) -> None:
        self.out = out
        self.settings: Settings | None = None  # of the cell that it runs
        self.categories: set[str] = set()  # that it has read
        self.began = monotonic()
        _start_server()
        context = get_context("forkserver")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, out, threads, since))
        self.process.start()
        theirs.close()

    def give(self, settings: Settings) -> None:
        """Let it run a cell."""
        self.settings, self.began = settings, monotonic()
        self.categories.add(settings.category)
        with suppress(OSError):  # it was killed, which is found out later
            self.pipe.send(settings)

    def messages(self) -> Iterator[Cell | tuple[str, int, int] | None]:
        """What it has sent; ends with the messages, or with the worker."""
        try:
            while self.pipe.poll():
                yield self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()

    def lost(self, settings: Settings, *, since: float) -> Cell:
        """What has become of the cell that it ran when it was killed."""
        self.clean_up()
        folder = self.out / settings.name
        code = self.process.exitcode or 0
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        error = RuntimeError(
            f"the process of a cell must live until the cell is done, got one {how}: "
            "if there was not enough memory, run fewer --jobs"
        )
        with held(self.out, (settings.name,)) as free:
            if found := found_cell(settings, out=self.out, since=since):
                return found
            if free:
                write_failure(folder, settings, error)
        text, seconds = f"RuntimeError: {error}", monotonic() - self.began
        return Cell(settings=settings, folder=folder, results=None, error=text, repeated=False, seconds=seconds)

    def clean_up(self) -> None:
        """Take away what it had half written."""
        self.pipe.close()
        if self.settings is not None:
            for folder in (self.out / self.settings.name, self.out / SHARED):
                for part in folder.glob(f".*.{self.process.pid}.part"):
                    part.unlink(missing_ok=True)


class _Crew:
    """All workers; each is started when there is a cell for it."""

    def __init__(self, out: Path, jobs: int) -> None:
        self.out, self.jobs = out, jobs
        self.since = time()
        self.workers: list[_Worker] = []

    def hand_out(self, plan: Plan) -> Iterator[Cell]:
        """Give cells to the workers while there are both; give those back that need no run."""
        while idle := self._idle():
            known = {category for worker in idle if worker for category in worker.categories}
            settings = plan.take(known=known)
            if settings is None:
                return
            if found := found_cell(settings, out=self.out, since=self.since):
                plan.finish(settings)
                yield found
                continue
            knowing = [worker for worker in idle if worker and settings.category in worker.categories]
            worker = next(iter(knowing), idle[0]) or self._started()
            worker.give(settings)

    def listen(self, plan: Plan, progress: CellProgress) -> Iterator[Cell]:
        """Wait until a worker has something to tell, or a cell of another process is to be looked at again."""
        busy = [worker for worker in self.workers if worker.settings is not None]
        if not busy and plan.postponed:
            progress(plan.postponed[0], WAITING, 0, 0)
        if busy or plan.postponed:
            told = wait([end for worker in busy for end in (worker.pipe, worker.process.sentinel)], self._pause(plan))
            for worker in busy:
                if worker.pipe in told or worker.process.sentinel in told:
                    yield from self._heard(worker, plan, progress)

    def stop(self) -> None:
        """End all workers, whatever they do; none leaves a file half written."""
        with _no_interruption():
            for worker in self.workers:
                worker.process.terminate()
                worker.pipe.close()
            last = monotonic() + _GRACE
            for worker in self.workers:
                worker.process.join(max(0.0, last - monotonic()))
                worker.process.kill()
                worker.process.join()
                worker.clean_up()

    def _idle(self) -> list[_Worker | None]:
        """Those that run nothing, and None if another may be started."""
        self.workers = [worker for worker in self.workers if worker.settings or worker.process.is_alive()]
        idle: list[_Worker | None] = [worker for worker in self.workers if worker.settings is None]
        return idle or ([None] if len(self.workers) < self.jobs else [])

    def _started(self) -> _Worker:
        self.workers.append(_Worker(self.out, threads=max(1, cores() // self.jobs), since=self.since))
        return self.workers[-1]

    def _heard(self, worker: _Worker, plan: Plan, progress: CellProgress) -> Iterator[Cell]:
        settings = worker.settings
        if settings is None:
            return
        for message in worker.messages():
            if isinstance(message, tuple):
                progress(settings, *message)
                continue
            worker.settings = None
            if message is None:
                plan.postpone(settings)
            else:
                plan.finish(settings)
                yield message
        if worker.settings is not None and not worker.process.is_alive():
            self.workers.remove(worker)
            plan.finish(settings)
            yield worker.lost(settings, since=self.since)

    @staticmethod
    def _pause(plan: Plan) -> float | None:
        return PAUSE if plan.postponed else None


def _start_server() -> None:
    """Start what the workers are forked from; it imports this module, and starts no thread with that."""
    forkserver.set_forkserver_preload([__name__])
    resource_tracker.ensure_running()  # its start would let signals through
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(_THREADS)
    try:
        with _no_interruption():  # the workers inherit that: they are stopped by this process
            forkserver.ensure_running()
    finally:
        for name, value in before.items():
            del os.environ[name]
            os.environ.update({} if value is None else {name: value})


@contextmanager
def _no_interruption() -> Iterator[None]:
    """Let Ctrl-C wait."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, out: Path, threads: int, since: float) -> None:
    """What a worker does until it is stopped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, EOFError, KeyboardInterrupt):  # stopped, or the process that hands out cells is gone
        signal.signal(signal.SIGTERM, _interrupt)
        threading.Thread(target=_stop_with_parent, daemon=True).start()
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        Features.limit_mib = LIMIT_MIB * threads // cores()
        report = _Report(pipe)
        reader = Reader(report)
        while True:
            settings = pipe.recv()
            cell = run_cell(settings, out=out, since=since, read=reader.reading(settings), progress=report)
            pipe.send(cell)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it stops already


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _stop_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        signal.raise_signal(signal.SIGTERM)


class _Report:
    """Sends progress to the process that hands out cells, but not each of many small steps."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.stage, self.last = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage == self.stage and done < total and monotonic() - self.last < _SENDING:
            return
        self.stage, self.last = stage, monotonic()
        try:
            self.pipe.send((stage, done, total))
        except OSError as error:  # the process that hands out cells is gone
            raise KeyboardInterrupt from error
