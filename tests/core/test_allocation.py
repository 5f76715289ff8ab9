"""The reuse of freed memory."""

from __future__ import annotations

import platform

import numpy as np
import pytest

from defectsynth.core.allocation import keep_freed_memory

resource = pytest.importorskip("resource")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator of glibc")
def test_memory_freed_by_one_draw_serves_the_next() -> None:
    keep_freed_memory()
    faults = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        images = [np.ones((1024, 1024, 3), np.uint8) for _ in range(8)]
        del images
        faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    assert min(faults[1:]) < 100  # 6,144 pages
