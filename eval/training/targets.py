"""Labels and class weights of patches and images, and mixup."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dml_heads.checks import IGNORED

LABEL_SHARE = 0.1  # of a patch; a line of 1 px right across a patch of 8 x 8 px covers 0.125
_MAX_WEIGHT = 50.0  # of a defective patch; a normal one weighs 1


def patch_labels(masks: Tensor, *, grid: tuple[int, int], share: float = LABEL_SHARE) -> Tensor:
    """Return the class of each patch according to the masks.

    Args:
        masks: uint8 (B, H, W), above 0 at defects.
        grid: (h, w), number of patches down and across.
        share: smallest share of a patch that a defect covers for the patch to count as defective, in (0, 1]. Patches
            with a smaller share are ignored.

    Returns:
        int64 (B, h, w): 1 where the defect covers at least `share`, -100 (ignored) where it covers less, otherwise 0.

    Raises:
        ValueError: if `share` is out of bounds.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be in 0 < share <= 1, got {share}")
    covered = functional.adaptive_avg_pool2d((masks > 0).float()[:, None], (grid[0], grid[1]))[:, 0]  # (B, h, w)
    labels = torch.where(covered > 0, IGNORED, 0)
    return labels.masked_fill(covered >= share - 1e-6, 1)


def image_labels(labels: Tensor) -> Tensor:
    """Return classes of images (B,) for classes of patches (B, h, w): 1 if a defect touches any patch, otherwise 0."""
    return (labels != 0).flatten(1).any(dim=1).long()


def patch_weights(labels: Tensor) -> Tensor:
    """Return class weights (2,) of patches: 1, and the number of normal patches per defective one, in [1, 50]."""
    normal, defective = (int((labels == number).sum()) for number in (0, 1))
    return torch.tensor([1.0, min(_MAX_WEIGHT, max(1.0, normal / max(1, defective)))], device=labels.device)


def mixup(
    inputs: Tensor, labels: Tensor, *, classes: int, rng: np.random.Generator, strength: float = 0.4
) -> tuple[Tensor, Tensor]:
    """Blend each image, or its features, and its class with those of another image of the batch.

    Args:
        inputs: images uint8 (B, H, W, 3), or features in floating point (B, C, h, w).
        labels: int64 (B,).
        classes: C.
        rng: draws partners and shares.
        strength: parameter of the beta distribution of the share, above 0; small values blend little.

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
