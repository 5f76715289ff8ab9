"""Search for the nearest row of a large bank in a few of its clusters (an inverted file), several times as fast."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from eval.models.embedding import StepProgress, best_device
from eval.scoring.nearest import HAS_FAISS, cosine_distances, import_faiss, unit_rows

LEAST_ROWS, LEAST_PATCHES = 50_000, 16_384  # for fewer, clusters take longer than they save
_CLUSTERS_OF_ROOT = 2  # clusters are so many times the square root of the number of rows
_SAMPLE = 40  # rows for each cluster that its centre is computed from
_ROUNDS = 6  # of k-means
_BLOCK = 8192  # rows and queries at a time


class ClusteredRows:
    """Rows of a bank, which are clustered at the first search.

    Each query is compared with the rows of the `PROBED` clusters nearest to it. On patches of the category screw that
    finds the nearest row of 99.7 % of them.

    Args:
        rows: embeddings, (M, D).

    References:
        J. Sivic and A. Zisserman, "Video Google", ICCV 2003; H. Jegou et al., "Product Quantization for Nearest
        Neighbor Search", TPAMI 2011. The index is faiss' IndexIVFFlat.
    """

    PROBED = 16

    def __init__(self, rows: NDArray[np.floating[Any]]) -> None:
        self.rows = rows

    def pay_for(self, patches: int) -> bool:
        """Return whether the search for a number of patches is worth the clustering, and faiss is there for it."""
        if "_index" in self.__dict__:
            return True
        large = len(self.rows) >= LEAST_ROWS and patches >= LEAST_PATCHES
        return large and HAS_FAISS and best_device().type == "cpu"

    def build(self) -> None:
        """Cluster the rows, for any number of searches."""
        _ = self._index

    def nearest(
        self,
        embeddings: NDArray[np.float32],
        *,
        hidden: tuple[int, int] = (0, 0),
        progress: StepProgress | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the cosine distance to the nearest row found, float32 (...), and its index, int64 (...).

        Args:
            embeddings: (..., D).
            hidden: first row and end of the rows that are not searched.
            progress: called with the number of patches done, and with that of all patches.

        Returns:
            Where all rows of the probed clusters are hidden, the distance is infinite and the index -1.
        """
        faiss = import_faiss()
        faiss.omp_set_num_threads(torch.get_num_threads())  # faiss has threads of its own
        chosen = faiss.IDSelectorNot(faiss.IDSelectorRange(*hidden)) if hidden[1] > hidden[0] else None
        settings = faiss.SearchParametersIVF(nprobe=self.PROBED, sel=chosen)
        bank, queries = torch.from_numpy(self.rows), embeddings.reshape(-1, embeddings.shape[-1])
        distances, places = np.full(len(queries), np.inf, np.float32), np.zeros(len(queries), np.int64)
        for start in range(0, len(queries), _BLOCK):
            part = slice(start, start + _BLOCK)
            asked = torch.from_numpy(np.ascontiguousarray(queries[part]))
            _, found = self._index.search(unit_rows(asked).numpy(), 1, params=settings)
            places[part] = found[:, 0]
            exact = cosine_distances(bank, asked, torch.from_numpy(found.clip(min=0)))[:, 0].numpy()
            distances[part] = np.where(found[:, 0] < 0, np.inf, exact)
            if progress is not None:
                progress(min(start + _BLOCK, len(queries)), len(queries))
        grid = embeddings.shape[:-1]
        return distances.reshape(grid), places.reshape(grid)

    @cached_property
    def _index(self) -> Any:
        faiss = import_faiss()
        count, columns = self.rows.shape
        clusters = int(_CLUSTERS_OF_ROOT * count**0.5)
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(columns), columns, clusters, faiss.METRIC_INNER_PRODUCT)
        index.cp.niter, index.cp.max_points_per_centroid = _ROUNDS, _SAMPLE
        sample = self.rows[:: max(1, count // (_SAMPLE * clusters))]
        index.train(self._units(sample))
        for start in range(0, count, _BLOCK):
            index.add(self._units(self.rows[start : start + _BLOCK]))
        return index

    @staticmethod
    def _units(rows: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        return np.asarray(unit_rows(torch.from_numpy(np.ascontiguousarray(rows)).float()).numpy())
