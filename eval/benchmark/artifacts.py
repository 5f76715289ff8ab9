"""Arrays that a cell leaves beside its results.json, for pages to show: heat maps and embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.benchmark.results import BANK, MODEL, Results
from eval.data.images import Size, sides
from eval.files import write_whole
from eval.models.backbone import Backbone
from eval.models.checkpoints import load_model
from eval.models.embedding import best_device
from eval.scoring.detector import Detector
from eval.scoring.memory_bank import Bank

HEAT_MAPS, EMBEDDINGS = "heat_maps.npz", "embeddings.npz"


@dataclass(frozen=True)
class Embedded:
    """What the images of a cell look like to its model.

    Attributes:
        train: float32 (N, D), one row a training normal, in the order of the category; for patch scoring the average
            of its patches.
        test: float32 (M, D), one row a test image, in the order of the results.
        nearest: int64 (M,), which training normal holds what the score of each test image is the distance to.
    """

    train: NDArray[np.float32]
    test: NDArray[np.float32]
    nearest: NDArray[np.int64]


def write_embeddings(folder: Path, embedded: Embedded) -> None:
    """Put embeddings.npz into `folder`, whole or not at all."""
    train, test = embedded.train.astype(np.float16), embedded.test.astype(np.float16)
    write_whole(folder / EMBEDDINGS, lambda file: np.savez(file, train=train, test=test, nearest=embedded.nearest))


def read_embeddings(folder: str | Path) -> Embedded:
    """What `write_embeddings` wrote."""
    with np.load(Path(folder) / EMBEDDINGS) as file:
        return Embedded(file["train"].astype(np.float32), file["test"].astype(np.float32), file["nearest"])


def write_heat_maps(folder: Path, maps: NDArray[np.float32]) -> None:
    """Keep the distances of patches, (N, h, w) in the order of the images, as float16."""
    write_whole(folder / HEAT_MAPS, lambda file: np.savez_compressed(file, heat_maps=maps.astype(np.float16)))


def read_heat_maps(folder: str | Path, *, size: Size) -> NDArray[np.float32]:
    """The heat maps of a patch run, float32 (N, H, W), in the order of the images in its results."""
    with np.load(Path(folder) / HEAT_MAPS) as file:
        return upsampled(file["heat_maps"].astype(np.float32), size=size)


def upsampled(maps: NDArray[np.float32], *, size: Size) -> NDArray[np.float32]:
    """Distances of patches, (N, h, w), as heat maps (N, H, W), bilinear."""
    height, width = sides(size)
    heats = np.empty((len(maps), height, width), np.float32)
    for heat, map_ in zip(heats, maps, strict=True):
        heat[:] = cv2.resize(map_, (width, height), interpolation=cv2.INTER_LINEAR)
    return heats


def load_detector(folder: Path, results: Results, *, start: Backbone) -> Detector:
    """The detector of a finished run.

    Args:
        folder: of the run.
        results: of the run.
        start: what the training started from; used as it is if nothing was trained.
    """
    bank, settings = Bank.load(folder / BANK), results.settings
    if settings.experiment == "none":
        return Detector(start, None, bank, settings.scoring, results.shape)
    model = load_model(folder / MODEL)
    device = best_device()
    return Detector(model.backbone.to(device), model.head.to(device), bank, settings.scoring, results.shape)
