"""Lightning: defects drawn into whole batches by a LightningDataModule."""

from pathlib import Path
from typing import Any

import lightning
import torch
from torch.utils.data import DataLoader

from defectsynth.torch import DefectModule
from examples.check_integrations import parts

PACKAGE = "lightning"
QUIET: dict[str, Any] = dict.fromkeys(
    ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False
)


class Parts(lightning.LightningDataModule):
    """Batches of good parts; a defect is drawn into each when it is on the device."""

    def train_dataloader(self) -> DataLoader[Any]:
        """Return the loader of good parts."""
        return DataLoader([torch.from_numpy(image).movedim(-1, 0) for image in parts.render(8)], 4)

    def on_after_batch_transfer(self, batch: Any, dataloader_idx: int) -> Any:
        """Draw."""
        return DefectModule(parts.FAMILY)(batch)


class Segmenter(lightning.LightningModule):
    """One convolution that learns the masks."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Conv2d(3, 1, 1)
        self.masks: list[torch.Tensor] = []

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        """Return the loss of a batch."""
        images, masks, _ = batch
        self.masks += list(masks)
        return torch.nn.functional.binary_cross_entropy_with_logits(self.layer(images / 255)[:, 0], masks.float())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimizer."""
        return torch.optim.SGD(self.parameters(), 0.1)


def check_fit(folder: Path) -> str:
    """Fit a model in a Trainer on masks of drawn defects; the same again after seed_everything."""
    runs = []
    for _ in range(2):
        lightning.seed_everything(5, workers=True)
        model = Segmenter()
        lightning.Trainer(max_epochs=1, accelerator="cpu", **QUIET).fit(model, datamodule=Parts())
        runs.append(torch.stack(model.masks))
    assert torch.equal(runs[0], runs[1]), "the same seed drew other defects"
    assert runs[0].flatten(1).any(1).all()
    return f"{len(runs[0])} images"
