"""`defectsynth generate`: layouts, manifest, depths, workers and seeds."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from defectsynth import redraw
from defectsynth.cli import main
from defectsynth.cli.arguments import LAYOUTS
from defectsynth.io.image_files import read_image
from tests.cli.outputs import SEVERAL, read_manifest, read_pixels
from tests.images import make_part, write_image
from tests.processes import TIMEOUT


def test_the_mvtec_layout_has_all_files_and_copies_of_the_good_images(good: Path, generate: Any, tree: Any) -> None:
    code, output = generate(good, "--defect", "line", "--count", "7", "--seed", "3")
    assert code == 0
    assert sorted(tree(output)) == sorted(
        [
            ".defectsynth-files.json",
            "defectsynth.json",
            "manifest.jsonl",
            *(f"train/good/{index:06d}.png" for index in range(5)),
            *(f"test/line/{index:06d}.png" for index in range(7)),
            *(f"ground_truth/line/{index:06d}_mask.png" for index in range(7)),
        ]
    )
    names = ["a.png", "b.png", "c.png", "line 2/a.png", "line 2/d.png"]
    assert [line["source"] for line in read_manifest(output)] == [*names, "a.png", "b.png"]
    for index, name in enumerate(names):
        written = output / "train/good" / f"{index:06d}.png"
        np.testing.assert_array_equal(read_image(written), read_image(good / name))


def test_the_mask_covers_exactly_the_changed_pixels(good: Path, generate: Any) -> None:
    _, output = generate(good, *SEVERAL, "--count", "10")
    for line in read_manifest(output):
        mask = read_pixels(output / line["mask"])
        changed = (read_image(output / line["image"]) != read_image(good / line["source"])).any(axis=2)
        assert mask.dtype == np.uint8
        assert set(np.unique(mask)) == {0, 255}
        assert not changed[mask == 0].any()
        assert changed[mask > 0].mean() >= 0.95


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout != "webdataset"])
@pytest.mark.parametrize(
    "words",
    [("--defect", "bent_edge"), SEVERAL, ("--preset", "generic_object"), ("--preset", "generic_texture")],
    ids=lambda words: words[1],
)
def test_every_line_of_the_manifest_draws_its_image_again(
    good: Path, generate: Any, layout: str, words: tuple[str, ...]
) -> None:
    own = ("--test-good", "0") if layout == "mvtec" else ("--background", "0")
    code, output = generate(good, *words, "--count", "12", "--layout", layout, *own)
    assert code == 0
    lines = read_manifest(output)
    assert [int(re.findall(r"(\d{6})\.png", line["image"])[0]) for line in lines] == list(range(12))
    for line in lines:
        again = redraw(read_image(good / line["source"]), line["defects"])
        np.testing.assert_array_equal(again.image, read_image(output / line["image"]))
        np.testing.assert_array_equal(again.mask, read_pixels(output / line["mask"]))
        assert again.defects == line["defects"]


def test_images_of_several_defects_are_called_combined_and_can_be_redrawn(
    good: Path, generate: Any, tmp_path: Path
) -> None:
    preset = tmp_path / "both.yaml"
    assert main(["list"]) == 0
    defect = {"p": 1.0, "mask_kind": "alpha"}
    transforms = [
        {"__class_fullname__": "defectsynth.bent_edge.BentEdge", **defect},
        {"__class_fullname__": "defectsynth.color_spot.ColorSpot", **defect, "where": "object"},
    ]
    plain = {"transform": {"__class_fullname__": "Compose", "p": 1.0, "transforms": transforms}, "__version__": "2.0.8"}
    preset.write_text(yaml.safe_dump(plain))
    code, output = generate(good, "--preset", str(preset))
    assert code == 0
    assert {"combined"} <= {path.name for path in (output / "test").iterdir()}
    for line in read_manifest(output):
        again = redraw(read_image(good / line["source"]), line["defects"])
        np.testing.assert_array_equal(again.image, read_image(output / line["image"]))
        assert set(np.unique(read_pixels(output / line["mask"]))) == {0, 255}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_depth_and_channels_are_kept(*, tmp_path: Path, generate: Any, dtype: Any, channels: int, suffix: str) -> None:
    good = make_part(dtype=dtype, channels=channels)
    write_image(tmp_path / f"in/a{suffix}", good)
    code, output = generate(tmp_path / "in", "--preset", "generic_object", "--count", "2")
    assert code == 0
    np.testing.assert_array_equal(read_pixels(output / "train/good/000000.png"), good)
    for line in read_manifest(output):
        image = read_pixels(output / line["image"])
        assert (image.dtype, image.shape) == (good.dtype, good.shape)
        assert (image != good).any()


def test_the_number_of_workers_does_not_change_the_output(
    good: Path, tmp_path: Path, generate: Any, start: Any, tree: Any
) -> None:
    words = ("--preset", "generic_object", "--count", "40", "--layout", "mvtec")
    _, alone = generate(good, *words)
    _, errors = (run := start("generate", good, tmp_path / "two", *words, "--workers", 2)).communicate(timeout=TIMEOUT)
    assert run.returncode == 0, errors
    assert "drawing: 100%" in errors  # the progress bar
    assert tree(tmp_path / "two") == tree(alone)


def test_another_seed_draws_other_images(good: Path, generate: Any, tree: Any) -> None:
    digests = [tree(generate(good, "--defect", "line", "--seed", seed, name=f"s{seed}")[1]) for seed in "01"]
    assert digests[0].keys() == digests[1].keys()
    assert digests[0]["test/line/000000.png"] != digests[1]["test/line/000000.png"]
