"""Test images with the highest and the lowest scores."""

from __future__ import annotations

from collections.abc import Sequence

from eval.benchmark.results import ImageScore

EACH = 2  # images of each title

TITLES = (
    "Best: defective, highest scores",
    "Worst: defective, lowest scores",
    "Best: good, lowest scores",
    "Worst: good, highest scores",
)


def extremes(images: Sequence[ImageScore], *, count: int = EACH) -> tuple[tuple[int, ...], ...]:
    """Return the places of at most `count` images for each of `TITLES`, the most extreme first and none twice."""
    found = []
    for label in (1, 0):
        places = [place for place, image in enumerate(images) if image.label == label]
        ordered = sorted(places, key=lambda place: images[place].score, reverse=label == 1)
        best = ordered[: min(count, (len(ordered) + 1) // 2)]
        worst = ordered[::-1][: min(count, len(ordered) // 2)]
        found += [tuple(best), tuple(worst)]
    return tuple(found)


def verdict(image: ImageScore, threshold: float) -> str:
    """Return the outcome of the decision at a threshold: found, missed, passed or false alarm."""
    above = image.score > threshold
    if image.label:
        return "found" if above else "missed"
    return "false alarm" if above else "passed"
