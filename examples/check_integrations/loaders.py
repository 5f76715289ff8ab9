"""torch's DataLoader: other defects in every worker, the same again from the same seed."""

from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

import defectsynth as ds
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


def check_store(folder: Path) -> str:
    """Draw in workers, forked and spawned, that read measurements from a store; none is measured again."""
    images, preset = parts.render(COUNT), ds.presets.generic_object()
    expected = [ds.synthesize(image, preset, seed=number).image for number, image in enumerate(images)]
    ds.prepare(images, preset, store=folder)
    for index, image in enumerate(images):
        with ds.use_store(folder):
            ds.synthesize(image, preset, seed=index)
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert files, "nothing was stored"
    for method in ("fork", "spawn"):
        with ds.use_store(folder):
            loader = DataLoader(Seeded(images, preset), None, num_workers=2, multiprocessing_context=method)
            drawn = list(loader)
        assert all((mine.numpy() == other).all() for mine, other in zip(drawn, expected, strict=True)), method
        assert files == {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}, method
    return f"{len(files)} measurements on {COUNT} images"


class Seeded(Dataset[Any]):
    """Images with the defect of a seed, their index."""

    def __init__(self, images: list[Any], preset: Any) -> None:
        self.images, self.preset = images, preset

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.images)

    def __getitem__(self, index: int) -> torch.Tensor:
        """Return an item."""
        return torch.from_numpy(ds.synthesize(self.images[index], self.preset, seed=index).image)


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
