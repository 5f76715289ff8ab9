"""Records of defects from outside: their recipes, checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from defectsynth.core.messages import short_repr
from defectsynth.core.serialization import decode
from defectsynth.engine.checks import check_records
from defectsynth.recipes.base import Recipe

MAX_IN_SIDES = 16.0  # largest number of a recipe, in longer sides of the image
MAX_IN_SMALL_IMAGES = 1000.0  # largest number of a recipe for a small image: angles and ratios


def recipes_of(defects: Sequence[Mapping[str, Any]], size: tuple[int, ...]) -> list[Recipe]:
    """Return the recipes of records.

    Args:
        defects: The records.
        size: Shape of the image. A recipe holds pixels, angles and ratios: numbers far beyond the size are refused.

    Raises:
        TypeError: If `defects` is no list of records, or if a field of a recipe has another type.
        ValueError: If a record holds no recipe, or numbers that no defect of such an image has.
    """
    check_records(defects)
    max_number = max(MAX_IN_SMALL_IMAGES, MAX_IN_SIDES * max(size[:2]))
    recipes = [decode(defect.get("recipe"), max_number=max_number) for defect in defects]
    for defect, recipe in zip(defects, recipes, strict=True):
        if not isinstance(recipe, Recipe):
            raise ValueError(  # noqa: TRY004  a broken record
                f"defects must hold records with a recipe, got {short_repr(defect)}"
            )
    return recipes


@contextmanager
def drawable_records() -> Iterator[None]:
    """Raise ValueError in place of what rendering raises for a recipe whose numbers contradict each other."""
    try:
        yield
    except (TypeError, ValueError, MemoryError) as error:
        if type(error) in {TypeError, ValueError, MemoryError}:
            raise
        raise ValueError(str(error)) from error
    except Exception as error:
        reason = f"{type(error).__name__}: {short_repr(str(error))}"
        raise ValueError(f"defects must hold records that can be drawn, got {reason}") from error
