"""The layouts of YOLO: one text file of boxes or polygons for each image, and data.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

import yaml

from defectsynth.cli.layouts.base import Entry, Layout, Output, by_split
from defectsynth.cli.layouts.outlines import joined, outlines
from defectsynth.cli.writing import write_whole


class YoloLayout(Layout):
    """images/SPLIT, labels/SPLIT with a box for each defect, and data.yaml."""

    name: ClassVar[str] = "yolo"
    background_share: ClassVar[float | None] = 0.1

    def labels(self, output: Output, names: Sequence[str]) -> dict[str, bytes]:
        """Return the text file of an image; without a defect it is empty."""
        rows = [
            f"{names.index(name)} " + " ".join(f"{number:.6f}" for number in numbers)
            for name, numbers in zip(output.types, self.numbers(output), strict=True)
        ]
        text = "".join(f"{row}\n" for row in rows)
        return {f"labels/{output.split}/{output.number:06d}.txt": text.encode()}

    def numbers(self, output: Output) -> Iterable[Sequence[float]]:
        """Yield centre, width and height of each box, fractions of the image."""
        height, width = output.size
        for record in output.records:
            x0, y0, x1, y1 = record["box"]
            yield (x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height

    def finish(self, folder: Path, entries: Sequence[Entry], names: Sequence[str]) -> None:
        """Write data.yaml; it has no `path`, so that Ultralytics looks beside the file, wherever it is called from."""
        folders = {split: f"images/{split}" for split, _ in by_split(self, entries)}
        train, val = (folders.get(split) for split in self.splits)
        data = {"train": train or val, "val": val or train, "names": dict(enumerate(names))}
        write_whole(folder / "data.yaml", yaml.safe_dump(data, sort_keys=False))


class YoloSegmentLayout(YoloLayout):
    """The same with one polygon for each defect; its regions and holes are joined by seams without width."""

    name: ClassVar[str] = "yolo-seg"

    def numbers(self, output: Output) -> Iterable[Sequence[float]]:
        """Yield the corners of each polygon, x and y in turn, fractions of the image."""
        height, width = output.size
        for mark in output.marks:
            yield (joined(outlines(mark)) / (width, height)).ravel().tolist()
