"""Base class of every defect as an albumentations transform: targets, masks, records, replay, serialisation."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, TypedDict

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.messages import short_repr, unknown_argument
from defectsynth.core.parameters import Choice, Component, Count, Label, Number, Rule
from defectsynth.core.serialization import decode, encode, find_in_memory
from defectsynth.engine.checks import check_target
from defectsynth.engine.compat import HostTransform
from defectsynth.engine.rendering import Drawing, DrawingCache, draw, redraw
from defectsynth.engine.representation import call_of
from defectsynth.engine.targets import (
    add_to_mask,
    add_to_masks,
    common_peak,
    first_image,
    frames_of,
    given,
    moved_boxes,
    moved_keypoints,
    records_after,
)
from defectsynth.places.base import Where, as_where
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene

FRAMES_OF_MASKS = {"masks": "images", "mask3d": "volume"}  # targets with one mask for each frame
READ_ONLY = ("roi", "peak")
MASK_KINDS = ("binary", "alpha", "intensity", "logistic")
COMMON_RULES: dict[str, Rule] = {
    "severity": Number(0.0, 1.0, "scales the visibility"),
    "count_range": Count(1, 64, "defects in an image"),
    "min_visibility": Number(0.0, 1.0, "least mean contrast inside the mask, share of the range"),
    "mask_kind": Choice(MASK_KINDS),
    "defect_type": Label("name in records and exports; empty for the kind"),
}


class Common(TypedDict, total=False):
    """Arguments that every defect takes, see `DefectTransform`."""

    where: Where | str | dict[str, Any]
    severity: float
    count_range: tuple[int, int]
    min_visibility: float
    mask_value: float | None
    mask_kind: str
    defect_type: str
    p: float


class DefectTransform(HostTransform):
    """Base of every defect.

    Args:
        where: where the defect lands: a `Where` or one of anywhere, object, edge, inside, ring.
        severity: in [0, 1], scales the visibility (opacity or displacement); 0 is hardly visible.
        count_range: number of defects in an image, (low, high) in [1, 64].
        min_visibility: least mean contrast inside the mask, in [0, 1], share of the white level; a fainter draw is
            drawn again, and after a few tries the image comes back unchanged.
        mask_value: value written into empty pixels of `mask`; None: True, 1.0 or 255 by dtype.
        mask_kind: "binary"; "alpha" (opacity times the value); "intensity" (change as a share of the range times the
            value); "logistic" (the change through a logistic curve, times the value: the soft labels of NSA).
        defect_type: name of the defect in records and exported data sets, such as "thread_top"; empty for its kind.
        p: probability of being applied, in [0, 1].

    Inputs:
        image: (H, W) or (H, W, C), uint8, uint16 or float32 in [0, 1]; three channels are RGB, so convert OpenCV's BGR
            first. Never written to.
        images, volume: (N, H, W[, C]); the same defect in each frame.
        mask, masks, mask3d: anomaly mask(s), (H, W[, C]), of the image's size. Labels in them stay and move with warps;
            a defect is written into all channels of empty pixels; on top of another label it is recorded, not marked.
        bboxes, keypoints: moved by warps and with a part that moves, else kept.
        roi: (H, W), where a defect may land: where it is not 0, or from half of its range on if it has more than two
            values (see `core.masks`); read only. Flips and crops before the defect do not move it unless the
            composition has `additional_targets={"roi": "mask"}`; `synthesize` and `AnomalyTwins` move it.
        peak: white level of uint16 images, such as 4095 for a camera of 12 bits; without it the level is estimated
            from the greatest pixel, with a warning.
        defects: a list; the result has a new one, with a record of each defect added, see `rendering.record`. Where
            other transforms of the composition may move pixels later, box and area of the record are None; `synthesize`
            and `AnomalyTwins` keep them right.

    Raises:
        ValueError, TypeError: for an argument or an input that breaks the rules above, named with its value.
    """

    kind: ClassVar[str] = "defect"

    def __init__(
        self,
        *,
        where: Where | str | dict[str, Any] = "anywhere",
        severity: float = 1.0,
        count_range: tuple[int, int] = (1, 1),
        min_visibility: float = 0.04,
        mask_value: float | None = None,
        mask_kind: str = "binary",
        defect_type: str = "",
        p: float = 0.5,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise unknown_argument(type(self).__name__, unknown, self.argument_names())
        super().__init__(p=p)
        self.where = as_where(as_component(where, Where, "where") if isinstance(where, Mapping) else where)
        for name, value in (
            ("severity", severity),
            ("count_range", count_range),
            ("min_visibility", min_visibility),
            ("mask_kind", mask_kind),
            ("defect_type", defect_type),
        ):
            setattr(self, name, COMMON_RULES[name].check(name, value))
        if mask_value is not None:
            mask_value = Number(1e-6, 65535.0, "").check("mask_value", mask_value)
        self.mask_value: float | None = mask_value

    severity: float
    count_range: tuple[int, int]
    min_visibility: float
    mask_kind: str
    defect_type: str

    @property
    @abstractmethod
    def components(self) -> tuple[Component, ...]:
        """The components of the transform."""

    @abstractmethod
    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> Recipe | None:
        """Draw one defect for `scene`, or return None if no place was found."""

    def draw(
        self,
        image: Array,
        *,
        seed: int,
        roi: Array | None = None,
        count: int | None = None,
        peak: float | None = None,
    ) -> Drawing:
        """Draw the defects into a copy of one image, without albumentations and regardless of `p`.

        Args:
            image: (H, W) or (H, W, C), uint8, uint16 or float32 in [0, 1].
            seed: the same seed draws the same bytes.
            roi: region of interest, see `DefectTransform`.
            count: number of defects; None draws it from `count_range`.
            peak: white level of a uint16 image, see `synthesize`.

        Returns:
            The drawing: image, true mask, recipes.
        """
        rng = np.random.default_rng(seed)
        low, high = self.count_range if count is None else (count, count)
        return draw(
            image,
            roi=roi,
            peak=peak,
            rng=rng,
            sample=lambda generator, scene: self._named(self.recipe(generator, scene, seed)),
            count=low if low == high else int(rng.integers(low, high, endpoint=True)),
            min_visibility=self.min_visibility,
        )

    def _named(self, recipe: Recipe | None) -> Recipe | None:
        """Return a recipe with the caller's name for the defect."""
        return recipe and replace(recipe, defect_type=self.defect_type) if self.defect_type else recipe

    def _sample(self, data: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        image = first_image(data, self.target_of)
        seed = int(rng.bit_generator.random_raw()) >> 2
        peak = given("peak", data, self.target_of)
        if peak is None:
            peak = common_peak(image, data, self.target_of)
        drawing = self.draw(image, seed=seed, roi=given("roi", data, self.target_of), peak=peak)
        return {"recipes": tuple(drawing.recipes), "peak": drawing.peak, "cache": DrawingCache(image, drawing)}

    def _apply(self, params: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        recipes: tuple[Recipe, ...] = params["recipes"]
        image = first_image(data, self.target_of)
        for key, value in data.items():
            check_target(key, self.target_of(key), value, image.shape[:2])
        if not recipes:
            return data
        cache, roi = params["cache"], given("roi", data, self.target_of)

        def peak_of(frame: Array) -> float | None:
            return params["peak"] if getattr(frame, "dtype", None) == image.dtype else None

        drawings: dict[str, list[Drawing]] = {}
        for key, value in data.items():
            frames = frames_of(self.target_of(key), value)
            if frames is not None:
                drawings[key] = [
                    cache.take(frame) or redraw(frame, recipes, roi=roi, peak=peak_of(frame)) for frame in frames
                ]
        every = [drawing for frames in drawings.values() for drawing in frames]
        result = dict(data)
        for key, value in data.items():
            target = key if key in READ_ONLY else self.target_of(key)
            if key in drawings:
                canvases = [drawing.canvas for drawing in drawings[key]]
                result[key] = canvases[0] if target == "image" else np.stack(canvases)
            elif value is not None and target not in READ_ONLY:
                paired = drawings.get(FRAMES_OF_MASKS.get(target, ""), [])
                result[key] = self._annotation(target, value, frames=paired, every=every)
        return result

    def _annotation(self, target: str, value: Any, *, frames: list[Drawing], every: list[Drawing]) -> Any:
        """Return a target other than images with the defects applied."""
        if target == "mask":
            return add_to_mask(value, every, value=self.mask_value, kind=self.mask_kind)
        if target in FRAMES_OF_MASKS:
            return add_to_masks(value, frames, every, value=self.mask_value, kind=self.mask_kind)
        if target == "defects":
            return records_after(value, every[0], moved_later=self.moved_later())
        if target == "bboxes":
            return moved_boxes(value, every[0].recipes, every[0].canvas.shape[:2])
        if target == "keypoints":
            return moved_keypoints(value, every[0].recipes)
        return value

    def __getattr__(self, name: str) -> Any:
        """Return an argument that one of the components holds."""
        if name in type(self).argument_names() and "where" in self.__dict__:
            for part in self.components:
                if name in part.rules():
                    return getattr(part, name)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __repr__(self) -> str:
        """Return the class with the arguments that differ from their defaults."""
        return call_of(self, self.argument_names())

    @classmethod
    @cache
    def argument_names(cls) -> tuple[str, ...]:
        """Return the names of all arguments, own ones first."""
        own = [
            name
            for name, parameter in inspect.signature(cls.__init__).parameters.items()
            if name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        return (*own, *(name for name in Common.__annotations__ if name not in own))

    def get_transform_init_args(self) -> dict[str, Any]:
        """Return all arguments as plain data, for `A.to_dict` and YAML."""
        return {name: encode(getattr(self, name)) for name in self.argument_names()}

    def to_dict_private(self) -> dict[str, Any]:
        """Return class and arguments as plain data.

        Raises:
            TypeError: if an argument holds arrays or a callable, which cannot be written.
        """
        state: dict[str, Any] = super().to_dict_private()
        if (held := find_in_memory(state)) is not None:
            raise TypeError(held.error_text())
        return state


def as_component(value: Any, kind: type[Component], name: str) -> Any:
    """Return a component given itself or its plain data.

    Raises:
        TypeError: if it is neither.
    """
    part = decode(value) if isinstance(value, Mapping) else value
    if not isinstance(part, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {short_repr(value)}")
    return part
