"""Draw into tensors on the CPU: a seed for each image, one copy in and one out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import torch
from torch.utils.data import get_worker_info

from defectsynth.core.arrays import Array
from defectsynth.core.images import MIN_SIDE_OF_IMAGE, check_range
from defectsynth.core.messages import did_you_mean
from defectsynth.engine.compat import leaves
from defectsynth.engine.pipeline import Mark, State, run
from defectsynth.engine.rendering import Drawing
from defectsynth.engine.synthesis import check_transform
from defectsynth.engine.targets import add_to_mask, moved_boxes
from defectsynth.engine.transform import DefectTransform
from defectsynth.engine.unrecorded import UnrecordedState
from defectsynth.registry import WITHOUT, load_preset, named_defects, named_presets

SEEDS = 1 << 62  # number of different seeds
RANK_STRIDE = 0x1E3779B97F4A7C15  # between the seeds of processes that train together
WORKING_DTYPES = {torch.float16: torch.float32, torch.bfloat16: torch.float32}  # exact there and back
HALF_TOLERANCE = 0.01  # rounding by which images of half precision may leave [0, 1], as denormalised ones do
DTYPES = (torch.uint8, torch.uint16, torch.float32, torch.float64, *WORKING_DTYPES)
PIL_MODES = ("L", "RGB", "I;16", "F")
MAX_MERGED = 4  # channels up to which cv2.merge is faster than a transposed copy


def as_transform(transform: Any) -> Any:
    """Return a defect or a composition of defects, given itself, its name or its file.

    Raises:
        TypeError: if it is neither, or the composition holds other transforms.
        ValueError: if no defect, preset or file has the name.
    """
    if isinstance(transform, (str, Path)):
        transform = str(transform)
        known = named_defects()
        if transform in known:
            return known[transform](p=1.0)
        if not Path(transform).suffix and WITHOUT not in transform and transform not in named_presets():
            raise ValueError(
                "transform must be a name that `defectsynth list` prints or the file of a preset, "
                f"got {transform!r}{did_you_mean(transform, [*known, *named_presets()])}"
            )
        return load_preset(transform, option="transform")
    check_transform(transform)
    for leaf in leaves(transform):
        if not isinstance(leaf, DefectTransform):
            raise TypeError(
                f"transform must hold defects only, got {type(leaf).__name__}; place other transforms in the v2.Compose"
            )
    return transform


def new_seeds(count: int, generator: torch.Generator | None = None) -> torch.Tensor:
    """Return so many new seeds, int64 on the CPU, different in every worker and rank.

    Args:
        count: number of seeds.
        generator: where they are drawn from; None for torch's default generator. To a generator of one's own, of which
            every worker has a copy, the worker's seed is added; to both, a number for the rank, 0 in the first.
    """
    device = "cpu" if generator is None else generator.device
    seeds = torch.randint(SEEDS, (count,), generator=generator, device=device).tolist()
    worker = get_worker_info()
    offset = worker.seed if generator is not None and worker is not None else 0
    offset += process_rank() * RANK_STRIDE
    return torch.tensor([(seed + offset) % SEEDS for seed in seeds], dtype=torch.int64)


def process_rank() -> int:
    """Return the number of this process, or of the one that started this worker, among those that train together.

    `seed_everything` sets the same seed in all of them.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank()
    if "RANK" in os.environ:  # set by torchrun; a spawned worker has no process group but inherits the environment
        return int(os.environ["RANK"])
    return (int(os.environ.get("NODE_RANK", "0")) << 16) + int(os.environ.get("LOCAL_RANK", "0"))  # set by Lightning


@dataclass
class DrawnImage(UnrecordedState):
    """An image with its defects, and the drawings that move masks and boxes along.

    Attributes:
        drawings: each with mask value and mask kind of its transform.
    """

    drawings: list[tuple[Drawing, float | None, str]] = field(default_factory=list)

    @property
    def has_defect(self) -> bool:
        """True if any pixel is marked."""
        return bool(self.records)

    def draw(self, defect: DefectTransform, *, seed: int, count: int | None = None) -> None:
        """Draw with a defect; forget the drawing if it was left out."""
        number, records = len(self.drawings), self.records
        super().draw(defect, seed=seed, count=count)
        if self.records is records:
            del self.drawings[number:]

    def add(self, drawing: Drawing, *, value: float | None = None, kind: str = "binary") -> None:
        """Take over drawn defects and keep the drawing."""
        super().add(drawing, value=value, kind=kind)
        self.drawings.append((drawing, value, kind))

    def transformed(self, transform: Any, *, forced: bool) -> None:
        """Refuse a composition of an unknown kind: its masks could not be followed."""
        raise TypeError(f"transform must be built of albumentations' own compositions, got {type(transform).__name__}")

    def add_to(self, mask: Array) -> Array:
        """Return a copy of a mask (H, W) with the defects: labels move with warps, empty pixels get the mask value."""
        added = mask
        for drawing, value, kind in self.drawings:
            added = add_to_mask(added, [drawing], value=value, kind=kind)
        return np.where(self.mask != 0, added, mask)

    def move_boxes(self, boxes: Array) -> Array:
        """Return boxes (N, 4), corners in pixels, moved by warps and with parts that move."""
        size = self.image.shape[:2]
        scale = np.array([size[1], size[0]] * 2, dtype=np.float64)
        recipes = [recipe for drawing, _, _ in self.drawings for recipe in drawing.recipes]
        fractions = boxes / scale
        moved = moved_boxes(fractions, recipes, size)
        return np.where(moved == fractions, boxes, moved * scale)


def draw_image(
    image: Array, transform: Any, *, seed: int, roi: Array | None = None, peak: float | None = None
) -> DrawnImage:
    """Draw into one image (H, W) or (H, W, C) as `synthesize` does, from the same seed.

    Raises:
        ValueError, TypeError: see `synthesize`.
    """
    with explained():
        if isinstance(transform, DefectTransform):
            drawing = transform.draw(image, seed=seed, roi=roi, peak=peak)
            drawings = [(drawing, transform.mask_value, transform.mask_kind)]
            records: list[dict[str, Any]] = [{} for _ in drawing.patches]
            marks = [Mark(patch.box, patch.mask) for patch in drawing.patches]
            state = (drawing.canvas, drawing.mask, roi, drawing.peak, records, marks, image, drawing.mask)
            return DrawnImage(*state, drawings=drawings)
        drawn = DrawnImage(**vars(State.of(image, roi, peak)))
    run(transform, drawn, seed=seed)
    drawn.prune()
    return drawn


@contextmanager
def explained() -> Iterator[None]:
    """Say in the error for floats outside [0, 1] what the reason may be."""
    try:
        yield
    except ValueError as error:
        if not str(error).startswith("image must be float32 in [0, 1]"):
            raise
        raise ValueError(f"{error}; if it is normalised, place the defects before v2.Normalize") from error


def check_left_out(image: Array) -> None:
    """Raise ValueError for an image without a defect, (H, W) or (C, H, W), that could not be drawn into."""
    with explained():
        check_range(image)


def draw_batch(
    images: torch.Tensor,
    transform: Any,
    *,
    seeds: Sequence[int | None],
    rois: Sequence[Array | None],
    peak: float | None = None,
    use: Callable[[int, DrawnImage], None],
) -> torch.Tensor:
    """Return a new batch with defects, on the same device with the same dtype.

    Args:
        images: (B, C, H, W) on any device; not written to.
        transform: see `as_transform`.
        seeds: one an image; None leaves the image as given.
        rois: one an image, see `synthesize`.
        peak: see `synthesize`.
        use: called with the index and each drawn image.
    """
    source = images.detach().to("cpu", WORKING_DTYPES.get(images.dtype, images.dtype))
    result = torch.empty_like(source)
    sources, results = source.numpy(), result.numpy()
    arrays = _drawable(sources, is_half=images.dtype in WORKING_DTYPES)
    for index, (seed, roi) in enumerate(zip(seeds, rois, strict=True)):
        if seed is None:
            check_left_out(arrays[index])
            results[index] = sources[index]
            continue
        drawn = draw_image(channels_last(arrays[index]), transform, seed=seed, roi=roi, peak=peak)
        if arrays is not sources:  # pixels without a defect keep their digits
            results[index] = np.where(drawn.mask != 0, drawn.image.transpose(2, 0, 1), sources[index])
        else:
            _write(results[index], drawn.image)
        use(index, drawn)
    return result.to(images.device, images.dtype)


def _drawable(images: Array, *, is_half: bool) -> Array:
    """Return images as floats that can be drawn into: float32, and in [0, 1] if half precision has moved them out."""
    if images.dtype == np.float64:
        return images.astype(np.float32)
    if is_half and (images.min() < 0 or images.max() > 1):
        clipped = images.clip(0, 1)
        return clipped if np.abs(clipped - images).max() <= HALF_TOLERANCE else images
    return images


def channels_last(planes: Array) -> Array:
    """Return (C, H, W) as (H, W, C), contiguous: a view if memory allows, else one copy."""
    moved = planes.transpose(1, 2, 0)
    if moved.flags.c_contiguous or len(planes) > MAX_MERGED:
        return np.ascontiguousarray(moved)
    return np.asarray(cv2.merge(list(planes)))


def _write(planes: Array, image: Array) -> None:
    """Write an image (H, W, C) into planes (C, H, W)."""
    if len(planes) > 1 and planes.flags.c_contiguous:
        cv2.split(image, list(planes))
    else:
        planes.transpose(1, 2, 0)[...] = image


def check_images(images: Any) -> None:
    """Raise TypeError or ValueError unless `images` is a PIL image or a tensor (C, H, W) or (B, C, H, W)."""
    if isinstance(images, PIL.Image.Image):
        if images.mode not in PIL_MODES:
            raise ValueError(f"image must have one of the modes {', '.join(PIL_MODES)}, got {images.mode}; convert it")
        return
    if not isinstance(images, torch.Tensor):
        raise TypeError(f"image must be a tensor, a tv_tensors.Image or a PIL image, got {type(images).__name__}")
    if images.device.type == "meta":
        raise ValueError("image must hold pixels, got a tensor on the device meta")
    if images.dtype not in DTYPES:
        names = ", ".join(str(dtype).removeprefix("torch.") for dtype in DTYPES)
        raise TypeError(f"image must be one of {names}, got {images.dtype}")
    shape = tuple(images.shape)
    if images.ndim not in (3, 4) or 0 in shape[-3:]:
        raise ValueError(f"image must be (C, H, W) or (B, C, H, W) with no empty axis, got shape {shape}")
    if shape[-1] in (1, 3, 4) and min(shape[-3:-1]) >= MIN_SIDE_OF_IMAGE:
        raise ValueError(
            f"image must be (C, H, W) or (B, C, H, W), got shape {shape}, channels last: torch.movedim(image, -1, -3)"
        )
