"""Displacement fields of geometric defects."""

from defectsynth.fields.base import Field
from defectsynth.fields.crimping import Crimping
from defectsynth.fields.push import Push
from defectsynth.fields.swelling import Swelling
from defectsynth.fields.swing import Swing
from defectsynth.fields.thread_push import ThreadPush

__all__ = [
    "Crimping",
    "Field",
    "Push",
    "Swelling",
    "Swing",
    "ThreadPush",
]
