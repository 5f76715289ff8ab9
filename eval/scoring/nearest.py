"""Exact nearest neighbours of embeddings in a bank of embeddings, in bounded memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Literal, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eval.models.embedding import StepProgress
from eval.scoring.checks import Rows, checked_integer, checked_rows

HAS_FAISS = find_spec("faiss") is not None

_QUERY_ROWS = {"faiss": 8192, "torch": 1024}  # most of a block; larger blocks are no faster
_BANK_ROWS = 8192  # most of a block
_EXACT_ROWS = 1024  # queries whose distances are computed in float64 at a time
_OPENBLAS_KERNELS = {"AVX512": "SkylakeX", "AVX2": "Haswell"}  # by the capability of the processor
_KERNELS_VARIABLE = "OPENBLAS_CORETYPE"
_SPARE = 4  # candidates beyond k: float32 may swap neighbours that are nearly equally near


@overload
def nearest(
    bank: Rows, queries: Rows, *, metric: str = ..., k: int = ..., reduction: str = ..., engine: str = ...,
    memory_mib: int = ..., return_index: Literal[False] = ..., progress: StepProgress | None = ...,
) -> NDArray[np.float32]: ...  # fmt: skip  # the arguments stand below, one per line


@overload
def nearest(
    bank: Rows, queries: Rows, *, metric: str = ..., k: int = ..., reduction: str = ..., engine: str = ...,
    memory_mib: int = ..., return_index: Literal[True], progress: StepProgress | None = ...,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]: ...  # fmt: skip


def nearest(
    bank: Rows,
    queries: Rows,
    *,
    metric: str = "cosine",
    k: int = 1,
    reduction: str = "mean",
    engine: str = "auto",
    memory_mib: int = 512,
    return_index: bool = False,
    progress: StepProgress | None = None,
) -> NDArray[np.float32] | tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the distance of each query to its k nearest rows of the bank.

    The neighbours are found in float32 on the device of the bank; their distances are computed in float64.

    Args:
        bank: (N, D), N and D at least 1, finite in float32.
        queries: (Q, D), Q at least 0, finite in float32.
        metric: "cosine", 1 - cos in [0, 2], and 1 to or from a row of zeros; or "euclidean".
        k: number of neighbours, in [1, N].
        reduction: reduction of the k distances to one: "mean", "min" or "max".
        engine: "faiss", on the CPU only; "torch"; "auto": faiss for a bank on the CPU if it is installed, else torch.
            Both use `torch.get_num_threads` threads.
        memory_mib: bound of the working memory in MiB, 1 or more, without bank, queries and result.
        return_index: True: also return the neighbours. The order of equally near rows is undefined.
        progress: called after each block of queries.

    Returns:
        float32 (Q,), and with `return_index` the rows of the bank, int64 (Q, k), nearest first.

    Raises:
        ModuleNotFoundError: if `engine` is "faiss" and faiss is not installed.
        TypeError: if an argument has another type.
        ValueError: if a shape, a name or a number is out of bounds, an embedding is not finite, or the bank lies on an
            accelerator and `engine` is "faiss".

    Examples:
        >>> bank = np.array([[1.0, 0.0], [0.0, 1.0]])
        >>> nearest(bank, np.array([[2.0, 0.0], [-1.0, 0.0]]))
        array([0., 1.], dtype=float32)
    """
    for name, value, names in (
        ("metric", metric, ("cosine", "euclidean")),
        ("reduction", reduction, ("mean", "min", "max")),
        ("engine", engine, ("auto", "faiss", "torch")),
    ):
        if value not in names:
            raise ValueError(f"{name} must be one of {', '.join(names)}, got {value!r}")
    known = checked_rows("bank", bank, least=1)
    asked = checked_rows("queries", queries, least=0, columns=known.shape[1])
    neighbours = checked_integer("k", k, rows=len(known))
    memory = checked_integer("memory_mib", memory_mib)
    distances = np.zeros((len(asked), neighbours), np.float32)
    indices = np.zeros((len(asked), neighbours), np.int64)
    blocks = _search(
        known, asked, metric=metric, k=neighbours, engine=_chosen(engine, known.device), memory=memory << 20
    )
    for start, found, index in blocks:
        stop = start + len(found)
        distances[start:stop], indices[start:stop] = found, index
        if progress is not None:
            progress(stop, len(asked))
    reduced = np.asarray(getattr(distances, reduction)(axis=1), np.float32)
    return (reduced, indices) if return_index else reduced


def _chosen(engine: str, device: torch.device) -> str:
    """Return the engine to use: "faiss" or "torch"."""
    if engine == "auto":
        return "faiss" if HAS_FAISS and device.type == "cpu" else "torch"
    if engine == "faiss" and not HAS_FAISS:
        raise ModuleNotFoundError("engine='faiss' needs faiss: pip install faiss-cpu")
    if engine == "faiss" and device.type != "cpu":
        raise ValueError(f"engine must be 'auto' or 'torch' for a bank on {device}, got 'faiss'")
    return engine


def _search(
    bank: Tensor, queries: Tensor, *, metric: str, k: int, engine: str, memory: int
) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.int64]]]:
    """Yield the first query, the distances (B, k) and the rows of the bank (B, k) of each block of queries."""
    count = min(k + _SPARE, len(bank))
    height, width = _block_shape(
        min(_QUERY_ROWS[engine], len(queries)), len(bank), columns=bank.shape[1], count=count, memory=memory
    )
    center = bank[:_BANK_ROWS].float().mean(dim=0) if metric == "euclidean" else None
    find = _find_by_faiss if engine == "faiss" else partial(_find_by_torch, out=bank.new_empty(0, dtype=torch.float32))
    for start in range(0, len(queries), height):
        given = queries[start : start + height].to(bank.device)  # (B, D)
        query = _prepared(given, center, of_bank=False)
        products = query.new_empty((len(query), 0))
        rows = query.new_empty((len(query), 0), dtype=torch.int64)
        for first in range(0, len(bank), width):
            block = _prepared(bank[first : first + width], center, of_bank=True)  # (W, D)
            largest, row = find(query, block, min(count, len(block)))
            products, rows = torch.cat([products, largest], dim=1), torch.cat([rows, row + first], dim=1)
            products, kept = products.topk(min(count, products.shape[1]), dim=1)
            rows = rows.gather(1, kept)
        parts = zip(torch.split(given, _EXACT_ROWS), torch.split(rows, _EXACT_ROWS), strict=True)
        exact = torch.cat([_distances(bank, *part, metric) for part in parts])
        exact, order = exact.sort(dim=1, stable=True)
        yield start, exact[:, :k].cpu().numpy(), rows.gather(1, order)[:, :k].cpu().numpy()


def _find_by_faiss(query: Tensor, block: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the largest inner products of each query with the rows of a block, and these rows, both (B, count)."""
    faiss = import_faiss()
    faiss.omp_set_num_threads(torch.get_num_threads())  # faiss has threads of its own
    products, rows = faiss.knn(query.numpy(), block.numpy(), count, metric=faiss.METRIC_INNER_PRODUCT)
    return torch.from_numpy(products), torch.from_numpy(rows)


@cache
def import_faiss() -> ModuleType:
    """Import faiss, with OpenBLAS kernels that fit the processor.

    The OpenBLAS of its wheels is version 0.3.15 of 2021. Without a name, it runs processors that it does not know, as
    Intel's since then, with SSE3 kernels at a sixth of the speed.
    """
    kernels = _OPENBLAS_KERNELS.get(torch.backends.cpu.get_cpu_capability())
    if kernels is None or _KERNELS_VARIABLE in os.environ:
        return import_module("faiss")
    os.environ[_KERNELS_VARIABLE] = kernels
    try:
        return import_module("faiss")
    finally:
        del os.environ[_KERNELS_VARIABLE]


def _find_by_torch(query: Tensor, block: Tensor, count: int, *, out: Tensor) -> tuple[Tensor, Tensor]:
    """Return the same as `_find_by_faiss`; all products are written to `out`, which grows if it must."""
    torch.mm(query, block.T, out=out.resize_(len(query), len(block)))
    largest, rows = out.topk(count, dim=1)
    return largest, rows


def _prepared(rows: Tensor, center: Tensor | None, *, of_bank: bool) -> Tensor:
    """Return rows in float32 whose inner product is the larger, the nearer they are.

    Rows have length 1; or, relative to a center, which keeps rounding errors small, another column for -|row|^2 / 2.
    """
    if center is None:
        return unit_rows(rows.float())
    shifted = rows.float() - center
    last = shifted.square().sum(dim=1, keepdim=True) / -2 if of_bank else shifted.new_ones(len(rows), 1)
    return torch.cat([shifted, last], dim=1)


def _distances(bank: Tensor, queries: Tensor, rows: Tensor, metric: str) -> Tensor:
    """Return the distances of each query to its candidate rows of the bank, float64 (B, C)."""
    if metric == "cosine":
        return cosine_distances(bank, queries, rows)
    return (bank[rows].double() - queries.double()[:, None]).norm(dim=2)


def cosine_distances(bank: Tensor, queries: Tensor, rows: Tensor) -> Tensor:
    """Return the cosine distances of queries (B, D) to rows (B, C) of a bank (M, D), float64 (B, C)."""
    query, chosen = queries.double()[:, None], bank[rows].double()  # (B, 1, D), (B, C, D)
    return (1 - (unit_rows(chosen) * unit_rows(query)).sum(dim=2)).clamp(0, 2)


def unit_rows(rows: Tensor) -> Tensor:
    """Return rows (N, D) of length 1; rows of zeros stay."""
    return torch.nn.functional.normalize(rows, dim=-1, eps=torch.finfo(rows.dtype).tiny)


def _block_shape(queries: int, bank: int, *, columns: int, count: int, memory: int) -> tuple[int, int]:
    """Return numbers of queries and of rows of the bank that `memory` bytes suffice for, with all that is computed."""
    height, width = max(1, queries), min(_BANK_ROWS, bank)
    while height * width > 1 and memory < (
        4 * height * width
        + 12 * columns * (height + width)
        + count * (64 * height + 32 * columns * min(height, _EXACT_ROWS))
    ):
        height, width = max(1, height // 2), max(1, width // 2)
    return height, width
