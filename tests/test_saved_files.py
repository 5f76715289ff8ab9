"""Files written by version 0.1 load and draw the same bytes as then."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds

FOLDER = Path(__file__).parent / "data" / "version_0_1"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())


def part() -> np.ndarray:
    """Return the image that the digests were taken on: a part with two leads and a print."""
    image = np.full((160, 192, 3), (52, 60, 66), np.uint8)
    image[36:124, 32:160] = (186, 178, 160)
    image[118:158, 84:92] = (200, 200, 205)
    image[118:158, 104:112] = (200, 200, 205)
    image[60:72, 60:100] = (120, 60, 50)
    noise = np.random.default_rng(7).integers(-5, 6, image.shape)
    return np.clip(image.astype(np.int16) + noise, 0, 255).astype(np.uint8)


def leaves(transform: Any) -> Iterator[Any]:
    """Iterate over the transforms inside compositions."""
    if isinstance(transform, A.BaseCompose):
        for inner in transform.transforms:
            yield from leaves(inner)
    else:
        yield transform


@pytest.mark.parametrize("name", ["scratch.yaml", "transforms.json", "preset_screw.yaml"])
def test_saved_transforms_draw_the_bytes_of_version_0_1(name: str) -> None:
    loaded = A.load(FOLDER / name, data_format="yaml" if name.endswith("yaml") else "json")
    different = []
    for transform, expected in zip(leaves(loaded), EXPECTED[name], strict=True):
        digest = hashlib.sha256()
        for seed in range(3):
            sample = ds.synthesize(part(), transform, seed=seed)
            digest.update(sample.image.tobytes() + sample.mask.tobytes())
        if digest.hexdigest()[:16] != expected:
            different.append(transform)
    assert not different


def test_recorded_defects_are_redrawn_with_the_bytes_of_version_0_1() -> None:
    different = []
    lines = (FOLDER / "manifest.jsonl").read_text().splitlines()
    for line, expected in zip(lines, EXPECTED["manifest.jsonl"], strict=True):
        defects = json.loads(line)["defects"]
        sample = ds.redraw(part(), defects)
        if hashlib.sha256(sample.image.tobytes() + sample.mask.tobytes()).hexdigest()[:16] != expected:
            different.append(defects[0]["kind"])
    assert not different


def test_files_name_classes_without_their_module() -> None:
    assert A.to_dict(ds.Scratch())["transform"]["__class_fullname__"] == "defectsynth.Scratch"
    assert A.to_dict(A.Compose([ds.BentEdge()]))["transform"]["transforms"][0]["__class_fullname__"] == (
        "defectsynth.BentEdge"
    )
