"""The best and the worst test images by their scores."""

from __future__ import annotations

from collections.abc import Sequence

from eval.benchmark.results import ImageScore

EACH = 2

TITLES = (
    "Best: defective, highest scores",
    "Worst: defective, lowest scores",
    "Best: good, lowest scores",
    "Worst: good, highest scores",
)


def extremes(images: Sequence[ImageScore], *, count: int = EACH) -> tuple[tuple[int, ...], ...]:
    """Places of the images of each of `TITLES`, the most extreme first, at most `count` each and none twice."""
    found = []
    for label in (1, 0):
        places = [place for place, image in enumerate(images) if image.label == label]
        ordered = sorted(places, key=lambda place: images[place].score, reverse=label == 1)
        best = ordered[: min(count, (len(ordered) + 1) // 2)]
        worst = ordered[::-1][: min(count, len(ordered) // 2)]
        found += [tuple(best), tuple(worst)]
    return tuple(found)


def verdict(image: ImageScore, threshold: float) -> str:
    """What the decision at the threshold was."""
    above = image.score > threshold
    if image.label:
        return "found" if above else "missed"
    return "false alarm" if above else "passed"
