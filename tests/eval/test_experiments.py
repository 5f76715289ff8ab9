"""Cells: scores, files, reuse of finished cells, resumed trainings, and failures."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from eval.benchmark.artifacts import load_detector, read_embeddings, read_heat_maps
from eval.benchmark.cell import Settings
from eval.benchmark.fitting import untrained_backbone
from eval.benchmark.provenance import git_revision, versions
from eval.benchmark.results import Results, read_results
from eval.benchmark.runner import Cell, run_cells
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.benchmark.splits import held_out_twins
from eval.data.datasets import read_category
from eval.data.examples import split_indices
from eval.scoring.calibration import Calibration, calibrate
from eval.scoring.detector import embed
from eval.scoring.fusion import resized
from eval.scoring.memory_bank import Bank
from eval.scoring.metrics import image_metrics, per_defect_auroc

SIDE = 64
FILES = ["bank.npz", "bank_rows.npy", "calibration.json", "embeddings.npz", "heat_maps.npz", "results.json"]
SMALL: dict[str, Any] = {"weights": "none", "size": SIDE, "epochs": 2}


def write_category(home: Path, *, seed: int) -> None:
    """Write a category of discs or squares on a dark background, with dark dents and bright spots as defects."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    part = (np.hypot(rows, columns) if seed else np.maximum(abs(rows), abs(columns))) < SIDE / 3
    folders = {"train/good": 8, "test/good": 3, "test/dent": 3, "test/spot": 2}
    for folder, count in folders.items():
        (home / folder).mkdir(parents=True)
        for number in range(count):
            image = 60 + 80.0 * part + rng.integers(-6, 7, part.shape)
            if not folder.endswith("good"):
                mask = np.zeros(part.shape, np.uint8)
                cv2.circle(mask, (24 + 4 * number, 30), 7, 255, -1)
                image[mask > 0] = 60 if folder.endswith("dent") else 250
                truth = home / "ground_truth" / Path(folder).name / f"{number:03}_mask.png"
                truth.parent.mkdir(parents=True, exist_ok=True)
                assert cv2.imwrite(str(truth), mask)
            assert cv2.imwrite(str(home / folder / f"{number:03}.png"), image.astype(np.uint8))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_category(root / "disc", seed=1)
    write_category(root / "square", seed=0)
    return root


def silent(stage: str, done: int, total: int) -> None:
    assert stage
    assert 0 <= done <= total


def cells_of(data: Path, **options: Any) -> tuple[Settings, ...]:
    return make_cells(
        BenchmarkOptions(data=data, **{"categories": ["disc"], "experiments": ["none"], **SMALL, **options})
    )


def run_all(cells: Sequence[Settings], out: Path) -> list[Cell]:
    done = list(run_cells(cells, out=out, progress=silent))
    assert [cell.settings for cell in done] == list(cells)
    return done


def finished(cells: Sequence[Settings], out: Path) -> list[Results]:
    results = [cell.results for cell in run_all(cells, out) if cell.results is not None]
    assert len(results) == len(cells)
    return results


@pytest.fixture(scope="module")
def untrained_patch(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("untrained")
    finished(cells_of(data, scorings=["patch"]), out)
    return out


def cosine_distances(bank: np.ndarray, queries: np.ndarray) -> np.ndarray:
    known, asked = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (bank, queries))
    return np.min(1 - asked.astype(np.float64) @ known.T.astype(np.float64), axis=1)


@pytest.mark.parametrize("scoring", ["image", "patch"])
def test_scores_are_distances_to_the_nearest_normal_and_the_threshold_is_of_held_out_normals_and_twins(
    data: Path, tmp_path: Path, scoring: str
) -> None:
    (settings,) = cells_of(data, scorings=[scoring])
    (results,) = finished([settings], tmp_path)
    category = read_category(data / "disc", size=SIDE)
    backbone = untrained_backbone(settings)
    normals, images = (
        embed(backbone, list(category.images(part)), scoring=scoring, size=SIDE)
        for part in (category.train, category.test)
    )

    def score(bank: np.ndarray, queries: np.ndarray) -> np.ndarray:
        flat = cosine_distances(bank.reshape(-1, bank.shape[-1]), queries.reshape(-1, queries.shape[-1]))
        return flat.reshape(len(queries), -1).max(axis=1)

    scores = score(normals, images)
    np.testing.assert_allclose([image.score for image in results.images], scores, atol=1e-4)  # the bank is float16
    _, held = split_indices(len(normals), held_out=0.2, rng=np.random.default_rng(0), name="normals")
    twins, sources = held_out_twins(settings, category.images(category.train), held)
    assert 2 <= len(twins) == len(sources) <= 8
    assert set(sources.tolist()) == set(held.tolist())
    drawn = embed(backbone, twins, scoring=scoring, size=SIDE)
    of_normals, of_twins = (
        [score(normals[np.arange(8) != source], image[None])[0] for image, source in zip(images, places, strict=True)]
        for images, places in ((normals[held], held), (drawn, sources))
    )
    calibration = calibrate(of_normals, of_twins, false_positives=0.05)
    decision = results.metrics.decision
    assert decision.threshold == pytest.approx(calibration.threshold, abs=1e-4)
    assert (decision.held_out, decision.twins) == (len(held), len(twins)) == (2, len(twins))
    assert Calibration.load(tmp_path / settings.name / "calibration.json").normals == pytest.approx(
        sorted(of_normals), abs=1e-4
    )
    labels = [image.label for image in results.images]
    given = [image.score for image in results.images]
    assert results.metrics.image == image_metrics(labels, given)
    assert results.metrics.per_defect == per_defect_auroc([image.defect for image in results.images], given)
    assert [image.path for image in results.images][:2] == ["disc/test/dent/000.png", "disc/test/dent/001.png"]
    assert (results.metrics.pixel is None) == (scoring == "image")
    left = read_embeddings(tmp_path / settings.name)
    np.testing.assert_allclose(left.train, normals.mean(axis=(1, 2)), atol=1e-2)
    np.testing.assert_allclose(left.test, images.mean(axis=(1, 2)), atol=1e-2)
    for image, nearest, expected in zip(images, left.nearest, scores, strict=True):
        assert (
            score(normals[[nearest]], image[None]).min() >= expected - 1e-4
        )  # and one of its patches is at that distance:
        distances = cosine_distances(*(rows.reshape(-1, image.shape[-1]) for rows in (normals[nearest], image)))
        assert np.isclose(distances, expected, atol=1e-4).any()


def test_results_come_back_from_json_whole(untrained_patch: Path) -> None:
    folder = next((untrained_patch / "disc").iterdir())
    results = read_results(folder)
    assert Results.from_json(json.loads(json.dumps(results.to_json()))) == results
    assert results.versions == versions()
    assert results.git_revision == git_revision()
    assert set(results.seconds) == {"read", "train", "draw", "embed", "score", "evaluate"}
    assert results.peak_memory_mib > 10
    assert results.baseline is None
    assert sorted(path.name for path in folder.iterdir()) == FILES
    heats = resized(read_heat_maps(folder), (SIDE, SIDE))
    assert heats.shape == (8, SIDE, SIDE)
    scores = [image.score for image in results.images]
    with np.load(folder / "heat_maps.npz") as file:
        np.testing.assert_allclose(file["heat_maps"].max(axis=(1, 2)), scores, rtol=1e-3)
    assert len(Bank.load(folder / "bank.npz").rows) == results.bank_rows


def test_a_finished_cell_is_not_repeated_and_other_settings_are_refused(
    data: Path, untrained_patch: Path, tmp_path: Path
) -> None:
    shutil.copytree(untrained_patch, tmp_path / "out")
    (settings,) = cells_of(data, scorings=["patch"])
    path = tmp_path / "out" / settings.name / "results.json"
    before = path.read_bytes()
    (again,) = run_all([settings], tmp_path / "out")
    assert again.repeated
    moved = replace(settings, data="/elsewhere")
    (refused,) = run_all([moved], tmp_path / "out")
    assert refused.results is None
    assert "must hold a run with data '/elsewhere', got" in str(refused.error)
    assert path.read_bytes() == before
    path.write_text("{", encoding="utf-8")
    (broken,) = run_all([settings], tmp_path / "out")
    assert "must hold the results of a run" in str(broken.error)


@pytest.mark.parametrize("scoring", ["patch", "fused"])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(data: Path, tmp_path: Path, scoring: str) -> None:
    cells = cells_of(data, experiments=["self_supervised"], heads=["cosface"], scorings=[scoring], seeds=[3])

    def interrupting(stage: str, done: int, total: int) -> None:
        if stage == "train" and done > total / 2:  # in the second epoch
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_cells(cells, out=tmp_path / "first", progress=interrupting))
    clear_caches()
    folder = tmp_path / "first" / cells[1].name
    assert [path.name.split("-")[0] for path in folder.iterdir()] == ["training"]
    _, resumed = finished(cells, tmp_path / "first")
    _, straight = finished(cells, tmp_path / "second")
    assert resumed.images == straight.images
    assert [epoch["loss"] for epoch in resumed.history] == [epoch["loss"] for epoch in straight.history]
    left = [
        "bank.npz",
        "bank_rows.npy",
        "calibration.json",
        "embeddings.npz",
        "heat_maps.npz",
        "model.pt",
        "results.json",
    ]
    assert sorted(path.name for path in folder.iterdir()) == left
    baseline = read_results(tmp_path / "first" / cells[0].name)
    assert resumed.baseline == baseline.metrics
    assert [image.baseline_score for image in resumed.images] == [image.score for image in baseline.images]
    assert resumed.settings.generator == "generic_object"
    category = read_category(data / "disc", size=SIDE)
    detector = load_detector(folder, resumed)
    scores = [detector.scores([image])[0].max() for image in category.images(category.test)]
    np.testing.assert_allclose(scores, [image.score for image in resumed.images], atol=1e-5)


def test_images_that_a_preset_was_fitted_to_are_not_tested_on(data: Path, tmp_path: Path) -> None:
    A.save(A.Compose([ds.Line(p=1.0)]), tmp_path / "best.yaml", data_format="yaml")
    known = sorted(path.relative_to(data / "disc/test").as_posix() for path in (data / "disc/test").glob("[!g]*/*"))[:2]
    (tmp_path / "best.fit.json").write_text(json.dumps({"category": "disc", "images": known}))
    options = {"experiments": ["self_supervised"], "heads": ["softmax"], "generators": [str(tmp_path / "best.yaml")]}
    untrained_, tuned = finished(cells_of(data, scorings=["fused"], **options), tmp_path / "out")
    assert tuned.settings.known == tuple(known)
    paths = {image.path.partition("test/")[2] for image in untrained_.images}
    assert {image.path.partition("test/")[2] for image in tuned.images} == paths - set(known)
    assert tuned.baseline is not None
    assert tuned.baseline != untrained_.metrics
    (tmp_path / "best.fit.json").write_text("[]")
    with pytest.raises(ValueError, match=r"fit\.json must name the images that the preset was fitted to"):
        cells_of(data, scorings=["fused"], **options)


def test_binary_trains_on_one_type_of_defect_and_is_not_tested_on_it(
    data: Path, untrained_patch: Path, tmp_path: Path
) -> None:
    shutil.copytree(untrained_patch, tmp_path / "out")
    cells = cells_of(data, experiments=["binary"], heads=["softmax"], scorings=["patch"])
    before, results = finished(cells, tmp_path / "out")
    assert results.settings.defect == "dent"
    assert {image.defect for image in results.images} == {"good", "spot"}
    kept = [image for image in before.images if image.defect != "dent"]
    assert [image.baseline_score for image in results.images] == [image.score for image in kept]
    assert results.baseline is not None
    assert results.baseline.image == image_metrics([image.label for image in kept], [image.score for image in kept])
    assert results.baseline.pixel is not None


def test_multi_class_trains_once_for_all_its_categories(data: Path, tmp_path: Path) -> None:
    cells = cells_of(data, categories=["disc", "square"], experiments=["multi_class"], heads=["softmax"])
    results = finished(cells, tmp_path)
    assert [result.settings.experiment for result in results] == ["none", "multi_class"] * 2
    assert results[1].settings.classes == ("disc", "square")
    assert results[1].history == results[3].history
    assert len(list((tmp_path / "trainings").iterdir())) == 1


def test_one_broken_category_does_not_stop_the_others(data: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    shutil.copytree(data, root)
    mask = root / "disc" / "ground_truth" / "dent" / "001_mask.png"
    content = mask.read_bytes()
    mask.write_bytes(content[:60])
    cells = cells_of(root, categories=["disc", "square"], experiments=["self_supervised"], heads=["arcface"])
    done = run_all(cells, tmp_path / "out")
    assert [cell.error is None for cell in done] == [False, False, True, True]
    assert "001_mask.png" in str(done[0].error)
    assert "baseline" in str(done[1].error)
    failed = done[0].folder / "failed.json"
    failure = json.loads(failed.read_text())
    assert failure["error"] == done[0].error
    assert failure["settings"]["category"] == "disc"
    assert "Traceback" in failure["traceback"]
    mask.write_bytes(content)
    assert [cell.repeated for cell in run_all(cells, tmp_path / "out")] == [False, False, True, True]
    assert not failed.exists()
