"""Bank of the embeddings of training normals: all of them, or without the most redundant of very many."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from eval.files import read_array, read_arrays, write_atomically
from eval.models.embedding import StepProgress, best_device
from eval.progress import Progress
from eval.scoring.cache import cached_result, digest_of
from eval.scoring.clusters import ClusteredRows
from eval.scoring.coreset import thinned
from eval.scoring.nearest import nearest

EXACT_ROWS = 1_048_576
"""Most rows of a bank of patches; of more, the most redundant ones are dropped.

1,024 images of 256 x 256 px have as many patches of stride 8. With 152 channels in float16 they take 304 MiB, in the
file and in memory, and 608 MiB more while very many patches are searched for.
"""

EXACT_SHARE = 0.02
"""Share of the patches of an image, those with the largest distances, that are compared with all rows.

The others are compared with some clusters of rows only where rows and patches are many, see `ClusteredRows`. Scores
of images come from the largest distances, and are those of an exact search.
"""

ROWS = "bank_rows.npy"
"""File of the rows, beside that of the bank."""


@dataclass(frozen=True)
class Bank:
    """Embeddings of training normals.

    Attributes:
        rows: embeddings, (M, D).
        origins: int64 (M,), index of the training normal of each row, ascending.
        scales: scales of fused scores (`fit_scales`), or the tails of an ensemble (`tails_of`); otherwise empty.
        clusters: the rows in clusters; None makes them.
    """

    rows: NDArray[np.floating[Any]]
    origins: NDArray[np.int64]
    scales: tuple[float, ...] = ()
    clusters: ClusteredRows | None = field(default=None, repr=False, compare=False)

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
        return cached_result(compute, kind="search", inputs=(self._digest, embeddings))

    def search_others(
        self,
        embeddings: NDArray[np.float32],
        sources: NDArray[np.int64],
        *,
        chosen: NDArray[np.bool_] | None = None,
        progress: StepProgress | None = None,
    ) -> NDArray[np.float32]:
        """Find the nearest row of another training normal to patches of normals, or of their twins.

        Args:
            embeddings: (N, h, w, D).
            sources: int64 (N,), index of the training normal that each image is, or was drawn on.
            chosen: patches to search for, bool (N, h, w); None: all.
            progress: called with the number of images or patches done, and with that of all.

        Returns:
            Cosine distance float32 (N, h, w), 0 for patches that are not chosen.
        """
        where = np.ones(embeddings.shape[:-1], np.bool_) if chosen is None else chosen
        compute = partial(self._search_others, embeddings, sources, where, progress=progress)
        return cached_result(compute, kind="others", inputs=(self._digest, embeddings, sources, where))

    def expect(self, images: int) -> None:
        """Cluster the rows now if the search for a number of images, which come one by one, is worth it."""
        if self._clusters.pay_for(images * int(np.bincount(self.origins).max())):
            self._clusters.build()

    def with_scales(self, scales: tuple[float, ...]) -> Bank:
        """Return a bank of the same rows and clusters with other scales."""
        return replace(self, scales=scales, clusters=self._clusters)

    @cached_property
    def _digest(self) -> NDArray[np.uint8]:
        return digest_of("bank", self.rows, self.origins)

    @cached_property
    def _clusters(self) -> ClusteredRows:
        return ClusteredRows(self.rows) if self.clusters is None else self.clusters

    def _search(
        self, embeddings: NDArray[np.float32], *, progress: StepProgress | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        if self._clusters.pay_for(embeddings[..., 0].size):
            distances, places = self._clusters.nearest(embeddings, progress=progress)
            first = _largest(distances)
            distances[first], places[first] = _nearest_rows(self.rows, embeddings[first], progress=None)
        else:
            distances, places = _nearest_rows(self.rows, embeddings, progress=progress)
        return distances, self.origins[places]

    def _search_others(
        self,
        embeddings: NDArray[np.float32],
        sources: NDArray[np.int64],
        where: NDArray[np.bool_],
        *,
        progress: StepProgress | None,
    ) -> NDArray[np.float32]:
        distances = np.zeros(embeddings.shape[:-1], np.float32)
        first, exact_progress = where, progress
        if self._clusters.pay_for(int(where.sum())):
            for number, source in enumerate(sources):
                own = np.searchsorted(self.origins, [source, source + 1])
                patches = embeddings[number][where[number]]
                distances[number][where[number]], _ = self._clusters.nearest(patches, hidden=(int(own[0]), int(own[1])))
                if progress is not None:
                    progress(number + 1, len(sources))
            first, exact_progress = where & _largest(distances), None
        origins = sources[np.nonzero(first)[0]]
        distances[first] = self._exact_others(embeddings[first], origins, progress=exact_progress)
        return distances

    def _exact_others(
        self, patches: NDArray[np.float32], sources: NDArray[np.int64], *, progress: StepProgress | None
    ) -> NDArray[np.float32]:
        """Return the distances of patches (Q, D) to the rows of other normals than the source of each, (Q,)."""
        is_source = np.isin(self.origins, sources)
        if is_source.all():
            distances = np.full(len(patches), np.inf, np.float32)
        else:
            distances, _ = _nearest_rows(self.rows[~is_source], patches, progress=progress)
        rows, origins = self.rows[is_source], self.origins[is_source]
        for source in np.unique(sources):
            others, own = origins != source, sources == source
            if others.any():
                found, _ = _nearest_rows(rows[others], patches[own], progress=None)
                distances[own] = np.minimum(distances[own], found)
        return distances

    def save(self, path: Path, *, like: Path | None = None) -> None:
        """Write a file atomically, and beside it one of the rows, `ROWS`.

        Args:
            path: path of the file.
            like: file of another bank. If it has the same rows, as those of runs on one frozen backbone have, its file
                of rows is linked instead of written again.
        """
        scales, rows = np.array(self.scales, np.float64), path.with_name(ROWS)
        if like is None or not _link_if_equal(self.rows, like.with_name(ROWS), rows):
            write_atomically(rows, lambda file: np.save(file, self.rows))
        write_atomically(path, lambda file: np.savez(file, origins=self.origins, scales=scales))

    @classmethod
    def load(cls, path: Path) -> Bank:
        """Read the files that `save` wrote.

        Raises:
            FileNotFoundError: if one is missing.
            ValueError: if one is broken.
        """
        found, rows = read_arrays(path, {"origins": 1, "scales": 1}), read_array(path.with_name(ROWS), axes=2)
        if len(rows) != len(found["origins"]) or found["origins"].dtype.kind != "i":
            raise ValueError(f"{path} must hold an index for each row, got {found['origins'].shape}: run again")
        return cls(rows, found["origins"], tuple(float(scale) for scale in found["scales"]))


def _link_if_equal(rows: NDArray[np.floating[Any]], present: Path, path: Path) -> bool:
    """Make `path` a hard link to a file if that holds these rows; return False if it does not, or cannot be linked."""
    try:
        known = np.load(present, mmap_mode="r", allow_pickle=False)
        if known.dtype != rows.dtype or not np.array_equal(known, rows):
            return False
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.link(present, part)
        part.replace(path)
    except (OSError, ValueError, EOFError):  # no such file, or a file system without links
        return False
    return True


def make_bank(
    embeddings: NDArray[np.float32], *, seed: int, limit: int = EXACT_ROWS, progress: Progress | None = None
) -> Bank:
    """Make a bank of all normals; if their patches are very many, without the most redundant ones.

    Args:
        embeddings: embeddings of the training normals, (N, h, w, D).
        seed: seed of the blocks in which redundant patches are found, see `eval.scoring.coreset.thinned`.
        limit: largest number of patches, at least 1.
        progress: see `Progress`.
    """
    patches = embeddings.shape[1] * embeddings.shape[2]
    rows = embeddings.reshape(-1, embeddings.shape[-1])
    origins = np.repeat(np.arange(len(embeddings)), patches)
    if patches == 1:
        return Bank(rows, origins)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    if len(rows) > limit:
        compute = partial(_chosen_rows, rows, count=limit, seed=seed, progress=progress)
        picked = cached_result(compute, kind="thinned", inputs=(rows, seed, limit))
        rows, origins = rows[picked], origins[picked]
    return Bank(rows.astype(np.float16), origins)


def _chosen_rows(rows: NDArray[np.float32], *, count: int, seed: int, progress: Progress | None) -> NDArray[np.int64]:
    steps = None if progress is None else partial(progress, "thin")
    return thinned(torch.from_numpy(rows).to(best_device()), count=count, seed=seed, progress=steps)


def _largest(distances: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the `EXACT_SHARE` of the patches of each image that have the largest distances, bool (N, h, w)."""
    flat = distances.reshape(len(distances), -1)
    count = max(1, round(EXACT_SHARE * flat.shape[1]))
    chosen = np.zeros(flat.shape, np.bool_)
    np.put_along_axis(chosen, np.argpartition(-flat, count - 1, axis=1)[:, :count], values=True, axis=1)
    return chosen.reshape(distances.shape)


def _nearest_rows(
    rows: NDArray[np.floating[Any]], embeddings: NDArray[np.float32], *, progress: StepProgress | None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the distance to the nearest row and its index, of embeddings (..., D), both (...)."""
    flat, grid = embeddings.reshape(-1, embeddings.shape[-1]), embeddings.shape[:-1]
    bank = torch.from_numpy(rows).to(best_device())
    distances, places = nearest(bank, flat, return_index=True, progress=progress)
    return distances.reshape(grid), places[:, 0].reshape(grid)
