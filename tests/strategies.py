"""Hypothesis strategies: images and masks of every layout, regions of interest, components, transforms, pipelines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import albumentations as A
import cv2
import numpy as np
from hypothesis import strategies as st

from defectsynth.blending.blend import Blend
from defectsynth.core.images import CAMERA_PEAKS
from defectsynth.core.parameters import Choice, Choices, Component, Count, Label, Number, Span
from defectsynth.engine.compat import IS_X
from defectsynth.engine.transform import COMMON_RULES, DefectTransform
from defectsynth.fields import Field
from defectsynth.io.sources import SourceRule
from defectsynth.looks import Look
from defectsynth.places import Where
from defectsynth.registry import public_components
from defectsynth.shapes import Shape

DTYPES = (np.uint8, np.uint16, np.float32)
MASK_DTYPES = (np.bool_, np.uint8, np.uint16, np.int32, np.int64, np.float32, np.float64)
INTERPOLATIONS = ("interpolation", "mask_interpolation")
KINDS: dict[str, type[Component]] = {"shape": Shape, "look": Look, "blend": Blend, "field": Field, "where": Where}
PEAK = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0, np.dtype(np.float32): 1.0}


@st.composite
def images(draw: st.DrawFn) -> np.ndarray:
    """Draw a small image of any layout: 2-D, 1, 3 or 5 channels, any dtype and depth, strided or read-only."""
    sides = st.one_of(st.integers(1, 6), st.integers(7, 80))
    height, width = draw(sides), draw(sides)
    channels = draw(st.sampled_from([None, 1, 3, 5]))
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (height, width, channels or 1)
    content = draw(st.sampled_from(["noise", "plain", "part", "ramp", "black", "white"]))
    levels = np.full(shape, rng.random(shape[2]), np.float64)
    if content == "noise":
        levels = rng.random(shape)
    elif content == "part":
        levels[height // 4 : -(height // 4) or None, width // 4 : -(width // 4) or None] = rng.random(shape[2])
        levels += rng.normal(0, 0.02, shape)
    elif content == "ramp":
        levels *= np.linspace(0, 1, width)[None, :, None]
    elif content in ("black", "white"):
        levels[:] = content == "white"
    white = draw(st.sampled_from(CAMERA_PEAKS)) if dtype == np.uint16 else PEAK[dtype]
    levels = np.clip(levels, 0, 1) * white
    image = (np.rint(levels) if dtype.kind == "u" else levels).astype(dtype)
    image = image[:, :, 0] if channels is None else image
    layout = draw(st.sampled_from(["contiguous", "strided", "mirrored", "read-only"]))
    if layout == "strided":
        image = np.repeat(image, 2, axis=1)[:, ::2]
    elif layout == "mirrored":
        image = np.ascontiguousarray(image[:, ::-1])[:, ::-1]
    elif layout == "read-only":
        image.flags.writeable = False
    return image


@st.composite
def regions_of_interest(draw: st.DrawFn, size: tuple[int, int]) -> np.ndarray | None:
    """Draw no region of interest, an empty or full one, a rectangle or scattered pixels; bool or uint8."""
    kind = draw(st.sampled_from([None, None, "empty", "all", "rectangle", "scattered"]))
    if kind is None:
        return None
    roi = np.zeros(size, bool)
    if kind == "all":
        roi[:] = True
    elif kind == "rectangle":
        roi[draw(rectangles(size))] = True
    elif kind == "scattered":
        roi = np.random.default_rng(draw(st.integers(0, 99))).random(size) < 0.2
    return roi if draw(st.booleans()) else roi.astype(np.uint8) * 200


@st.composite
def masks(draw: st.DrawFn, size: tuple[int, int]) -> np.ndarray:
    """Draw a mask of any dtype, empty or with earlier labels, (H, W) or with 1 or 3 channels."""
    dtype = np.dtype(draw(st.sampled_from(MASK_DTYPES)))
    mask = np.zeros(size, dtype)
    highest = 1 if dtype.kind in "bf" else min(np.iinfo(dtype).max, 2**31 - 1)  # hosts cut wider numbers off
    labels = [(), (1,), (highest,), (1, highest // 2 + 1)] + [(-1, 1)] * (dtype.kind in "if")
    for label in draw(st.sampled_from(labels)):
        mask[draw(rectangles(size))] = label
    channels = draw(st.sampled_from([None, None, None, 1, 3]))
    return mask if channels is None else np.repeat(mask[:, :, None], channels, axis=2)


@st.composite
def rectangles(draw: st.DrawFn, size: tuple[int, int]) -> tuple[slice, slice]:
    """Draw the index of a rectangle."""
    y, x = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
    return slice(y, y + draw(st.integers(1, 40))), slice(x, x + draw(st.integers(1, 40)))


@st.composite
def peaks(draw: st.DrawFn, image: np.ndarray) -> float | None:
    """Draw a white level of an image, or none."""
    if image.dtype != np.uint16 or draw(st.booleans()):
        return None
    return draw(st.sampled_from([peak for peak in CAMERA_PEAKS if peak >= image.max()]))


@st.composite
def host_transforms(draw: st.DrawFn, image: np.ndarray, max_count: int = 2) -> list[Any]:
    """Draw up to `max_count` transforms that are no defects: flips, a resize, another brightness.

    They apply always, draw no numbers and map pixels one to one, so that the labels of a result stay exact.
    """
    names = ["flip", "mirror", "transpose", "resize"]
    if image.dtype != np.uint16 and not IS_X:  # hosts refuse uint16; albumentationsx names the arguments otherwise
        names.append("brightness")
    return [
        {
            "flip": lambda: A.VerticalFlip(p=1),
            "mirror": lambda: A.HorizontalFlip(p=1),
            "transpose": lambda: A.Transpose(p=1),
            "resize": lambda: A.Resize(
                draw(st.integers(1, 80)), draw(st.integers(1, 80)), **dict.fromkeys(INTERPOLATIONS, cv2.INTER_NEAREST)
            ),
            "brightness": lambda: A.RandomBrightnessContrast(
                brightness_limit=(change := draw(st.sampled_from([-0.3, 0.2])), change), contrast_limit=(0, 0), p=1
            ),
        }[name]()
        for name in draw(st.lists(st.sampled_from(names), min_size=0, max_size=max_count))
    ]


@dataclass(frozen=True)
class Arguments:
    """Valid arguments within limits.

    Args:
        sources: Values of an argument that takes images.
        max_count: Largest count, so that an example stays cheap; None is the largest of the rule.
        subnormal: False draws no subnormal numbers, None draws them where the rule allows.
    """

    sources: tuple[Any, ...]
    max_count: int | None = None
    subnormal: bool | None = False

    def value(self, rule: Any) -> st.SearchStrategy[Any]:
        """Return any value that a rule allows."""
        if isinstance(rule, Span):
            numbers = st.floats(rule.low, rule.high, allow_subnormal=self.subnormal)
            return st.tuples(numbers, numbers).map(sorted).map(tuple)
        if isinstance(rule, Count):
            high = rule.high if self.max_count is None else min(rule.high, self.max_count)
            return st.tuples(*2 * [st.integers(rule.low, high)]).map(sorted).map(tuple)
        if isinstance(rule, Number):
            return st.floats(rule.low, rule.high, allow_subnormal=self.subnormal)
        if isinstance(rule, Choices):
            return st.lists(st.sampled_from(rule.names), min_size=1, unique=True).map(tuple)
        if isinstance(rule, SourceRule):
            return st.sampled_from(self.sources)
        assert isinstance(rule, (Choice, Label))
        return st.sampled_from(rule.names if isinstance(rule, Choice) else ("", "thread_top"))

    def component(self, kinds: Sequence[type[Component]]) -> st.SearchStrategy[Component]:
        """Return a component of one of the kinds with any of its arguments."""
        return st.sampled_from(kinds).flatmap(
            lambda kind: st.fixed_dictionaries(
                {}, optional={name: self.value(rule) for name, rule in kind.rules().items()}
            ).map(lambda arguments: kind(**arguments))
        )


OTHER_IMAGES = tuple(  # of other sizes, dtypes and channels; the last may serve as a mask
    (np.random.default_rng(0).random(shape) * peak).astype(dtype)
    for shape, dtype, peak in (((50, 9, 2), np.uint16, 65535), ((70, 60, 3), np.uint8, 255), ((3, 4, 5), np.float32, 1))
)
ARGUMENTS = Arguments(sources=(None, OTHER_IMAGES), max_count=4)


def components(kind: type[Component] = Component) -> st.SearchStrategy[Component]:
    """Return any public component of a kind with any of its arguments."""
    return ARGUMENTS.component(public_components(kind))


@st.composite
def transforms(draw: st.DrawFn, kind: type[DefectTransform]) -> DefectTransform:
    """Draw a transform with any of its arguments given, components among them, p = 1."""
    rules = {name: rule for component in kind().components for name, rule in component.rules().items()} | COMMON_RULES
    arguments: dict[str, Any] = {}
    for name in kind.argument_names():
        if name in KINDS and draw(st.booleans()):
            arguments[name] = draw(components(KINDS[name]))
        elif name in rules and draw(st.integers(0, 2)) == 0:
            arguments[name] = draw(ARGUMENTS.value(rules[name]))
    arguments["mask_value"] = draw(st.sampled_from([None, None, 1, 7]))
    arguments.setdefault("count_range", (1, 1))
    return kind(p=1, **arguments)
