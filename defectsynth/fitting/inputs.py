"""Checks of the arguments of `fit`."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from defectsynth.core.arrays import Array
from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import is_sequence


def check_sequences(images: Any, masks: Any, normals: Any, *, types: Any, pairs: Any, names: Any) -> None:
    """Check the sequences that `fit` takes, without reading any image.

    Raises:
        TypeError: if one is no sequence, or a type or a name is no text.
        ValueError: if there are no images or no normals, numbers of entries differ, a type is an empty text, or `masks`
            and `pairs` are both given.
    """
    others = {"masks": masks, "types": types, "pairs": pairs, "names": names}
    for name, given in {"images": images, "normals": normals, **others}.items():
        if given is None and name in others:
            continue
        if not is_sequence(given):
            raise TypeError(f"{name} must be a sequence, got {short_repr(given)}")
        if name not in others and not len(given):
            raise ValueError(f"{name} must hold at least one image, got none")
        if name in others and len(given) != len(images):
            raise ValueError(f"{name} must hold one entry for each of the {len(images)} images, got {len(given)}")
    for name, texts in (("types", types), ("names", names)):
        if wrong := [text for text in texts or () if not isinstance(text, str)]:
            raise TypeError(f"{name} must hold texts, got {short_repr(wrong[0])}")
    if types is not None and not all(types):
        raise ValueError("types must hold the name of a type for each image, got an empty one")
    if masks is not None and pairs is not None:
        raise ValueError("pairs must be None if masks are given")


def check_share(name: str, share: Any) -> None:
    """Raise TypeError unless a share is a number, ValueError unless it is in [0, 1)."""
    is_number = isinstance(share, Real) and not isinstance(share, bool)
    if not is_number or not 0 <= share < 1:
        error = ValueError if is_number else TypeError
        raise error(f"{name} must be a number in 0 <= {name} < 1, got {short_repr(share)}")


def check_bank(bank: Any) -> None:
    """Raise TypeError unless `bank` is a path or None, ValueError if it is a file."""
    if bank is not None and not isinstance(bank, (str, Path)):
        raise TypeError(f"bank must be the path of a folder or None, got {short_repr(bank)}")
    if bank is not None and Path(bank).is_file():
        raise ValueError(f"bank must be a folder, got the file {str(bank)!r}")


def check_pairs(images: Sequence[Array], pairs: Sequence[Array], titles: Sequence[str]) -> None:
    """Raise ValueError unless each pair has the height and width of its image."""
    for image, pair, title in zip(images, pairs, titles, strict=True):
        if image.shape[:2] != pair.shape[:2]:
            raise ValueError(
                f"pairs must have the height and width of their images, {image.shape[:2]} for {title}, "
                f"got {pair.shape[:2]}"
            )
