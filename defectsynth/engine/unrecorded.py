"""Targets without records: for callers that read none, because records take time."""

from __future__ import annotations

from typing import Any

from defectsynth.engine.pipeline import State
from defectsynth.engine.rendering import Drawing


class UnrecordedDrawing(Drawing):
    """A drawing whose records hold only the number of the draw."""

    def records(self, draw: int = 0) -> list[dict[str, Any]]:
        """Return a record for each defect."""
        return [{"draw": draw} for _ in self.patches]


class UnrecordedState(State):
    """Targets on their way through a composition, with records that hold only the number of the draw."""

    def add(self, drawing: Drawing, *, value: float | None = None, kind: str = "binary") -> None:
        """Take over drawn defects."""
        super().add(UnrecordedDrawing(**vars(drawing)), value=value, kind=kind)
