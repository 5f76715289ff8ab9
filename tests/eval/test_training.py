"""Training: heads, freezing, reproducibility, resuming, and bad arguments."""

import dataclasses
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from torch import nn  # noqa: E402 - after the check that it is there
from torch.optim import swa_utils  # noqa: E402

from defectsynth import Line  # noqa: E402
from dml_heads import HEADS, SoftmaxHead, make_head  # noqa: E402
from eval.data.examples import Split, labelled_split  # noqa: E402
from eval.data.twins import twin_split  # noqa: E402
from eval.models.backbone import Backbone  # noqa: E402
from eval.models.registry import wrap_backbone  # noqa: E402
from eval.training.epoch_loop import Epoch, TrainingRun  # noqa: E402
from eval.training.options import TrainingOptions  # noqa: E402
from eval.training.schedules import one_cycle  # noqa: E402
from eval.training.trainer import TrainingResult, train  # noqa: E402

SIDE = 48


def parts(count: int = 10, *, side: int = SIDE) -> list[np.ndarray]:
    """Return good parts: a gray disc with a little noise, each of another brightness."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:side, :side]
    disc = np.hypot(rows - side / 2, columns - side / 2) < side / 3
    images = [60 + 60 * disc + rng.integers(0, 30) + rng.integers(-5, 6, (side, side)) for _ in range(count)]
    return [np.repeat(image[:, :, None], 3, axis=2).astype(np.uint8) for image in images]


def small_backbone(*, dropout: float = 0.0) -> Backbone:
    """Make a small network with batch normalisation, of strides 8 and 16."""
    torch.manual_seed(3)
    first = nn.Sequential(nn.Conv2d(3, 12, 8, stride=8), nn.BatchNorm2d(12), nn.ReLU())
    second = nn.Sequential(nn.Conv2d(12, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU())
    return wrap_backbone(nn.Sequential(first, nn.Dropout(dropout), second), layers=["0", "2"])


def head_for(backbone: Backbone, name: str = "softmax", *, scoring: str = "image", classes: int = 2) -> Any:
    torch.manual_seed(4)
    size = backbone.embedding_size if scoring == "image" else backbone.patch_size
    return make_head(name, embedding_size=size, classes=classes)


def twins(**options: Any) -> Split:
    return twin_split(parts(), Line(), **{"seed": 0, **options})


def small_training(
    split: Split | None = None,
    *,
    checkpoint: Path | None = None,
    progress: Callable[[Epoch], None] | None = None,
    **options: Any,
) -> tuple[Backbone, Any, TrainingResult]:
    """Train a new small backbone and head."""
    backbone = small_backbone(dropout=0.2)
    head = head_for(backbone, scoring=options.get("scoring", "image"))
    rates = {"head_rates": (0.05, 0.05), "backbone_rates": (1e-2, 1e-2)}
    own = {"epochs": 4, "frozen_epochs": 2, "batch": 6, "batch_statistics": True, **rates, **options}
    return (
        backbone,
        head,
        train(backbone, head, split or twins(), TrainingOptions(**own), checkpoint=checkpoint, progress=progress),
    )


def weights_of(*modules: nn.Module) -> list[torch.Tensor]:
    return [tensor.clone() for module in modules for tensor in module.state_dict().values()]


def without_seconds(result: TrainingResult) -> list[Epoch]:
    return [dataclasses.replace(epoch, seconds=0.0) for epoch in result.history]


def test_one_cycle_rises_and_falls() -> None:
    rates = [one_cycle(step / 100) for step in range(101)]
    assert rates[0] == pytest.approx(1 / 25)
    assert rates[25] == pytest.approx(1)
    assert rates[100] == pytest.approx(1e-5)
    assert np.argmax(rates) == 25


@pytest.mark.parametrize("name", HEADS)
def test_every_head_trains(name: str) -> None:
    backbone = small_backbone()
    result = train(backbone, head_for(backbone, name), twins(), TrainingOptions(epochs=2, frozen_epochs=1, batch=8))
    assert [epoch.frozen for epoch in result.history] == [True, False]
    assert all(np.isfinite(epoch.loss) for epoch in result.history)
    assert result.settings["mixup_strength"] == (0.4 if name in {"softmax", "l2_softmax"} else 0)
    assert not backbone.training


def test_patches_learn_where_the_defects_are() -> None:
    bars = Line(where="object", length_range=(0.3, 0.4), width_range=(0.2, 0.25), palettes=("light",))
    _, _, result = small_training(twin_split(parts(20), bars, seed=0), scoring="patch", epochs=10)
    accuracy = result.history[-1].accuracy
    assert accuracy is not None
    assert accuracy > 0.8
    assert result.history[-1].loss < 0.8 * result.history[0].loss


def test_classes_are_learnt() -> None:
    images = [np.eye(3)[number % 3] * (200 + number) + np.zeros((SIDE, SIDE, 1)) for number in range(30)]  # red to blue
    split = labelled_split([image.astype(np.uint8) for image in images], [number % 3 for number in range(30)], seed=0)
    backbone = small_backbone()
    head = head_for(backbone, classes=3)
    rates = {"head_rates": (0.05, 0.05), "backbone_rates": (1e-2, 1e-2)}
    options = TrainingOptions(epochs=15, frozen_epochs=1, mixup_strength=0, **rates)
    result = train(backbone, head, split, options)
    accuracy = result.history[-1].accuracy
    assert accuracy is not None
    assert accuracy > 0.9


def test_the_frozen_backbone_does_not_change_and_the_head_does() -> None:
    backbone = small_backbone()
    head = head_for(backbone)
    before = [weights_of(backbone), weights_of(head)]
    train(backbone, head, twins(), TrainingOptions(epochs=1, frozen_epochs=1, batch=8))
    assert all(torch.equal(one, other) for one, other in zip(before[0], weights_of(backbone), strict=True))
    assert not torch.equal(before[1][0], weights_of(head)[0])
    assert all(weight.requires_grad for weight in backbone.parameters())


def test_only_the_trained_stages_and_requested_statistics_change() -> None:
    for statistics in (False, True):
        backbone = small_backbone()
        before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
        options = TrainingOptions(epochs=1, frozen_epochs=0, batch=8, trainable_stages=1, batch_statistics=statistics)
        train(backbone, head_for(backbone), twins(), options)
        after = backbone.state_dict()
        changed = {name.removeprefix("module.") for name in before if not torch.equal(before[name], after[name])}
        weights = {"2.0.weight", "2.0.bias", "2.1.weight", "2.1.bias"}
        moments = {"2.1.running_mean", "2.1.running_var", "2.1.num_batches_tracked"}
        assert changed == (weights | moments if statistics else weights)
        assert all(weight.requires_grad for weight in backbone.parameters())


def test_the_same_seed_gives_the_same_weights_whatever_was_drawn_before() -> None:
    first = small_training()
    torch.manual_seed(99)
    second = small_training()
    other = small_training(seed=1)
    assert all(torch.equal(a, b) for a, b in zip(weights_of(*first[:2]), weights_of(*second[:2]), strict=True))
    assert without_seconds(first[2]) == without_seconds(second[2])
    assert without_seconds(first[2]) != without_seconds(other[2])


class Interrupted(Exception):  # noqa: N818 - an interruption is no error
    """Interruption of a training."""


@pytest.mark.parametrize(("epochs_done", "averaged"), [(1, 1), (2, 1), (3, 1), (3, 2)])
def test_an_interrupted_training_ends_like_an_uninterrupted_one(
    epochs_done: int, averaged: int, tmp_path: Path
) -> None:
    whole = small_training(averaged_epochs=averaged)
    same_training = partial(small_training, averaged_epochs=averaged, checkpoint=tmp_path / "run.pt")

    def interrupt(epoch: Epoch) -> None:
        if epoch.epoch == epochs_done:
            raise Interrupted

    with pytest.raises(Interrupted):
        same_training(progress=interrupt)
    seen: list[int] = []
    resumed = same_training(progress=lambda epoch: seen.append(epoch.epoch))
    assert seen == list(range(epochs_done + 1, 5))
    assert resumed[2].resumed == epochs_done
    assert without_seconds(resumed[2]) == without_seconds(whole[2])
    assert all(torch.equal(a, b) for a, b in zip(weights_of(*whole[:2]), weights_of(*resumed[:2]), strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]
    again = same_training()
    assert again[2].resumed == 4
    assert all(torch.equal(a, b) for a, b in zip(weights_of(*whole[:2]), weights_of(*again[:2]), strict=True))


def test_averaged_weights_are_the_mean_of_the_last_epochs() -> None:
    backbone, states = small_backbone(), []
    head = head_for(backbone)
    options = TrainingOptions(epochs=4, frozen_epochs=1, averaged_epochs=2, batch=6, batch_statistics=True)
    train(backbone, head, twins(), options, progress=lambda _: states.append(weights_of(backbone, head)))
    for before, after, averaged in zip(*states[-2:], weights_of(backbone, head), strict=True):
        if averaged.is_floating_point():
            torch.testing.assert_close(averaged, (before + after) / 2)
    assert any((before != after).any() for before, after in zip(*states[-2:], strict=True))


def test_weights_are_averaged_where_torch_joins_operations_as_on_accelerators(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = weights_of(small_training(averaged_epochs=2)[0])
    monkeypatch.setattr(swa_utils, "_get_foreach_kernels_supported_devices", lambda: ["cpu"])
    found = weights_of(small_training(averaged_epochs=2)[0])
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_a_checkpoint_of_other_settings_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    small_training(epochs=1, frozen_epochs=1, checkpoint=path)
    with pytest.raises(ValueError, match=r"must be of a training with seed 5, got 0: remove it to start afresh"):
        small_training(epochs=1, frozen_epochs=1, checkpoint=path, seed=5)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match="got a broken file: remove it"):
        small_training(epochs=1, frozen_epochs=1, checkpoint=path)


def labelled() -> Split:
    return labelled_split(parts(4), [0, 1, 0, 1])


BAD_CALLS: dict[str, tuple[Callable[[], object], str]] = {
    "epochs=0": (lambda: small_training(epochs=0, frozen_epochs=0), "epochs must be in 1 <= epochs, got 0"),
    "frozen_epochs=5": (
        lambda: small_training(frozen_epochs=5),
        "frozen_epochs must be in 0 <= frozen_epochs <= 4 epochs, got 5",
    ),
    "averaged_epochs=5": (
        lambda: small_training(averaged_epochs=5),
        "averaged_epochs must be in 1 <= averaged_epochs <= 4 epochs, got 5",
    ),
    "batch=1": (lambda: small_training(batch=1), "batch must be in 2 <= batch, got 1"),
    "head_rates": (lambda: small_training(head_rates=(0, 1)), "head_rates must be two numbers > 0, got (0, 1)"),
    "trainable_stages=3": (
        lambda: small_training(trainable_stages=3),
        "trainable_stages must be in 1 <= trainable_stages <= 2, got 3",
    ),
    "scoring": (
        lambda: small_training(scoring="pixel"),
        "scoring must be 'image', 'pooled', 'patch' or 'ensemble', got 'pixel'",
    ),
    "mixup of patches": (
        lambda: small_training(scoring="patch", mixup_strength=0.4),
        "mixup_strength must be >= 0, and 0 unless the head takes probabilities and scoring is 'image', got 0.4",
    ),
    "patches without masks": (
        lambda: small_training(labelled(), scoring="patch"),
        "scoring must be 'image' for examples without masks, got 'patch'",
    ),
    "head of another size": (
        lambda: train(small_backbone(), SoftmaxHead(embedding_size=5, classes=2), twins(), TrainingOptions()),
        "head must have embedding_size=16 and classes=2 for 'wrapped', this split and 'image' scoring, got SoftmaxHead",
    ),
    "held_out=1": (lambda: twins(held_out=1), "held_out must be in 0 <= held_out < 1, got 1"),
    "crop=0": (lambda: twins(crop=0), "crop must be in 0 < crop <= 1, got 0"),
    "one image": (lambda: twin_split(parts(1), Line()), "images must be at least 2 to hold out 1, got 1"),
    "rois": (lambda: twins(rois=[np.ones((SIDE, SIDE))]), "rois must hold one mask for each of the 10 images, got 1"),
    "labels with a gap": (lambda: labelled_split(parts(4), [0, 2, 0, 2]), "labels must hold the classes 0, 1, ..."),
    "too few labels": (lambda: labelled_split(parts(4), [0, 1]), "labels must be one integer for each of the 4 images"),
    "one of a class": (
        lambda: labelled_split(parts(4), [0, 0, 0, 1]),
        "images of class 1 must be at least 2 to hold out 1, got 1",
    ),
}


@pytest.mark.parametrize("call", BAD_CALLS)
def test_bad_arguments_are_named(call: str) -> None:
    run, message = BAD_CALLS[call]
    with pytest.raises(ValueError, match=re.escape(message)):
        run()


def test_a_loss_that_is_not_finite_ends_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrainingRun, "_step", lambda *_: float("nan"))
    with pytest.raises(FloatingPointError, match="got nan in epoch 1: lower the learning rates"):
        small_training()
