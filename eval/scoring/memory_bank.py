"""Bank of the embeddings of training normals, thinned if they are many, and the threshold that it gives."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from eval.files import write_atomically
from eval.models.embedding import StepProgress, best_device
from eval.progress import Progress
from eval.scoring.cache import cached_result
from eval.scoring.coreset import coreset
from eval.scoring.nearest import nearest

BANK_ROWS = 20_000  # most rows of a bank of patches; a larger one is reduced to a coreset


@dataclass(frozen=True)
class Bank:
    """Embeddings of training normals, and the threshold that they give.

    Attributes:
        rows: embeddings, (M, D).
        origins: int64 (M,), index of the training normal of each row.
        threshold: largest score of the held-out normals against the rows of the others.
        held_out: number of held-out normals; their rows belong to the bank, too.
        scales: scales of fused scores, see `eval.scoring.detector`; otherwise empty.
    """

    rows: NDArray[np.floating[Any]]
    origins: NDArray[np.int64]
    threshold: float
    held_out: int
    scales: tuple[float, ...] = ()

    def search(
        self, embeddings: NDArray[np.float32], *, progress: StepProgress | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the nearest row to each patch.

        Args:
            embeddings: (N, h, w, D).
            progress: called with the number of patches done, and with that of all patches.

        Returns:
            Cosine distance float32 (N, h, w), and index of the training normal of the row, int64 (N, h, w).
        """
        compute = partial(self._search, embeddings, progress=progress)
        return cached_result(compute, kind="search", inputs=(self.rows, self.origins, embeddings))

    def _search(
        self, embeddings: NDArray[np.float32], *, progress: StepProgress | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        flat = embeddings.reshape(-1, embeddings.shape[-1])
        rows = torch.from_numpy(self.rows).to(best_device())
        distances, places = nearest(rows, flat, return_index=True, progress=progress)
        grid = embeddings.shape[:-1]
        return distances.reshape(grid), self.origins[places[:, 0]].reshape(grid)

    def save(self, path: Path) -> None:
        """Write a file atomically."""
        write_atomically(path, lambda file: np.savez(file, **asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Bank:
        """Read a file that `save` wrote."""
        with np.load(path) as file:
            scales = tuple(float(scale) for scale in file["scales"])
            return cls(file["rows"], file["origins"], float(file["threshold"]), int(file["held_out"]), scales)


def make_bank(
    embeddings: NDArray[np.float32], *, held_out: NDArray[np.int64], seed: int, progress: Progress | None = None
) -> tuple[Bank, NDArray[np.float32]]:
    """Make a bank of all normals, with at most `BANK_ROWS` patches, and the threshold that the held-out ones give.

    Held-out and other normals are thinned separately, so that the former can be scored against the rows of the latter.

    Args:
        embeddings: embeddings of the training normals, (N, h, w, D).
        held_out: indices of the held-out normals, at least one and not all.
        seed: seed of the coreset.
        progress: see `Progress`.

    Returns:
        The bank, and the distances of the held-out normals to the rows of the others, (K, h, w).
    """
    compute = partial(_make_bank, embeddings, held_out=held_out, seed=seed, progress=progress)
    return cached_result(compute, kind="bank", inputs=(embeddings, held_out, seed, BANK_ROWS))


def _make_bank(
    embeddings: NDArray[np.float32], *, held_out: NDArray[np.int64], seed: int, progress: Progress | None
) -> tuple[Bank, NDArray[np.float32]]:
    patches = embeddings.shape[1] * embeddings.shape[2] > 1
    thin = patches and embeddings[..., 0].size > BANK_ROWS
    parts, origins = [], []
    for places in (np.setdiff1d(np.arange(len(embeddings)), held_out), held_out):
        rows = embeddings[places].reshape(-1, embeddings.shape[-1])
        of_rows = np.repeat(places, len(rows) // len(places))
        if patches:
            rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        if thin:
            count = max(1, BANK_ROWS * len(places) // len(embeddings))
            steps = None if progress is None else partial(progress, "coreset")
            on_device = torch.from_numpy(rows).to(best_device())
            picked = coreset(on_device, count=count, seed=seed, progress=steps)
            rows, of_rows = rows[picked], of_rows[picked]
        parts.append(rows.astype(np.float16) if patches else rows)
        origins.append(of_rows)
    distances, _ = Bank(parts[0], origins[0], 0.0, len(held_out)).search(embeddings[held_out])
    return Bank(np.concatenate(parts), np.concatenate(origins), float(distances.max()), len(held_out)), distances
