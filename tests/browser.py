"""Chromium without a window, as it shows a page of a test."""

import os
import subprocess
from pathlib import Path

import pytest

from examples.check_studio import browser_program

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little shared memory
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
    "--dump-dom",
)
ATTEMPTS = 4  # now and then Chromium itself does not start, or does not end, on a busy machine
PATIENCE = 100  # seconds


def shown_document(page: Path, home: Path, *options: str) -> str:
    """Return the document that Chromium makes of a page once its scripts have run.

    Args:
        page: an HTML file.
        home: folder for the files of the browser.
        options: further options of Chromium.
    """
    program = browser_program()
    if program is None:
        pytest.skip("no chromium on PATH")
    failures = []
    for attempt in range(ATTEMPTS):
        command = [program, *OPTIONS, *options, f"--user-data-dir={home / f'profile {attempt}'}", page.as_uri()]
        try:
            done = subprocess.run(
                command,
                env={**os.environ, "HOME": str(home)},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            failures.append(f"{error}: {error.stderr!r}")
        else:
            return done.stdout
    pytest.fail("\n".join(failures))
