"""Rows of the capability table on labels, sizes, formats, presets and the command line."""

import json
import pickle
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.cli import main
from defectsynth.core.serialization import decode
from defectsynth.engine.transform import DefectTransform
from defectsynth.presets import MVTEC_AD, mvtec_ad
from defectsynth.registry import named_presets, public_transforms

SEEDS = range(12)
NOISE = np.random.default_rng(0).integers(0, 256, (200, 240, 3), np.uint8)
TRANSFORMS = public_transforms()
every_transform = pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
OFFICIAL = {  # the test folders of MVTec AD
    "bottle": "broken_large broken_small contamination",
    "cable": "bent_wire cable_swap combined cut_inner_insulation cut_outer_insulation missing_cable missing_wire "
    "poke_insulation",
    "capsule": "crack faulty_imprint poke scratch squeeze",
    "carpet": "color cut hole metal_contamination thread",
    "grid": "bent broken glue metal_contamination thread",
    "hazelnut": "crack cut hole print",
    "leather": "color cut fold glue poke",
    "metal_nut": "bent color flip scratch",
    "pill": "color combined contamination crack faulty_imprint pill_type scratch",
    "screw": "manipulated_front scratch_head scratch_neck thread_side thread_top",
    "tile": "crack glue_strip gray_stroke oil rough",
    "toothbrush": "defective",
    "transistor": "bent_lead cut_lead damaged_case misplaced",
    "wood": "color combined hole liquid scratch",
    "zipper": "broken_teeth combined fabric_border fabric_interior rough split_teeth squeezed_teeth",
}


def part(shape: tuple[int, ...] = (120, 160, 3), dtype: Any = np.uint8) -> np.ndarray:
    """Return a dimpled part in front of a bright background."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    on_part = (np.abs(x - shape[1] / 2) < 0.35 * shape[1]) & (np.abs(y - shape[0] / 2) < 0.35 * shape[0])
    level = np.where(on_part, 0.4 + 0.1 * ((x // 6 + y // 6) % 2), 0.85)
    level = level if len(shape) == 2 else level[..., None] * np.linspace(1.0, 0.8, shape[2])
    peak = 1 if dtype is np.float32 else np.iinfo(dtype).max
    return (level * peak).astype(dtype)


@pytest.mark.parametrize("kind", ["alpha", "intensity", "logistic"])
def test_row_soft_labels(kind: str) -> None:
    other = np.random.default_rng(1).integers(0, 256, NOISE.shape, np.uint8)
    defect = ds.InterpolatedPatch(source=[other], mask_kind=kind, p=1)
    for seed in SEEDS:
        result = A.Compose([defect], seed=seed)(image=NOISE, mask=np.zeros(NOISE.shape[:2], np.float32), defects=[])
        inside = result["mask"] > 0
        change = np.abs(result["image"][inside].astype(float) - NOISE[inside]).max(axis=1)
        factor = decode(result["defects"][0]["recipe"]).blend.opacity
        expected = {
            "alpha": np.full(change.shape, factor),  # the interpolation factor
            "intensity": np.maximum(change / 255, 1 / 255),
            "logistic": 1 / (1 + np.exp(-(change - 24) / 12)),
        }
        np.testing.assert_allclose(result["mask"][inside], expected[kind], atol=1e-3)


@every_transform
def test_row_box_type_and_severity_of_each_defect(kind: type[DefectTransform]) -> None:
    sample = ds.synthesize(part(), kind(severity=0.7, defect_type="own_name"), seed=1)
    (record,) = sample.defects
    y, x = np.nonzero(sample.mask)
    assert record["box"] == [x.min(), y.min(), x.max() + 1, y.max() + 1]
    assert (record["kind"], record["defect_type"], record["severity"]) == (kind.kind, "own_name", 0.7)
    assert record["area"] == np.count_nonzero(sample.mask)


def test_row_severity_control() -> None:
    for kind in TRANSFORMS:
        changes = []
        for severity in (0.0, 1.0):
            transform = kind(severity=severity, min_visibility=0.0)
            samples = [ds.synthesize(part(), transform, seed=seed) for seed in SEEDS]
            changes.append(sum(np.abs(sample.image.astype(float) - part()).sum() for sample in samples))
        assert changes[1] > 1.2 * changes[0], kind.__name__


def test_row_curriculum() -> None:
    curriculum = ds.Curriculum(end=0.2, duration=5)
    twins = ds.AnomalyTwins([part()] * 4, ds.presets.generic_object(), curriculum=curriculum)
    epochs = [
        {record["severity"] for index in (1, 3, 5, 7) for record in twins.sample(index).defects} for _ in range(7)
    ]
    assert [len(found) for found in epochs] == [1] * 7
    assert [max(found) for found in epochs] == pytest.approx([1.0, 0.84, 0.68, 0.52, 0.36, 0.2, 0.2])


@pytest.mark.parametrize("size", [(200, 200), (100, 300)], ids=str)
def test_row_size_distributions(size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    area = ds.CutPaste(area_range=(0.03, 0.05), aspect_range=(2.0, 2.0))
    for seed in SEEDS:
        (record,) = ds.synthesize(image, area, seed=seed).defects
        width, height = (record["box"][2] - record["box"][0], record["box"][3] - record["box"][1])
        assert 0.027 < width * height / image.size < 0.055
        assert width / height == pytest.approx(2.0, rel=0.1), "the aspect is width by height"
    gamma = ds.NaturalSynthetic(size_range=(0.05, 0.9), spread=0.05, min_visibility=0.0)
    shapes = [decode(ds.synthesize(image, gamma, seed=seed).defects[0]["recipe"]).shape for seed in range(150)]
    sides = np.array([(shape.width, shape.height) for shape in shapes]) / min(size)
    assert sides.min() >= 0.05
    assert sides.mean() == pytest.approx(0.05 + 2 * 0.05, rel=0.15), "the smallest size plus twice the scale"
    assert sides.var() == pytest.approx(2 * 0.05**2, rel=0.45)


@every_transform
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_row_every_format(kind: type[DefectTransform], dtype: Any) -> None:
    for shape in ((90, 120), (90, 120, 1), (90, 120, 3), (90, 120, 5), (301, 97, 3)):
        image = part(shape, dtype)
        samples = [ds.synthesize(image, kind(), seed=seed) for seed in range(3)]
        for sample in samples:
            assert (sample.image.shape, sample.image.dtype) == (shape, dtype)
        assert any(sample.mask.any() for sample in samples)


@every_transform
def test_row_seeds_replay_serialise_and_pickle(kind: type[DefectTransform]) -> None:
    pipeline = A.ReplayCompose([kind(p=1)])
    pipeline.set_random_seed(5)
    given = {"image": part(), "mask": np.zeros((120, 160), np.uint8), "defects": []}
    result = pipeline(**given)
    again = A.ReplayCompose.replay(result["replay"], **given)
    loaded = A.from_dict(json.loads(json.dumps(A.to_dict(A.Compose([kind(p=1)])))))
    pickled = pickle.loads(pickle.dumps(A.Compose([kind(p=1)])))  # noqa: S301  our own pickle
    assert again["image"].tobytes() == result["image"].tobytes()
    drawn = [ds.synthesize(part(), each, seed=3).image.tobytes() for each in (A.Compose([kind(p=1)]), loaded, pickled)]
    assert len(set(drawn)) == 1
    assert (
        ds.synthesize(part(), kind(), seed=3).image.tobytes() != ds.synthesize(part(), kind(), seed=4).image.tobytes()
    )


def test_row_loader_workers() -> None:
    data = pytest.importorskip("torch.utils.data")
    twins = ds.AnomalyTwins([part()] * 4, ds.Scratch())
    loader = data.DataLoader(twins, batch_size=2, num_workers=2)
    drawn = [bytes(image.numpy()) for batch in loader for image in batch.image[batch.label == 1]]
    assert len(set(drawn)) == 4, "each worker draws other defects"


@pytest.mark.parametrize("category", MVTEC_AD)
def test_row_presets_by_the_types_of_each_category(category: str) -> None:
    assert sorted(MVTEC_AD[category]) == OFFICIAL[category].split()
    for name in MVTEC_AD[category]:
        preset = mvtec_ad(category, defect=name)
        records = [record for seed in range(6) for record in ds.synthesize(part(), preset, seed=seed).defects]
        assert {record["defect_type"] for record in records} == {name}


@pytest.mark.parametrize("layout", ["mvtec", "coco", "yolo"])
def test_row_export_with_provenance(layout: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(2):
        assert cv2.imwrite(str(tmp_path / "in" / f"{number}.png"), part())
    words = ["generate", str(tmp_path / "in"), str(tmp_path / "out"), "--defect", "scratch", "--layout", layout]
    assert main([*words, "--count", "4", "--workers", "1"]) == 0
    lines = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()]
    assert len(lines) == 4
    for line in lines:
        source, image = (
            cv2.imread(str(tmp_path / folder / line[key])) for folder, key in (("in", "source"), ("out", "image"))
        )
        assert ds.redraw(source[..., ::-1], line["defects"]).image.tobytes() == image[..., ::-1].tobytes()
    truth = {"mvtec": "ground_truth/scratch/000003_mask.png", "coco": "annotations/instances_train.json"} | {
        "yolo": "labels/train/000003.txt"
    }
    assert (tmp_path / "out" / truth[layout]).stat().st_size > 20


def test_row_preview_and_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    assert cv2.imwrite(str(tmp_path / "in" / "part.png"), part())
    assert main(["preview", str(tmp_path / "in"), str(tmp_path / "sheet.png"), "--preset", "generic_object"]) == 0
    assert min(cv2.imread(str(tmp_path / "sheet.png")).shape[:2]) > 100
    assert main(["list"]) == 0
    assert "scratch" in capsys.readouterr().out


@settings(max_examples=60)
@given(
    name=st.sampled_from([*named_presets(), *(kind.__name__ for kind in TRANSFORMS)]),
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 90), st.integers(1, 90), st.sampled_from([1, 3, 4])),
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
)
def test_row_property_tested_truth_of_labels(name: str, seed: int, shape: tuple[int, ...], dtype: Any) -> None:
    transform = named_presets()[name]() if name in named_presets() else getattr(ds, name)()
    image = part(shape, dtype)
    sample = ds.synthesize(image, transform, seed=seed)
    changed = (sample.image != image).any(axis=2)
    assert not changed[sample.mask == 0].any(), "pixels outside the label are unchanged"
    assert bool(sample.defects) == bool(sample.mask.any()), "a label exists if and only if a defect exists"
    assert not sample.defects or changed[sample.mask > 0].mean() >= 0.95, "labelled pixels are changed"
