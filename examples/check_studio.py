"""Use the studio in a browser: `python -m examples.check_studio OUT [--size PX]`.

Serves rendered parts, moves a slider, compares, saves, opens the saved file again, and checks that the same seed draws
the same bytes. Prints the time from a change to the new images, and writes screenshots, wide and narrow, to OUT. Needs
NiceGUI, Playwright and Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.sample_set.__main__ import main as write_sample_set

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHANGES = 12  # of a slider, timed
PATIENCE = 300  # s until the server answers or the page shows something, which on a busy machine takes long
PORTS = 3  # tried one after the other: another program may take one before the server does
SIZES = {"wide": (1500, 1000), "narrow": (420, 900)}


def main(argv: list[str] | None = None) -> int:
    """Run the check; return 0 if everything worked."""
    parser = argparse.ArgumentParser(prog="python -m examples.check_studio", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the screenshots")
    parser.add_argument("--size", type=int, default=256, metavar="PX", help="side of the parts (default: 256)")
    arguments = parser.parse_args(argv)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder) / "parts"
        sample = [str(parts), "--good-only", "--families", "screw", "--train", "6", "--size", str(arguments.size)]
        write_sample_set(sample)
        with served(parts) as url:
            times = walk(url, arguments.out)
    print(
        f"{arguments.size} px, 6 images: a change shows after {1e3 * statistics.median(times):.0f} ms in the median, "
        f"at most {1e3 * max(times):.0f} ms"
    )
    return 0


def browser_program() -> str | None:
    """Return the path of a Chromium, None if there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextlib.contextmanager
def served(parts: Path, *options: str, python: Path | str = sys.executable) -> Iterator[str]:
    """Serve the studio for a folder, with the Python of another environment if it is named; yield its address."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}  # which it obeys
    words = [str(python), "-m", "defectsynth.cli", "studio", str(parts), "--no-browser", "--show", "scratch", *options]
    for attempt in range(PORTS):
        port = _free_port()
        server = subprocess.Popen([*words, "--port", str(port)], stdout=subprocess.DEVNULL, env=environment)  # noqa: S603
        url = f"http://127.0.0.1:{port}/"
        try:
            if _answers(url, server):
                yield url
                return
        finally:
            _end(server)
        _check(attempt + 1 < PORTS, f"the studio serves {parts}, got exit code {server.returncode}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    """Wait until a server answers; return whether it does, rather than ending or keeping silent for too long."""
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  our own address
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            pass
        else:
            return server.poll() is None
        time.sleep(0.1)
    return False


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=PATIENCE)
    finally:
        server.kill()  # if it does not end


def walk(url: str, out: Path) -> list[float]:
    """Use the page as a person would; return the seconds that changes took.

    Raises:
        AssertionError: if a step has another result than a person expects.
    """
    with opened(url) as page:
        times = _steps(page, out)
        page.set_viewport_size(_viewport("narrow"))
        page.screenshot(path=out / "studio_narrow.png")
        return times


def saved_preset(url: str, file: Path, *, screenshot: Path) -> None:
    """Turn the first range of the page, wait for the new draws, and save the preset."""
    with opened(url) as page:
        before = _images(page)
        _turn(page)
        _wait_for_other(page, before)
        page.screenshot(path=screenshot)
        _save(page, file)


@contextlib.contextmanager
def opened(url: str) -> Iterator[Any]:
    """Open the page in a headless Chromium and yield it.

    Raises:
        AssertionError: when it is closed, if it has asked another host for anything.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  an optional package

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_program(), args=["--no-sandbox"], timeout=1000 * PATIENCE
        )
        try:
            page = browser.new_page(viewport=_viewport("wide"), accept_downloads=True)
            page.set_default_timeout(1000 * PATIENCE)
            hosts: set[str] = set()
            page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            page.goto(url)
            yield page
            hosts.discard(url.split("/")[2])
            _check(not {host for host in hosts if host and "," not in host}, f"no request to other hosts, got {hosts}")
        finally:
            browser.close()


def _steps(page: Any, out: Path) -> list[float]:
    first = _images(page)
    times = []
    for _ in range(CHANGES):
        before = _images(page)
        start = time.monotonic()
        _turn(page)
        _wait_for_other(page, before)
        times.append(time.monotonic() - start)
    moved = _images(page)
    _check(moved != first, "a moved slider draws other images")
    page.get_by_text("Keep to compare").click()
    page.wait_for_selector('[data-cell="cell-0-kept"]')
    page.get_by_role("button", name="Next").click()
    page.wait_for_function("s => document.querySelector('[data-cell=\"cell-0\"]').src != s", arg=moved[0])
    page.screenshot(path=out / "studio_wide.png")
    saved = out / "preset.yaml"
    _save(page, saved)
    page.reload()
    _check(_images(page) == first, "a new page draws the same bytes as the first one")
    page.set_input_files('input[type="file"]', saved)
    page.wait_for_function("s => document.querySelector('[data-cell=\"cell-0\"]').src != s", arg=first[0])
    page.wait_for_function("s => document.querySelector('[data-cell=\"cell-0\"]').src == s", arg=moved[0])
    _check(_images(page) == moved, "the saved file draws the same bytes")
    return times


def _turn(page: Any) -> None:
    page.locator(".q-range .q-slider__thumb").nth(1).focus()  # the upper end of the first range
    page.keyboard.press("PageUp")


def _save(page: Any, file: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save YAML").click()
    download.value.save_as(file)


def _images(page: Any) -> list[str]:
    """Return the images of the sheet, as data URLs, once all are there."""
    page.wait_for_selector('[data-cell="cell-5"]')
    found: list[str] = page.eval_on_selector_all(
        "[data-cell^='cell-']:not([data-cell$='kept'])", "all => all.map(each => each.src)"
    )
    return found


def _wait_for_other(page: Any, before: list[str]) -> None:
    page.wait_for_function(
        "old => { const now = [...document.querySelectorAll(\"[data-cell^='cell-']\")].map(each => each.src);"
        " return now.length == old.length && now.some((each, place) => each != old[place]); }",
        arg=before,
        polling=5,
    )


def _viewport(name: str) -> Any:
    width, height = SIZES[name]
    return {"width": width, "height": height}


def _check(right: object, what: str) -> None:
    if not right:
        raise AssertionError(what)


if __name__ == "__main__":
    sys.exit(main())
