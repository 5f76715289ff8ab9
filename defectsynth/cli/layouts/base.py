"""Base class of the layouts: paths and files of each output image, and files at the end of a job."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from defectsynth.cli.errors import UsageError
from defectsynth.cli.writing import write_whole
from defectsynth.core.arrays import Array, Bytes, threshold_mask
from defectsynth.engine.pipeline import Mark, State

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Output:
    """One output image with its labels.

    Attributes:
        number: index of the image.
        split: name of its split, one of `Layout.splits`.
        image: (H, W) or (H, W, 3), uint8 or uint16.
        mask: uint8 (H, W), 255 on the defects.
        records: one a defect.
        marks: for each record the mask of that defect alone.
    """

    number: int
    split: str
    image: Array
    mask: Bytes
    records: Sequence[dict[str, Any]] = ()
    marks: Sequence[Mark] = ()

    @classmethod
    def of(cls, number: int, split: str, state: State) -> Output:
        """Return the output of a drawn state."""
        return cls(number, split, state.image, threshold_mask(state.mask, 1), tuple(state.records), tuple(state.marks))

    @classmethod
    def background(cls, number: int, split: str, image: Array) -> Output:
        """Return the output of an image without a defect."""
        return cls(number, split, image, np.zeros(image.shape[:2], np.uint8))

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.mask.shape[0], self.mask.shape[1]

    @property
    def types(self) -> list[str]:
        """The types of the defects."""
        return [record["defect_type"] for record in self.records]


class Layout:
    """Layout of a data set: images and masks in a folder for each split.

    Attributes:
        name: of the command line.
        splits: names of the splits of sources that are kept and of those that are held out.
        held_option: argument that states the share of sources held out; see `splits.held_out`.
        held_share: its default.
        background_share: default share of output images without a defect; None if the layout holds none by number.
        packs: whether output images go into tar shards.
    """

    name: ClassVar[str] = ""
    splits: ClassVar[tuple[str, str]] = ("train", "val")
    held_option: ClassVar[str] = "val"
    held_share: ClassVar[float] = 0.2
    background_share: ClassVar[float | None] = 0.0
    packs: ClassVar[bool] = False

    def check_types(self, types: Sequence[str]) -> None:
        """Raise UsageError if the layout cannot hold these types of defect."""

    def sources(self, kept: Sequence[int], held: Sequence[int]) -> Sequence[int]:
        """Return the sources that output images are drawn from, given those of either split."""
        return sorted((*kept, *held))

    def good_path(self, source: int, *, held: bool) -> str | None:
        """Return the path of the copy of a source, None if the layout holds none."""
        return None

    def paths(self, output: Output) -> tuple[str, str]:
        """Return the paths of an output image and its mask, relative to the output folder."""
        return f"images/{output.split}/{output.number:06d}.png", f"masks/{output.split}/{output.number:06d}.png"

    def labels(self, output: Output, names: Sequence[str]) -> dict[str, bytes]:
        """Return the further files of an output image by their relative paths.

        Args:
            output: the image.
            names: all types of defect, in the order of their classes.
        """
        return {}

    def extras(self, output: Output) -> dict[str, Any]:
        """Return the data of an output image that `finish` needs beyond its line of the manifest."""
        return {}

    def finish(self, folder: Path, entries: Sequence[Entry], names: Sequence[str]) -> None:
        """Write the files that the layout needs beside images, masks and labels.

        Args:
            folder: the output folder.
            entries: one an output image, in order: `line` is its line of the manifest, the rest is from `extras`.
            names: all types of defect, in the order of their classes.
        """


def by_split(layout: Layout, entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Yield each split that has output images, with their entries."""
    for split in layout.splits:
        mine = [entry for entry in entries if entry["line"]["split"] == split]
        if mine:
            yield split, mine


def write_json(path: Path, value: Any) -> None:
    """Write plain data as one line of JSON."""
    write_whole(path, json.dumps(value) + "\n")


def check_class_count(layout: Layout, types: Sequence[str], most: int) -> None:
    """Raise UsageError if there are more types of defect than a layout has classes."""
    if len(types) > most:
        raise UsageError(f"--layout {layout.name} must have at most {most} types of defect, got {len(types)}")
