"""Run a composition from one seed without touching the random state of anything in it.

Each node of the composition (a composition or a transform) takes its seed from the seed of the run and its place, when
the run reaches it. A run therefore costs what it draws, gives the same bytes in any thread, process and worker and on
both albumentations hosts, and two equal defects in one composition are drawn independently of each other.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any

import albumentations as A
import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, max_over_channels
from defectsynth.core.images import PEAKS, check_image, white_level
from defectsynth.core.layer import Box
from defectsynth.core.masks import roi_to_mask
from defectsynth.engine.compat import leaves
from defectsynth.engine.host_calls import apply_host, seeded_copy
from defectsynth.engine.rendering import Drawing
from defectsynth.engine.targets import add_to_mask, displaced_mask, next_draw
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.warp import WarpRecipe

_KNOWN = "a Compose, Sequential, OneOf, SomeOf, RandomOrder or OneOrOther"
ROOT = -1  # number of the outermost node; its descendants are numbered from 0, each before its own


@dataclass(frozen=True)
class Mark:
    """The mask of one defect: uint8 (h, w), 255 on the defect, inside its box."""

    box: Box
    mask: Bytes

    @classmethod
    def of(cls, mask: Bytes) -> Mark:
        """Return the mark of a mask (H, W) as large as the image."""
        return cls(Box(0, 0, mask.shape[1], mask.shape[0]), mask)

    def whole(self, size: tuple[int, ...]) -> Bytes:
        """Return the mask as large as the image, uint8 (H, W)."""
        mask = np.zeros(size, np.uint8)
        mask[self.box.slices] = self.mask
        return mask


@dataclass
class State:
    """Targets and records on their way through a composition.

    Attributes:
        image: the image so far; None of its arrays is written to.
        mask: the anomaly mask so far, (H, W).
        roi: the region of interest; None allows all.
        peak: white level of the image.
        records: one a defect, as plain data.
        marks: for each record the mask of that defect alone, moved by later transforms.
        clean: the image before the first defect since the last transform that is no defect.
        known: the mask at that time.
        has_plain_mask: whether the mask is 0 and 255, whatever `mask_kind` and `mask_value` a defect has.
    """

    image: Array
    mask: Array
    roi: Array | None
    peak: float
    records: list[dict[str, Any]]
    marks: list[Mark]
    clean: Array
    known: Array
    has_plain_mask: bool = False

    @classmethod
    def of(cls, image: Array, roi: Array | None, peak: float | None = None) -> State:
        """Return the state before any transform; see `synthesize` for the arguments and errors."""
        check_image(image)
        mask = np.zeros(image.shape[:2], np.uint8)
        return cls(image, mask, roi, white_level(image, peak), [], [], image, mask)

    def draw(self, defect: DefectTransform, *, seed: int, count: int | None = None) -> None:
        """Draw with a defect, regardless of its `p`; a draw that only restores pixels is left out."""
        drawing = defect.draw(self.image, seed=seed, roi=self.roi, count=count, peak=self.peak)
        before = (self.image, self.mask, self.records, self.marks)
        kind, value = ("binary", None) if self.has_plain_mask else (defect.mask_kind, defect.mask_value)
        self.add(drawing, value=value, kind=kind)
        if before[2] and drawing.recipes and any(map(self._is_undone, self.marks)):
            self.image, self.mask, self.records, self.marks = before  # or no record could draw the image again

    def add(self, drawing: Drawing, *, value: float | None = None, kind: str = "binary") -> None:
        """Take over drawn defects: image, mask and records; earlier defects move with a warp."""
        if not drawing.recipes:
            return
        self.image = drawing.canvas
        self.mask = add_to_mask(self.mask, [drawing], value=value, kind=kind)
        if any(isinstance(recipe, WarpRecipe) for recipe in drawing.recipes):
            moved = [displaced_mask(mark.whole(self.mask.shape[:2]), drawing) for mark in self.marks]
            self.records = [
                record | extent(mask) if mask.any() else record  # which is drawn again, too
                for record, mask in zip(self.records, moved, strict=True)
            ]
            self.marks = [Mark.of(mask) for mask in moved]
        self.records = self.records + drawing.records(next_draw(self.records))
        self.marks = self.marks + [Mark(patch.box, patch.mask) for patch in drawing.patches]

    def pixels(self, image: Array) -> tuple[Array, Bytes]:
        """Return image and mask after the last transform; neither is the array `image` that the run began with."""
        self.prune()
        return image.copy() if self.image is image else self.image, self.mask

    def _is_undone(self, mark: Mark) -> bool:
        """Return whether no pixel of a mark differs any more from the image before the defects."""
        now, clean = self.image[mark.box.slices], self.clean[mark.box.slices]
        changed = _differs(now, clean) | (self.known[mark.box.slices] != 0)
        return not (changed & (mark.mask != 0)).any()

    def prune(self) -> None:
        """Drop mask pixels that a later defect restored to their original value, and records left without pixels."""
        if next_draw(self.records) < 2 or self.image is self.clean:
            return
        same = ~_differs(self.image, self.clean) & (self.known == 0)
        if (same & (self.mask != 0)).any():
            self.mask = np.where(same, np.uint8(0), self.mask)
            self.locate([np.where(same, np.uint8(0), mark.whole(same.shape)) for mark in self.marks])

    def locate(self, masks: Sequence[Bytes]) -> None:
        """Take over a moved mask for each record, with box and area; drop records whose mask is empty."""
        kept = [(record, mask) for record, mask in zip(self.records, masks, strict=True) if mask.any()]
        self.records = [record | extent(mask) for record, mask in kept]
        self.marks = [Mark.of(mask) for _, mask in kept]

    def transformed(self, transform: Any, *, forced: bool) -> None:
        """Apply a transform that is no defect to image, mask, region of interest and the defects' own masks."""
        self.prune()
        before = getattr(self.image, "dtype", None)
        size = np.shape(self.mask)[:2]
        beside = [mark.whole(size) for mark in self.marks] + ([] if self.roi is None else [roi_to_mask(self.roi, size)])
        image, mask, others = apply_host(transform, self.image, self.mask, beside, forced=forced)
        self.image, self.mask = _contiguous(image), _contiguous(mask)
        if beside:
            moved = [np.asarray(other).reshape(np.shape(other)[:2]) for other in others]
            self.roi = None if self.roi is None else moved.pop()
            self.locate(moved)
        self.clean, self.known = self.image, self.mask
        if getattr(self.image, "dtype", None) in PEAKS and self.image.dtype != before:
            self.peak = PEAKS[self.image.dtype]


def run(node: Any, state: State, *, seed: int, number: int = ROOT, forced: bool = False) -> None:
    """Run a node of a composition on `state`.

    Args:
        node: a defect, another albumentations transform or a composition.
        state: is changed.
        seed: of the whole run.
        number: of the node, see `ROOT`.
        forced: whether the node is applied regardless of its `p`.

    Raises:
        TypeError: if a defect lies in a composition of another kind than those of albumentations that run their
            transforms on all targets.
    """
    if isinstance(node, DefectTransform):
        if forced or _applied(node, seed, number):
            state.draw(node, seed=draw_seed(_own_seed(seed, number)))
    elif not _is_composition(node.__class__):
        state.transformed(seeded_copy(node, _own_seed(seed, number)), forced=forced)
    elif (children := _chosen(node, seed, number, forced=forced)) is not None:
        for index, force in children:
            run(node.transforms[index], state, seed=seed, number=number_of(node, number, index), forced=force)
    elif any(isinstance(leaf, DefectTransform) for leaf in leaves(node)):
        raise TypeError(f"a defect must be in {_KNOWN}, or its mask and record are lost; got {type(node).__name__}")
    else:
        state.transformed(seeded_copy(node, _own_seed(seed, number)), forced=forced)


def seed_at(seed: int, number: int) -> int:
    """Return the seed of a descendant of the outermost node."""
    low, high = np.random.SeedSequence((seed, number)).generate_state(2).tolist()
    return int(low | high << 32)


def draw_seed(seed: int) -> int:
    """Return what a defect whose node has a seed is drawn with; at most 62 bits."""
    return int(np.random.PCG64(seed).random_raw()) >> 2


def _own_seed(seed: int, number: int) -> int:
    return seed if number == ROOT else seed_at(seed, number)


def _applied(node: Any, seed: int, number: int) -> bool:
    """Return whether a node is applied by its `p`; a random state costs time and is made where it decides."""
    certain = node.p >= 1.0
    return certain or random.Random(_own_seed(seed, number)).random() < node.p  # noqa: S311  no cryptography


def _chosen(node: Any, seed: int, number: int, *, forced: bool) -> list[tuple[int, bool]] | None:
    """Return which children of a composition run, in order, and whether regardless of their `p`.

    None if the kind of composition is not known.
    """
    count = len(node.transforms)
    if isinstance(node, (A.Compose, A.Sequential)):
        return [(index, False) for index in range(count)] if forced or _applied(node, seed, number) else []
    if type(node) is A.OneOf:
        if not (forced or _applied(node, seed, number)):
            return []
        index = _weighted_index(tuple([child.p for child in node.transforms]), seed, number)
        return [] if index is None else [(index, True)]
    if type(node) in (A.SomeOf, A.RandomOrder):
        rng, applied = np.random.default_rng(_own_seed(seed, number)), _applied(node, seed, number)
        taken = rng.choice(count, size=node.n, replace=node.replace) if applied else []
        return [(int(index), False) for index in (taken if type(node) is A.RandomOrder else sorted(taken))]
    if type(node) is A.OneOrOther:
        return [(0 if _applied(node, seed, number) else count - 1, True)]
    return None


def _weighted_index(weights: tuple[float, ...], seed: int, number: int) -> int | None:
    """Return a place drawn with probabilities proportional to the weights, as `Generator.choice` draws it, or None."""
    limits = _limits(weights)
    if len(limits) < 2:
        return 0 if limits else None
    return bisect_right(limits, np.random.default_rng(_own_seed(seed, number)).random())


@lru_cache(maxsize=256)
def _limits(weights: tuple[float, ...]) -> list[float]:
    """Return the upper limit of each place's share of [0, 1); empty if no weight is above 0."""
    total = sum(weights)
    if not total > 0.0:
        return []
    limits = list(accumulate(weight / total for weight in weights))
    return [limit / limits[-1] for limit in limits]


def number_of(node: Any, number: int, index: int) -> int:
    """Return the number of a child, see `ROOT`."""
    return number + 1 + index + _descendants(node.transforms[:index])


def _descendants(nodes: Sequence[Any]) -> int:
    """Return how many nodes there are below some nodes."""
    compositions = [node.transforms for node in nodes if _is_composition(node.__class__)]
    return sum([len(inner) + _descendants(inner) for inner in compositions])


@cache
def _is_composition(kind: Any) -> bool:
    """Return whether a class is one of compositions; asking albumentations' abstract classes each time is slow."""
    return issubclass(kind, A.BaseCompose)


def extent(mask: Bytes) -> dict[str, Any]:
    """Return box and area of a mask, as a record has them."""
    x, y, width, height = cv2.boundingRect(mask)
    return {"box": [x, y, x + width, y + height], "area": cv2.countNonZero(mask)}


def _differs(image: Array, other: Array) -> Array:
    """Return whether a pixel differs in any channel, bool (h, w); numpy is slow along a short last axis."""
    change = cv2.absdiff(np.ascontiguousarray(image), np.ascontiguousarray(other))
    return np.asarray(max_over_channels(change.reshape(image.shape)) != 0)


def _contiguous(array: Any) -> Any:
    """Return an array without negative strides, which some flips leave; tensors as they are."""
    return np.ascontiguousarray(array) if isinstance(array, np.ndarray) else array
