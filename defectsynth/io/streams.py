"""Standard streams of a process that was started with some of them closed."""

from __future__ import annotations

import os
import sys


def open_missing_streams() -> None:
    """Open the null device in place of closed standard streams.

    Without them a printed line raises an error, and the next file that is opened takes the number of the closed stream:
    a message of a C library would be written into it.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:  # takes the lowest free number
        pass
    os.close(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  a device, kept open
