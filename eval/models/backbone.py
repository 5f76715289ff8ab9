"""Backbones: networks that make feature maps and embeddings of images or patches, and a projection of the patches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from eval.data.images import MIN_SIDE

HIDDEN, PROJECTED = 128, 64  # channels of a projection: inside, and of its result


class Backbone(nn.Module, ABC):
    """Network that makes feature maps and embeddings of images: uint8 (B, H, W, 3) RGB, or floating point in [0, 1].

    Stages are frozen from the input to the output. A frozen stage gets no gradients, and its batch normalisation stays
    in evaluation mode even after ``train()``.

    Args:
        name: name by which a saved model finds its backbone.
        channels: number of channels of the feature map at each stride in px.
        mean: means of R, G and B, for images in [0, 1].
        std: standard deviations of R, G and B, above 0.

    Attributes:
        embedding_size: D of ``embed``, the channels of the coarsest map.
        patch_strides: strides of the maps that ``patch_embed`` joins: 8 and 16, or the two finest if both are missing.
        patch_size: D of ``patch_embed``.

    References:
        K. Roth et al., "Towards Total Recall in Industrial Anomaly Detection", CVPR 2022 (PatchCore), for
        ``patch_embed``. Here averages at the border are over the cells inside, and no dimensions are reduced.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, *, name: str, channels: Mapping[int, int], mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        for argument, values in (("mean", mean), ("std", std)):
            if len(values) != 3 or (argument == "std" and min(values) <= 0):
                rule = "three numbers" if argument == "mean" else "three numbers > 0"
                raise ValueError(f"{argument} must hold {rule}, one each for R, G and B, got {tuple(values)}")
        self.name = name
        self.channels = dict(sorted(channels.items()))
        self.embedding_size = list(self.channels.values())[-1]
        usual = [stride for stride in (8, 16) if stride in channels] or list(self.channels)[:2]
        self.join_levels(usual[0], usual[-1])
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32), persistent=False)
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32), persistent=False)
        self._frozen: tuple[nn.Module, ...] = ()

    def join_levels(self, finest: float, coarsest: float) -> None:
        """Choose the feature maps that patches are made of: those with strides in [finest, coarsest], in px.

        Raises:
            ValueError: if there is no such map.
        """
        chosen = tuple(stride for stride in self.channels if finest <= stride <= coarsest)
        if not chosen:
            strides = ", ".join(map(str, self.channels))
            raise ValueError(
                f"finest and coarsest must hold a stride of {self.name} between them ({strides}), "
                f"got {finest:g} and {coarsest:g}"
            )
        self.patch_strides = chosen
        self.patch_size = sum(self.channels[stride] for stride in chosen)

    @abstractmethod
    def stages(self) -> list[nn.Module]:
        """Return the parts that can be frozen, from the input to the output."""

    @abstractmethod
    def maps(self, pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
        """Return the maps of stride ``deepest`` and finer of normalised pixels (B, 3, H, W), by stride."""

    def normalise(self, images: Tensor) -> Tensor:
        """Return images (B, H, W, 3) as input of the first layer, float32 (B, 3, H, W).

        Raises:
            TypeError: if the images are neither uint8 nor floating point.
            ValueError: if the shape is another one, a side is below 32 px, or a float is outside [0, 1].
        """
        if images.dtype != torch.uint8 and not images.is_floating_point():
            raise TypeError(f"images must be uint8 or floating point, got {images.dtype}")
        if images.ndim != 4 or images.shape[-1] != 3 or min(images.shape[1:3]) < MIN_SIDE:
            raise ValueError(f"images must have shape (B, H, W, 3) with H, W >= {MIN_SIDE}, got {tuple(images.shape)}")
        if images.is_floating_point():
            if len(images) and not (images.min() >= 0 and images.max() <= 1):
                low, high = images.min().item(), images.max().item()
                raise ValueError(f"images must lie in [0, 1] where they are floats, got [{low:.6g}, {high:.6g}]")
            images = images.float()
        else:
            images = images.float() / 255
        return ((images - self.mean) / self.std).movedim(-1, 1)

    def features(self, images: Tensor) -> dict[int, Tensor]:
        """Return the feature maps of images (B, H, W, 3): {stride: (B, C, H / stride, W / stride)}, fine to coarse."""
        return self.maps(self.normalise(images), deepest=max(self.channels))

    def embed(self, images: Tensor) -> Tensor:
        """Embed images (B, H, W, 3) as the average of the coarsest map, (B, D)."""
        return self.features(images)[max(self.channels)].float().mean(dim=(2, 3))

    def patch_embed(self, images: Tensor) -> Tensor:
        """Embed the patches of images (B, H, W, 3), (B, D, h, w), see ``join_patches``."""
        return self.join_patches(self.maps(self.normalise(images), deepest=self.patch_strides[-1]))

    def join_patches(self, maps: Mapping[int, Tensor]) -> Tensor:
        """Join maps by stride to embeddings of patches, (B, D, h, w), on the grid of the finest of ``patch_strides``.

        Each map is averaged over 3 x 3 cells and resized to that grid by bilinear interpolation; then the channels are
        joined.
        """
        pooled = [
            functional.avg_pool2d(maps[stride].float(), 3, stride=1, padding=1, count_include_pad=False)
            for stride in self.patch_strides
        ]
        grid = pooled[0].shape[2:]
        return torch.cat([pooled[0], *(functional.interpolate(map_, grid, mode="bilinear") for map_ in pooled[1:])], 1)

    def lower(self, images: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Run the frozen stages, whose result training can reuse; ``upper`` runs the others.

        Args:
            images: (B, H, W, 3), see ``Backbone``.
            scoring: "image"; or "patch", "pooled" or "ensemble", which use patches.
            trainable: number of last stages that are left to ``upper``.

        Returns:
            float16 (B, C, h, w), or the images themselves if the frozen stages cannot be run alone.
        """
        if scoring != "image" and trainable == 0:
            return self.patch_embed(images).half()
        return images

    def upper(self, lower: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Embed a result of ``lower``, float32: (B, D, h, w) for "patch" scoring, otherwise (B, D)."""
        if scoring == "image":
            return self.embed(lower)
        patches = lower.float() if trainable == 0 else self.patch_embed(lower)
        return patches if scoring == "patch" else patches.mean(dim=(2, 3))

    def freeze(self, *, trainable: int = 0) -> None:
        """Freeze all stages but the last ``trainable`` ones, and unfreeze those.

        Raises:
            ValueError: if there are fewer stages, or the number is negative.
        """
        stages = self.stages()
        if not 0 <= trainable <= len(stages):
            raise ValueError(f"trainable must be in 0 <= trainable <= {len(stages)} stages, got {trainable}")
        border = len(stages) - trainable
        for place, stage in enumerate(stages):
            stage.requires_grad_(place >= border)
        self._frozen = tuple(stages[:border])
        self.train(self.training)

    def train(self, mode: bool = True) -> Backbone:  # noqa: FBT001, FBT002 - nn.Module's signature
        """Set the mode as ``nn.Module.train`` does; frozen stages stay in evaluation mode."""
        super().train(mode)
        for stage in self._frozen:
            stage.eval()
        return self


class StagedBackbone(Backbone):
    """Backbone that is a sequence of stages.

    Args:
        name: see ``Backbone``.
        stages: modules; each takes the output of the one before.
        strides: stride of the output of each stage; of equal ones, the last counts.
        channels: see ``Backbone``; only maps of these strides are returned.
        mean: see ``Backbone``.
        std: see ``Backbone``.
    """

    def __init__(
        self,
        *,
        name: str,
        stages: Sequence[nn.Module],
        strides: Sequence[int],
        channels: Mapping[int, int],
        mean: Sequence[float],
        std: Sequence[float],
    ) -> None:
        super().__init__(name=name, channels=channels, mean=mean, std=std)
        self.body = nn.ModuleList(stages)
        self.strides = tuple(strides)

    def stages(self) -> list[nn.Module]:
        """Return the stages."""
        return list(self.body)

    def lower(self, images: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Run the first stages for image scoring; see ``Backbone.lower``."""
        if scoring == "patch" or trainable == len(self.body):
            return super().lower(images, scoring=scoring, trainable=trainable)
        pixels = self.normalise(images)
        for stage in self.body[: len(self.body) - trainable]:
            pixels = stage(pixels)
        return pixels.half()

    def upper(self, lower: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Run the last stages for image scoring; see ``Backbone.upper``."""
        if scoring == "patch" or trainable == len(self.body):
            return super().upper(lower, scoring=scoring, trainable=trainable)
        pixels = lower.float()
        for stage in self.body[len(self.body) - trainable :]:
            pixels = stage(pixels)
        return pixels.float().mean(dim=(2, 3))

    def maps(self, pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
        """Run the stages up to stride ``deepest``."""
        maps = {}
        for stage, stride in zip(self.body, self.strides, strict=True):
            if stride > deepest:
                break
            pixels = stage(pixels)
            maps[stride] = pixels
        return {stride: map_ for stride, map_ in maps.items() if stride in self.channels}


class ProjectedBackbone(Backbone):
    """Frozen backbone with a trainable projection of its patches.

    The projection of a patch depends on its eight neighbours, too. Images are embedded as by the backbone alone.

    Args:
        inner: backbone, whose weights stay frozen.
        size: D of ``patch_embed``.
    """

    def __init__(self, inner: Backbone, *, size: int = PROJECTED) -> None:
        mean, std = (values.tolist() for values in (inner.mean, inner.std))
        super().__init__(name=inner.name, channels=inner.channels, mean=mean, std=std)
        self.inner = inner.requires_grad_(False)  # noqa: FBT003 - torch's signature
        self.projection = nn.Sequential(
            nn.BatchNorm2d(inner.patch_size, affine=False),
            nn.Conv2d(inner.patch_size, HIDDEN, 1, bias=False),
            nn.BatchNorm2d(HIDDEN),
            nn.ReLU(),
            nn.Conv2d(HIDDEN, size, 3, padding=1),
        )
        self.patch_strides = inner.patch_strides
        self.patch_size = size
        self.to(inner.mean.device)
        self.eval()

    def stages(self) -> list[nn.Module]:
        """Return the projection."""
        return [self.projection]

    def maps(self, pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
        """Return the maps of the backbone."""
        return self.inner.maps(pixels, deepest=deepest)

    def patch_embed(self, images: Tensor) -> Tensor:
        """Embed the patches of images (B, H, W, 3), (B, D, h, w)."""
        return self.upper(self.inner.lower(images, scoring="patch", trainable=0), scoring="patch", trainable=1)

    def lower(self, images: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Return patches of the backbone, float16 (B, C, h, w); for image scoring, the images."""
        return images if scoring == "image" else self.inner.lower(images, scoring="patch", trainable=0)

    def upper(self, lower: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Project patches; for image scoring, embed images."""
        if scoring != "patch":
            return self.embed(lower)
        projected: Tensor = self.projection(lower.float())
        return projected.float()

    def train(self, mode: bool = True) -> ProjectedBackbone:  # noqa: FBT001, FBT002 - nn.Module's signature
        """Set the mode as ``Backbone.train`` does; the inner backbone stays in evaluation mode."""
        super().train(mode)
        self.inner.eval()
        return self


def unprojected(backbone: Backbone) -> Backbone:
    """Return the inner backbone of a projected one, or the backbone itself."""
    return backbone.inner if isinstance(backbone, ProjectedBackbone) else backbone
