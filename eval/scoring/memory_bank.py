"""What scores are distances to: the embeddings of training normals, thinned if they are many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from eval.files import write_atomically
from eval.models.embedding import best_device
from eval.progress import Progress
from eval.scoring.cache import remembered
from eval.scoring.nearest import coreset, nearest

BANK_ROWS = 20_000  # a larger bank of patches becomes a coreset of that many
"""Called with the stage, how much of it is done, and of how much."""


@dataclass(frozen=True)
class Bank:
    """Embeddings of training normals, and the threshold that they give.

    Attributes:
        rows: (M, D).
        origins: int64 (M,), which training normal each row comes from.
        threshold: the largest score of the held out normals against the rows of the others.
        held_out: how many normals were held out; their rows belong to the bank all the same.
        scales: of fused scores, see `eval.detector`; otherwise none.
    """

    rows: NDArray[np.floating[Any]]
    origins: NDArray[np.int64]
    threshold: float
    held_out: int
    scales: tuple[float, ...] = ()

    def search(
        self, embeddings: NDArray[np.float32], *, progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The nearest row to each patch.

        Args:
            embeddings: (N, h, w, D).
            progress: called with how many patches are done, and of how many.

        Returns:
            Cosine distance float32 (N, h, w), and the training normal that the row comes from, int64 (N, h, w).
        """
        work = partial(self._search, embeddings, progress=progress)
        return remembered(work, kind="search", given=(self.rows, self.origins, embeddings))

    def _search(
        self, embeddings: NDArray[np.float32], *, progress: Callable[[int, int], None] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        flat = embeddings.reshape(-1, embeddings.shape[-1])
        rows = torch.from_numpy(self.rows).to(best_device())
        distances, places = nearest(rows, flat, return_index=True, progress=progress)
        grid = embeddings.shape[:-1]
        return distances.reshape(grid), self.origins[places[:, 0]].reshape(grid)

    def save(self, path: Path) -> None:
        """Write a file, whole or not at all."""
        write_atomically(path, lambda file: np.savez(file, **asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Bank:
        """Read what `save` wrote."""
        with np.load(path) as file:
            scales = tuple(float(scale) for scale in file["scales"])
            return cls(file["rows"], file["origins"], float(file["threshold"]), int(file["held_out"]), scales)


def make_bank(
    embeddings: NDArray[np.float32], *, held_out: NDArray[np.int64], seed: int, progress: Progress | None = None
) -> tuple[Bank, NDArray[np.float32]]:
    """A bank of all normals, of at most `BANK_ROWS` patches, and the threshold that those held out give.

    The two parts are thinned separately, so that those held out can be scored against the rows of the others.

    Args:
        embeddings: of the training normals, (N, h, w, D).
        held_out: places among them, at least one and not all.
        seed: of the coreset.
        progress: see `Progress`.

    Returns:
        The bank, and the distances of those held out to the rows of the others, (K, h, w).
    """
    work = partial(_make_bank, embeddings, held_out=held_out, seed=seed, progress=progress)
    return remembered(work, kind="bank", given=(embeddings, held_out, seed, BANK_ROWS))


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
    kept, _ = Bank(parts[0], origins[0], 0.0, len(held_out)).search(embeddings[held_out])
    return Bank(np.concatenate(parts), np.concatenate(origins), float(kept.max()), len(held_out)), kept
