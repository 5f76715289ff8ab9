"""Distances of embeddings to a bank of embeddings, and a small bank that stands for a large one; in bounded memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from numbers import Integral, Real
from time import perf_counter
from typing import Any, Literal, overload

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

Rows = NDArray[Any] | Tensor  # (N, D), float16, float32 or float64; a tensor may lie on an accelerator
Progress = Callable[[int, int], None]

_QUERY_BLOCK, _BANK_BLOCK = 1024, 8192  # rows; larger blocks are no faster
_SPARE = 4  # candidates beyond k, measured again in float64: float32 may swap neighbours that are nearly as near
_PICKS = 256  # rows of the bank that are looked at together


@overload
def nearest(
    bank: Rows, queries: Rows, *, metric: str = ..., k: int = ..., reduction: str = ..., engine: str = ...,
    memory_mib: int = ..., return_index: Literal[False] = ..., progress: Progress | None = ...,
) -> NDArray[np.float32]: ...  # fmt: skip  # the arguments stand below, one a line


@overload
def nearest(
    bank: Rows, queries: Rows, *, metric: str = ..., k: int = ..., reduction: str = ..., engine: str = ...,
    memory_mib: int = ..., return_index: Literal[True], progress: Progress | None = ...,
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
    progress: Progress | None = None,
) -> NDArray[np.float32] | tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Distance of each query to its k nearest rows of the bank.

    Args:
        bank: (N, D), N and D at least 1, floating point and finite; computed in float32, on its device.
        queries: (Q, D), Q at least 0, floating point and finite.
        metric: "cosine", 1 - cos in [0, 2] and 1 to or from a row of zeros; or "euclidean", in the embeddings' unit.
        k: how many neighbours, in [1, N].
        reduction: of the k distances to one: "mean", "min" or "max".
        engine: "torch", matrix products in blocks; "sklearn", its NearestNeighbors with brute force; "auto" is torch,
            the faster of the two (`python -m eval.nearest` measures both).
        memory_mib: bound of the working memory in MiB, 1 or more, beside bank, queries and result. Binds torch; for
            scikit-learn it is the working memory of its configuration.
        return_index: give the rows of the bank as well. Among rows equally near, which one is named is left open.
        progress: called with how many queries are done, and of how many, after each block.

    Returns:
        float32 (Q,), and with `return_index` int64 (Q, k), the nearest first.

    Raises:
        TypeError: if an argument is of another type.
        ValueError: if a shape, a name or a number is out of bounds, or an embedding is not finite.

    Examples:
        >>> bank = np.array([[1.0, 0.0], [0.0, 1.0]])
        >>> nearest(bank, np.array([[2.0, 0.0], [-1.0, 0.0]]))
        array([0., 1.], dtype=float32)
    """
    for name, value, names in (
        ("metric", metric, ("cosine", "euclidean")),
        ("reduction", reduction, ("mean", "min", "max")),
        ("engine", engine, ("auto", "torch", "sklearn")),
    ):
        if value not in names:
            raise ValueError(f"{name} must be one of {', '.join(names)}, got {value!r}")
    known = _checked_rows("bank", bank, least=1)
    asked = _checked_rows("queries", queries, least=0, columns=known.shape[1])
    neighbours = _checked_integer("k", k, rows=len(known))
    memory = _checked_integer("memory_mib", memory_mib)
    distances = np.zeros((len(asked), neighbours), np.float32)
    indices = np.zeros((len(asked), neighbours), np.int64)
    run = _sklearn_blocks if engine == "sklearn" else _torch_blocks
    for start, found, index in run(known, asked, metric=metric, k=neighbours, memory_mib=memory):
        stop = start + len(found)
        distances[start:stop], indices[start:stop] = found, index
        if progress is not None:
            progress(stop, len(asked))
    reduced = np.asarray(getattr(distances, reduction)(axis=1), np.float32)
    return (reduced, indices) if return_index else reduced


Found = tuple[int, NDArray[np.floating], NDArray[np.int64]]  # first query, distances (B, k), rows of the bank (B, k)


def _sklearn_blocks(bank: Tensor, queries: Tensor, *, metric: str, k: int, memory_mib: int) -> Iterator[Found]:
    known, asked = (rows.float().cpu().numpy() for rows in (bank, queries))
    with config_context(working_memory=memory_mib):
        neighbours = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric).fit(known)
        for start in range(0, len(asked), _BANK_BLOCK):
            yield start, *neighbours.kneighbors(asked[start : start + _BANK_BLOCK])


def _torch_blocks(bank: Tensor, queries: Tensor, *, metric: str, k: int, memory_mib: int) -> Iterator[Found]:
    most = min(k + _SPARE, len(bank))
    height, width = _block_shape(len(queries), len(bank), columns=bank.shape[1], most=most, memory=memory_mib * 2**20)
    centre = bank[:_BANK_BLOCK].float().mean(dim=0) if metric == "euclidean" else None
    scratch = torch.empty(height * width, device=bank.device)
    for start in range(0, len(queries), height):
        given = queries[start : start + height].to(bank.device)  # (B, D)
        query = _prepared(given, centre)
        keys = torch.empty((len(query), 0), device=bank.device)
        rows = torch.empty((len(query), 0), device=bank.device, dtype=torch.int64)
        for first in range(0, len(bank), width):
            block = _prepared(bank[first : first + width], centre)  # (W, D)
            key = scratch[: len(query) * len(block)].view(len(query), len(block))
            bias = block.new_zeros(1) if centre is None else block.square().sum(dim=1)
            torch.addmm(bias, query, block.T, alpha=-2, out=key)  # - 2 cos, or distance^2 - |query|^2
            best, row = key.topk(min(most, len(block)), dim=1, largest=False)
            keys, rows = torch.cat([keys, best], dim=1), torch.cat([rows, row + first], dim=1)
            keys, kept = keys.topk(min(most, keys.shape[1]), dim=1, largest=False)
            rows = rows.gather(1, kept)
        exact, order = _measured_again(bank, given, rows, metric).sort(dim=1, stable=True)
        yield start, exact[:, :k].cpu().numpy(), rows.gather(1, order)[:, :k].cpu().numpy()


def _measured_again(bank: Tensor, queries: Tensor, rows: Tensor, metric: str) -> Tensor:
    """Distances of each query to the rows of the bank named for it, (B, C), all in float64."""
    query, chosen = queries.double()[:, None], bank[rows].double()  # (B, 1, D), (B, C, D)
    if metric == "euclidean":
        return (chosen - query).norm(dim=2)
    return (1 - (_unit(chosen) * _unit(query)).sum(dim=2)).clamp(0, 2)


def _prepared(rows: Tensor, centre: Tensor | None) -> Tensor:
    """Rows for the matrix product: of length 1, or relative to a centre, which keeps lengths and rounding small."""
    return _unit(rows.float()) if centre is None else rows.float() - centre


def _unit(rows: Tensor) -> Tensor:
    """Rows of length 1; rows of zeros stay."""
    return torch.nn.functional.normalize(rows, dim=-1, eps=torch.finfo(rows.dtype).tiny)


def _block_shape(queries: int, bank: int, *, columns: int, most: int, memory: int) -> tuple[int, int]:
    """How many rows of queries and bank fit into `memory` bytes together with all that is made of them."""
    height, width = max(1, min(_QUERY_BLOCK, queries)), min(_BANK_BLOCK, bank)
    while height * width > 1 and memory < (
        4 * height * width + 12 * columns * (height + width) + height * most * (32 * columns + 64)
    ):
        height, width = max(1, height // 2), max(1, width // 2)
    return height, width


def coreset(
    bank: Rows,
    *,
    share: float | None = None,
    count: int | None = None,
    seed: int,
    projection: int | None = 64,
    progress: Progress | None = None,
) -> NDArray[np.int64]:
    """Rows that stand for the whole bank: a random one, then always the one farthest from those chosen (Euclidean).

    The largest distance from the bank to the rows chosen is at most twice the smallest possible (in the projection).

    Args:
        bank: (N, D), N and D at least 1, floating point and finite; for cosine distances give rows of length 1.
        share: of the rows to keep, in (0, 1], rounded, at least one row; 0.1 if `count` is not given either.
        count: rows to keep instead, in [1, N].
        seed: of the first row and the projection, 0 or more; same seed, same rows on the same machine.
        projection: columns of a random Gaussian projection to measure in, 1 or more; None, or D and more, for none.
        progress: called with how many rows are chosen, and of how many, after each batch.

    Returns:
        int64 (M,), distinct, in the order in which they were chosen: its beginning is the smaller coreset.

    Raises:
        TypeError: if an argument is of another type.
        ValueError: if a shape or number is out of bounds, both `share` and `count` are given, or the bank is not
            finite.

    References:
        K. Roth et al., "Towards Total Recall in Industrial Anomaly Detection", CVPR 2022, arXiv:2106.08265, algorithm 1
        (PatchCore). The same greedy choice, but several rows a pass: distances only shrink, so within the rows that are
        farthest the choice is certain until they come as near as the next row outside of them.
    """
    known = _checked_rows("bank", bank, least=1)
    wanted = _wanted(len(known), share, count)
    rng = np.random.default_rng(_checked_integer("seed", seed, low=0))
    chosen = [int(rng.integers(len(known)))]
    points = known.float() - known.float().mean(dim=0)
    if projection is not None and _checked_integer("projection", projection) < known.shape[1]:
        directions = rng.standard_normal((known.shape[1], projection), np.float32)
        points = points @ torch.from_numpy(directions).to(points.device) / projection**0.5
    squares = points.square().sum(dim=1)
    farness = torch.full_like(squares, torch.inf)  # squared distance to the nearest chosen row, -1 for those themselves
    fresh = chosen
    while True:
        for start in range(0, len(points), _BANK_BLOCK):
            part = slice(start, start + _BANK_BLOCK)
            apart = torch.addmm(squares[fresh], points[part], points[fresh].T, alpha=-2).amin(dim=1) + squares[part]
            farness[part] = torch.minimum(farness[part], apart.clamp(min=0))
        farness[fresh] = -1
        if progress is not None:
            progress(len(chosen), wanted)
        if len(chosen) == wanted:
            return np.array(chosen, np.int64)
        fresh = _farthest(points, farness, most=wanted - len(chosen))
        chosen = [*chosen, *fresh]


def _farthest(points: Tensor, farness: Tensor, *, most: int) -> list[int]:
    """The next rows of the greedy choice, at least one, as far as the farthest `_PICKS` rows alone decide it."""
    far, rows = farness.topk(min(_PICKS + 1, len(farness)))
    outside = float(far[_PICKS]) if len(far) > _PICKS else -torch.inf
    near = torch.cdist(points[rows], points[rows], compute_mode="donot_use_mm_for_euclid_dist").square().cpu().numpy()
    left, picks = far.cpu().numpy()[:_PICKS], list[int]()
    while len(picks) < most and left.max() >= (outside if picks else -torch.inf):
        pick = int(left.argmax())
        picks.append(pick)
        left = np.minimum(left, near[pick, :_PICKS])
        left[picks] = -1
    return [int(row) for row in rows[picks]]


def _wanted(rows: int, share: float | None, count: int | None) -> int:
    if count is not None:
        if share is not None:
            raise ValueError(f"share and count exclude each other, got share={share!r} and count={count!r}")
        return _checked_integer("count", count, rows=rows)
    part: Any = 0.1 if share is None else share
    number = isinstance(part, Real) and not isinstance(part, bool)
    if not (number and 0 < float(part) <= 1):
        raise (ValueError if number else TypeError)(f"share must be a number with 0 < share <= 1, got {part!r}")
    return max(1, round(float(part) * rows))


def _checked_integer(name: str, value: Any, *, low: int = 1, rows: int | None = None) -> int:
    number = isinstance(value, Integral) and not isinstance(value, bool)
    if not (number and low <= value and (rows is None or value <= rows)):
        rule = f"{low} <= {name}" + ("" if rows is None else f" <= {rows} (rows of bank)")
        raise (ValueError if number else TypeError)(f"{name} must be an integer with {rule}, got {value!r}")
    return int(value)


def _checked_rows(name: str, rows: object, *, least: int, columns: int | None = None) -> Tensor:
    """Finite rows as a tensor, which shares an array's memory wherever torch can."""
    if not isinstance(rows, (np.ndarray, Tensor)):
        raise TypeError(f"{name} must be a numpy array or a torch tensor, got {type(rows).__name__}")
    if str(rows.dtype).removeprefix("torch.") not in {"float16", "float32", "float64"}:
        raise TypeError(f"{name} must be float16, float32 or float64, got {rows.dtype}")
    if rows.ndim != 2 or len(rows) < least or rows.shape[1] != (columns or max(1, rows.shape[1])):
        wanted = f"(N, {columns or 'D'}) with N >= {least}" + ("" if columns else " and D >= 1")
        raise ValueError(f"{name} must have shape {wanted}, got {tuple(rows.shape)}")
    plain = rows.detach() if isinstance(rows, Tensor) else torch.from_numpy(np.require(rows, requirements=["C", "W"]))
    if bad := sum(int((~block.isfinite()).any(dim=1).sum()) for block in torch.split(plain, _BANK_BLOCK)):
        raise ValueError(f"{name} must be finite, got NaN or infinity in {bad} of {len(plain)} rows")
    return plain


def _measure(engine: str, metric: str, sizes: tuple[int, int, int]) -> tuple[float, float]:
    """Seconds of the fastest of three runs in this process, and the most MiB beyond bank and queries."""
    import resource  # noqa: PLC0415  # Unix only, like this measurement

    rng = np.random.default_rng(0)
    bank, queries = (rng.standard_normal((rows, sizes[2]), np.float32) for rows in sizes[:2])
    nearest(bank[:99], queries[:9], metric=metric, engine=engine)  # imports and threads are ready
    before, times = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, [perf_counter()]
    for _ in range(3):
        nearest(bank, queries, metric=metric, engine=engine)
        times.append(perf_counter())
    return float(np.diff(times).min()), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main() -> None:
    """Print how long both engines take and how much memory they work in, each in a process of its own."""
    sizes = (100_000, 10_000, 128)
    sys.stdout.write(f"bank {sizes[0]:,}, queries {sizes[1]:,}, {sizes[2]} columns\nmetric     engine   seconds  MiB\n")
    for metric in ("cosine", "euclidean"):
        for engine in ("torch", "sklearn"):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                seconds, mib = process.submit(_measure, engine, metric, sizes).result()
            sys.stdout.write(f"{metric:10} {engine:8} {seconds:7.2f} {mib:4.0f}\n")


if __name__ == "__main__":
    main()
