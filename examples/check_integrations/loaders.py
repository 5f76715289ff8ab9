"""torch's DataLoader: other defects in every worker, the same again from the same seed."""

from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from defectsynth.torch import DefectModule, DefectSample
from examples.check_integrations import parts

PACKAGE = "torch"
COUNT = 8


class OnePart(Dataset[Any]):
    """One and the same image at every index, with a defect drawn anew."""

    def __init__(self) -> None:
        self.image = torch.from_numpy(parts.render(1)[0]).movedim(-1, 0)
        self.draw = DefectModule(parts.FAMILY)

    def __len__(self) -> int:
        """Return the number of items."""
        return COUNT

    def __getitem__(self, index: int) -> DefectSample:
        """Return an item."""
        return self.draw(self.image)


def check_fork(folder: Path) -> str:
    """Draw in two forked workers: all images differ; the same again after manual_seed."""
    return _check("fork")


def check_spawn(folder: Path) -> str:
    """Draw in two spawned workers: all images differ; the same again after manual_seed."""
    return _check("spawn")


def _check(method: str) -> str:
    runs = []
    for _ in range(2):
        torch.manual_seed(3)
        loader = DataLoader(OnePart(), 2, num_workers=2, multiprocessing_context=method)
        batches = list(loader)
        assert all(torch.equal(batch.mask.flatten(1).any(1).long(), batch.label) for batch in batches)
        runs.append([image.numpy().tobytes() for batch in batches for image in batch.image])
    assert runs[0] == runs[1], "the same seed drew other defects"
    assert len(set(runs[0])) == COUNT, "workers drew equal defects"
    return f"{COUNT} images"
