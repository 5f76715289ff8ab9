"""The webdataset layout of `defectsynth generate`: tar shards of a bounded size, complete and of the same bytes."""

import json
import tarfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from defectsynth import redraw
from defectsynth.cli import tasks
from defectsynth.core.arrays import Array
from defectsynth.io.image_files import read_image
from tests.cli.outputs import read_manifest

WORDS = ("--preset", "generic_object", "--layout", "webdataset", "--count", "23", "--shard-size", "4", "--val", "0.4")


def samples_of(path: Path) -> dict[str, dict[str, bytes]]:
    """Return the files of each sample of a shard by their extensions."""
    samples: dict[str, dict[str, bytes]] = {}
    with tarfile.open(path) as file:
        for member in file:
            key, _, extension = member.name.partition(".")
            content = file.extractfile(member)
            assert content is not None
            samples.setdefault(key, {})[extension] = content.read()
    return samples


def decode(data: bytes) -> Array:
    """Return the pixels of an encoded image, gray or RGB."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return image if image.ndim == 2 else image[..., ::-1]


def test_every_image_is_in_one_shard_of_its_split(good: Path, generate: Any) -> None:
    code, output = generate(good, *WORDS)
    assert code == 0
    lines = read_manifest(output)
    assert [line["shard"] for line in lines] == sorted(path.name for path in output.glob("*.tar"))
    assert sum(line["images"] for line in lines) == 23
    found: dict[str, str] = {}
    for line in lines:
        samples = samples_of(output / line["shard"])
        assert 1 <= len(samples) == line["images"] <= 4
        for key, files in samples.items():
            assert set(files) == {"png", "mask.png", "json"}
            record = json.loads(files["json"])
            assert line["shard"].startswith(record["split"])
            again = redraw(read_image(good / record["source"]), json.loads(record["defects"]))
            np.testing.assert_array_equal(again.image, decode(files["png"]))
            np.testing.assert_array_equal(again.mask, decode(files["mask.png"]))
            assert found.setdefault(key, line["shard"]) == line["shard"]
    assert sorted(found) == [f"{number:06d}" for number in range(23)]


def test_the_number_of_workers_does_not_change_the_shards(good: Path, generate: Any, tree: Any) -> None:
    assert tree(generate(good, *WORDS, name="two", workers=2)[1]) == tree(generate(good, *WORDS)[1])


def test_a_lost_shard_is_written_again(good: Path, generate: Any, tree: Any) -> None:
    _, output = generate(good, *WORDS)
    expected = tree(output)
    shards = [{"shard": line["shard"], "images": line["images"], "failed": []} for line in read_manifest(output)]
    (output / ".defectsynth-journal.jsonl").write_text("".join(json.dumps(shard) + "\n" for shard in shards))
    (output / "manifest.jsonl").unlink()
    (output / shards[1]["shard"]).unlink()
    assert generate(good, *WORDS)[0] == 0
    assert tree(output) == expected


def test_images_that_fail_are_named_and_left_out_of_their_shard(
    good: Path, generate: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*arguments: Any, number: int, **options: Any) -> Any:
        if number == 5:
            raise ValueError("no room")
        return real(*arguments, number=number, **options)

    real = tasks.draw_image
    monkeypatch.setattr(tasks, "draw_image", refuse)
    code, output = generate(good, *WORDS)
    assert code == 1
    assert "  a.png: image 000005: no room" in capfd.readouterr().err
    keys = [key for path in output.glob("*.tar") for key in samples_of(path)]
    assert sorted(keys) == [f"{number:06d}" for number in range(23) if number != 5]
