"""Digests of the files that a cell is made of: images of its category and of its classes, and weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from eval.benchmark.cell import NAMED_WEIGHTS, Settings
from eval.benchmark.results import Results
from eval.data.folders import category_digest, files_digest, whole_digest


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Digests of the files that a cell is made of; see the attributes of `Results`."""

    data_digest: str
    classes_digest: str | None
    weights_digest: str | None

    @property
    def of_training(self) -> dict[str, str | None]:
        """Digests that a training depends on; the categories of multi_class share one."""
        return {"data_digest": self.classes_digest or self.data_digest, "weights_digest": self.weights_digest}


def check_inputs(results: Results, present: Inputs, folder: Path) -> None:
    """Check that results are of the present images and weights; those of earlier versions may hold no digests.

    Args:
        results: results of a cell.
        present: digests of the present files.
        folder: folder of the cell, for errors.

    Raises:
        ValueError: if they are of others.
    """
    settings = results.settings
    if results.data_digest != present.data_digest:  # in earlier versions it was of all files
        whole = whole_digest(Path(settings.data) / settings.category)
        _check(folder, f"images of {settings.category}", results.data_digest, whole)
    classes = f"images of the classes {', '.join(settings.classes)}"
    _check(folder, classes, results.classes_digest, present.classes_digest)
    check_weights(results, folder)


def check_weights(results: Results, folder: Path) -> None:
    """Check that results are of the present file of weights; see `check_inputs`."""
    weights = results.settings.weights
    _check(folder, f"weights in {weights}", results.weights_digest, weights_digest(weights))


def _check(folder: Path, kind: str, digest: str | None, present: str | None) -> None:
    if digest not in (None, present):
        raise ValueError(
            f"{folder} must hold a run on the present {kind}, got one on others: write to another folder, or remove it"
        )


def weights_digest(weights: str) -> str | None:
    """Return a digest of a file of weights; None for weights that have a name, such as default."""
    path = Path(weights)
    return files_digest([path], home=path.parent) if weights not in NAMED_WEIGHTS else None


def classes_digest(settings: Settings) -> str | None:
    """Return a digest of the images of all classes of a cell; None without classes."""
    if not settings.classes:
        return None
    lines = [f"{name}\0{category_digest(Path(settings.data) / name)}\n" for name in settings.classes]
    return hashlib.blake2b("".join(lines).encode(), digest_size=16).hexdigest()
