"""Error texts quote values in one short line, and name what a misspelt name may mean."""

from typing import Any

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.messages import MAX_LENGTH, did_you_mean, short_repr
from defectsynth.core.parameters import Choice, Choices, Count, Label, Number, Span

HUGE = {
    "digits": 10**400,
    "more digits than Python prints": 10**10_000,
    "text": "x" * 100_000,
    "list": list(range(100_000)),
    "tuple": ("long name",) * 100_000,
    "nested": [[[[[[[[1] * 99] * 99] * 99] * 99] * 99] * 99] * 99] * 99,
    "dict": {str(number): "x" * 10_000 for number in range(1000)},
    "array": np.arange(1_000_000),
    "bytes": b"x" * 100_000,
}
RULES = (
    Span(0.0, 1.0, ""),
    Count(0, 9, ""),
    Number(0.0, 1.0, ""),
    Choice(("a", "b")),
    Choices(("a", "b")),
    Label(""),
)


@pytest.mark.parametrize("value", [(0.9, 0.1), "long", 3, None, [1, 2.5, True], {"a": 1}, float("nan")], ids=repr)
def test_a_short_value_is_quoted_in_full(value: Any) -> None:
    assert short_repr(value) == repr(value)


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_a_huge_value_is_quoted_in_one_short_line(value: Any) -> None:
    text = short_repr(value)
    assert len(text) <= MAX_LENGTH
    assert "\n" not in text


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_rules_refuse_a_huge_value_with_a_short_text(rule: Any, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        rule.check("size", value)
    assert len(str(caught.value)) < 2 * MAX_LENGTH


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("argument", ["where", "length_range", "severity", "mask_value", "defect_type", "p"])
def test_transforms_refuse_a_huge_value_with_a_short_text(argument: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        ds.Line(**{argument: value})
    assert len(str(caught.value)) < 3 * MAX_LENGTH


def test_an_object_whose_repr_fails_is_quoted_by_its_type() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("no text")

    assert "Broken" in short_repr(Broken())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lines", "; did you mean line?"),
        ("scrach", "; did you mean scratch or scratches?"),
        ("Line", "; did you mean line?"),
        ("quux", ""),
        ("x" * 100_000, ""),
        (3, ""),
    ],
    ids=lambda entry: str(entry)[:12],
)
def test_close_names_are_suggested(name: Any, text: str) -> None:
    assert did_you_mean(name, ["line", "scratch", "scratches", "dent"]) == text


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        (lambda: ds.Scrach, "Scratch"),
        (lambda: ds.Scratch(lenght_range=(0.1, 0.2)), "length_range"),
        (lambda: ds.Scratch(where="objct"), "object"),
        (lambda: ds.Scratch(tones=("drak",)), "dark"),
        (lambda: ds.shapes.Spots(radius=0.1), "radius_range"),
        (lambda: ds.NaturalSynthetic(mode="poison"), "poisson"),
        (lambda: ds.presets.mvtec_ad("scrw"), "screw"),
        (lambda: ds.presets.mvtec_ad("screw", defect="thread_tip"), "thread_top"),
        (lambda: ds.presets.mvtec_ad("screw", without="thread_tip"), "thread_top"),
        (lambda: ds.find_foreground(np.zeros((8, 8), np.uint8), method="oztu"), "otsu"),
        (lambda: ds.Scratch(where={"type": "OnObjct"}), "OnObject"),
        (lambda: ds.Scratch(where={"type": "OnObject", "foregrund": "auto"}), "foreground"),
    ],
)
def test_a_misspelt_name_comes_with_the_one_that_is_meant(wrong: Any, meant: str) -> None:
    with pytest.raises((AttributeError, TypeError, ValueError), match=rf"; did you mean .*{meant}"):
        wrong()
