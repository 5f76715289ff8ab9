"""Trainable projection of the patch embeddings of a frozen backbone."""

from __future__ import annotations

from torch import Tensor, nn

from eval.models.backbone import Backbone

HIDDEN, SIZE = 128, 64  # channels


class ProjectedBackbone(Backbone):
    """Frozen backbone with a trainable projection of its patches.

    The projection of a patch depends on its eight neighbours, too. Images are embedded as by the backbone alone.

    Args:
        inner: backbone, whose weights stay frozen.
        size: D of ``patch_embed``.
    """

    def __init__(self, inner: Backbone, *, size: int = SIZE) -> None:
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
