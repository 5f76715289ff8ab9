"""Readers of an output folder of `generate`."""

import json
from pathlib import Path
from typing import Any

import cv2

from defectsynth.core.arrays import Array

SEVERAL = ("--defect", "scratch", "--defect", "color_spot", "--set", "count_range=[1, 3]")


def read_manifest(output: Path) -> list[dict[str, Any]]:
    """Return the lines of the manifest."""
    return [json.loads(line) for line in (output / "manifest.jsonl").read_text().splitlines()]


def read_pixels(path: Path) -> Array:
    """Return the pixels of a file in its own depth and cv2's order of channels."""
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
