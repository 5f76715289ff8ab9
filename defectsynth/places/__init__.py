"""Placements: each picks a point and a direction inside an allowed area of the image."""

from defectsynth.places.along_object import AlongObject
from defectsynth.places.base import Anywhere, EdgeRing, InsideObject, OnEdge, OnObject, Where
from defectsynth.places.in_frame import InFrame
from defectsynth.places.on_core import OnCore
from defectsynth.places.on_insert import OnInsert
from defectsynth.places.on_print import OnPrint
from defectsynth.places.on_seam import OnSeam
from defectsynth.scene.place import Place

__all__ = [
    "AlongObject",
    "Anywhere",
    "EdgeRing",
    "InFrame",
    "InsideObject",
    "OnCore",
    "OnEdge",
    "OnInsert",
    "OnObject",
    "OnPrint",
    "OnSeam",
    "Place",
    "Where",
]
