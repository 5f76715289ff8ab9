"""Compositions of albumentationsx."""

from pathlib import Path

from examples.check_integrations import compositions

PACKAGE = "albumentationsx"


def check_choices(folder: Path) -> str:
    """Draw with OneOf and SomeOf; masks are true, the same seed draws the same."""
    return compositions.choices()


def check_replay(folder: Path) -> str:
    """Replay a ReplayCompose of a flip and two defects: the same bytes."""
    return compositions.replay()
