"""anomalib 2: our defects in the training of Draem, Glass and Dsr, and synthetic validation and test splits.

Needs the extra `anomalib`.

Examples:
    >>> from anomalib.data import Folder
    >>> from anomalib.models import Draem
    >>> model = use_defects(Draem(dtd_dir=NO_TEXTURES), "screw")
    >>> type(model.augmenter).__name__
    'DefectGenerator'
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

try:
    import anomalib  # noqa: F401  only to name the extra if it is missing
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"defectsynth.integrations.anomalib needs {error.name}: pip install 'defectsynth[anomalib]'", name=error.name
    ) from error

import pandas as pd
import torch
from anomalib.data import AnomalibDataModule
from anomalib.data.datasets.base.image import AnomalibDataset
from anomalib.data.utils import LabelName, Split, TestSplitMode, ValSplitMode
from anomalib.data.utils.generators import PerlinAnomalyGenerator
from anomalib.models.image.dsr.anomaly_generator import DsrAnomalyGenerator
from lightning.pytorch.trainer.states import TrainerFn

from defectsynth.core.arrays import threshold_mask
from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import Number
from defectsynth.engine.pipeline import seed_at
from defectsynth.engine.synthesis import synthesize
from defectsynth.torch import DefectModule
from defectsynth.torch.drawing import as_transform, check_images

NO_TEXTURES = Path(__file__).parent  # a folder without images; as dtd_dir it keeps Draem from a download of 600 MB
SHARE = Number(0.0, 1.0, "share of the training images")


class DefectGenerator(torch.nn.Module):
    """Draws defects, with the call of anomalib's `PerlinAnomalyGenerator` and that of `DsrAnomalyGenerator`.

    Args:
        transform: a defect, a composition of defects, the name of a defect or preset, or the file of a preset.
        p: share of the images that get a defect, in [0, 1].
        roi: (H, W), where a defect may land in every image, see `synthesize`.

    Inputs:
        images: (C, H, W) or (B, C, H, W), floats in [0, 1], on any device; never written to. Glass denormalises its
            images before it calls the generator.

    Attributes:
        module: the `DefectModule` that draws. Its seeds come from torch's default generator: the same again after
            `seed_everything`, different in every worker and rank.

    Raises:
        TypeError, ValueError: for an argument or images that break the rules above.

    Examples:
        >>> import torch
        >>> images, masks = DefectGenerator("scratch", p=1.0)(torch.full((2, 3, 64, 64), 0.4))
        >>> images.shape, masks.shape, masks.unique()
        (torch.Size([2, 3, 64, 64]), torch.Size([2, 1, 64, 64]), tensor([0., 1.]))
    """

    def __init__(self, transform: Any, *, p: float = 0.5, roi: Any = None) -> None:
        super().__init__()
        self.module = DefectModule(transform, p=p, roi=roi)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the images with defects, and masks (1, H, W) or (B, 1, H, W), 1.0 on a defect and 0.0 elsewhere."""
        check_images(images)
        drawn, mask, _ = self.module(images.as_subclass(torch.Tensor))
        return drawn, mask.as_subclass(torch.Tensor).unsqueeze(-3).float()

    def augment_batch(self, images: torch.Tensor) -> torch.Tensor:
        """Return only the masks: Dsr draws in its latent space, where they are."""
        return self(images)[1]


def use_defects(model: torch.nn.Module, transform: Any, *, p: float | None = None, roi: Any = None) -> torch.nn.Module:
    """Let a model train on our defects instead of those of its own generators.

    Args:
        model: Draem, Glass, Dsr or any other module that holds a `PerlinAnomalyGenerator` or `DsrAnomalyGenerator`;
            changed in place.
        transform: see `DefectGenerator`.
        p: share of the images that get a defect, in [0, 1]; None for the share of the generator that is replaced.
        roi: see `DefectGenerator`.

    Returns:
        The model.

    Raises:
        TypeError: if the model is no module, or holds no generator. SuperSimpleNet, for example, disturbs features, not
            images.
        TypeError, ValueError: see `DefectGenerator`.
    """
    given: Any = model
    if not isinstance(given, torch.nn.Module):
        got = f"the class {given.__name__}" if isinstance(given, type) else short_repr(given)
        raise TypeError(f"model must be a torch.nn.Module, got {got}")
    kinds = (PerlinAnomalyGenerator, DsrAnomalyGenerator, DefectGenerator)
    found = [(name, module) for name, module in model.named_modules() if name and isinstance(module, kinds)]
    if not found:
        raise TypeError(
            f"model must hold a generator of anomalies, as Draem, Glass and Dsr do, got {type(model).__name__}"
        )
    for name, module in found:
        share = _probability(module) if p is None else p
        model.set_submodule(name, DefectGenerator(transform, p=share, roi=roi))
    return model


def _probability(generator: Any) -> float:
    """Return the share of the images into which a generator draws."""
    if isinstance(generator, DefectGenerator):
        return generator.module.p
    return float(generator.p_anomalous if isinstance(generator, DsrAnomalyGenerator) else generator.probability)


def synthetic_splits(
    datamodule: AnomalibDataModule,
    transform: Any,
    *,
    val: float = 0.2,
    test: float = 0.0,
    seed: int = 0,
    folder: str | Path | None = None,
) -> AnomalibDataModule:
    """Make validation or test data from training images: each once as it is and once with one of our defects.

    The images are taken out of the training data. Images with defects and their masks are written as PNG; outside the
    mask they are bit-identical to the image as anomalib reads it.

    Args:
        datamodule: `Folder`, `MVTecAD` or another one of images; changed in place, set up at once.
        transform: see `DefectGenerator`.
        val: share of the training images for validation, in [0, 1); 0 leaves validation to the data module.
        test: share of the training images for testing, in [0, 1); 0 leaves the test data to the data module.
        seed: of the choice of images and of the defects, at least 0; also of the data module if it has none.
        folder: where images and masks are written; None for a temporary folder, which goes with the data module.

    Returns:
        The data module.

    Raises:
        ValueError: if the shares leave no training image, or no defect could be drawn.
        TypeError, ValueError: see `DefectGenerator`.
    """
    shares = {"val": SHARE.check("val", val), "test": SHARE.check("test", test)}
    defects = as_transform(transform)
    if shares["val"]:
        datamodule.val_split_mode = ValSplitMode.NONE
    if shares["test"]:
        datamodule.test_split_mode = TestSplitMode.NONE
    if datamodule.seed is None:
        datamodule.seed = seed  # Folder takes normal test images out of the training images at random
    datamodule.prepare_data()
    datamodule.setup(TrainerFn.FITTING)
    images = datamodule.train_data
    counts = {name: max(1, round(share * len(images))) for name, share in shares.items() if share}
    if sum(counts.values()) >= len(images):
        raise ValueError(f"val and test must leave training images, got {val:g} and {test:g} of {len(images)} images")
    root = Path(tempfile.mkdtemp(prefix="defectsynth_") if folder is None else folder)
    if folder is None:
        weakref.finalize(datamodule, shutil.rmtree, root, ignore_errors=True)
    order = [int(index) for index in np.random.default_rng(seed).permutation(len(images))]
    for name, count in counts.items():
        taken, order = order[:count], order[count:]
        held = _with_defects(images, sorted(taken), defects, seed=seed, folder=root / name, split=Split(name))
        setattr(datamodule, f"{name}_data", held)
    datamodule.train_data = images.subsample(sorted(order))
    return datamodule


def _with_defects(
    images: AnomalibDataset, indices: list[int], defects: Any, *, seed: int, folder: Path, split: Split
) -> AnomalibDataset:
    """Return the images of a data set at `indices`, and after them the same with defects."""
    dataset = images.subsample(indices)
    normal = dataset.samples
    rows = []
    for index, row in zip(indices, normal.to_dict("records"), strict=True):
        with PIL.Image.open(row["image_path"]) as file:
            image = np.asarray(file.convert("RGB"))
        sample = synthesize(image, defects, seed=seed_at(seed, index))
        if not sample.defects:
            continue
        name = f"{index:05d}_{Path(row['image_path']).stem}.png"
        paths = {"image_path": folder / "images" / name, "mask_path": folder / "masks" / name}
        for path, pixels in zip(paths.values(), (sample.image, threshold_mask(sample.mask, 1)), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            PIL.Image.fromarray(pixels).save(path)
        label = sample.defects[0]["defect_type"] or sample.defects[0]["kind"]
        rows.append(row | {key: str(path) for key, path in paths.items()} | {"label": label})
    if not rows:
        raise ValueError(f"transform must find a place in the images, but drew no defect into any of {len(indices)}")
    drawn = pd.DataFrame(rows).assign(label_index=int(LabelName.ABNORMAL))
    samples = pd.concat([normal, drawn[normal.columns]], ignore_index=True).assign(split=split)
    dataset.samples = samples.astype({"label_index": "Int64"})
    dataset.samples.attrs["task"] = "segmentation"
    return dataset
