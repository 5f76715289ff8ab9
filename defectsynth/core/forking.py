"""Forks of a process that uses OpenCV.

OpenCV keeps a pool of threads, which a forked child does not have. The child may wait for them for ever: for the lock
that one of them held at the fork, or as soon as it calls `cv2.setNumThreads(1)`, as many loaders of data do.
"""

from __future__ import annotations

import os
import threading

import cv2

_before: list[tuple[int, bool]] = []  # number of OpenCV's threads, and whether other threads may use them, at a fork


def end_opencv_threads_at_forks() -> None:
    """End the threads of OpenCV before each fork from now on; parent and child start new ones when they need them.

    The number of threads that OpenCV may use stays the same in the parent. It does in the child, too, if the parent has
    a single thread of Python; otherwise another one may be inside OpenCV, and the child uses OpenCV without threads.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_end_threads, after_in_parent=_restore_in_parent, after_in_child=_restore_in_child)


def _end_threads() -> None:
    if (number := cv2.getNumThreads()) > 1:
        _before.append((number, threading.active_count() > 1))
        cv2.setNumThreads(1)


def _restore_in_parent() -> None:
    if _before:
        cv2.setNumThreads(_before.pop()[0])


def _restore_in_child() -> None:
    if _before:
        number, shared = _before.pop()
        _before.clear()
        cv2.setNumThreads(0 if shared else number)  # 1 would end threads, and wait for them
