"""Hugging Face datasets: an imagefolder with masks, and tar shards."""

import json
from pathlib import Path

import cv2
import datasets
import numpy as np

from defectsynth import redraw
from examples.check_integrations import exports

PACKAGE = "datasets"


def check_imagefolder(folder: Path) -> str:
    """Load an imagefolder: images, masks, boxes, both splits."""
    output = exports.write(folder, "huggingface", "--background", "0.2")
    loaded = datasets.load_dataset("imagefolder", data_dir=str(output), cache_dir=str(folder / "cache"))
    lines = exports.lines_of(output).values()
    for split in ("train", "validation"):
        mine = [line for line in lines if line["split"] == split]
        assert len(loaded[split]) == len(mine)
        for row, line in zip(loaded[split], mine, strict=True):
            mask = np.asarray(row["mask"])
            assert row["image"].size == mask.shape[::-1]
            assert mask.any() == bool(line["defects"]) == bool(row["label"])
            assert row["objects"]["category"] == [defect["defect_type"] for defect in line["defects"]]
    return f"{len(loaded['train'])} + {len(loaded['validation'])} images"


def check_webdataset(folder: Path) -> str:
    """Load tar shards of three presets, whose records have different fields, at once and as a stream."""
    count = 0
    for preset in ("pill", "generic_texture", "screw"):
        output = exports.write(folder / preset, "webdataset", "--shard-size", "5", "--background", "0.2", preset=preset)
        files = {split: str(output / f"{split}-*.tar") for split in ("train", "val")}
        for streaming in (False, True):
            loaded = datasets.load_dataset(
                "webdataset", data_files=files, streaming=streaming, cache_dir=str(folder / preset / "cache")
            )
            samples = [sample for split in files for sample in loaded[split]]
            assert len(samples) == 24
            for sample in samples:
                image, mask = np.asarray(sample["png"]), np.asarray(sample["mask.png"])
                defects = json.loads(sample["json"]["defects"])
                assert mask.any() == bool(defects)
                source = folder / preset / "parts" / sample["json"]["source"]
                again = redraw(cv2.imread(str(source))[..., ::-1].copy(), defects)
                np.testing.assert_array_equal(again.image, image)
                np.testing.assert_array_equal(again.mask, mask)
            count += len(samples)
    return f"{count} samples"
