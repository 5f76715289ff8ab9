"""Caches are bounded in bytes, keep results by content, and one call empties all of them."""

from typing import Any, NamedTuple

import numpy as np

from defectsynth.core.cache import ByteCache, cached, clear_caches, register_cache, size_of


class _Named(NamedTuple):
    digest: bytes
    other: object


def test_clear_caches_empties_all_caches() -> None:
    kept, calls, cache = [1, 2], [], ByteCache[tuple[Any]](10_000)
    register_cache(kept.clear)

    @cached(cache)
    def square(number: int) -> int:
        calls.append(number)
        return number * number

    assert [square(3), square(3), calls] == [9, 9, [3]]
    clear_caches()
    assert not kept
    assert not len(cache)
    assert [square(3), calls] == [9, [3, 3]]


def test_a_cache_keeps_what_was_used_last_within_its_bytes() -> None:
    calls, cache = [], ByteCache[tuple[Any]](100_000)

    @cached(cache)
    def zeros(size: int) -> np.ndarray:
        calls.append(size)
        return np.zeros(size, np.uint8)

    for size in (30_000, 30_001, 30_002, 30_000, 30_003, 30_000, 30_001):
        zeros(size)
        assert cache.nbytes <= 100_000
    assert calls == [30_000, 30_001, 30_002, 30_003, 30_001]
    zeros(200_000)
    assert len(cache) == 3, "what is larger than the cache is not kept"


def test_arguments_with_a_digest_are_known_by_it() -> None:
    calls, cache = [], ByteCache[tuple[Any]](10_000)

    @cached(cache)
    def first(named: _Named) -> object:
        calls.append(named)
        return named.other

    assert first(_Named(b"one", [])) is first(_Named(b"one", []))
    assert first(_Named(b"two", [])) is not first(_Named(b"one", []))
    assert len(calls) == 2


def test_a_result_of_none_is_kept() -> None:
    calls, cache = [], ByteCache[tuple[Any]](10_000)
    nothing = cached(cache)(calls.append)
    assert [nothing(1), nothing(1), calls] == [None, None, [1]]


def test_the_size_of_a_value_counts_all_that_it_holds() -> None:
    array = np.zeros((100, 50), np.float32)
    assert 20_000 <= size_of(array) <= 20_300
    assert 20_000 <= size_of(array[::-1]) <= 20_300
    assert size_of({"a": (array, array[0])}) > 20_200
    assert size_of(tuple(float(number) for number in range(1000))) > 30_000
