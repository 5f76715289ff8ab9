"""Files of a cell beside its results.json: heat maps, embeddings, and the detector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.benchmark.cell import Settings
from eval.benchmark.fitting import untrained_backbone
from eval.benchmark.inputs import check_weights
from eval.benchmark.results import BANK, CALIBRATION, MODEL, Results
from eval.files import read_arrays, write_atomically
from eval.models.checkpoints import load_model, save_model
from eval.models.embedding import best_device
from eval.scoring.calibration import Calibration
from eval.scoring.detector import Detector, Scores
from eval.scoring.fusion import tails_of
from eval.scoring.memory_bank import Bank

HEAT_MAPS, EMBEDDINGS = "heat_maps.npz", "embeddings.npz"


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of the images of a cell, averaged over patches for patch scoring.

    Attributes:
        train: float32 (N, D), one row per training normal, in the order of the category.
        test: float32 (M, D), one row per test image, in the order of the results.
        nearest: int64 (M,), index of the training normal that the score of each test image is the distance to.
    """

    train: NDArray[np.float32]
    test: NDArray[np.float32]
    nearest: NDArray[np.int64]


def write_artifacts(
    folder: Path,
    settings: Settings,
    detector: Detector,
    scores: Scores,
    *,
    normals: NDArray[np.float32],
    like: Path | None,
) -> None:
    """Write all files of a cell but its results.json: bank, calibration, embeddings, heat maps and model.

    Heat maps hold the scores of the patches, (N, h, w) in the order of the images, as float16; they are written if
    patches are scored, a model if one was trained.

    Args:
        folder: folder of the cell.
        settings: settings of the cell.
        detector: its detector.
        scores: scores of the test images.
        normals: embeddings of the training normals, (N, h, w, D).
        like: folder of the baseline, whose rows are linked if they are the same; None without a baseline.
    """
    detector.bank.save(folder / BANK, like=None if like is None else like / BANK)
    detector.calibration.save(folder / CALIBRATION)
    maps, origins, embeddings = scores
    hottest = maps.reshape(len(maps), -1).argmax(axis=1)
    nearest = origins.reshape(len(maps), -1)[np.arange(len(maps)), hottest]
    train, test = (found.mean(axis=(1, 2)).astype(np.float16) for found in (normals, embeddings))
    write_atomically(folder / EMBEDDINGS, lambda file: np.savez(file, train=train, test=test, nearest=nearest))
    if settings.localises:
        halves = maps.astype(np.float16)
        write_atomically(folder / HEAT_MAPS, lambda file: np.savez_compressed(file, heat_maps=halves))
    if detector.head is not None:
        about = {"name": settings.name, "shape": detector.size, "turns": detector.turns}
        save_model(folder / MODEL, detector.backbone, detector.head, settings=about)


def read_embeddings(folder: str | Path) -> Embeddings:
    """Return the embeddings of a cell."""
    found = read_arrays(Path(folder) / EMBEDDINGS, {"train": 2, "test": 2, "nearest": 1})
    return Embeddings(found["train"].astype(np.float32), found["test"].astype(np.float32), found["nearest"])


def read_heat_maps(folder: str | Path) -> NDArray[np.float32]:
    """Return the scores of the patches of a cell, float32 (N, h, w), in the order of its results."""
    return read_arrays(Path(folder) / HEAT_MAPS, {"heat_maps": 3})["heat_maps"].astype(np.float32)


def load_detector(folder: Path, results: Results) -> Detector:
    """Return the detector of a finished cell.

    Raises:
        ValueError: if a file is broken, or of an earlier version, or the weights are others; the error names it.
    """
    bank, settings = Bank.load(folder / BANK), results.settings
    if settings.scoring == "ensemble" and settings.experiment != "none":
        try:
            tails_of(bank.scales)
        except ValueError as error:
            raise ValueError(f"{folder / BANK}: {error}") from error
    calibration = Calibration.load(folder / CALIBRATION)
    if settings.experiment == "none":
        backbone = untrained_backbone(settings)
        check_weights(results, folder)
        return Detector(backbone, None, bank, settings.scoring, results.shape, calibration)
    model = load_model(folder / MODEL)
    device = best_device()
    trained, head = model.backbone.to(device), model.head.to(device)
    turns = model.settings.get("turns", 1)
    return Detector(trained, head, bank, settings.scoring, results.shape, calibration, turns)
