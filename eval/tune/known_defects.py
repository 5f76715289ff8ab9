"""A few known defects, at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eval.data.datasets import defective_images


def known_at_random(folder: str | Path, *, share: float, seed: int) -> tuple[str, ...]:
    """Choose a share of the defective test images of each type, by the names of the files alone.

    Args:
        folder: the category's.
        share: in (0, 1); at least one of each type is chosen, and at least one left to test on.
        seed: at least 0.

    Returns:
        Their names, DEFECT/FILE, sorted.

    Raises:
        ValueError: if an argument is out of bounds, or no type has two images.
    """
    if not 0 < share < 1:
        raise ValueError(f"known-share must be in 0 < known-share < 1, got {share}")
    there = defective_images(folder)
    rng = np.random.default_rng(seed)
    chosen: list[str] = []
    for defect in sorted(set(there.values())):
        names = sorted(name for name in there if there[name] == defect)
        count = min(max(1, round(share * len(names))), len(names) - 1)
        chosen += [names[place] for place in rng.permutation(len(names))[:count]]
    if not chosen:
        raise ValueError(f"known-share must have a type with two defective images to choose from, got {len(there)}")
    return tuple(sorted(chosen))
