"""Run the cells of a benchmark on a Ray cluster: the same numbers as on one machine, while nodes die and join.

Every node must see the working directory, the data and the results under the same paths. A cell whose node died starts
again on another one, from its last checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import cv2
import ray
import torch
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from defectsynth.cluster import POLL, RETRIES, connected, processor_count
from defectsynth.core.processes import available_cores
from eval.benchmark.cell import Settings
from eval.benchmark.reader import CategoryReader
from eval.benchmark.results import write_failure
from eval.benchmark.runner import WAITING, Cell, find_cell, run_cell
from eval.benchmark.schedule import PAUSE, Schedule
from eval.benchmark.workers import ENVIRONMENT, SENDING, CellProgress
from eval.models.feature_cache import LIMIT_MIB, Features

Message = tuple[Settings, str, int, int]


def run_on_cluster(
    cells: Sequence[Settings], *, out: str | Path, address: str, jobs: int, progress: CellProgress
) -> Generator[Cell, None, None]:
    """Run cells on a cluster and yield each when it is done, as `eval.benchmark.runner.run_cells` does.

    Each cell gets as many processors as with the same `jobs` on this machine alone, so that its sums are the same.

    Args:
        cells: see `run_cells`.
        out: see `run_cells`.
        address: of the cluster, or "local" for one on this machine.
        jobs: cells at one time on a machine such as this one.
        progress: see `CellProgress`.
    """
    home, since, threads = Path(out), time(), max(1, available_cores() // jobs)
    home.mkdir(parents=True, exist_ok=True)
    schedule, run = Schedule(cells), _Run(home, Path.cwd(), threads, since)
    with connected(address, processors=threads * jobs):
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        reports = ray.remote(num_cpus=0, scheduling_strategy=here)(_Reports).remote()
        options = {"num_cpus": threads, "max_retries": RETRIES, "runtime_env": {"env_vars": ENVIRONMENT}}
        work = ray.remote(**options)(_work)
        running: dict[Any, tuple[Settings, float]] = {}
        try:
            while schedule.left:
                for settings in _next(schedule, max(processor_count() // threads, 1) - len(running)):
                    task = work.remote(run, settings, reports)
                    running[task] = settings, monotonic()
                if not running:  # another command runs the cells that are left
                    progress(schedule.postponed[0], WAITING, 0, 0)
                    sleep(PAUSE)
                    continue
                done, _ = ray.wait([*running], num_returns=1, timeout=POLL)
                for message in ray.get(reports.take.remote()):
                    progress(*message)
                for task in done:
                    settings, began = running.pop(task)
                    cell = _outcome(task, settings, home=home, since=since, began=began)
                    if cell is None:
                        schedule.postpone(settings)
                    else:
                        schedule.finish(settings)
                        yield cell
        finally:
            for task in running:
                ray.cancel(task, force=True)


def _next(schedule: Schedule, free: int) -> Iterator[Settings]:
    """Yield cells that can start now, at most as many as processors are free for."""
    for _ in range(free):
        if (settings := schedule.take()) is None:
            return
        yield settings


def _outcome(task: Any, settings: Settings, *, home: Path, since: float, began: float) -> Cell | None:
    """Return the outcome of a task that has ended; None if another command runs its cell."""
    try:
        cell: Cell | None = ray.get(task)
    except RayError as error:
        if found := find_cell(settings, out=home, since=since):
            return found
        write_failure(home / settings.name, settings, error)
        text = f"{type(error).__name__}: {error}".partition("\n")[0]
        seconds, folder = monotonic() - began, home / settings.name
        return Cell(settings=settings, folder=folder, results=None, error=text, repeated=False, seconds=seconds)
    return cell


class _Reports:
    """Progress of the cells, on its way from the processes to the command."""

    def __init__(self) -> None:
        self.latest: dict[str, Message] = {}

    def add(self, *message: Any) -> None:
        """Keep the latest message of a cell."""
        self.latest[message[0].name] = message

    def take(self) -> list[Message]:
        """Return the messages since the last call."""
        taken, self.latest = [*self.latest.values()], {}
        return taken


_reader: dict[Path, CategoryReader] = {}  # of this process, with the categories that it has read


@dataclass(frozen=True)
class _Run:
    """One call of the command, known to every process: its folders, processors for each cell, and time of start."""

    home: Path
    working_folder: Path
    threads: int
    since: float


def _work(run: _Run, settings: Settings, reports: Any) -> Cell | None:
    """Run a cell in a process of the cluster."""
    os.chdir(run.working_folder)
    torch.set_num_threads(run.threads)
    cv2.setNumThreads(run.threads)
    Features.limit_mib = LIMIT_MIB * run.threads // available_cores()
    sent: dict[str, Any] = {"stage": "", "at": 0.0}

    def send(stage: str, done: int, total: int) -> None:
        if stage != sent["stage"] or done == total or monotonic() - sent["at"] > SENDING:
            sent.update(stage=stage, at=monotonic())
            reports.add.remote(settings, stage, done, total)

    reader = _reader.setdefault(run.home, CategoryReader(send))
    reader.progress = send
    return run_cell(settings, out=run.home, since=run.since, read=reader.of(settings), progress=send)
