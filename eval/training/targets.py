"""Taken out of twins.py."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dml_heads.checks import IGNORED

SHARE = 0.1  # of a patch; a line of 1 px right across a patch of 8 x 8 px covers 0.125


def patch_labels(masks: Tensor, *, grid: tuple[int, int], share: float = SHARE) -> Tensor:
    """The class of each patch, from the true masks.

    Args:
        masks: uint8 (B, H, W), above 0 at defects.
        grid: (h, w), patches down and across.
        share: of a patch that a defect must cover to count, in (0, 1]; any smaller part leaves the patch out.

    Returns:
        int64 (B, h, w): 1 where the defect covers at least `share`, -100 (ignored) where it touches less, otherwise 0.

    Raises:
        ValueError: if `share` is out of bounds.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be in 0 < share <= 1, got {share}")
    covered = functional.adaptive_avg_pool2d((masks > 0).float()[:, None], (grid[0], grid[1]))[:, 0]  # (B, h, w)
    labels = torch.where(covered > 0, IGNORED, 0)
    return labels.masked_fill(covered >= share - 1e-6, 1)


def mixup(
    inputs: Tensor, labels: Tensor, *, classes: int, rng: np.random.Generator, strength: float = 0.4
) -> tuple[Tensor, Tensor]:
    """Blend each image, or its features, with another one of the batch, and their classes alike.

    Args:
        inputs: images uint8 (B, H, W, 3), or features in floating point (B, C, h, w).
        labels: int64 (B,).
        classes: C.
        rng: draws partners and shares.
        strength: of the beta distribution that the share is drawn from, above 0; small ones blend little.

    Returns:
        Images float32 in [0, 1], or features float32, of the shape of `inputs`; and probabilities float32 (B, C).

    References:
        H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018. As in fastai, each image has its own
        share, and keeps at least half of itself. Features: V. Verma et al., "Manifold Mixup", ICML 2019.
    """
    drawn = rng.beta(strength, strength, size=len(inputs))
    share = torch.from_numpy(np.maximum(drawn, 1 - drawn)).to(inputs.device, torch.float32)
    partner = torch.from_numpy(rng.permutation(len(inputs))).to(inputs.device)
    values = inputs.float() if inputs.is_floating_point() else inputs.float() / 255
    wide = share[:, None, None, None]
    one_hot = functional.one_hot(labels, classes).float()
    mixed = share[:, None] * one_hot + (1 - share[:, None]) * one_hot[partner]
    blended = wide * values + (1 - wide) * values[partner]
    return (blended if inputs.is_floating_point() else blended.clamp(0, 1)), mixed
