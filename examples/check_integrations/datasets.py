"""Hugging Face datasets: an imagefolder with masks, and tar shards."""

from pathlib import Path

import datasets
import numpy as np

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
    """Stream tar shards."""
    output = exports.write(folder, "webdataset", "--shard-size", "5")
    files = {split: str(output / f"{split}-*.tar") for split in ("train", "val")}
    loaded = datasets.load_dataset("webdataset", data_files=files, streaming=True, cache_dir=str(folder / "cache"))
    samples = [sample for split in files for sample in loaded[split]]
    assert len(samples) == 24
    assert all(np.asarray(sample["mask.png"]).any() for sample in samples)
    return f"{len(samples)} samples"
