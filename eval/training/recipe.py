"""What can be set of the training on patches and of fused scores, to see what each choice is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from eval.training.targets import SHARE

Changes = tuple[tuple[str, float], ...]
"""Names of a recipe and their values, those that are not the usual ones, sorted."""

_BOUNDS = {
    "several": (0.0, 1.0),
    "hard_negatives": (0.0, 1.0),
    "last_severity": (0.0, 1.0),
    "label_share": (0.001, 1.0),
    "learning_rate": (1e-6, 1.0),
    "distance": (0.0, 100.0),
    "averaged_epochs": (1.0, 1000.0),
    "crop": (0.01, 1.0),
    "batch_statistics": (0.0, 1.0),
    "finest": (2.0, 32.0),
    "coarsest": (2.0, 32.0),
}


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe:
    """How a projection of patches is trained on twins, and how fused scores are summed.

    Attributes:
        several: share of twins with two to eight defects, in [0, 1].
        hard_negatives: share of normal examples with dust, glare or a change of light, in [0, 1].
        last_severity: of the defects in the last epoch, in [0, 1]; it falls evenly from 1, see
            `defectsynth.Curriculum`.
        label_share: of a patch that a defect must cover to count as defective, in [0.001, 1].
        learning_rate: the largest one, in [1e-6, 1].
        distance: weight of the untrained distance beside the head's evidence, in [0, 100]; fused scores only.
        averaged_epochs: at the ends of how many last epochs the weights are averaged, in [1, 1000].
        crop: side of the square window that is trained on, of the shorter side of the pictures, in [0.01, 1]; 1: all.
        batch_statistics: 1: patches are normalised by the mean and deviation of each channel; 0: they are not.
        finest: stride of the first feature map that patches are made of, in [2, 32] px, see `Backbone.join_levels`.
        coarsest: stride of the last one.
    """

    several: float = 0.0
    hard_negatives: float = 0.0
    last_severity: float = 1.0
    label_share: float = SHARE
    learning_rate: float = 1e-3
    distance: float = 1.0
    averaged_epochs: float = 1.0
    crop: float = 1.0
    batch_statistics: float = 1.0
    finest: float = 8.0
    coarsest: float = 16.0

    @classmethod
    def of(cls, changes: Changes) -> TrainingRecipe:
        """The usual recipe with some changes."""
        return cls(**dict(changes))


def changes_of(given: Iterable[tuple[str, float]]) -> Changes:
    """Check changes and leave out those that change nothing.

    Raises:
        ValueError: if a name is unknown or given twice, or a value is out of bounds.
    """
    usual = asdict(TrainingRecipe())
    found: dict[str, float] = {}
    for name, value in given:
        if name not in usual or name in found:
            raise ValueError(f"recipe must name each of {', '.join(usual)} at most once, got {name!r}")
        low, high = _BOUNDS[name]
        if not low <= value <= high:
            raise ValueError(f"{name} must be in [{low:g}, {high:g}], got {value}")
        if name == "batch_statistics" and value not in {0, 1}:
            raise ValueError(f"batch_statistics must be 0 or 1, got {value}")
        found[name] = float(value)
    return tuple(sorted((name, value) for name, value in found.items() if value != usual[name]))


def parsed(words: Sequence[str]) -> list[tuple[str, float]]:
    """NAME=VALUE words as names and values.

    Raises:
        ValueError: if a word is none.
    """
    pairs = []
    for word in words:
        name, _, text = word.partition("=")
        try:
            pairs.append((name, float(text)))
        except ValueError:
            raise ValueError(f"recipe must be NAME=VALUE with a number, got {word!r}") from None
    return pairs
