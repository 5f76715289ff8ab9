"""Hypothesis strategies of components and transforms with any valid arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Choice, Choices, Component, Count, Label, Number, Span
from defectsynth.engine.transform import COMMON_RULES, DefectTransform
from defectsynth.fields import Field
from defectsynth.io.sources import SourceRule
from defectsynth.looks import Look
from defectsynth.places import Where
from defectsynth.registry import public_components
from defectsynth.shapes import Shape

KINDS: dict[str, type[Component]] = {"shape": Shape, "look": Look, "blend": Blend, "field": Field, "where": Where}


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
        if isinstance(rule, (Choice, Label)):
            return st.sampled_from(rule.names if isinstance(rule, Choice) else ("", "thread_top"))
        raise TypeError(f"rule must be one of defectsynth.core.parameters or a source, got {rule!r}: give a strategy")

    def component(self, kinds: Sequence[type[Component]], **given: Any) -> st.SearchStrategy[Component]:
        """Return a component of one of the kinds with any of its arguments, or with the given strategies of them."""
        return st.sampled_from(kinds).flatmap(
            lambda kind: st.fixed_dictionaries(
                given, optional={name: self.value(rule) for name, rule in kind.rules().items() if name not in given}
            ).map(lambda arguments: kind(**arguments))
        )


OTHER_IMAGES = tuple(  # of other sizes, dtypes and channels; the last may serve as a mask
    (np.random.default_rng(0).random(shape) * peak).astype(dtype)
    for shape, dtype, peak in (((50, 9, 2), np.uint16, 65535), ((70, 60, 3), np.uint8, 255), ((3, 4, 5), np.float32, 1))
)
ARGUMENTS = Arguments(sources=(None, OTHER_IMAGES), max_count=4)


def components(kind: type[Component] = Component, **given: Any) -> st.SearchStrategy[Component]:
    """Return a strategy of components with any of their arguments.

    Args:
        kind: a base, such as `Shape`, for all public components of that kind; or one class, your own or a public one.
        given: arguments that are not drawn from their rules: a value, or a strategy of values.
    """
    strategies = {name: _strategy(value) for name, value in given.items()}
    return ARGUMENTS.component(public_components(kind) or (kind,), **strategies)


@st.composite
def transforms(draw: st.DrawFn, /, kind: type[DefectTransform], **given: Any) -> DefectTransform:
    """Draw a transform with any of its arguments, components among them, and p = 1.

    Args:
        draw: filled in by Hypothesis.
        kind: class of the transform, your own or a public one.
        given: arguments that are not drawn from their rules: a value, or a strategy of values.
    """
    arguments = {name: draw(_strategy(value)) for name, value in given.items()}
    probe = kind(**arguments)
    rules = {name: rule for component in probe.components for name, rule in component.rules().items()} | COMMON_RULES
    for name in kind.argument_names():
        if name in given:
            continue
        if name in KINDS and draw(st.booleans()):
            arguments[name] = draw(components(KINDS[name]))
        elif name in rules and draw(st.integers(0, 2)) == 0:
            arguments[name] = draw(ARGUMENTS.value(rules[name]))
    arguments.setdefault("mask_value", draw(st.sampled_from([None, None, 1, 7])))
    arguments.setdefault("count_range", (1, 1))
    return kind(**{"p": 1.0} | arguments)


def _strategy(value: Any) -> st.SearchStrategy[Any]:
    return value if isinstance(value, st.SearchStrategy) else st.just(value)
