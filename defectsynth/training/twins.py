"""Anomaly twins: every good image twice, once without and once with a defect, drawn anew at every read."""

from __future__ import annotations

import copy
import operator
from collections.abc import Sequence
from multiprocessing.context import get_spawning_popen
from multiprocessing.sharedctypes import RawArray
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.images import checked_peak
from defectsynth.core.masks import check_masks
from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import Number, checked_whole
from defectsynth.engine.compat import leaves
from defectsynth.engine.pipeline import State, run
from defectsynth.engine.sample import Sample
from defectsynth.engine.steps import Step, steps
from defectsynth.engine.synthesis import check_transform, sample_of
from defectsynth.engine.transform import DefectTransform
from defectsynth.engine.unrecorded import UnrecordedState
from defectsynth.engine.workers import worker_seed
from defectsynth.training.curriculum import Curriculum, with_severity
from defectsynth.training.hard_negatives import disturbed
from defectsynth.training.reading import ImageLike, check_images, errors_of, read_image_of

PAIR = 2  # marks the seed that both items of a pair share
SHARE = Number(0.0, 1.0, "share of the twins")
LAST_EPOCH = 2**63 - 1
MAX_DEFECTS = 8  # in an image that has several


class Twin(NamedTuple):
    """One item of `AnomalyTwins`; torch's default collate makes batches of it.

    Attributes:
        image: shape and dtype as given, unless the composition changes them.
        mask: uint8 (H, W), 255 where a defect is, unless a defect has another `mask_value` or `mask_kind`; empty for a
            normal image and for a hard negative.
        label: 1 with a defect, 0 without.
        position: index in the sequence.
    """

    image: Array
    mask: Bytes
    label: int
    position: int


class AnomalyTwins(Sequence[Twin]):
    """Sequence of twice as many items as good images: item 2i is image i, item 2i + 1 the same image with a new defect.

    Each draw depends on the seed, the epoch, the index and the number of earlier reads of the index in this epoch, not
    on the number of workers or the order of reading: forked and spawned workers share the counts. A pickled copy has
    counts of its own and mixes in the seed of the torch loader whose workers read it. If no place is found for a
    defect, the twin stays normal: label 0, empty mask.

    Transforms of a composition that draw no defect (flips, brightness, resizing, normalisation) run on both items of a
    pair with the same parameters, so that they do not give the label away.

    Args:
        images: arrays, or paths of image files (read as RGB or gray), or any sequence of these.
        transform: a defect, applied regardless of its `p`, or an albumentations composition with defects.
        seed: at least 0.
        several: share of twins with two to eight defects instead of one, in [0, 1]; the defects of a composition are
            drawn as often, one after the other.
        hard_negatives: share of the normal items that carry dust, glare or a change of light, in [0, 1]; changed, but
            normal.
        rois: a mask (H, W) for each image: defects land where it is set, see `core.masks`. None allows all of the
            image.
        curriculum: scales the severity of every defect by the number of earlier draws of the twin: reads of the item in
            this epoch, plus the epochs before it if `set_epoch` counts them.
        peak: white level of uint16 images, see `synthesize`.

    Raises:
        TypeError: if `images` is no sequence, `transform` holds no defect, or `seed` is no whole number.
        ValueError: if `images` is empty, `rois` has another length, a share is outside [0, 1], or a composition applies
            other transforms to some of the items only (a choice between a defect and a flip, a group with p < 1): they
            would give the label away.
        FileNotFoundError, ValueError: when an image file is read that is missing or broken; the error names it.

    References:
        Item 2i normal, item 2i + 1 its twin: the article on deep metric learning for MVTec AD (daisukelab). Several
        defects, hard negatives and exact masks are ours.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import AnomalyTwins, Line
        >>> twins = AnomalyTwins([np.full((64, 64, 3), 90, np.uint8)], Line(), seed=0)
        >>> len(twins), twins[0].label, twins[1].label
        (2, 0, 1)
        >>> bool((twins[1].image != twins[1].image).any())  # drawn afresh at every read
        True
    """

    def __init__(
        self,
        images: Sequence[ImageLike],
        transform: Any,
        *,
        seed: int = 0,
        several: float = 0.0,
        hard_negatives: float = 0.0,
        rois: Sequence[Array] | None = None,
        curriculum: Curriculum | None = None,
        peak: float | None = None,
    ) -> None:
        check_images(images)
        if rois is not None and not hasattr(rois, "__len__"):
            raise TypeError(f"rois must be a sequence of masks or None, got {short_repr(rois)}")
        if rois is not None and len(rois) != len(images):
            raise ValueError(f"rois must hold one mask for each of the {len(images)} images, got {len(rois)}")
        check_transform(transform)
        if not any(isinstance(leaf, DefectTransform) for leaf in leaves(transform)):
            raise TypeError(f"transform must hold a defect, got {short_repr(transform)}")
        if curriculum is not None:
            if not isinstance(curriculum, Curriculum):
                raise TypeError(f"curriculum must be a Curriculum or None, got {short_repr(curriculum)}")
            with_severity(transform, 1.0)  # raises if there is no severity to scale
        self.images = images
        self.transform = transform
        self.seed = checked_whole("seed", seed)
        self.several = SHARE.check("several", several)
        self.hard_negatives = SHARE.check("hard_negatives", hard_negatives)
        self.rois = rois
        self.curriculum = curriculum
        self.peak = None if peak is None else checked_peak(peak)
        self._scaled: tuple[float, Any] = (1.0, transform)  # the severity drawn with last, and its transform
        self._split: tuple[Any, list[Step]] = transform, steps(transform)  # raises where labels show
        self._share(np.zeros(1 + 2 * len(images), np.int64))  # the epoch, then the reads of each item
        self._copied = False

    def set_epoch(self, epoch: int) -> None:
        """Start an epoch: equal epochs draw equal twins, in any process.

        Raises:
            TypeError: if `epoch` is no whole number.
            ValueError: if it is negative, or above `LAST_EPOCH`.
        """
        number = checked_whole("epoch", epoch)
        if number > LAST_EPOCH:
            raise ValueError(f"epoch must be at most {LAST_EPOCH}, got {number}")
        self._counts[:] = 0
        self._counts[0] = number

    def __deepcopy__(self, memo: dict[int, Any]) -> AnomalyTwins:
        """Return a copy that draws the same, with counts of its own; images in memory are shared."""
        twin = copy.copy(self)
        twin._share(self._counts)  # noqa: SLF001  of the same class
        return twin

    def __copy__(self) -> AnomalyTwins:
        """Return a copy that shares images, transform and counts."""
        twin = object.__new__(type(self))
        twin.__dict__ = dict(self.__dict__)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process gets: a spawned worker shares the counts, a pickle holds a copy of them."""
        if get_spawning_popen() is not None:
            return self.__dict__ | {"_counts": None}
        return self.__dict__ | {"_counts": np.array(self._counts), "_memory": None, "_copied": True}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over a state."""
        self.__dict__.update(state)
        if state["_counts"] is None:
            self._counts = np.frombuffer(self._memory, dtype=np.int64)
        else:
            self._share(state["_counts"])

    def _share(self, counts: npt.NDArray[np.int64]) -> None:
        """Keep a copy of counts in memory that forked and spawned workers share with this process."""
        self._memory = RawArray("q", len(counts))
        self._counts = np.frombuffer(self._memory, dtype=np.int64)
        self._counts[:] = counts

    def __len__(self) -> int:
        """Return twice the number of images."""
        return len(self._counts) - 1

    def __getitem__(self, index: int) -> Twin:  # type: ignore[override]  # slices would draw without being asked
        """Return item `index`, drawn afresh if it is odd."""
        state, image = self._state(index, UnrecordedState)
        return Twin(*state.pixels(image), int(bool(state.records)), int(index) % len(self))

    def sample(self, index: int) -> Sample:
        """Return item `index` as a `Sample`, with the records of its defects.

        Raises:
            IndexError: if `index` is outside the sequence.
            TypeError: if it is no whole number.
        """
        return sample_of(*self._state(index, State))

    def _state(self, index: int, kind: type[State]) -> tuple[State, Array]:
        """Return the targets of item `index` as a state of a kind, and the image that it was drawn into."""
        try:
            index = operator.index(index)
        except TypeError:
            raise TypeError(f"index must be a whole number, got {short_repr(index)}") from None
        if not -len(self) <= index < len(self):
            raise IndexError(f"index must be in [{-len(self)}, {len(self)}), got {index}")
        position = index % len(self)
        image = read_image_of(self.images, position // 2)
        roi = None if self.rois is None else self.rois[position // 2]
        epoch, reads = int(self._counts[0]), int(self._counts[1 + position])
        self._counts[1 + position] = reads + 1
        loader = worker_seed() if self._copied else 0
        key, seeds = (self.seed, epoch, position, reads, loader), []
        if position % 2:
            rng = np.random.default_rng(key)
            count = int(rng.integers(2, MAX_DEFECTS, endpoint=True)) if rng.random() < self.several else 1
            seeds = rng.integers(1 << 32, size=count).tolist()
        elif self.hard_negatives:
            rng = np.random.default_rng(key)
            if rng.random() < self.hard_negatives:
                image = disturbed(image, seed=int(rng.integers(1 << 62)), peak=self.peak)
        with errors_of(self.images, position // 2):
            if roi is not None:
                check_masks("roi", [roi], image.shape[:2])
            state = kind.of(image, roi, self.peak)
        self._draw(state, self._transform_after(epoch + reads), seeds, key)
        return state, image

    def _transform_after(self, epochs: int) -> Any:
        """Return the transform as the curriculum has it after so many epochs."""
        if self.curriculum is None:
            return self.transform
        severity, scaled = self._scaled
        if severity != self.curriculum.at_epoch(epochs):
            severity = self.curriculum.at_epoch(epochs)
            scaled = with_severity(self.transform, severity)
            self._scaled = severity, scaled
        return scaled

    def _draw(self, state: State, transform: Any, seeds: list[int], key: tuple[int, ...]) -> None:
        """Apply a transform, its defects once with each seed.

        Args:
            state: is changed.
            transform: a defect or a composition.
            seeds: none for a normal item.
            key: seed, epoch, position, number of reads and worker of the item.
        """
        if isinstance(transform, DefectTransform):
            if seeds:
                count = len(seeds) if len(seeds) > 1 else None
                drawing = transform.draw(state.image, seed=seeds[0], roi=state.roi, count=count, peak=state.peak)
                state.add(drawing, value=transform.mask_value, kind=transform.mask_kind)
            return
        divided, branches = self._split
        if divided is not transform:
            branches = steps(transform)
            self._split = transform, branches
        shared = [] if all(step.draws for step in branches) else [_shared_seed(key)]
        for step in branches:
            for seed in seeds if step.draws else shared:
                run(step.node, state, seed=seed, number=step.number)


def _shared_seed(key: tuple[int, ...]) -> int:
    """Return the seed of what is no defect, the same for both items of a pair."""
    seed, epoch, position, reads, loader = key
    pair = np.random.SeedSequence((seed, epoch, position // 2, reads, loader, PAIR))
    return int(pair.generate_state(1, np.uint64)[0])
