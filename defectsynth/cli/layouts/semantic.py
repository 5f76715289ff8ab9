"""The layout of semantic segmentation: the class of each pixel as a gray level."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from defectsynth.cli.layouts.base import Entry, Layout, Output, check_class_count, write_json
from defectsynth.cli.writing import encode_png

MAX_CLASSES = 255  # of uint8, without the background


class SemanticLayout(Layout):
    """images/SPLIT and annotations/SPLIT: 0 is the background, from 1 on the classes of classes.json."""

    name: ClassVar[str] = "semantic"

    def check_types(self, types: Sequence[str]) -> None:
        """Raise UsageError if the types do not fit into uint8."""
        check_class_count(self, types, MAX_CLASSES)

    def labels(self, output: Output, names: Sequence[str]) -> dict[str, bytes]:
        """Return the classes of the pixels; where defects overlap, the later one counts."""
        classes = np.zeros(output.size, np.uint8)
        for name, mark in zip(output.types, output.marks, strict=True):
            classes[mark.box.slices][mark.mask != 0] = names.index(name) + 1
        return {f"annotations/{output.split}/{output.number:06d}.png": encode_png(classes)}

    def finish(self, folder: Path, entries: Sequence[Entry], names: Sequence[str]) -> None:
        """Write the names of the classes by their gray levels."""
        write_json(folder / "classes.json", dict(enumerate(["background", *names])))
