"""Controls are made from the rules of the arguments."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.registry import named_defects
from defectsynth.studio.controls import HIDDEN, STEPS, Control, controls_of
from defectsynth.studio.design import Design

DEFECTS = [name for name in named_defects() if name != "real_defect"]  # which needs a folder


def control(name: str, defect: ds.DefectTransform) -> Control:
    """Return the control of an argument."""
    return next(each for each in controls_of(defect) if each.name == name)


@pytest.mark.parametrize("name", DEFECTS)
def test_every_value_that_a_control_can_take_is_allowed(name: str) -> None:
    design = Design.named(name)
    for each in controls_of(design.defect(())):
        ends = {"range": [list(each.slider)], "number": list(each.slider), "menu": [*each.names], "names": [each.names]}
        for value in ends[each.kind]:
            design.with_value((), each.name, value)
        if each.kind in ("range", "number"):
            default = np.atleast_1d(design.value((), each.name))
            assert each.low <= each.slider[0] <= default.min(), each
            assert default.max() <= each.slider[1] <= each.high, each
            assert each.whole or (each.slider[1] - each.slider[0]) / each.step >= STEPS


@pytest.mark.parametrize("name", DEFECTS)
def test_every_argument_with_a_rule_has_a_control_with_unit_and_bounds(name: str) -> None:
    defect = Design.named(name).defect(())
    controls = {each.name: each for each in controls_of(defect)}
    ranges = {each for each in type(defect).argument_names() if each.endswith("_range")}
    assert ranges | {"severity", "where"} <= set(controls)
    assert not HIDDEN & set(controls)
    assert all("in [" in controls[each].meaning for each in ranges)
    assert [each.common for each in controls.values()] == sorted(each.common for each in controls.values())


def test_a_slider_covers_small_defaults_finely() -> None:
    width = control("width_range", ds.Scratch())
    assert (width.low, width.high) == (0.0, 0.5)
    assert width.slider[1] < 0.05
    assert control("strokes_range", ds.Scratch()).whole
    assert control("bend_range", ds.Scratch()).slider[0] < -100.0
