"""What frozen stages make of images, remembered: heads and epochs that see the same image share the work."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eval.models.backbone import Backbone
from eval.models.embedding import device_of
from eval.models.projection import unprojected

LIMIT_MIB = 2048  # of one process; several share it


class Features:
    """Runs `Backbone.lower` on images, one at a time, and remembers what it gave, up to a limit.

    One at a time is the fastest on a CPU, where a whole image then stays in its cache: 13 ms instead of 24 in batches
    of 16 (Lite0, 256 px, two cores).

    Args:
        backbone: what is below its last `trainable` stages must not change while this is in use.
        scoring: "image" or "patch".
        trainable: see `Backbone.lower`.
    """

    limit_mib = LIMIT_MIB
    _remembered: OrderedDict[bytes, Tensor] = OrderedDict()  # noqa: RUF012 - shared by all of them, on purpose
    _size = 0

    def __init__(self, backbone: Backbone, *, scoring: str, trainable: int) -> None:
        self.backbone, self.scoring, self.trainable = backbone, scoring, trainable
        self.device = device_of(backbone)
        self.key = self._fingerprint()

    def __call__(self, images: NDArray[np.uint8], *, progress: Callable[[int, int], None] | None = None) -> Tensor:
        """What `Backbone.lower` gives for images (N, H, W, 3), on the CPU: (N, ...)."""
        found = []
        for number, image in enumerate(images, 1):
            found.append(self._of(image))
            if progress is not None:
                progress(number, len(images))
        return torch.stack(found)

    @classmethod
    def forget(cls) -> None:
        """Free the memory."""
        cls._remembered.clear()
        cls._size = 0

    def _of(self, image: NDArray[np.uint8]) -> Tensor:
        key = hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16, key=self.key).digest()
        if key in self._remembered:
            self._remembered.move_to_end(key)
            return self._remembered[key]
        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(image))[None].to(self.device)
            given = self.backbone.lower(pixels, scoring=self.scoring, trainable=self.trainable)[0].cpu().clone()
        if given.dtype != torch.uint8:  # images themselves need not be remembered
            self._keep(key, given)
        return given

    @classmethod
    def _keep(cls, key: bytes, given: Tensor) -> None:
        cls._remembered[key] = given
        cls._size += given.nbytes
        while cls._size > cls.limit_mib << 20:
            cls._size -= cls._remembered.popitem(last=False)[1].nbytes

    def _fingerprint(self) -> bytes:
        """Equal for backbones whose frozen part gives the same."""
        backbone = unprojected(self.backbone)
        trainable = self.trainable if backbone is self.backbone else 0
        stages = backbone.stages()
        kind = f"{backbone.name} {backbone.patch_strides} {self.scoring} {trainable}"
        digest = hashlib.blake2b(kind.encode(), digest_size=32)
        for stage in stages[: len(stages) - trainable]:
            for tensor in stage.state_dict().values():
                digest.update(np.ascontiguousarray(tensor.cpu().numpy()).tobytes())
        return digest.digest()
