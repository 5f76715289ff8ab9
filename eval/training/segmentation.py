"""Loss of a segmentation of defects, trained on exact masks."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from dml_heads.checks import IGNORED
from eval.training.targets import patch_labels

CELL_SHARE = 0.3  # of a cell of 4 x 4 px that a defect covers for the cell to count as defective
_FOCUS = 2.0  # exponent of the focal loss
_DEFECT_SHARE = 0.75  # weight of defective cells in it; good ones weigh the rest
_DEFECT_CELLS = 100  # least number of defective cells that the focal loss of a batch is divided by
_DICE_WEIGHT, _IMAGE_WEIGHT = 0.5, 0.5  # the focal loss has the weight 1
SUSPECT_CELLS = 30  # of an image; their mean logit is that of the image


def segmentation_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """Return the loss of the logits of "defective" for images with exact masks.

    It is the sum of the focal loss of cells, which hard cells dominate; of one minus the Dice coefficient of each
    image; and of the cross-entropy of the images, whose logit is the mean of their `SUSPECT_CELLS` largest ones (scores
    take fewer).

    Args:
        logits: float32 (B, h, w).
        masks: uint8 (B, H, W), above 0 at defects. Cells that a defect touches, but does not cover to a share of
            `CELL_SHARE`, are ignored.

    References:
        T.-Y. Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017. F. Milletari et al., "V-Net", 3DV 2016,
        for the Dice loss.
    """
    labels = patch_labels(masks, grid=(logits.shape[1], logits.shape[2]), share=CELL_SHARE)
    defective = (labels == 1).float()
    counted = (labels != IGNORED).float()
    cross = functional.binary_cross_entropy_with_logits(logits, defective, reduction="none")
    right = torch.exp(-cross)  # probability of the true class
    share = torch.where(defective > 0, _DEFECT_SHARE, 1 - _DEFECT_SHARE)
    focal = (share * (1 - right) ** _FOCUS * cross * counted).sum() / defective.sum().clamp(min=_DEFECT_CELLS)
    likely = torch.sigmoid(logits) * counted
    overlap = (likely * defective).flatten(1).sum(1)
    dice = 1 - (2 * overlap + 1) / (likely.flatten(1).sum(1) + defective.flatten(1).sum(1) + 1)
    touched = (labels != 0).flatten(1).any(dim=1)
    image = functional.binary_cross_entropy_with_logits(suspect_logits(logits), touched.float())
    return focal + _DICE_WEIGHT * dice.mean() + _IMAGE_WEIGHT * image


def suspect_logits(logits: Tensor) -> Tensor:
    """Return the mean of the largest logits of each image, (B,) of (B, h, w)."""
    flat = logits.flatten(1)
    return flat.topk(min(SUSPECT_CELLS, flat.shape[1]), dim=1).values.mean(dim=1)
