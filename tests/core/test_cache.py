"""One call empties every registered cache."""

from defectsynth.core.cache import cached, clear_caches, register_cache


def test_clear_caches_empties_all_caches() -> None:
    kept = [1, 2]
    register_cache(kept.clear)

    @cached(maxsize=2)
    def square(number: int) -> int:
        return number * number

    assert [square(3), square(3)] == [9, 9]
    assert square.cache_info().hits == 1
    clear_caches()
    assert square.cache_info().currsize == 0
    assert not kept
    assert square(3) == 9
