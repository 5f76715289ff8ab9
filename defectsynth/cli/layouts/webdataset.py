"""The layout of WebDataset: tar shards of a bounded number of images, for data sets of millions."""

from __future__ import annotations

from typing import ClassVar

from defectsynth.cli.layouts.base import Layout, Output


class WebDatasetLayout(Layout):
    """SPLIT-SHARD.tar with NUMBER.png, NUMBER.mask.png and NUMBER.json, the line of the manifest.

    Fields of NUMBER.json have one type in all samples: `defects` is a string of JSON; `seed` is -1 and `roi` empty if
    there is none.
    """

    name: ClassVar[str] = "webdataset"
    packs: ClassVar[bool] = True

    def paths(self, output: Output) -> tuple[str, str]:
        """Return the names of an output image and its mask inside the shard."""
        return f"{output.number:06d}.png", f"{output.number:06d}.mask.png"
