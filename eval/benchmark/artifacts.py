"""Files of a cell beside its results.json: heat maps, embeddings, and the detector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.benchmark.fitting import untrained_backbone
from eval.benchmark.results import BANK, CALIBRATION, MODEL, Results
from eval.data.images import Size, sides
from eval.files import read_arrays, write_atomically
from eval.models.checkpoints import load_model
from eval.models.embedding import best_device
from eval.scoring.calibration import Calibration
from eval.scoring.detector import Detector
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


def write_embeddings(folder: Path, embeddings: Embeddings) -> None:
    """Write embeddings.npz into `folder`, as float16."""
    train, test = embeddings.train.astype(np.float16), embeddings.test.astype(np.float16)
    write_atomically(
        folder / EMBEDDINGS, lambda file: np.savez(file, train=train, test=test, nearest=embeddings.nearest)
    )


def read_embeddings(folder: str | Path) -> Embeddings:
    """Return the embeddings that `write_embeddings` wrote."""
    found = read_arrays(Path(folder) / EMBEDDINGS, {"train": 2, "test": 2, "nearest": 1})
    return Embeddings(found["train"].astype(np.float32), found["test"].astype(np.float32), found["nearest"])


def write_heat_maps(folder: Path, maps: NDArray[np.float32]) -> None:
    """Write heat_maps.npz into `folder`: patch distances, (N, h, w) in the order of the images, as float16."""
    write_atomically(folder / HEAT_MAPS, lambda file: np.savez_compressed(file, heat_maps=maps.astype(np.float16)))


def read_heat_maps(folder: str | Path, *, size: Size) -> NDArray[np.float32]:
    """Return the heat maps of a cell with patch scoring, float32 (N, H, W), in the order of its results."""
    found = read_arrays(Path(folder) / HEAT_MAPS, {"heat_maps": 3})
    return upsample(found["heat_maps"].astype(np.float32), size=size)


def upsample(maps: NDArray[np.float32], *, size: Size) -> NDArray[np.float32]:
    """Return patch distances, (N, h, w), as heat maps (N, H, W), by bilinear interpolation."""
    height, width = sides(size)
    heats = np.empty((len(maps), height, width), np.float32)
    for heat, map_ in zip(heats, maps, strict=True):
        heat[:] = cv2.resize(map_, (width, height), interpolation=cv2.INTER_LINEAR)
    return heats


def load_detector(folder: Path, results: Results) -> Detector:
    """Return the detector of a finished cell."""
    bank, settings = Bank.load(folder / BANK), results.settings
    calibration = Calibration.load(folder / CALIBRATION)
    if settings.experiment == "none":
        return Detector(untrained_backbone(settings), None, bank, settings.scoring, results.shape, calibration)
    model = load_model(folder / MODEL)
    device = best_device()
    backbone, head = model.backbone.to(device), model.head.to(device)
    return Detector(backbone, head, bank, settings.scoring, results.shape, calibration)
