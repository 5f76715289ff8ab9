"""Calls of albumentations' own transforms outside of a pipeline: from a given seed, on an image and several masks."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from typing import Any

import albumentations as A
import numpy as np

from defectsynth.engine.compat import IS_X

MASK_GUIDED = ("CropNonEmptyMaskIfExists", "MaskDropout")
"""Names of the host's transforms whose parameters depend on the mask."""


def seeded_copy(transform: Any, seed: int) -> Any:
    """Return a copy of a transform that is no defect, or of a composition without defects, with a random state.

    The original is left as it is, so that several threads can use it.
    """
    is_composition = isinstance(transform, A.BaseCompose)
    twin = copy.deepcopy(transform) if is_composition else copy.copy(transform)
    if IS_X:
        if not is_composition:
            for name in ("_additional_targets", "_available_keys", "_key2func"):  # which `add_targets` changes
                setattr(twin, name, copy.copy(getattr(twin, name)))
        twin.set_random_seed(seed)
        _ignore_workers(twin)
        return twin
    if not is_composition:
        twin._set_keys()  # noqa: SLF001  2.0.8 keeps bound methods of the original
    twin.set_random_seed(seed)
    for number, inner in enumerate(_inside(twin)):
        inner.set_random_seed(int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0]))
    return twin


def _ignore_workers(transform: Any) -> None:
    """Keep albumentationsx from mixing the seed of a torch loader's worker into seeds that are given."""
    for node in (transform, *_inside(transform)):
        node.set_random_state(np.random.default_rng(node.seed), random.Random(node.seed))  # noqa: S311  no cryptography


def apply_host(
    transform: Any, image: Any, mask: Any, beside: Sequence[Any], *, forced: bool
) -> tuple[Any, Any, list[Any]]:
    """Apply a transform of the host, outside of its compositions, to an image, its mask and other masks.

    Args:
        transform: of `seeded_copy`.
        image: (H, W) or (H, W, C).
        mask: (H, W).
        beside: masks (H, W) of equal size.
        forced: whether it is applied regardless of its `p`.

    Returns:
        Image, mask and the other masks.
    """
    if not IS_X:
        given = {"masks": np.stack(beside)} if beside else {}
        result = transform(force_apply=forced, image=image, mask=mask, **given)
        return result["image"], result["mask"], list(result["masks"]) if beside else []
    # X wants channels, which its Compose adds, and some of its transforms leave `masks` as they are.
    names = {f"mask_{number}": "mask" for number in range(len(beside))}
    transform.add_targets(names)
    masks = {name: _with_channels(one) for name, one in zip(names, beside, strict=True)}
    result = transform(force_apply=forced, image=_with_channels(image), mask=_with_channels(mask), **masks)
    drawn = result["image"]
    if np.ndim(image) == 2 and isinstance(drawn, np.ndarray) and drawn.shape[2:] == (1,):
        drawn = drawn[..., 0]
    return drawn, _plane(result["mask"]), [_plane(result[name]) for name in names]


def _with_channels(array: Any) -> Any:
    """Return an array (H, W) as (H, W, 1), others as they are."""
    return array[..., None] if isinstance(array, np.ndarray) and array.ndim == 2 else array


def _plane(mask: Any) -> Any:
    """Return a mask, array or tensor, without the axis of its single channel."""
    if len(mask.shape) == 2:
        return mask
    return mask[..., 0] if mask.shape[-1] == 1 else mask[0]


def _inside(transform: Any) -> Iterator[Any]:
    """Yield all that a composition holds, each node before its own."""
    for inner in getattr(transform, "transforms", ()):
        if hasattr(inner, "set_random_seed"):
            yield inner
            yield from _inside(inner)
