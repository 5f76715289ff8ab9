"""Random numbers in the workers of a torch loader, which must not repeat those of the other workers."""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np


def worker_seed() -> int:
    """Return a number that differs between the workers and epochs of a torch loader, 0 outside of workers."""
    torch = sys.modules.get("torch")
    worker = None if torch is None else torch.utils.data.get_worker_info()
    return 0 if worker is None else int(worker.seed)


class WorkerRandom(random.Random):
    """Random choices of a composition, other ones in every worker of a torch loader.

    albumentations 2.0.8 gives each worker the state of the main process, so that all workers would leave out the same
    images in all epochs. At its first choice in a worker the composition is seeded again; elsewhere it chooses as
    without this class.
    """

    composition: Any = None
    worker = 0

    @classmethod
    def put_into(cls, composition: Any) -> None:
        """Let a composition choose by this class from now on."""
        own = cls()
        own.__setstate__((composition.py_random.getstate(), composition, 0))
        composition.py_random = own

    def random(self) -> float:
        """Return a number in [0, 1)."""
        return super().random() if self._is_current() else self.composition.py_random.random()

    def getrandbits(self, k: int) -> int:
        """Return a whole number of k bits."""
        return super().getrandbits(k) if self._is_current() else self.composition.py_random.getrandbits(k)

    def _is_current(self) -> bool:
        if (worker := worker_seed()) == self.worker:
            return True
        self.worker = worker
        mixed = np.random.SeedSequence((worker, super().getrandbits(62)))
        self.composition.set_random_seed(int(mixed.generate_state(1, np.uint32)[0]))
        self.composition.py_random.worker = worker
        return False

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the composition, for spawned workers."""
        return type(self), (), (self.getstate(), self.composition, self.worker)

    def __setstate__(self, state: tuple[Any, Any, int]) -> None:
        """Take over a state."""
        numbers, self.composition, self.worker = state
        self.setstate(numbers)
