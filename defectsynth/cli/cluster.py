"""Tasks on a Ray cluster: the same files as with a local pool, while nodes die and join.

Every node must see the working directory, the input and the output under the same paths and have the same version of
the library. A file is written under a temporary name and renamed, and a task draws the same bytes wherever it runs: a
task whose node died is simply done again.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import RayError, RayTaskError

from defectsynth.cli.errors import JobError
from defectsynth.cli.tasks import Entry, Plan, ShardTask, Task, run
from defectsynth.cli.workers import prepare_opencv
from defectsynth.cluster import LOCAL, POLL, RETRIES, connected, processor_count

if TYPE_CHECKING:
    from typing_extensions import Self

WAITING_TASKS = 2  # for each processor of the cluster, running and next


class ClusterCrew:
    """Workers on a Ray cluster, in place of `workers.Crew`.

    Args:
        plan: the job.
        address: of the cluster, or "local" for one on this machine that ends with the job.
        workers: tasks at one time; None uses all processors, those of nodes that join later as well.
    """

    def __init__(self, plan: Plan, *, address: str, workers: int | None) -> None:
        self.plan, self.address, self.workers = plan, address, workers
        self._connection = ExitStack()
        self._running: set[Any] = set()

    def __enter__(self) -> Self:
        """Connect to the cluster, or start one."""
        try:
            self._connection.enter_context(connected(self.address, processors=self.workers))
        except ConnectionError as error:
            raise JobError(str(error)) from error
        self._job, self._plan = uuid.uuid4().hex, ray.put(self.plan)
        self._draw = ray.remote(num_cpus=1, max_retries=RETRIES)(_work)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster; tasks that are left after an error or Ctrl-C are cancelled."""
        for task in self._running:
            ray.cancel(task)
        self._connection.close()

    def run(self, tasks: Iterable[Task | ShardTask]) -> Iterator[list[Entry]]:
        """Do tasks; yield their entries in the order in which they are done.

        Raises:
            JobError: if a task failed on several nodes, or the cluster is gone.
            OSError: if a file cannot be written.
        """
        waiting = iter(tasks)
        asked, window = time.monotonic(), self._window()
        try:
            while True:
                if time.monotonic() - asked > POLL:
                    asked, window = time.monotonic(), self._window()
                for task in islice(waiting, max(window - len(self._running), 0)):
                    self._running.add(self._draw.remote(self._job, [self._plan], str(Path.cwd()), task))
                if not self._running:
                    return
                done, _ = ray.wait(list(self._running), num_returns=1, timeout=POLL)
                for task in done:
                    self._running.remove(task)
                    yield ray.get(task)
        except RayTaskError as error:
            cause = error.cause
            raise (cause if isinstance(cause, OSError) else JobError(f"a task failed: {cause}")) from error
        except RayError as error:
            raise JobError(f"the cluster failed: {error}; the same command goes on where it stopped") from error

    def _window(self) -> int:
        """Return the number of tasks that are submitted at one time."""
        if self.workers is not None and self.address != LOCAL:
            return self.workers
        return max(WAITING_TASKS * processor_count(), 1)


_plans: dict[str, Plan] = {}  # the job of this process, read from the cluster once


def _work(job: str, plan: list[Any], folder: str, task: Task | ShardTask) -> list[Entry]:
    """Do a task in a process of the cluster."""
    if job not in _plans:
        os.chdir(folder)
        prepare_opencv()
        _plans.clear()
        _plans[job] = ray.get(plan[0])
    return list(run(_plans[job], task))
