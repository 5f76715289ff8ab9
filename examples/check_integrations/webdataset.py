"""WebDataset: tar shards in a torch loader."""

import json
from pathlib import Path

import numpy as np
import torch
import webdataset

from defectsynth import redraw
from examples.check_integrations import exports, parts

PACKAGE = "webdataset"
COUNT = 24


def check_shards(folder: Path) -> str:
    """Read shards with two workers; every sample once, and its record draws it again."""
    output = exports.write(folder, "webdataset", "--shard-size", "5", count=COUNT)
    urls = sorted(map(str, output.glob("*.tar")))
    samples = webdataset.WebDataset(urls, shardshuffle=False).decode("rgb8").to_tuple("__key__", "png", "json")
    loader = torch.utils.data.DataLoader(samples, batch_size=None, num_workers=2)
    sources = {f"{number:03d}.png": image for number, image in enumerate(parts.render(exports.INPUTS))}
    keys = []
    for key, image, line in loader:
        again = redraw(sources[line["source"]], json.loads(line["defects"]))
        assert np.array_equal(again.image, np.asarray(image))
        keys.append(key)
    assert sorted(keys) == [f"{number:06d}" for number in range(COUNT)]
    return f"{len(urls)} shards, {len(keys)} samples"
