"""Children forked by a process that uses the threads of OpenCV can use OpenCV."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import TIMEOUT

ROOT = Path(__file__).parents[2]
FORKING = """
import os, sys, threading
import cv2
import numpy as np
import defectsynth

image = np.zeros((600, 700, 3), np.uint8)
other = threading.Event()
if sys.argv[1] == "two":
    threading.Thread(target=other.wait).start()
cv2.setNumThreads(2)
for _ in range(40):
    cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    child = os.fork()
    if child == 0:
        number = cv2.getNumThreads()
        cv2.setNumThreads(int(sys.argv[2]))
        cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        os._exit(10 + number)
    assert cv2.getNumThreads() == 2
    status = os.waitpid(child, 0)[1]
    assert os.waitstatus_to_exitcode(status) == (12 if sys.argv[1] == "one" else 11), status
other.set()
"""


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="needs fork")
@pytest.mark.parametrize(("threads", "number"), [("one", 1), ("one", 2), ("two", 0)])
def test_forked_children_use_opencv_with_any_number_of_threads(threads: str, number: int) -> None:
    """Without care the third child or so that sets one thread hangs."""
    subprocess.run([sys.executable, "-c", FORKING, threads, str(number)], cwd=ROOT, check=True, timeout=TIMEOUT)
