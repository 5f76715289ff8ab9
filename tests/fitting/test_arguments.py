"""Values for single draws, and ranges from weighted draws."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.fitting.arguments import Sizes, arguments_of, values_of, with_arguments
from defectsynth.registry import named_defects

SIZES = Sizes(np.array([0.3, 0.4]), np.array([0.01, 0.02]), np.array([0.05, 0.06]), np.array([1, 2]), np.array([0.1]))


@pytest.mark.parametrize("kind", [kind for name, kind in named_defects().items() if name != "real_defect"])
def test_most_proposals_of_every_defect_are_valid(kind: type) -> None:
    rng, valid = np.random.default_rng(0), 0
    base = kind()
    arguments = arguments_of(base)
    for _ in range(5):
        values = {argument.path: argument.propose(rng, SIZES) for argument in arguments}
        try:
            with_arguments(kind, values_of(base), values)
        except ValueError:
            continue
        valid += 1
    assert valid >= 3


def test_lengths_are_proposed_near_the_measured_ones() -> None:
    length = next(each for each in arguments_of(ds.Scratch()) if each.path == ("length_range",))
    rng = np.random.default_rng(0)
    values = [length.propose(rng, SIZES)[0] for _ in range(200)]
    assert np.quantile(values, 0.9) > 0.3
    assert max(values) < 1


def test_a_strip_inside_the_outline_is_proposed_at_the_measured_depth() -> None:
    depth = next(each for each in arguments_of(ds.Fracture()) if each.path == ("depth_range",))
    rng = np.random.default_rng(0)
    values = [depth.propose(rng, SIZES)[0] for _ in range(50)]
    assert 0.04 < min(values) < max(values) < 0.13


def test_fewer_examples_give_a_wider_range() -> None:
    length = next(each for each in arguments_of(ds.Scratch()) if each.path == ("length_range",))
    values, weights = [(0.1, 0.1), (0.2, 0.2)], np.array([0.5, 0.5])
    few, many = (length.fitted(values, weights, number) for number in (2, 50))
    assert few[0] < many[0] < many[1] < few[1]
    single = length.fitted([(0.2, 0.2)], np.array([1.0]), 1)
    assert single[0] < 0.2 < single[1]


def test_names_without_weight_are_dropped() -> None:
    tones = next(each for each in arguments_of(ds.Scratch()) if each.path == ("tones",))
    assert tones.fitted([("dark",), ("bright",)], np.array([0.95, 0.05]), 5) == ("dark",)
