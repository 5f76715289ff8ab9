"""Worker processes: Ctrl-C is left to the main process, and none outlives it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

POLL = 0.5  # seconds after which a worker notices that the main process was killed


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the end of the block; processes that start inside keep holding it back."""
    with warnings.catch_warnings():
        # Python 3.12 and later: the threads it warns of are those of the BLAS library, which is prepared for a fork.
        warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork", category=DeprecationWarning)
        if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
            with nullcontext():
                yield
            return
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def follow_parent() -> None:
    """End this process as soon as the one that started it was killed: it would wait for work for ever."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    number = os.getppid()
    while parent is not None and parent.is_alive() and os.getppid() == number:
        parent.join(POLL)
    os._exit(1)
