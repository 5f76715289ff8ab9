"""Go through a newcomer's first minutes and print what each step took: `python -m examples.first_five_minutes OUT`.

Installs the library with the studio into a fresh environment, renders a folder of good parts in place of one's own,
opens the studio, turns a range, saves a preset, and draws a data set with it. OUT receives the preset, the data set
and a screenshot. Needs a network or a package cache for pip, and Playwright and Chromium here.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from examples.check_studio import browser_program, saved_preset, served

ROOT = Path(__file__).parents[1]
COUNT = 100  # images with defects


def main(argv: list[str] | None = None) -> int:
    """Run the steps and print a table; return 0 if all worked."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.first_five_minutes", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="a new folder")
    out = parser.parse_args(argv).out.resolve()
    if out.exists():
        parser.error(f"OUT must not exist, got {str(out)!r}")
    if browser_program() is None:
        parser.error("Chromium must be installed, found no browser")
    out.mkdir(parents=True)
    rows = [timed(*step) for step in steps(out)]
    print("| step | seconds |\n| --- | --- |")
    print("\n".join(f"| {name} | {seconds:.0f} |" for name, seconds in [*rows, ("together", sum(s for _, s in rows))]))
    return 0


def steps(out: Path) -> list[tuple[str, Callable[[], object]]]:
    """Return the name of each step and what does it."""
    python, parts, preset = out / "venv/bin/python", out / "parts", out / "preset.yaml"
    tool = python.with_name("defectsynth")
    return [
        ("`python3 -m venv venv`", lambda: run(sys.executable, "-m", "venv", out / "venv")),
        ("`pip install -e '.[studio]'`", lambda: run(python, "-m", "pip", "install", "-q", "-e", f"{ROOT}[studio]")),
        (
            "a folder of 20 images, rendered here",
            lambda: run(python, "-m", "eval.sample_set", parts, "--good-only", "--families", "screw", "--train", "20"),
        ),
        ("a misspelt name, which says what was meant", lambda: misspelt(tool, parts, out / "defects")),
        ("`defectsynth studio parts`, a range turned, the preset saved", lambda: studio(python, parts, preset)),
        (
            f"`defectsynth generate parts defects --preset preset.yaml --count {COUNT}`",
            lambda: run(tool, "generate", parts, out / "defects", "--preset", preset, "--count", COUNT, "--quiet"),
        ),
        ("`defectsynth preview parts sheet.png`", lambda: run(tool, "preview", parts, out / "sheet.png")),
    ]


def timed(name: str, step: Callable[[], object]) -> tuple[str, float]:
    """Run a step; return its name and its seconds."""
    start = time.monotonic()
    step()
    return name, time.monotonic() - start


def run(*words: object) -> None:
    """Run a command in the repository.

    Raises:
        subprocess.CalledProcessError: if it fails.
    """
    subprocess.run([str(word) for word in words], cwd=ROOT, check=True)  # noqa: S603  the commands above


def misspelt(tool: Path, parts: Path, out: Path) -> None:
    """Ask for a defect that does not exist.

    Raises:
        AssertionError: if the answer does not name the right one.
    """
    words = [str(tool), "generate", str(parts), str(out), "--defect", "scrach"]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode != 2 or "scratch" not in answer.stderr:
        raise AssertionError(f"`--defect scrach` must end with 2 and name scratch, got {answer.stderr!r}")


def studio(python: Path, parts: Path, preset: Path) -> None:
    """Open the studio in Chromium, turn a range and save."""
    with served(parts, python=python) as url:
        saved_preset(url, preset, screenshot=preset.with_name("studio.png"))


if __name__ == "__main__":
    sys.exit(main())
