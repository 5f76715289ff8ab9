"""Data sets for the checks: what `defectsynth generate` writes of rendered parts."""

import json
from pathlib import Path
from typing import Any

from defectsynth.cli import main
from examples.check_integrations import parts

INPUTS = 10


def write(
    folder: Path, layout: str, *options: str, count: int = 24, size: int = 96, preset: str = parts.FAMILY
) -> Path:
    """Write a data set of a layout and return its folder."""
    parts.write(folder / "parts", INPUTS, size=size)
    output = folder / "set"
    words = ["--preset", preset, "--count", str(count), "--layout", layout, "--workers", "1", "--quiet"]
    assert main(["generate", str(folder / "parts"), str(output), *words, *options]) == 0
    return output


def lines_of(output: Path) -> dict[str, dict[str, Any]]:
    """Return the lines of the manifest by the paths of their images."""
    lines = map(json.loads, (output / "manifest.jsonl").read_text().splitlines())
    return {line["image"]: line for line in lines}
