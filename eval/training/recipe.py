"""Recipe of the training on patches and of fused scores: the settings whose worth experiments measure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from eval.training.targets import LABEL_SHARE

Changes = tuple[tuple[str, float], ...]
"""Names and values of a recipe that differ from its defaults, sorted."""

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
    """Recipe by which a projection of patches is trained on twins, and by which fused scores are summed.

    Attributes:
        several: share of twins with two to eight defects, in [0, 1].
        hard_negatives: share of normal examples with dust, glare or a change of light, in [0, 1].
        last_severity: severity of the defects in the last epoch, in [0, 1]; it falls linearly from 1, see
            `defectsynth.Curriculum`.
        label_share: smallest share of a patch that a defect covers for the patch to count as defective, in [0.001, 1].
        learning_rate: largest learning rate, in [1e-6, 1].
        distance: factor on the weight of the untrained distance in fused and ensemble scores, in [0, 100].
        averaged_epochs: number of last epochs whose weights are averaged, in [1, 1000].
        crop: side of the square window to train on, as a share of the shorter side of the images, in [0.01, 1]; 1: the
            whole image.
        batch_statistics: 1: normalise patches by the mean and deviation of each channel; 0: do not.
        finest: smallest stride of the feature maps that patches are made of, in [2, 32] px, see
            `Backbone.join_levels`.
        coarsest: largest stride of these feature maps, in [2, 32] px.
    """

    several: float = 0.0
    hard_negatives: float = 0.0
    last_severity: float = 1.0
    label_share: float = LABEL_SHARE
    learning_rate: float = 1e-3
    distance: float = 1.0
    averaged_epochs: float = 1.0
    crop: float = 1.0
    batch_statistics: float = 1.0
    finest: float = 8.0
    coarsest: float = 16.0

    @classmethod
    def of(cls, changes: Changes) -> TrainingRecipe:
        """Return the default recipe with some changes."""
        return cls(**dict(changes))


def check_changes(given: Iterable[tuple[str, float]]) -> Changes:
    """Check changes and return those that differ from the defaults.

    Raises:
        ValueError: if a name is unknown or given twice, or a value is out of bounds.
    """
    defaults = asdict(TrainingRecipe())
    found: dict[str, float] = {}
    for name, value in given:
        if name not in defaults or name in found:
            raise ValueError(f"recipe must name each of {', '.join(defaults)} at most once, got {name!r}")
        low, high = _BOUNDS[name]
        if not low <= value <= high:
            raise ValueError(f"{name} must be in [{low:g}, {high:g}], got {value}")
        if name == "batch_statistics" and value not in {0, 1}:
            raise ValueError(f"batch_statistics must be 0 or 1, got {value}")
        if name == "averaged_epochs" and value != int(value):
            raise ValueError(f"averaged_epochs must be a whole number, got {value}")
        found[name] = float(value)
    strides = {**defaults, **found}
    if strides["finest"] > strides["coarsest"]:
        raise ValueError(f"finest must be at most coarsest, got {strides['finest']:g} and {strides['coarsest']:g}")
    return tuple(sorted((name, value) for name, value in found.items() if value != defaults[name]))


def parse_changes(words: Sequence[str]) -> list[tuple[str, float]]:
    """Return the names and values of NAME=VALUE words.

    Raises:
        ValueError: if a word has another form.
    """
    pairs = []
    for word in words:
        name, _, text = word.partition("=")
        try:
            pairs.append((name, float(text)))
        except ValueError:
            raise ValueError(f"recipe must be NAME=VALUE with a number, got {word!r}") from None
    return pairs
