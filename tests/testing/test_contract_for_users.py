"""`defectsynth.testing` for defects and shapes of a user: the README's example holds, and broken defects are found."""

import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.parameters import Component, field_with
from defectsynth.testing import check_contract, components, images, transforms

PAGE = Path(__file__).parents[2] / "defectsynth" / "README.md"
(SHAPE, TEST) = (
    block
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    if "class Triangle" in block or "def test_triangles" in block
)
IMAGE = np.random.default_rng(0).integers(60, 90, (48, 48, 3), np.uint8)
FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])


def test_the_documented_test_of_an_own_shape_takes_six_lines_and_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len([line for line in TEST.splitlines() if line]) <= 6
    file = tmp_path / "triangle.py"
    source = f"import defectsynth as ds\n{SHAPE}\n{TEST}"
    file.write_text(source.replace("Triangle", "OtherTriangle"))  # tests of the READMEs define Triangle
    spec = importlib.util.spec_from_file_location("triangle", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "triangle", module)
    spec.loader.exec_module(module)
    FEW(module.test_triangles)()


class Leaky(ds.Line):
    """A line that changes a pixel outside of its mask."""

    def _apply(self, params: Any, data: dict[str, Any]) -> dict[str, Any]:
        result = super()._apply(params, data)
        image = result["image"].copy()
        image[tuple(np.argwhere(result["mask"] == 0)[0])] ^= 1
        return result | {"image": image}


class Forgetful(ds.Line):
    """A line that leaves no record."""

    def _apply(self, params: Any, data: dict[str, Any]) -> dict[str, Any]:
        return super()._apply(params, data) | {"defects": []}


class Scribbling(ds.Line):
    """A line that writes into the image it was given."""

    def _apply(self, params: Any, data: dict[str, Any]) -> dict[str, Any]:
        data["image"][0, 0] += 1
        return super()._apply(params, data)


class Greedy(ds.Line):
    """A line with a mask of the whole image."""

    def _apply(self, params: Any, data: dict[str, Any]) -> dict[str, Any]:
        result = super()._apply(params, data)
        return result | {"mask": np.full_like(result["mask"], 255)}


class Restless(ds.Line):
    """A line that differs although the seed is the same."""

    drawn = 0

    def _sample(self, data: Any, rng: np.random.Generator) -> dict[str, Any]:
        Restless.drawn += 1
        return super()._sample(data, np.random.default_rng(Restless.drawn))


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Leaky, "outside the mask every pixel is bit-identical"),
        (Forgetful, "no mask without a record"),
        (Scribbling, "image is never changed"),
        (Greedy, "the mask is that of all defects"),
        (Restless, "same seed"),
    ],
)
def test_a_broken_defect_is_named_by_the_rule_it_breaks(kind: type[ds.DefectTransform], rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        check_contract(kind(p=1.0), IMAGE.copy(), seed=3)
    check_contract(ds.Line(p=1.0), IMAGE, seed=3)


def test_an_outcome_without_a_defect_keeps_the_contract() -> None:
    check_contract(ds.Line(p=1.0), IMAGE, roi=np.zeros(IMAGE.shape[:2], bool))


@dataclass(frozen=True)
class Odd:
    """A rule that no strategy knows."""

    text: str = "odd"

    def check(self, name: str, value: Any) -> Any:
        """Return the value."""
        return value


@dataclass(frozen=True)
class Numbered(Component):
    """A component with an argument of an unknown rule."""

    number: int = field_with(0, Odd())


def test_an_argument_of_an_unknown_rule_needs_a_strategy() -> None:
    drawn: list[int] = []
    FEW(given(components(Numbered, number=st.integers(5, 9)))(lambda component: drawn.append(component.number)))()
    assert set(drawn) <= set(range(5, 10))
    assert drawn
    with pytest.raises(TypeError, match="give a strategy"):
        FEW(given(components(Numbered))(lambda component: None))()


@settings(max_examples=30)
@given(
    scratch=transforms(ds.Scratch, severity=0.25, where=components(ds.places.OnObject), p=st.sampled_from([0.5, 1.0])),
    image=images(),
)
def test_given_arguments_are_not_drawn_from_their_rules(scratch: ds.DefectTransform, image: np.ndarray) -> None:
    assert scratch.severity == 0.25
    assert scratch.p in (0.5, 1.0)
    assert isinstance(scratch.where, ds.places.OnObject)
    assert image.size > 0
