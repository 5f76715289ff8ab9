"""Segmentation of defects beside the trained patches, and the ensemble of both with the untrained distance."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import albumentations as A
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from defectsynth import Line  # noqa: E402
from dml_heads import make_head  # noqa: E402
from eval.benchmark.artifacts import load_detector, read_heat_maps  # noqa: E402
from eval.data.datasets import read_category  # noqa: E402
from eval.data.twins import twin_split  # noqa: E402
from eval.models.backbone import ProjectedBackbone  # noqa: E402
from eval.models.checkpoints import load_model, save_model  # noqa: E402
from eval.models.segmenting import Segmenter, SegmentingBackbone  # noqa: E402
from eval.scoring.detector import HeldOut, make_detector  # noqa: E402
from eval.scoring.fusion import tails_of  # noqa: E402
from eval.scoring.grad_cam import _highest_scores, grad_cam  # noqa: E402
from eval.scoring.maps import embedded_maps  # noqa: E402
from eval.scoring.memory_bank import Bank  # noqa: E402
from eval.training.options import TrainingOptions  # noqa: E402
from eval.training.segmentation import CELL_SHARE, SUSPECT_CELLS, segmentation_loss, suspect_logits  # noqa: E402
from eval.training.trainer import train  # noqa: E402
from tests.eval.test_detector import noise, small_backbone  # noqa: E402
from tests.eval.test_experiments import SIDE, cells_of, finished, write_category  # noqa: E402


def held_out(normals: list[int]) -> HeldOut:
    """Return held-out normals without twins."""
    return HeldOut(normals=np.array(normals), twins=[], sources=np.zeros(0, np.int64), false_positives=0.0)


def trained(*, epochs: int = 2) -> tuple[SegmentingBackbone, torch.nn.Module, tuple[float, ...]]:
    torch.manual_seed(0)
    backbone = SegmentingBackbone(small_backbone(), size=8)
    head = make_head("softmax", embedding_size=8, classes=2)
    rates = {"head_rates": (1e-2, 1e-2), "backbone_rates": (1e-2, 1e-2)}
    options = TrainingOptions(scoring="ensemble", epochs=epochs, frozen_epochs=0, batch_statistics=True, **rates)
    plain = (120 + noise(8) / 32).astype(np.uint8)
    result = train(backbone, head, twin_split(list(plain), Line(), seed=0), options)
    return backbone, head, tuple(epoch.loss for epoch in result.history)


def test_training_lowers_the_loss_of_both_branches_and_changes_nothing_below() -> None:
    torch.manual_seed(0)
    fresh = SegmentingBackbone(small_backbone(), size=8)
    backbone, _, losses = trained(epochs=6)
    for name, tensor in backbone.inner.state_dict().items():
        assert torch.equal(tensor, fresh.inner.state_dict()[name]), name
    assert not torch.equal(backbone.projection[1].weight, fresh.projection[1].weight)
    assert not torch.equal(backbone.segmenter.classifier.weight, fresh.segmenter.classifier.weight)
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 96), (72, 56)])
def test_logits_lie_on_the_grid_of_the_finest_map(height: int, width: int) -> None:
    channels = {2: 3, 4: 5, 8: 6, 16: 7}
    segmenter = Segmenter(channels).eval()
    maps = {step: torch.rand(2, count, -(-height // step), -(-width // step)) for step, count in channels.items()}
    with torch.no_grad():
        logits = segmenter(maps, torch.rand(2, 3, height, width))
    assert segmenter.strides == (4, 8, 16)
    assert logits.shape == (2, height // 4, width // 4)
    assert torch.sigmoid(logits).mean() < 0.2, "defects are rare before any training"


def test_the_loss_is_that_of_the_formulas() -> None:
    rng = np.random.default_rng(0)
    logits = torch.from_numpy(rng.normal(0, 2, (2, 8, 8))).float()
    masks = np.zeros((2, 32, 32), np.uint8)
    masks[0, 4:13, 8:20] = 255  # 9 x 12 px: two rows of cells, and one px of the third, which is ignored
    covered = masks.reshape(2, 8, 4, 8, 4).astype(bool).mean(axis=(2, 4))
    ignored, defective = (covered > 0) & (covered < CELL_SHARE), covered >= CELL_SHARE
    assert ignored.sum() == 3
    assert defective.sum() == 6
    likely = 1 / (1 + np.exp(-logits.numpy().astype(np.float64)))
    right = np.where(defective, likely, 1 - likely)
    focal = (np.where(defective, 0.75, 0.25) * (1 - right) ** 2 * -np.log(right))[~ignored].sum() / 100
    kept = np.where(ignored, 0, likely)
    dice = np.mean(
        [1 - (2 * (k * d).sum() + 1) / (k.sum() + d.sum() + 1) for k, d in zip(kept, defective, strict=True)]
    )
    largest = np.sort(logits.numpy().reshape(2, -1), axis=1)[:, -SUSPECT_CELLS:].mean(axis=1)
    np.testing.assert_allclose(suspect_logits(logits), largest, rtol=1e-5)
    image = np.log1p(np.exp(np.array([-largest[0], largest[1]]))).mean()
    loss = float(segmentation_loss(logits, torch.from_numpy(masks)))
    assert loss == pytest.approx(focal + 0.5 * dice + 0.5 * image, rel=1e-5)


def test_a_saved_model_gives_the_same_logits(tmp_path: Path) -> None:
    backbone, head, _ = trained()
    save_model(tmp_path / "model.pt", backbone, head)
    loaded = load_model(tmp_path / "model.pt", backbone=SegmentingBackbone(small_backbone(seed=9), size=8))
    images = torch.from_numpy(noise(2))
    for one, other in zip(loaded.backbone.branches(images), backbone.branches(images), strict=True):
        assert torch.equal(one, other)


def test_an_ensemble_adds_the_tails_of_two_maps() -> None:
    backbone, head, _ = trained()
    normals, images = noise(8), noise(2, seed=7)
    detector, known = make_detector(
        backbone, head, list(normals), scoring="ensemble", size=64, held_out=held_out([5, 6, 7]), seed=0
    )
    tails = tails_of(detector.bank.scales)
    detector = replace(
        detector, bank=replace(detector.bank, scales=tuple(n for tail in tails for n in (*tail[:2], 0.5)))
    )
    scores, origins, embedded = detector.scores(list(images))
    assert scores.shape == origins.shape == (2, 8, 8)
    with torch.no_grad():
        frozen, _, logits = backbone.branches(torch.from_numpy(images))
    np.testing.assert_allclose(embedded, frozen.half().movedim(1, -1).float(), atol=1e-3)
    distances, _ = detector.bank.search(embedded)
    values = (
        distances.max(axis=(1, 2)),
        np.sort(logits.numpy().reshape(2, -1), axis=1)[:, -10:].mean(axis=1),
    )
    expected = [
        0.5 * np.log1p(np.exp((of - tail.center) / tail.spread)) for of, tail in zip(values, tails, strict=True)
    ]
    np.testing.assert_allclose(scores.max(axis=(1, 2)), np.sum(expected, axis=0), rtol=1e-2)
    with torch.no_grad():
        found = _highest_scores(detector, torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(found, scores.max(axis=(1, 2)), rtol=1e-2)
    assert known.shape == (8, 8, 8, embedded.shape[-1])
    assert np.isfinite(grad_cam(detector, images[0])).all()


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_segmentation_averaged_over_quarter_turns_turns_with_the_image(turn: int) -> None:
    backbone, head, _ = trained()
    images = noise(2)
    read = partial(embedded_maps, backbone, head, scoring="ensemble", size=64, progress=None)
    frozen, maps = read(list(images), turns=range(4))
    turned = read([np.ascontiguousarray(np.rot90(image, turn)) for image in images], turns=range(4))[1]
    for map_, other, plain in zip(maps, turned, read(list(images))[1], strict=True):
        np.testing.assert_allclose(np.rot90(map_, turn, (1, 2)), other, atol=1e-4)
        assert np.abs(map_ - plain).max() > 1e-3
    np.testing.assert_array_equal(frozen, read(list(images))[0])


def test_the_three_turned_views_and_the_plain_one_make_the_mean_of_all_four() -> None:
    backbone, head, _ = trained()
    read = partial(embedded_maps, backbone, head, list(noise(2)), scoring="ensemble", size=64, progress=None)
    plain, others, all_four = (read(turns=turns)[1][0] for turns in ((0,), range(1, 4), range(4)))
    np.testing.assert_allclose((plain + 3 * others) / 4, all_four, atol=1e-5)


def test_turns_are_kept_where_held_out_images_ask_for_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_category(tmp_path / "data" / "disc", seed=1)
    options = {"experiments": ["self_supervised"], "heads": ["softmax"], "scorings": ["ensemble"], "epochs": 1}
    cells = cells_of(tmp_path / "data", **options)
    for helps, turns in ((True, 4), (False, 1)):
        monkeypatch.setattr("eval.scoring.detector.turns_help", lambda *_, answer=helps: answer)
        out = tmp_path / str(helps)
        trained_cell = finished(cells, out)[1]
        detector = load_detector(out / cells[1].name, trained_cell)
        assert detector.turns == turns
        category = read_category(tmp_path / "data" / "disc", size=SIDE)
        scores = detector.scores(list(category.images(category.test))).maps.max(axis=(1, 2))
        np.testing.assert_allclose(scores, [image.score for image in trained_cell.images], atol=1e-4)


def test_the_distance_weighs_twice_where_defects_were_not_made_for_the_category(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("eval.scoring.fusion._GAIN", -1.0)  # the segmentation always counts
    write_category(tmp_path / "data" / "disc", seed=1)
    A.save(A.Compose([Line(p=1)]), str(tmp_path / "own.yaml"), data_format="yaml")
    options = {"experiments": ["self_supervised"], "heads": ["softmax"], "scorings": ["ensemble"], "epochs": 1}
    cells = cells_of(tmp_path / "data", **options, generators=["line", str(tmp_path / "own.yaml")])
    finished(cells, tmp_path / "out")
    weights = [tails_of(Bank.load(tmp_path / "out" / cell.name / "bank.npz").scales)[0].weight for cell in cells[1:]]
    assert weights == [2.0, 1.0]


def test_an_ensemble_of_an_earlier_version_is_refused_by_name_before_any_image_is_read(tmp_path: Path) -> None:
    write_category(tmp_path / "data" / "disc", seed=1)
    options = {"experiments": ["self_supervised"], "heads": ["softmax"], "scorings": ["ensemble"], "epochs": 1}
    cells = cells_of(tmp_path / "data", **options)
    results = finished(cells, tmp_path / "out")[1]
    folder = tmp_path / "out" / cells[1].name
    bank = Bank.load(folder / "bank.npz")
    replace(bank, scales=(1.0,) * 9).save(folder / "bank.npz")
    with pytest.raises(ValueError, match=r"bank\.npz: scales must hold 6 numbers, got 9"):
        load_detector(folder, results)


def test_other_backbones_are_refused() -> None:
    backbone, head = ProjectedBackbone(small_backbone(), size=8), make_head("softmax", embedding_size=8, classes=2)
    with pytest.raises(ValueError, match="backbone must be a SegmentingBackbone for 'ensemble' scoring"):
        train(backbone, head, twin_split(list(noise(8)), Line(), seed=0), TrainingOptions(scoring="ensemble"))
    with pytest.raises(TypeError, match="backbone must be a trained SegmentingBackbone for ensembles"):
        make_detector(backbone, head, list(noise(4)), scoring="ensemble", size=64, held_out=held_out([3]), seed=0)


def test_a_cell_is_saved_whole_and_has_finer_heat_maps_than_patches(tmp_path: Path) -> None:
    write_category(tmp_path / "data" / "disc", seed=1)
    options = {"experiments": ["self_supervised"], "heads": ["softmax"], "scorings": ["ensemble"], "epochs": 1}
    cells = cells_of(tmp_path / "data", **options)
    untrained, trained = finished(cells, tmp_path / "out")
    assert untrained.settings.scoring == "patch"
    folder, category = tmp_path / "out" / cells[1].name, read_category(tmp_path / "data" / "disc", size=SIDE)
    maps, _, _ = load_detector(folder, trained).scores(list(category.images(category.test)))
    assert maps.shape[1:] == (SIDE // 4, SIDE // 4)
    np.testing.assert_allclose(maps.max(axis=(1, 2)), [image.score for image in trained.images], atol=1e-4)
    np.testing.assert_allclose(read_heat_maps(folder), maps, rtol=2e-3, atol=2e-3)
