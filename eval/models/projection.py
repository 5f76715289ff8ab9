"""A small trainable network on the patch embeddings of a backbone that stays as it is."""

from __future__ import annotations

from torch import Tensor, nn

from eval.models.backbone import Backbone

HIDDEN, SIZE = 128, 64  # channels


class ProjectedBackbone(Backbone):
    """A frozen backbone with a projection of its patches, which is all that is trained.

    A patch sees its eight neighbours. Images are embedded as by the backbone alone.

    Args:
        inner: the backbone; its weights are frozen for good.
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
        """The projection."""
        return [self.projection]

    def maps(self, pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
        """Those of the backbone."""
        return self.inner.maps(pixels, deepest=deepest)

    def patch_embed(self, images: Tensor) -> Tensor:
        """Images (B, H, W, 3) to projected patches (B, D, h, w)."""
        return self.upper(self.inner.lower(images, scoring="patch", trainable=0), scoring="patch", trainable=1)

    def lower(self, images: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Patches of the backbone, float16 (B, C, h, w); for image scoring, images."""
        return images if scoring == "image" else self.inner.lower(images, scoring="patch", trainable=0)

    def upper(self, lower: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Project them."""
        if scoring != "patch":
            return self.embed(lower)
        projected: Tensor = self.projection(lower.float())
        return projected.float()

    def train(self, mode: bool = True) -> ProjectedBackbone:  # noqa: FBT001, FBT002 - nn.Module's signature
        """As ``Backbone.train``; the backbone within stays in evaluation mode."""
        super().train(mode)
        self.inner.eval()
        return self


def unprojected(backbone: Backbone) -> Backbone:
    """The backbone within a projected one, or the backbone itself."""
    return backbone.inner if isinstance(backbone, ProjectedBackbone) else backbone
