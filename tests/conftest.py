"""Hypothesis profiles, `ci` by default; HYPOTHESIS_PROFILE=thorough draws nine times as many examples; a fixture."""

import importlib.util
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import defectsynth as ds
from defectsynth.core.cache import clear_caches

settings.register_profile(
    "ci", max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault of a test
settings.register_profile(
    "thorough", max_examples=1350, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

if importlib.util.find_spec("torch"):
    import torch

    torch.set_num_threads(1)  # tests run in parallel processes


@pytest.fixture
def no_store() -> Iterator[None]:
    """Begin without a store and leave none in use."""
    clear_caches()
    with ds.use_store(None):
        yield
    clear_caches()
