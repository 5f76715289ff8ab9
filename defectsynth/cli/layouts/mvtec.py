"""The layout of MVTec AD: good images for training, held-out good images and images with defects for the test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from defectsynth.cli.errors import UsageError
from defectsynth.cli.layouts.base import Layout, Output
from defectsynth.presets.mixture import COMBINED

DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
RESERVED = ("good", COMBINED, *DEVICES)  # types of defect are folders; DEVICES cannot be on Windows


class MvtecLayout(Layout):
    """train/good, test/good, test/TYPE and ground_truth/TYPE.

    If sources are held out, the defects are drawn into these alone: a test image never shows a part of train/good.
    """

    name: ClassVar[str] = "mvtec"
    splits: ClassVar[tuple[str, str]] = ("train", "test")
    held_option: ClassVar[str] = "test_good"
    background_share: ClassVar[float | None] = None

    def check_types(self, types: Sequence[str]) -> None:
        """Raise UsageError if a type cannot be a folder of its own."""
        for name in types:
            if name.lower() in RESERVED and name != COMBINED:  # the type of presets that draw several is the folder's
                raise UsageError(
                    f"defect_type must not be a reserved name of the layout mvtec ({', '.join(RESERVED)}), got {name!r}"
                )
        lower = [name.lower() for name in types]
        alike = [name for name in types if lower.count(name.lower()) > 1]
        if alike:
            raise UsageError(f"defect_type must differ in more than case in the layout mvtec, got {', '.join(alike)}")

    def sources(self, kept: Sequence[int], held: Sequence[int]) -> Sequence[int]:
        """Return the held-out sources; all if none is held out or none of them can be read."""
        return held or kept

    def good_path(self, source: int, *, held: bool) -> str | None:
        """Return the path of the copy of a source."""
        return f"{'test' if held else 'train'}/good/{source:06d}.png"

    def paths(self, output: Output) -> tuple[str, str]:
        """Return the paths of an output image and its mask in the folders of its type."""
        folder = output.types[0] if len(set(output.types)) == 1 else COMBINED
        return f"test/{folder}/{output.number:06d}.png", f"ground_truth/{folder}/{output.number:06d}_mask.png"
