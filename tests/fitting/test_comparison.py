"""Weights of families by how well they explain the real defects."""

import numpy as np

from defectsynth.fitting.comparison import NARROWEST, bandwidth, likelihoods, mixture_weights


def test_the_family_that_explains_more_gets_more_weight_and_none_gets_all() -> None:
    likelihood = np.array([[1.0, 1.0, 1.0], [1e-3, 1e-3, 1.0], [1e-6, 1e-6, 1e-6]])
    weights = mixture_weights(likelihood)
    assert weights.sum() == 1
    assert weights[0] > weights[1] > weights[2] > 0.05


def test_a_family_for_one_defect_keeps_its_share() -> None:
    likelihood = np.array([[1.0, 1.0, 1.0, 1e-9], [1e-9, 1e-9, 1e-9, 1.0]])
    weights = mixture_weights(likelihood)
    assert 0.2 < weights[1] < 0.45


def test_nearer_draws_are_more_likely() -> None:
    near, far = likelihoods(np.array([[0.1, 0.2], [0.9, 1.0]]), 0.3)
    assert near > 10 * far


def test_the_bandwidth_follows_the_nearest_draws() -> None:
    assert bandwidth(np.array([[0.5, 0.9], [0.4, 2.0], [0.6, 0.7]])) == 0.5
    assert bandwidth(np.array([[0.0, 1.0]])) == NARROWEST
