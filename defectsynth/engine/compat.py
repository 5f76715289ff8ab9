"""The one place that knows albumentations: both the MIT `albumentations` 2.0.8 and `albumentationsx` 2.5.

A subclass says how to sample (`_sample`) and how to apply what was sampled to all targets at once (`_apply`); neither
sees a version. All targets are handled together because the mask depends on what really changed in the image.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # 2.0.8 asks the package index for a newer version on import

import albumentations as A
import numpy as np
from albumentations.core.serialization import SERIALIZABLE_REGISTRY

from defectsynth.core.parameters import Number
from defectsynth.core.version_0_1 import old_path, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

IS_X = hasattr(A.BasicTransform, "sample_parameters")
TARGETS = {
    "image": "apply",
    "images": "apply_to_images",
    "mask": "apply_to_mask",
    "masks": "apply_to_masks",
    "mask3d": "apply_to_mask3d",
    "bboxes": "apply_to_bboxes",
    "keypoints": "apply_to_keypoints",
    "volume": "apply_to_volume",
    "roi": "apply_to_roi",
    "defects": "apply_to_defects",
}

if IS_X:
    from albumentations.core.transform_params import SampledParams


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "defectsynth"


class HostTransform(A.DualTransform):
    """A transform that runs on either albumentations.

    Args:
        p: probability of being applied, in [0, 1].
    """

    if IS_X:
        _targets = tuple(TARGETS)

        def sample_parameters(self, params: Any, data: Any, targets: Any, sampling: Any) -> Any:
            """Sample; the hook of albumentationsx."""
            return SampledParams(params=self._sample(data, sampling.random_generator))

    else:

        @property
        def targets(self) -> dict[str, Callable[..., Any]]:
            """The keys that this transform takes."""
            return {name: getattr(self, method) for name, method in TARGETS.items()}

        def update_transform_params(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
            """Take the shape from a picture; 2.0.8 raises KeyError or IndexError if there is none."""
            try:
                return super().update_transform_params(params, data)
            except (KeyError, IndexError):
                given = ", ".join(data) or "nothing"
                raise ValueError(f"image must be given (or images, volume with a picture), got {given}") from None

        def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
            """Sample; the hook of albumentations 2.0.8."""
            return self._sample(data, self.random_generator)

    def __init_subclass__(cls, **options: Any) -> None:
        """Let albumentations find the class under the path that version 0.1 wrote, too."""
        super().__init_subclass__(**options)
        if _is_ours(cls):
            SERIALIZABLE_REGISTRY[old_path(cls.__name__)] = partial(_load_old, cls)

    @classmethod
    def get_class_fullname(cls) -> str:
        """Return the name that files carry: `defectsynth.Scratch`, wherever the module lies."""
        return f"defectsynth.{cls.__name__}" if _is_ours(cls) else str(super().get_class_fullname())

    def __init__(self, *, p: float = 0.5) -> None:
        super().__init__(p=Number(0.0, 1.0, "probability").check("p", p))

    def apply_with_params(self, params: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Apply sampled parameters to all targets; both hosts call this for a first draw and for a replay."""
        return self._apply(params.params if IS_X else params, kwargs)

    def add_targets(self, additional_targets: dict[str, str]) -> None:
        """Take over additional targets; `roi` stays the region of interest even if a caller lets flips move it."""
        super().add_targets({name: kind for name, kind in additional_targets.items() if name != "roi"})

    def target_of(self, key: str) -> str:
        """Return which target a key stands for: itself, or what `additional_targets` says."""
        return str(self._additional_targets.get(key, key))

    @abstractmethod
    def _sample(self, data: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """Return the sampled parameters."""

    @abstractmethod
    def _apply(self, params: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` with every known target transformed."""

    def apply_to_roi(self, roi: Any, **params: Any) -> Any:
        """Return the region of interest as it is."""
        return roi

    def apply_to_defects(self, defects: Any, **params: Any) -> Any:
        """Return the records as they are; `_apply` adds to them."""
        return defects


def _load_old(kind: type[HostTransform], **arguments: Any) -> HostTransform:
    """Make a transform of arguments that version 0.1 wrote."""
    return kind(**upgrade(kind.__name__, arguments))


def leaves(transform: Any) -> Iterator[Any]:
    """Yield the transforms inside a composition, or the transform itself."""
    if isinstance(transform, A.BaseCompose):
        for inner in transform.transforms:
            yield from leaves(inner)
    else:
        yield transform


def seed_apart(transform: Any, seed: int) -> None:
    """Set the random state of a transform to a seed, and that of all inside a composition to seeds of their own.

    2.0.8 gives all of them the same one: a choice inside a choice then follows from the outer one, and two defects in
    one picture land at the same place.
    """
    transform.set_random_seed(seed)
    if not IS_X:
        for number, inner in enumerate(_inside(transform)):
            inner.set_random_seed(int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0]))


def _inside(transform: Any) -> Iterator[Any]:
    """Yield all that a composition holds, each before what it holds itself."""
    for inner in getattr(transform, "transforms", ()):
        if hasattr(inner, "set_random_seed"):
            yield inner
            yield from _inside(inner)
