"""The layout of Hugging Face's imagefolder: metadata.jsonl in the folder of each split."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from defectsynth.cli.layouts.base import Entry, Layout, Output, by_split
from defectsynth.cli.writing import write_whole


class HuggingFaceLayout(Layout):
    """SPLIT/NUMBER.png with its mask in SPLIT/masks, and SPLIT/metadata.jsonl."""

    name: ClassVar[str] = "huggingface"
    splits: ClassVar[tuple[str, str]] = ("train", "validation")

    def paths(self, output: Output) -> tuple[str, str]:
        """Return the paths of an output image and its mask in the folder of the split."""
        return f"{output.split}/{output.number:06d}.png", f"{output.split}/masks/{output.number:06d}.png"

    def finish(self, folder: Path, entries: Sequence[Entry], names: Sequence[str]) -> None:
        """Write the metadata of each split."""
        for split, mine in by_split(self, entries):
            rows = "".join(json.dumps(_row(entry["line"], split)) + "\n" for entry in mine)
            write_whole(folder / split / "metadata.jsonl", rows)


def _row(line: dict[str, Any], split: str) -> dict[str, Any]:
    """Return the metadata of one image; boxes are x, y, width, height in pixels."""
    boxes = [defect["box"] for defect in line["defects"]]
    return {
        "file_name": line["image"].removeprefix(f"{split}/"),
        "mask_file_name": line["mask"].removeprefix(f"{split}/"),
        "label": int(bool(boxes)),
        "objects": {
            "bbox": [[x0, y0, x1 - x0, y1 - y0] for x0, y0, x1, y1 in boxes],
            "category": [defect["defect_type"] for defect in line["defects"]],
            "area": [defect["area"] for defect in line["defects"]],
        },
    }
