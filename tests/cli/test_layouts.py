"""The layouts of `defectsynth generate`: files, splits, labels that give the masks back, classes."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from defectsynth.cli.arguments import LAYOUTS
from defectsynth.cli.layouts import LAYOUTS as LAYOUT_CLASSES
from defectsynth.cli.layouts.outlines import joined, outlines
from defectsynth.core.arrays import Array
from defectsynth.core.layer import Box
from defectsynth.engine.pipeline import Mark
from defectsynth.io.image_files import read_image
from tests.cli.outputs import SEVERAL, read_manifest, read_pixels
from tests.images import make_part, write_image

COUNT = 12
SIZE = (64, 72)  # of the good images


def decode_mask(segmentation: dict[str, Any]) -> Array:
    """Return the mask of an uncompressed COCO run-length encoding."""
    height, width = segmentation["size"]
    values = np.arange(len(segmentation["counts"])) % 2 * 255
    return np.repeat(values, segmentation["counts"]).reshape(width, height).T


def fill(polygon: Array, size: tuple[int, int]) -> Array:
    """Return the pixels whose centres lie inside a polygon of pixel edges, by the even-odd rule, bool (H, W)."""
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    inside = np.zeros(size, bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y0 != y1:
            inside ^= ((y0 <= y) != (y1 <= y)) & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return inside


def rows_of(output: Path, line: dict[str, Any]) -> list[list[str]]:
    """Return the rows of the label file of a line of the manifest."""
    path = output / line["image"].replace("images/", "labels/").replace(".png", ".txt")
    return [row.split() for row in path.read_text().splitlines()]


def test_every_name_has_a_layout() -> None:
    assert tuple(LAYOUT_CLASSES) == LAYOUTS


@pytest.mark.parametrize("seed", range(30))
def test_outlines_give_the_mask_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = (rng.random((17, 23)) < rng.choice([0.1, 0.5, 0.8])).astype(np.uint8) * 255
    if seed % 3:
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    mark = Mark(Box(5, 3, 28, 20), mask)
    regions = outlines(mark)
    filled = [fill(region, (25, 32)) for region in regions]
    assert np.count_nonzero(filled) == np.count_nonzero(mask), "regions do not overlap"
    np.testing.assert_array_equal(np.any(filled, axis=0), mark.whole((25, 32)) > 0)
    np.testing.assert_array_equal(fill(joined(regions), (25, 32)), mark.whole((25, 32)) > 0)


def test_the_mvtec_layout_holds_images_out_and_draws_into_these_alone(good: Path, generate: Any, tree: Any) -> None:
    (good / "copy.png").write_bytes((good / "a.png").read_bytes())
    code, output = generate(good, "--defect", "line", "--count", "7", "--test-good", "0.4")
    assert code == 0
    train, test = (
        [read_image(path).tobytes() for path in (output / split / "good").iterdir()] for split in ("train", "test")
    )
    assert len(train) + len(test) == 6
    assert 2 <= len(test) <= 4
    assert not set(train) & set(test), "equal images stay together"
    for line in read_manifest(output):
        assert read_image(good / line["source"]).tobytes() in test
        assert line["split"] == "test"
    _, other = generate(good, "--defect", "line", "--count", "3", "--seed", "8", "--test-good", "0.4", name="other")
    goods = [{name: digest for name, digest in tree(each).items() if "/good/" in name} for each in (output, other)]
    assert goods[0] == goods[1], "the split is the same for every seed and count"


def test_by_default_the_mvtec_layout_has_good_images_for_the_test(good: Path, generate: Any) -> None:
    assert generate(good, "--defect", "line", "--layout", "mvtec")[0] == 0
    output = generate(good, "--defect", "line", "--layout", "mvtec")[1]
    assert [len([*(output / split / "good").iterdir()]) for split in ("train", "test")] == [4, 1]


def test_a_single_image_is_not_split(tmp_path: Path, generate: Any) -> None:
    write_image(tmp_path / "in/a.png", make_part(0))
    for layout, folder in (("mvtec", "test/line"), ("yolo", "images/train")):
        code, output = generate(tmp_path / "in", "--defect", "line", "--count", "3", "--layout", layout, name=layout)
        assert code == 0
        assert len([*(output / folder).iterdir()]) == 3
    data = yaml.safe_load((output / "data.yaml").read_text())
    assert data["train"] == data["val"] == "images/train"


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name not in ("mvtec", "webdataset")])
def test_no_source_is_in_both_splits(good: Path, generate: Any, layout: str) -> None:
    code, output = generate(good, "--defect", "line", "--count", "30", "--layout", layout, "--val", "0.4")
    assert code == 0
    splits = {
        split: {line["source"] for line in read_manifest(output) if line["split"] == split}
        for split in LAYOUT_CLASSES[layout].splits
    }
    train, val = splits.values()
    assert len(train) == 3
    assert len(val) == 2
    assert not train & val


@pytest.mark.parametrize("layout", ["coco", "coco-polygons"])
def test_the_coco_layout_has_a_box_and_a_mask_for_each_defect(good: Path, generate: Any, layout: str) -> None:
    code, output = generate(good, *SEVERAL, "--layout", layout, "--count", str(COUNT))
    assert code == 0
    lines = read_manifest(output)
    for split in ("train", "val"):
        coco = json.loads((output / f"annotations/instances_{split}.json").read_text())
        assert [entry["name"] for entry in coco["categories"]] == ["color_spot", "scratch"]
        kinds = {entry["id"]: entry["name"] for entry in coco["categories"]}
        mine = [line for line in lines if line["split"] == split]
        assert len(mine) > 1
        for entry, line in zip(coco["images"], mine, strict=True):
            assert line["image"] == f"images/{split}/{entry['file_name']}"
            assert (entry["height"], entry["width"]) == SIZE
            own = [annotation for annotation in coco["annotations"] if annotation["image_id"] == entry["id"]]
            assert [kinds[each["category_id"]] for each in own] == [defect["kind"] for defect in line["defects"]]
            masks = [mask_of(annotation["segmentation"]) for annotation in own]
            np.testing.assert_array_equal(np.maximum.reduce(masks), read_pixels(output / line["mask"]))
            for annotation, mask in zip(own, masks, strict=True):
                assert annotation["bbox"] == list(cv2.boundingRect(mask))
                assert annotation["area"] == np.count_nonzero(mask)
        assert [each["id"] for each in coco["annotations"]] == list(range(1, len(coco["annotations"]) + 1))


def mask_of(segmentation: Any) -> Array:
    """Return the mask of a segmentation of COCO, uint8 of 0 and 255."""
    if isinstance(segmentation, dict):
        return decode_mask(segmentation).astype(np.uint8)
    filled = [fill(np.array(ring).reshape(-1, 2), SIZE) for ring in segmentation]
    return np.any(filled, axis=0).astype(np.uint8) * 255


def test_the_yolo_layout_has_a_box_for_each_defect_and_images_without_one(good: Path, generate: Any) -> None:
    code, output = generate(good, *SEVERAL, "--layout", "yolo", "--count", "30", "--background", "0.3")
    assert code == 0
    data = yaml.safe_load((output / "data.yaml").read_text())
    assert data == {"train": "images/train", "val": "images/val", "names": {0: "color_spot", 1: "scratch"}}
    without = 0
    for line in read_manifest(output):
        rows = rows_of(output, line)
        assert [data["names"][int(row[0])] for row in rows] == [defect["kind"] for defect in line["defects"]]
        if not rows:
            without += 1
            assert (read_image(output / line["image"]) == read_image(good / line["source"])).all()
            assert not read_pixels(output / line["mask"]).any()
            continue
        boxes = np.array([row[1:] for row in rows], float) * [72, 64, 72, 64]
        corners = np.hstack([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2])
        np.testing.assert_allclose(corners, [defect["box"] for defect in line["defects"]], atol=1e-3)
    assert 3 <= without <= 15


def test_the_polygons_of_yolo_give_the_masks_back(good: Path, generate: Any) -> None:
    code, output = generate(good, *SEVERAL, "--layout", "yolo-seg", "--count", str(COUNT), "--background", "0")
    assert code == 0
    for line in read_manifest(output):
        polygons = [np.array(row[1:], float).reshape(-1, 2) * SIZE[::-1] for row in rows_of(output, line)]
        filled = [fill(polygon, SIZE) for polygon in polygons]
        np.testing.assert_array_equal(np.any(filled, axis=0), read_pixels(output / line["mask"]) > 0)


def test_the_hugging_face_layout_has_metadata_of_every_image(good: Path, generate: Any) -> None:
    code, output = generate(good, *SEVERAL, "--layout", "huggingface", "--count", str(COUNT), "--background", "0.3")
    assert code == 0
    lines = {line["image"]: line for line in read_manifest(output)}
    rows = {}
    for split in ("train", "validation"):
        for text in (output / split / "metadata.jsonl").read_text().splitlines():
            row = json.loads(text)
            rows[f"{split}/{row['file_name']}"] = row
            assert f"{split}/{row['mask_file_name']}" == lines[f"{split}/{row['file_name']}"]["mask"]
    assert rows.keys() == lines.keys()
    for name, row in rows.items():
        assert row["label"] == bool(lines[name]["defects"]) == read_pixels(output / lines[name]["mask"]).any()
        assert row["objects"]["category"] == [defect["defect_type"] for defect in lines[name]["defects"]]
    assert {row["label"] for row in rows.values()} == {0, 1}


def test_the_semantic_layout_states_the_class_of_each_pixel(good: Path, generate: Any) -> None:
    code, output = generate(good, *SEVERAL, "--layout", "semantic", "--count", str(COUNT))
    assert code == 0
    names = json.loads((output / "classes.json").read_text())
    assert names == {"0": "background", "1": "color_spot", "2": "scratch"}
    for line in read_manifest(output):
        classes = read_pixels(output / line["image"].replace("images/", "annotations/"))
        np.testing.assert_array_equal(classes > 0, read_pixels(output / line["mask"]) > 0)
        assert {names[str(level)] for level in np.unique(classes) if level} <= {d["kind"] for d in line["defects"]}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--layout", "mvtec", "--val", "0.2"), "--val must go with another layout; --layout mvtec takes --test-good"),
        (("--layout", "mvtec", "--background", "0.2"), "--background must go with another layout"),
        (("--layout", "yolo", "--test-good", "0.2"), "--layout yolo takes --background, --val"),
        (("--layout", "coco", "--shard-size", "5"), "--shard-size must go with another layout"),
        (("--layout", "webdataset", "--shard-size", "0"), "--shard-size must be at least 1"),
        (("--layout", "yolo", "--val", "2"), "--val must be a number in [0, 1], got '2'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_options_of_other_layouts_are_refused(
    *, good: Path, generate: Any, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], text: str
) -> None:
    assert generate(good, "--defect", "line", *words)[0] == 2
    assert text in capfd.readouterr().err
