"""Training of a backbone with a head: first the head alone, then both, with one learning rate cycle each; resumable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from dml_heads import Head
from eval.data.examples import Split
from eval.models.backbone import Backbone
from eval.models.embedding import StepProgress
from eval.models.pooling import PooledBackbone
from eval.models.segmenting import SegmentingBackbone
from eval.training.epoch_loop import Epoch, TrainingResult, TrainingRun
from eval.training.objective import can_mix
from eval.training.options import TrainingOptions


def train(
    backbone: Backbone,
    head: Head,
    split: Split,
    options: TrainingOptions,
    *,
    checkpoint: str | Path | None = None,
    inputs: Mapping[str, str | None] | None = None,
    progress: Callable[[Epoch], None] | None = None,
    reading: StepProgress | None = None,
) -> TrainingResult:
    """Train backbone and head in place, on the device of the backbone; the weights of the last epoch count.

    Equal arguments and weights give an equal result on the same machine. For equal weights, make the head after
    ``torch.manual_seed``.

    Args:
        backbone: backbone; unfrozen and in evaluation mode afterwards.
        head: head for the embeddings of the backbone (of its patches for "patch" scoring) and the classes of the split.
            The annealing of a SphereFace head falls at every step, from its present value to 5 or less.
        split: training and validation examples; never test images.
        options: see `TrainingOptions`.
        checkpoint: file that is replaced after every epoch. An existing one is resumed, with the result of a training
            that was never interrupted.
        inputs: digests of the files that examples and weights come from; a checkpoint of others is refused.
        progress: called after each epoch.
        reading: called with the number of training examples read, and with that of all epochs together.

    Raises:
        ValueError: if head, backbone, split and options do not fit each other, or the checkpoint is broken or belongs
            to a training with other settings or inputs.
        FloatingPointError: if the loss is no longer finite.
    """
    _check_fit(backbone, head, split, options)
    training = TrainingRun(backbone, head, split, options, inputs=inputs, progress=reading)
    return training.run(None if checkpoint is None else Path(checkpoint), progress=progress)


def _check_fit(backbone: Backbone, head: Head, split: Split, options: TrainingOptions) -> None:
    scoring, stages = options.scoring, len(backbone.stages())
    if scoring == "pooled" and not isinstance(backbone, PooledBackbone):
        raise ValueError(f"backbone must be a PooledBackbone for 'pooled' scoring, got {type(backbone).__name__}")
    if scoring == "ensemble" and not isinstance(backbone, SegmentingBackbone):
        raise ValueError(f"backbone must be a SegmentingBackbone for 'ensemble' scoring, got {type(backbone).__name__}")
    size = backbone.patch_size if scoring in {"patch", "ensemble"} else backbone.embedding_size
    if (head.embedding_size, head.classes) != (size, split.classes):
        raise ValueError(
            f"head must have embedding_size={size} and classes={split.classes} for {backbone.name!r}, this split and "
            f"{scoring!r} scoring, got {head}"
        )
    if scoring != "image" and not split.training.has_masks:
        raise ValueError(f"scoring must be 'image' for examples without masks, got {scoring!r}")
    trainable = options.trainable_stages
    if trainable is not None and not 1 <= trainable <= stages:
        raise ValueError(f"trainable_stages must be in 1 <= trainable_stages <= {stages}, got {trainable}")
    strength = options.mixup_strength or 0.0
    if strength < 0 or (strength > 0 and not can_mix(head, options)):
        rule = ">= 0, and 0 unless the head takes probabilities and scoring is 'image'"
        raise ValueError(f"mixup_strength must be {rule}, got {strength} for {head} and {scoring!r}")
