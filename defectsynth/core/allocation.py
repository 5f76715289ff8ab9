"""Reuse of freed memory between draws.

The C library of Linux (glibc) returns large freed blocks to the kernel, and every draw would have its memory handed out
and cleared anew, page by page: a third to a half of the time of a draw on an image of 1024 x 1024 pixels. It adapts to
a program that frees large blocks: what it keeps grows with the largest block freed so far, to at most 64 MB.
"""

from __future__ import annotations

import numpy as np

LARGEST_ADAPTED = (32 << 20) - (64 << 10)  # bytes; glibc adapts to blocks of at most 32 MiB, bookkeeping included


def keep_freed_memory() -> None:
    """Let the allocator keep up to 64 MB of freed memory, by freeing one large block that is never touched.

    Other C libraries, and a program that has set the limits of glibc itself, are not affected.
    """
    np.empty(LARGEST_ADAPTED, np.uint8)
