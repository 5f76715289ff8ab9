"""Data loaders: other defects in every worker, batch and epoch, the same again from the same seed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torchvision")

import torch
from torch.utils.data import DataLoader, Dataset, default_collate
from torchvision.transforms import v2

import defectsynth as ds
from defectsynth.torch import DefectModule, DefectSample
from tests.images import make_part

README = Path(ds.__file__).parent / "README.md"
IMAGE = torch.from_numpy(make_part(size=(64, 72))).movedim(-1, 0).contiguous()
LENGTH = 8

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")


class Parts(Dataset[Any]):
    """The same image at every index, after a transform."""

    def __init__(self, transform: Any = None) -> None:
        self.transform = transform

    def __len__(self) -> int:
        """Return the number of items."""
        return LENGTH

    def __getitem__(self, index: int) -> Any:
        """Return one item."""
        return self.transform(IMAGE) if self.transform else (IMAGE, index)


class Collate:
    """Draws into whole batches."""

    def __init__(self) -> None:
        self.module = DefectModule("scratch")

    def __call__(self, items: list[Any]) -> Any:
        """Return images, indices, masks and labels."""
        return self.module(default_collate(items))


def pipeline(generator: torch.Generator | None = None) -> v2.Compose:
    """Return a pipeline that draws into uint8 and ends in normalised floats."""
    scale = v2.ToDtype(torch.float32, scale=True)
    return v2.Compose([DefectModule("scratch", generator=generator), scale, v2.Normalize([0.5] * 3, [0.5] * 3)])


def images_of_epoch(loader: DataLoader[Any]) -> list[bytes]:
    """Return the bytes of every image of an epoch; checks masks and labels."""
    found = []
    for batch in loader:
        images, masks, labels = batch if isinstance(batch, DefectSample) else (batch[0], *batch[-2:])
        assert masks.dtype == torch.bool
        assert masks.flatten(1).any(dim=1).tolist() == labels.bool().tolist()
        found += [image.numpy().tobytes() for image in images]
    assert len(found) == LENGTH
    return found


def loader_of_workers(method: str, generator: torch.Generator | None = None) -> DataLoader[Any]:
    """Return a loader with two workers."""
    return DataLoader(Parts(pipeline(generator)), 2, num_workers=2, multiprocessing_context=method)


@pytest.mark.parametrize("own", [False, True], ids=["torch's generator", "own generator"])
def test_workers_and_epochs_draw_different_defects_again_from_a_seed(own: bool) -> None:
    runs = []
    for _ in range(2):
        torch.manual_seed(11)
        loader = loader_of_workers("fork", torch.Generator().manual_seed(0) if own else None)
        runs.append(images_of_epoch(loader) + images_of_epoch(loader))
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 2 * LENGTH


def test_each_worker_and_epoch_leaves_out_other_images() -> None:
    torch.manual_seed(11)
    half = v2.Compose([DefectModule("scratch", p=0.5, generator=torch.Generator().manual_seed(0))])
    loader = DataLoader(Parts(half), LENGTH // 2, num_workers=2, multiprocessing_context="fork")
    labels = [tuple(batch.label.tolist()) for _ in range(4) for batch in loader]
    assert len(set(labels)) > len(labels) // 2
    assert 0 < sum(map(sum, labels)) < 4 * LENGTH


def test_spawned_workers_draw_what_forked_ones_draw() -> None:
    runs = []
    for method in ("fork", "spawn"):
        torch.manual_seed(11)
        runs.append(images_of_epoch(loader_of_workers(method, torch.Generator().manual_seed(0))))
    assert runs[0] == runs[1]


@pytest.mark.parametrize("variable", ["RANK", "LOCAL_RANK", "NODE_RANK"])
def test_ranks_draw_different_defects_from_the_same_seed(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = []
    for rank in ("0", "1", "1"):
        monkeypatch.setenv(variable, rank)
        torch.manual_seed(11)
        draws.append(DefectModule("scratch")(IMAGE[None].repeat(2, 1, 1, 1)).image)
    assert torch.equal(draws[1], draws[2])
    assert len({image.numpy().tobytes() for batch in draws for image in batch}) == 4


def test_workers_of_different_ranks_draw_different_defects(monkeypatch: pytest.MonkeyPatch) -> None:
    epochs = []
    for rank in ("0", "1"):
        monkeypatch.setenv("RANK", rank)
        torch.manual_seed(11)
        epochs += images_of_epoch(loader_of_workers("fork"))
    assert len(set(epochs)) == 2 * LENGTH


@pytest.mark.parametrize("workers", [0, 2])
def test_in_the_collate_function(workers: int) -> None:
    torch.manual_seed(0)
    loader = DataLoader(Parts(), 4, num_workers=workers, collate_fn=Collate())
    assert len(set(images_of_epoch(loader))) == LENGTH


def test_samples_are_collated_by_name() -> None:
    (batch,) = DataLoader(Parts(pipeline()), LENGTH)
    assert isinstance(batch, DefectSample)
    assert (batch.image.shape, batch.mask.shape, batch.label.shape) == ((8, 3, 64, 72), (8, 64, 72), (8,))


@pytest.mark.filterwarnings("ignore")  # lightning warns of torch, of its own loggers and of loaders without workers
def test_in_a_lightning_data_module() -> None:
    lightning = pytest.importorskip("lightning")

    class Module(lightning.LightningDataModule):
        def train_dataloader(self) -> DataLoader[Any]:
            return DataLoader(Parts(), 4)

        def on_after_batch_transfer(self, batch: Any, dataloader_idx: int) -> Any:
            return DefectModule("scratch")(batch)

    class Model(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Conv2d(3, 1, 1)
            self.labels: list[int] = []

        def training_step(self, batch: Any, index: int) -> torch.Tensor:
            images, _, masks, labels = batch
            self.labels += labels.tolist()
            scores = self.layer(images / 255)[:, 0]
            return torch.nn.functional.binary_cross_entropy_with_logits(scores, masks.float())

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), 0.1)

    model = Model()
    quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
    lightning.Trainer(max_epochs=1, accelerator="cpu", **quiet).fit(model, datamodule=Module())
    assert model.labels == [1] * LENGTH


def test_the_code_of_the_readme_runs() -> None:
    section = README.read_text().partition("\n## In a torch pipeline\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```py\n(.*?)```", section, flags=re.DOTALL)
    assert blocks
    found: dict[str, Any] = {"image": IMAGE, "images": IMAGE[None].repeat(2, 1, 1, 1), "parts": Parts(), "np": np}
    for block in blocks:
        exec(compile(block, str(README), "exec"), found)  # noqa: S102  our own README
    assert found["image"].dtype == torch.float32
    assert found["mask"].any() == found["label"] == 1
    assert found["sample"]["label"] == 1
    assert found["labels"].tolist() == [1, 1]
