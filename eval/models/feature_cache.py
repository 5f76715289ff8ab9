"""Features of frozen stages, cached: heads and epochs that read the same image share the work."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from defectsynth.core.cache import register_cache
from eval.models.backbone import Backbone, unprojected
from eval.models.embedding import StepProgress, device_of

LIMIT_MIB = 2048  # of one process; several processes share it


class Features:
    """Runs `Backbone.lower` on images, one at a time, with a cache that all instances share.

    One image at a time is the fastest on a CPU, whose cache then holds it: 13 ms instead of 24 ms in batches of 16
    (Lite0, 256 px, two cores).

    Args:
        backbone: backbone, whose frozen stages must not change while this object is in use.
        scoring: "image", "patch" or "ensemble".
        trainable: see `Backbone.lower`.

    Attributes:
        limit_mib: largest size of the cache in MiB.
    """

    limit_mib = LIMIT_MIB
    _cached: OrderedDict[bytes, Tensor] = OrderedDict()  # noqa: RUF012 - shared by all instances on purpose
    _size = 0

    def __init__(self, backbone: Backbone, *, scoring: str, trainable: int) -> None:
        self.backbone, self.scoring, self.trainable = backbone, scoring, trainable

    def __call__(self, images: NDArray[np.uint8], *, progress: StepProgress | None = None) -> Tensor:
        """Return what `Backbone.lower` makes of images (N, H, W, 3), on the CPU: (N, ...)."""
        found = []
        for number, image in enumerate(images, 1):
            found.append(self._of(image))
            if progress is not None:
                progress(number, len(images))
        return torch.stack(found)

    @classmethod
    def clear(cls) -> None:
        """Empty the cache."""
        cls._cached.clear()
        cls._size = 0

    def _of(self, image: NDArray[np.uint8]) -> Tensor:
        key = hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16, key=self.key).digest()
        if key in self._cached:
            self._cached.move_to_end(key)
            return self._cached[key]
        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(image))[None].to(device_of(self.backbone))
            features = self.backbone.lower(pixels, scoring=self.scoring, trainable=self.trainable)[0].cpu().clone()
        if features.dtype != torch.uint8:  # images themselves need no cache
            self._keep(key, features)
        return features

    @classmethod
    def _keep(cls, key: bytes, features: Tensor) -> None:
        cls._cached[key] = features
        cls._size += features.nbytes
        while cls._size > cls.limit_mib << 20:
            cls._size -= cls._cached.popitem(last=False)[1].nbytes

    @cached_property
    def key(self) -> bytes:
        """A key that is equal for backbones whose frozen stages give equal features."""
        backbone = unprojected(self.backbone)
        trainable = self.trainable if backbone is self.backbone else 0
        stages = backbone.stages()
        kind = f"{backbone.name} {backbone.patch_strides} {self.scoring} {trainable}"
        digest = hashlib.blake2b(kind.encode(), digest_size=32)
        for stage in stages[: len(stages) - trainable]:
            for tensor in stage.state_dict().values():
                digest.update(np.ascontiguousarray(tensor.cpu().numpy()).tobytes())
        return digest.digest()


register_cache(Features.clear)
