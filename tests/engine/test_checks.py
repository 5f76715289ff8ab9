"""Targets of a wrong type or shape end in an error that names the target and says what it must be."""

from typing import Any

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.registry import public_transforms

IMAGE = np.random.default_rng(0).integers(80, 120, (32, 40, 3), dtype=np.uint8)
MASK = np.zeros((32, 40), np.uint8)


class Picture:
    """An image of another library, which numpy can convert."""

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        """Return the pixels."""
        return MASK


NO_MASKS = [
    ([[0] * 40] * 32, TypeError, "must be a numpy array, got list$"),
    ("mask.png", TypeError, "must be a numpy array, got str$"),
    (Picture(), TypeError, "must be a numpy array, got Picture; convert it with numpy.asarray"),
    (MASK.astype(complex), TypeError, "must hold booleans or numbers, got complex128"),
    (MASK.astype(object), TypeError, "must hold booleans or numbers, got object"),
    (MASK.astype(str), TypeError, "must hold booleans or numbers, got <U"),
    (MASK[0], ValueError, r"must have the image's height and width \(32, 40\), got shape \(40,\)"),
]
WRONG = [
    *[("mask", *case) for case in NO_MASKS],
    *[("roi", *case) for case in NO_MASKS],
    *[("masks", [MASK, case[0]], *case[1:]) for case in NO_MASKS],
    ("masks", [MASK, MASK[1:]], ValueError, r"must have the image's height and width \(32, 40\), got .*\(31, 40\)"),
    ("masks", 3, TypeError, "masks must be a list of arrays or an array, got int"),
    ("masks", Picture(), TypeError, "masks must be a list of arrays or an array, got Picture"),
    ("defects", {}, TypeError, "defects must be a list of records, got {}"),
    ("defects", "none", TypeError, "defects must be a list of records, got 'none'"),
    ("defects", [3], TypeError, r"defects must be a list of records, got \[3\]"),
    ("defects", MASK, TypeError, "defects must be a list of records, got <array"),
    ("bboxes", "none", TypeError, r"bboxes must be numbers, \(N, 4 or more\), got 'none'"),
    ("bboxes", [(0.1, 0.2, 0.3)], TypeError, r"bboxes must be numbers, \(N, 4 or more\), got \[\(0.1, 0.2, 0.3\)\]"),
    ("bboxes", [(0.1, 0.2), (0.3,)], TypeError, r"bboxes must be numbers, \(N, 4 or more\), got \["),
    ("keypoints", 3, TypeError, r"keypoints must be numbers, \(N, 2 or more\), got 3"),
    ("keypoints", [("a", "b")], TypeError, r"keypoints must be numbers, \(N, 2 or more\), got \["),
    ("images", 3, TypeError, r"images must be an array \(N, H, W\[, C\]\) or a list of images, got int"),
    ("images", Picture(), TypeError, "images must be an array .* or a list of images, got Picture"),
    ("peak", "white", TypeError, "peak must be a number or None, got 'white'"),
]


@pytest.mark.parametrize(("key", "value", "error", "message"), WRONG, ids=[f"{case[0]}-{case[3]}" for case in WRONG])
def test_a_target_of_another_type_is_refused(key: str, value: Any, error: type[Exception], message: str) -> None:
    for defect in (ds.Line(p=1), ds.Dent(p=1, min_visibility=1.0)):  # which draws nothing here
        with pytest.raises(error, match=message):
            defect(image=IMAGE, **{key: value})


@pytest.mark.parametrize("kind", public_transforms(), ids=lambda kind: kind.__name__)
def test_empty_targets_are_taken(kind: Any) -> None:
    targets = {"mask": MASK, "masks": [], "defects": [], "bboxes": [], "keypoints": np.zeros((0, 2))}
    drawn = kind(p=1)(image=IMAGE, **targets)
    assert len(drawn["masks"]) == len(drawn["bboxes"]) == len(drawn["keypoints"]) == 0
    nothing = kind(p=1)(image=IMAGE, **dict.fromkeys(targets))
    assert {name for name, value in nothing.items() if value is None} == set(targets)
