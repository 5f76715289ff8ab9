"""Screws that lie on a plain ground, seen from above: threads flattened, heads and necks scratched, tips bent."""

from __future__ import annotations

from typing import Any

from defectsynth.chipped_edge import ChippedEdge
from defectsynth.dent import Dent
from defectsynth.pit import Pit
from defectsynth.presets.mixture import named
from defectsynth.scratch import Scratch


def manipulated_front() -> list[Any]:
    """The tip is bent or blunt."""
    return [Dent(where="edge", p=0.5), ChippedEdge(p=0.5)]


def scratch_head() -> list[Any]:
    """The head is scored."""
    return [Scratch(where="object", p=1.0)]


def scratch_neck() -> list[Any]:
    """The shank between head and thread is scored."""
    return [Scratch(where="object", p=1.0)]


def thread_side() -> list[Any]:
    """A thread is flattened at the outline."""
    return [ChippedEdge(p=0.6), Dent(where="edge", p=0.4)]


def thread_top() -> list[Any]:
    """A thread is flattened in the middle of the screw."""
    return [Pit(where="object", p=1.0)]


TYPES = named(manipulated_front, scratch_head, scratch_neck, thread_side, thread_top)
