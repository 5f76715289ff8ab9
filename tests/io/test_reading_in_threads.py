"""Reading an image leaves the process alone: its stderr, its other threads, its forked children."""

import os
import struct
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

from defectsynth.core.cache import clear_caches
from defectsynth.io.image_files import read_image
from defectsynth.io.sources import open_image
from tests.images import make_part, write_image
from tests.processes import TIMEOUT

LINES, THREADS = 1000, 4


def test_other_threads_log_while_images_are_decoded(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_image(tmp_path / "a.png", make_part(size=(400, 500)))
    done = threading.Event()

    def decode() -> None:
        while not done.is_set():
            read_image(path)

    def log(number: int) -> None:
        for line in range(LINES):
            os.write(2, b"%d %d\n" % (number, line))

    reader = threading.Thread(target=decode)
    writers = [threading.Thread(target=log, args=(number,)) for number in range(THREADS)]
    for thread in (reader, *writers):
        thread.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    lines = capfd.readouterr().err.splitlines()
    assert len(set(lines)) == LINES * THREADS


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_children_forked_while_images_are_decoded_read_images(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", make_part(size=(400, 500)))
    done, ready = threading.Event(), threading.Barrier(4)

    def decode() -> None:
        read_image(path)
        ready.wait()  # what OpenCV sets up at the first call of a thread is left out
        while not done.is_set():
            read_image(path)
            clear_caches()
            open_image(str(path))

    readers = [threading.Thread(target=decode) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        read_image(path)
        ready.wait(TIMEOUT)
        for _ in range(30):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    clear_caches()
                    status = int(read_image(path).tobytes() != open_image(str(path)).tobytes())
                finally:
                    os._exit(status)
            until = time.monotonic() + 60
            while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < until:
                time.sleep(0.005)
            if ended[0] == 0:
                os.kill(child, 9)
                os.waitpid(child, 0)
            assert ended == (child, 0), "the child hangs or fails"
    finally:
        done.set()
        for reader in readers:
            reader.join()


def test_locks_that_are_held_at_a_fork_are_renewed(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", make_part())
    code = (
        "import os, sys; from defectsynth.io import sources\n"
        "sources.open_image(sys.argv[1])\n"
        "with sources.IMAGES.lock:\n"
        "    child = os.fork()\n"
        "if child == 0: os._exit(int(sources.open_image(sys.argv[1]).size == 0))\n"
        "sys.exit(os.waitpid(child, 0)[1])\n"
    ).replace("if child == 0:", "    if child == 0:")
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=TIMEOUT)


@pytest.mark.parametrize("closed", ["2>&-", "0<&- 1>&- 2>&-"])
def test_images_are_read_with_a_closed_stderr(tmp_path: Path, closed: str) -> None:
    write_image(tmp_path / "in/a.png", make_part())
    code = "import sys; from defectsynth.io.image_files import *; [read_image(Path(sys.argv[1])) for _ in '12']"
    command = f'"{sys.executable}" -c "{code}" "{tmp_path}/in/a.png" {closed}'
    assert subprocess.run(command, shell=True, check=False).returncode == 0  # noqa: S602  only a shell closes it
    out = tmp_path / "out"
    command = f'"{sys.executable}" -m defectsynth.cli generate "{tmp_path}/in" "{out}" --defect line --count 3 {closed}'
    assert subprocess.run(command, shell=True, check=False).returncode == 0  # noqa: S602
    assert len((out / "manifest.jsonl").read_text().splitlines()) == 3
    for image in out.rglob("*.png"):
        read_image(image)


def test_common_flaws_of_intact_files_print_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    image = make_part()
    data = write_image(tmp_path / "a.png", image).read_bytes()
    chunks = b""
    for name, text in (
        (b"iCCP", b"x\0\0" + zlib.compress(b"junk")),
        (b"gAMA", b"\0\0\0\7"),
        (b"sRGB", b"\0"),
        (b"tEXt", b"x"),
    ):
        wrong = b"" if name != b"tEXt" else b"\0\0\0\0"
        chunks += struct.pack(">I", len(text)) + name + text + (wrong or struct.pack(">I", zlib.crc32(name + text)))
    (tmp_path / "a.png").write_bytes(data[:33] + chunks + data[33:])
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), image[..., ::-1])
    assert capfd.readouterr() == ("", "")
