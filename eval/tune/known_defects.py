"""Random choice of a few known defects."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eval.data.datasets import defective_images


def choose_known(folder: str | Path, *, share: float, seed: int) -> tuple[str, ...]:
    """Choose a share of the defective test images of each type, from the file names; no image is opened.

    Args:
        folder: of the category.
        share: in (0, 1); at least one image of each type is chosen, and at least one is left for the test.
        seed: of the choice, at least 0.

    Returns:
        Their sorted names, DEFECT/FILE.

    Raises:
        ValueError: if an argument is out of bounds, or no type has two images.
    """
    if not 0 < share < 1:
        raise ValueError(f"known-share must be in 0 < known-share < 1, got {share}")
    defects = defective_images(folder)
    rng = np.random.default_rng(seed)
    chosen: list[str] = []
    for kind in sorted(set(defects.values())):
        names = sorted(name for name in defects if defects[name] == kind)
        count = min(max(1, round(share * len(names))), len(names) - 1)
        chosen += [names[place] for place in rng.permutation(len(names))[:count]]
    if not chosen:
        raise ValueError(
            f"known-share must have a type with two defective images, got {len(defects)} images of single ones"
        )
    return tuple(sorted(chosen))
