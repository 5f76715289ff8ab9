"""anomalib: its models train on our defects; it reads our splits."""

import warnings
from pathlib import Path
from typing import Any

import torch
from lightning import seed_everything

from defectsynth.integrations.anomalib import NO_TEXTURES, DefectGenerator, synthetic_splits, use_defects
from examples.check_integrations import parts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from anomalib.callbacks import ModelCheckpoint
    from anomalib.data import Folder, ImageBatch, MVTecAD
    from anomalib.engine import Engine
    from anomalib.models import Draem, Dsr, Glass
    from anomalib.models.image.draem.torch_model import DiscriminativeSubNetwork, DraemModel, ReconstructiveSubNetwork

PACKAGE = "anomalib"
SIZE = 64
QUIET: dict[str, Any] = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}


def check_draem(folder: Path) -> str:
    """Train Draem on a Folder with a preset for 3 steps through the Engine, and test it on a synthetic split."""
    parts.write(folder / "good", 8, size=SIZE)
    data = Folder(name="parts", root=folder, normal_dir="good", train_batch_size=2, eval_batch_size=2, num_workers=0)
    synthetic_splits(data, parts.FAMILY, val=0.25, test=0.25)
    model = Draem(dtd_dir=NO_TEXTURES, pre_processor=Draem.configure_pre_processor((SIZE, SIZE)), visualizer=False)
    use_defects(model, parts.FAMILY)
    model.model = _narrow_draem()
    engine = _engine(folder, max_steps=3)
    engine.fit(model, datamodule=data)
    assert engine.trainer.global_step == 3
    (result,) = engine.test(model, datamodule=data, verbose=False)
    return ", ".join(f"{name} {value:.2f}" for name, value in result.items())


def check_glass(folder: Path) -> str:
    """Train Glass on a Folder with a preset for 2 batches; its images are denormalised for the generator."""
    parts.write(folder / "good", 4, size=SIZE)
    data = Folder(
        name="parts", root=folder, normal_dir="good", train_batch_size=2, num_workers=0, val_split_mode="none"
    )
    narrow = {"backbone": "resnet18", "pre_trained": False, "pretrain_embed_dim": 32, "target_embed_dim": 32}
    model = Glass(
        input_shape=(SIZE, SIZE),
        pre_processor=Glass.configure_pre_processor((SIZE, SIZE)),
        step=2,
        visualizer=False,
        **narrow,
    )
    model.pre_trained = True  # anomalib 2.7 fails to make an optimiser for a backbone without weights
    use_defects(model, parts.FAMILY)
    masks = _record(model.model.augmentor)
    _engine(folder, max_steps=4, limit_val_batches=0).fit(model, datamodule=data)
    assert torch.cat(masks).flatten(1).any(1).all(), "Glass wants a defect in every image"
    return f"{sum(map(len, masks))} images"


def check_dsr(folder: Path) -> str:
    """Draw with both generators of Dsr: masks for its latent space, images for its upsampling module."""
    model = use_defects(Dsr(visualizer=False), parts.FAMILY, p=1.0)
    images = torch.stack([torch.from_numpy(image).movedim(-1, 0) for image in parts.render(2, size=SIZE)]) / 255
    masks = model.quantized_anomaly_generator.augment_batch(images)
    outputs = model.model(images, masks)
    assert outputs["true_anomaly_map"].shape == masks.shape
    drawn, masks = model.perlin_generator(images)
    area = parts.true_area(images, drawn, masks[:, 0])
    maps = model.model.train()(drawn, masks)["anomaly_map"]
    return f"{area} pixels, maps {tuple(maps.shape)}; its weights are a download and were not loaded"


def check_generator(folder: Path) -> str:
    """Draw like PerlinAnomalyGenerator: masks true to the pixel, the same again after seed_everything."""
    images = torch.stack([torch.from_numpy(image).movedim(-1, 0) for image in parts.render(4)]) / 255
    draws = []
    for _ in range(2):
        seed_everything(1, workers=True)
        draws.append(DefectGenerator(parts.FAMILY, p=1.0)(images))
    assert torch.equal(draws[0][0], draws[1][0]), "the same seed drew other defects"
    return f"{parts.true_area(images, draws[0][0], draws[0][1][:, 0])} pixels"


def check_folder(folder: Path) -> str:
    """Read a synthetic validation and test split made from a Folder of good images."""
    parts.write(folder / "good", 10, size=SIZE)
    data = Folder(name="parts", root=folder, normal_dir="good", num_workers=0)
    return _check_splits(synthetic_splits(data, parts.FAMILY, val=0.2, test=0.2, folder=folder / "synthetic"))


def check_mvtecad(folder: Path) -> str:
    """Read a synthetic validation split beside the real test images of an MVTecAD."""
    root = folder / "mvtec" / "screw"
    parts.write(root / "train" / "good", 10, size=SIZE)
    for name in ("test/good", "test/scratch"):
        parts.write(root / name, 2, size=SIZE)
    (root / "ground_truth" / "scratch").mkdir(parents=True)
    for path in parts.write(root / "ground_truth" / "scratch", 2, size=SIZE):
        path.rename(path.with_name(f"{path.stem}_mask.png"))
    data = MVTecAD(root=folder / "mvtec", category="screw", num_workers=0)
    text = _check_splits(synthetic_splits(data, parts.FAMILY, val=0.2))
    assert {Path(path).parent.name for path in data.test_data.samples.image_path} == {"good", "scratch"}
    return text


def _check_splits(data: Any) -> str:
    """Return the numbers of images; every label must be that of its mask."""
    data.setup()
    for loader in (data.val_dataloader(), data.test_dataloader()):
        for batch in loader:
            assert isinstance(batch, ImageBatch)
            assert batch.gt_label.tolist() == batch.gt_mask.flatten(1).any(1).int().tolist()
    numbers = {name: len(getattr(data, f"{name}_data")) for name in ("train", "val", "test")}
    return ", ".join(f"{count} {name}" for name, count in numbers.items())


def _narrow_draem() -> DraemModel:
    """Return the network of Draem with an eighth of its channels."""
    model = DraemModel()
    model.reconstructive_subnetwork = ReconstructiveSubNetwork(base_width=16)
    model.discriminative_subnetwork = DiscriminativeSubNetwork(6, 2, base_width=8)
    return model


def _engine(folder: Path, **options: Any) -> Engine:
    """Return an engine that writes no weights."""
    return Engine(
        accelerator="cpu", callbacks=[ModelCheckpoint(save_top_k=0)], default_root_dir=folder, **QUIET, **options
    )


def _record(generator: Any) -> list[torch.Tensor]:
    """Return a list to which the masks of every call are added."""
    masks: list[torch.Tensor] = []
    generator.register_forward_hook(lambda *call: masks.append(call[2][1]))
    return masks
