"""Base class of transforms on either albumentations: the MIT `albumentations` 2.0.8 and `albumentationsx` 2.5.

Only this module and `host_calls` depend on a version of albumentations. A subclass defines how to sample (`_sample`)
and how to apply the sampled parameters to all targets at once (`_apply`); targets are handled together because the mask
depends on the pixels that really changed in the image.
"""

from __future__ import annotations

import os
import random
import sys
from abc import abstractmethod
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # 2.0.8 asks the package index for a newer version on import

import albumentations as A
import numpy as np
from albumentations.core.serialization import SERIALIZABLE_REGISTRY

from defectsynth.core.parameters import Number
from defectsynth.core.version_0_1 import old_path, upgrade
from defectsynth.engine import workers
from defectsynth.engine.workers import WorkerRandom

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
    "peak": "apply_to_peak",
    "defects": "apply_to_defects",
}

if IS_X:
    from albumentations.core.transform_params import SampledParams


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "defectsynth"


def _place_in_composition(transform: Any) -> tuple[tuple[int, ...], Any]:
    """Return the position of a transform in each composition that is just passing its seed on, and the outermost.

    The positions are given innermost first; without a composition the outermost is the transform itself.
    """
    place: list[int] = []
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001  the host tells a transform nothing of its parents
    child = transform
    while frame is not None and frame.f_code.co_name == "set_random_seed":
        parent = frame.f_locals.get("self")
        if isinstance(parent, A.BaseCompose) and parent is not child:
            place.append(next((n for n, each in enumerate(parent.transforms) if each is child), 0))
            child = parent
        frame = frame.f_back
    return tuple(place), child


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
            """Take the shape from an image; 2.0.8 raises KeyError or IndexError if there is none."""
            try:
                return super().update_transform_params(params, data)
            except (KeyError, IndexError):
                given = ", ".join(data) or "nothing"
                raise ValueError(f"image must be given (or images, volume with an image), got {given}") from None

        def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
            """Sample; the hook of albumentations 2.0.8."""
            return self._sample(data, self.random_generator)

        def set_random_seed(self, seed: int | None) -> None:
            """Set the random state; inside a composition the place of the transform is mixed into the seed.

            2.0.8 gives every transform of a composition the same seed: two defects would land on one spot.
            """
            place, outermost = _place_in_composition(self)
            super().set_random_seed(seed)
            if place and not isinstance(outermost.py_random, WorkerRandom):
                WorkerRandom.put_into(outermost)
            if seed is not None and place:
                self._set_state((seed, *place, *type(self).__name__.encode()))

        def should_apply(self, force_apply: bool = False) -> bool:  # noqa: FBT001, FBT002  the host's signature
            """Return whether the transform is applied; each worker of a torch loader has a random state of its own."""
            self._enter_worker()
            return bool(super().should_apply(force_apply))

        def _enter_worker(self) -> None:
            """Mix the seed of a torch loader's worker in, once; 2.0.8 repeats itself in every worker and epoch."""
            worker = workers.worker_seed()
            if worker != self._worker:
                self._worker = worker
                self._set_state((worker, int(self.random_generator.integers(1 << 62))))

        def _set_state(self, entropy: tuple[int, ...]) -> None:
            mixed = np.random.SeedSequence(entropy)
            self.random_generator = np.random.default_rng(mixed)
            self.py_random = random.Random(int(mixed.generate_state(1, np.uint64)[0]))  # noqa: S311  no cryptography

        _worker = 0

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

    def moved_later(self) -> bool:
        """Return whether the compositions that are applying this transform may move pixels after it.

        Only other people's transforms count: the mask follows them, a record of ours does not.
        """
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  the host tells a transform nothing of its parents
        child: Any = self
        while frame is not None and (frame.f_globals.get("__name__") or "").startswith(_HOSTS):
            parent = frame.f_locals.get("self")
            if isinstance(parent, A.BaseCompose) and parent is not child:
                if any(_moves_pixels(leaf) for node in _after(parent, child) for leaf in leaves(node)):
                    return True
                child = parent
            frame = frame.f_back
        return False

    @abstractmethod
    def _sample(self, data: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """Return the sampled parameters."""

    @abstractmethod
    def _apply(self, params: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` with every known target transformed."""

    def apply_to_roi(self, roi: Any, **params: Any) -> Any:
        """Return the region of interest as it is."""
        return roi

    def apply_to_peak(self, peak: Any, **params: Any) -> Any:
        """Return the white level as it is."""
        return peak

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


_HOSTS = ("albumentations.", "defectsynth.")


def _after(parent: Any, child: Any) -> list[Any]:
    """Return the transforms of a composition that may be applied after one of them."""
    place = next((n for n, each in enumerate(parent.transforms) if each is child), None)
    if place is None or type(parent) in (A.OneOf, A.OneOrOther):
        return []
    if isinstance(parent, A.RandomOrder):
        return [each for each in parent.transforms if each is not child]
    return list(parent.transforms[place + 1 :])


def _moves_pixels(transform: Any) -> bool:
    return isinstance(transform, A.DualTransform) and not isinstance(transform, HostTransform) and transform.p > 0.0
