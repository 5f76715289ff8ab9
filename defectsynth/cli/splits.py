"""Splits of a job: sources that are held out, and output images without a defect.

Both follow from the bytes of the sources and from the seed alone: they are the same for any number of workers and after
an interruption, and the held-out sources are the same for every seed and every count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path


def held_out(sources: Sequence[str], digests: Mapping[Path, str | None], share: float, folder: Path) -> frozenset[int]:
    """Return the indices of the sources that are held out.

    Sources of equal bytes stay together. At least one is held out and one is kept, unless the share is 0 or all are
    equal: then none is held out.

    Args:
        sources: paths relative to `folder`.
        digests: of the bytes of each file.
        share: of the sources, in [0, 1).
        folder: the folder of the sources.
    """
    groups: dict[str, list[int]] = {}
    for index, source in enumerate(sources):
        groups.setdefault(digests.get(folder / source) or source, []).append(index)
    ordered = sorted(groups.items(), key=lambda group: _hash(f"held out {group[0]}"))
    held: list[int] = []
    for _, indices in ordered[:-1]:  # one group is kept
        if len(held) >= share * len(sources):
            break
        held += indices
    return frozenset(held)


def is_background(seed: int, number: int, share: float) -> bool:
    """Return whether output image `number` stays without a defect."""
    return _hash(f"background {seed} {number}") < share * 2.0**64


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def positions(flags: Sequence[bool]) -> tuple[list[int], list[int]]:
    """Return the positions of false flags and those of true ones."""
    return [n for n, flag in enumerate(flags) if not flag], [n for n, flag in enumerate(flags) if flag]


def numbers_of(chosen: Sequence[int], period: int, start: int, stop: int) -> list[int]:
    """Return the numbers at positions `start` to `stop` among those whose rest by `period` is chosen.

    Examples:
        >>> numbers_of([1, 2], 4, 1, 5)
        [2, 5, 6, 9]
    """
    return [n // len(chosen) * period + chosen[n % len(chosen)] for n in range(start, stop)]


def count_below(chosen: Sequence[int], period: int, count: int) -> int:
    """Return the number of numbers below `count` whose rest by `period` is chosen.

    Examples:
        >>> count_below([1, 2], 4, 6)
        3
    """
    return count // period * len(chosen) + sum(rest < count % period for rest in chosen)
