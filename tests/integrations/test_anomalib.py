"""anomalib draws with our defects in Draem, Glass and Dsr, and takes our synthetic splits."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

pytest.importorskip("anomalib")

import torch
from lightning import seed_everything

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from anomalib.data import Folder
    from anomalib.data.utils.generators import PerlinAnomalyGenerator
    from anomalib.models import Draem, Dsr, Glass, Patchcore

import defectsynth as ds
from defectsynth.integrations.anomalib import NO_TEXTURES, DefectGenerator, synthetic_splits, use_defects
from tests.images import make_part

pytestmark = pytest.mark.filterwarnings("ignore")  # anomalib, lightning and timm warn of their own affairs

IMAGES = torch.from_numpy(np.stack([make_part(size=(64, 72))] * 4)).movedim(-1, 1) / 255
SMALL_GLASS = {"backbone": "resnet18", "pre_trained": False, "pretrain_embed_dim": 16, "target_embed_dim": 16}


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    folder.mkdir()
    for number in range(10):
        PIL.Image.fromarray(np.roll(make_part(size=(64, 72)), number, axis=1)).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize("images", [IMAGES, IMAGES[0]], ids=["batch", "image"])
def test_the_call_is_that_of_the_perlin_generator(images: torch.Tensor) -> None:
    before = images.clone()
    own, theirs = DefectGenerator("screw", p=1.0)(images), PerlinAnomalyGenerator(probability=1.0)(images)
    assert [(each.shape, each.dtype, type(each)) for each in own] == [
        (each.shape, each.dtype, type(each)) for each in theirs
    ]
    assert torch.equal(images, before)


def test_masks_are_true_to_the_pixel() -> None:
    drawn, masks = DefectGenerator("scratch", p=1.0)(IMAGES)
    changed = (drawn != IMAGES).any(dim=1, keepdim=True)
    assert masks.unique().tolist() == [0.0, 1.0]
    assert not (changed & (masks == 0)).any()
    assert (changed & (masks == 1)).sum() >= 0.95 * masks.sum()


def test_seed_everything_repeats_and_ranks_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = []
    for rank in ("0", "0", "1"):
        monkeypatch.setenv("RANK", rank)
        seed_everything(4)
        draws.append(DefectGenerator("scratch", p=1.0)(IMAGES)[0])
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_the_share_of_images_with_defects() -> None:
    assert not DefectGenerator("scratch", p=0.0)(IMAGES)[1].any()
    assert DefectGenerator("scratch", p=1.0).augment_batch(IMAGES).flatten(1).any(1).all()


@pytest.mark.parametrize(
    ("model", "generators"),
    [
        (lambda: Draem(dtd_dir=NO_TEXTURES, evaluator=False), {"augmenter": 0.5}),
        (Dsr, {"perlin_generator": 0.5, "quantized_anomaly_generator": 0.5}),
        (lambda: Glass(input_shape=(64, 64), **SMALL_GLASS), {"model.augmentor": 1.0}),
    ],
    ids=["draem", "dsr", "glass"],
)
def test_every_generator_of_a_model_is_replaced(model: Any, generators: dict[str, float]) -> None:
    made = model()
    assert use_defects(made, "screw") is made
    held = {name: each for name, each in made.named_modules() if isinstance(each, DefectGenerator)}
    assert {name: each.module.p for name, each in held.items()} == generators
    assert not any(isinstance(each, PerlinAnomalyGenerator) for each in made.modules())
    use_defects(made, "stain", p=0.25)
    assert {each.module.p for each in made.modules() if isinstance(each, DefectGenerator)} == {0.25}


def test_a_model_without_a_generator_is_refused() -> None:
    model = Patchcore(backbone="resnet18", pre_trained=False)
    with pytest.raises(TypeError, match=r"model must hold a generator.*Patchcore"):
        use_defects(model, "screw")


@pytest.mark.parametrize(("model", "got"), [("Draem", "'Draem'"), (torch.nn.Linear, "the class Linear")])
def test_what_is_no_model_is_refused(model: Any, got: str) -> None:
    with pytest.raises(TypeError, match=f"model must be a torch.nn.Module, got {got}"):
        use_defects(model, "scratch")
    with pytest.raises(TypeError, match=r"image must be a tensor, .* got ndarray"):
        DefectGenerator("scratch")(np.zeros((3, 64, 64), np.float32))  # type: ignore[arg-type]


def test_splits_of_a_folder(parts: Path, tmp_path: Path) -> None:
    data = Folder(name="parts", normal_dir=parts, num_workers=0)
    assert synthetic_splits(data, "scratch", val=0.2, test=0.3, folder=tmp_path / "out") is data
    data.setup()
    assert [len(each) for each in (data.train_data, data.val_data, data.test_data)] == [5, 4, 6]
    normal = [set(each.samples.image_path) for each in (data.train_data, data.val_data, data.test_data)]
    assert not normal[0] & normal[1]
    assert not normal[0] & normal[2]
    assert not normal[1] & normal[2]
    for dataset in (data.val_data, data.test_data):
        rows = dataset.samples
        for row in rows[rows.label_index == 1].itertuples():
            mask = np.asarray(PIL.Image.open(row.mask_path)) != 0
            before = np.asarray(PIL.Image.open(parts / f"{Path(row.image_path).stem.partition('_')[2]}.png"))
            changed = (np.asarray(PIL.Image.open(row.image_path)) != before).any(axis=-1)
            assert mask.any()
            assert not (changed & ~mask).any()
            assert row.label == "scratch"
    batch = next(iter(data.val_dataloader()))
    assert batch.gt_label.tolist() == batch.gt_mask.flatten(1).any(1).int().tolist()
    assert sorted(batch.gt_label.tolist()) == [0, 0, 1, 1]


def test_masks_of_splits_are_0_and_255_whatever_the_mask_kind(parts: Path, tmp_path: Path) -> None:
    data = Folder(name="parts", normal_dir=parts, num_workers=0)
    synthetic_splits(data, ds.reference.nsa_texture(mask_kind="logistic"), val=0.4, folder=tmp_path / "out")
    masks = [np.asarray(PIL.Image.open(path)) for path in (tmp_path / "out").rglob("masks/*.png")]
    assert masks
    assert all(set(np.unique(mask)) == {0, 255} for mask in masks)


def test_splits_repeat_and_follow_the_seed(parts: Path, tmp_path: Path) -> None:
    written = []
    for run, seed in enumerate((0, 0, 1)):
        folder = tmp_path / str(run)
        synthetic_splits(Folder(name="parts", normal_dir=parts), "scratch", val=0.5, seed=seed, folder=folder)
        written.append({path.name: path.read_bytes() for path in folder.rglob("images/*.png")})
    assert written[0] == written[1] != written[2]


def test_real_test_images_stay(parts: Path) -> None:
    data = Folder(name="parts", normal_dir=parts, normal_test_dir=parts, abnormal_dir=parts, val_split_mode="none")
    synthetic_splits(data, ds.Scratch(), val=0.4)
    assert (len(data.train_data), len(data.val_data), len(data.test_data)) == (6, 8, 20)


def test_temporary_images_go_with_the_data_module(parts: Path) -> None:
    data = synthetic_splits(Folder(name="parts", normal_dir=parts), "scratch")
    folder = Path(data.val_data.samples.mask_path.max()).parents[2]
    assert folder.is_dir()
    del data
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [({"val": 1.5}, r"val must be .*1\.5"), ({"val": 0.5, "test": 0.5}, "must leave training images.* 10 images")],
)
def test_bad_shares(arguments: dict[str, float], text: str, parts: Path) -> None:
    with pytest.raises(ValueError, match=text):
        synthetic_splits(Folder(name="parts", normal_dir=parts), "scratch", **arguments)
