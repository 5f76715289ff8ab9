"""Hypothesis strategies: images of every layout, regions of interest, and any valid arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from defectsynth.core.parameters import Choice, Choices, Component, Count, Label, Number, Span
from defectsynth.io.sources import SourceRule

DTYPES = (np.uint8, np.uint16, np.float32)
PEAK = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0, np.dtype(np.float32): 1.0}


@st.composite
def images(draw: st.DrawFn) -> np.ndarray:
    """Draw a small image of any layout: 2-D, 1, 3 or 5 channels, any dtype, strided or read-only."""
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
    levels = np.clip(levels, 0, 1) * PEAK[dtype]
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
def rois(draw: st.DrawFn, size: tuple[int, int]) -> np.ndarray | None:
    """Draw no region of interest, an empty or full one, a rectangle or scattered pixels; bool or uint8."""
    kind = draw(st.sampled_from([None, None, "empty", "all", "rectangle", "scattered"]))
    if kind is None:
        return None
    roi = np.zeros(size, bool)
    if kind == "all":
        roi[:] = True
    elif kind == "rectangle":
        y, x = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
        roi[y : y + draw(st.integers(1, 40)), x : x + draw(st.integers(1, 40))] = True
    elif kind == "scattered":
        roi = np.random.default_rng(draw(st.integers(0, 99))).random(size) < 0.2
    return roi if draw(st.booleans()) else roi.astype(np.uint8) * 200


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
        """Return a component of any kind with any of its arguments; a component inside it keeps its default."""
        return st.sampled_from(kinds).flatmap(
            lambda kind: st.fixed_dictionaries(
                {}, optional={name: self.value(rule) for name, rule in kind.rules().items()}
            ).map(lambda arguments: kind(**arguments))
        )
