"""Shapes: each renders an alpha layer that is no larger than the bounding box of the defect."""

from defectsynth.shapes.band import Band
from defectsynth.shapes.base import Shape
from defectsynth.shapes.branching_path import BranchingPath, Rift
from defectsynth.shapes.burst import Burst
from defectsynth.shapes.color_region import ColorRegion
from defectsynth.shapes.crest_flats import CrestFlats
from defectsynth.shapes.edge_strip import EdgeStrip
from defectsynth.shapes.fractal import Fractal
from defectsynth.shapes.ground_flat import GroundFlat
from defectsynth.shapes.hatching import Hatching
from defectsynth.shapes.lettering import Lettering
from defectsynth.shapes.line_segment import LineSegment
from defectsynth.shapes.particles import Particles
from defectsynth.shapes.perlin import Perlin
from defectsynth.shapes.polygon import Polygon
from defectsynth.shapes.rectangle import GammaRectangle, Rectangle, RotatedRectangle
from defectsynth.shapes.silhouette import Silhouette
from defectsynth.shapes.spots import Spots
from defectsynth.shapes.strand import Strand
from defectsynth.shapes.strand_fan import StrandFan
from defectsynth.shapes.stroke_bundle import StrokeBundle
from defectsynth.shapes.strokes import Strokes
from defectsynth.shapes.superpixel import Superpixel
from defectsynth.shapes.thread import Thread

__all__ = [
    "Band",
    "BranchingPath",
    "Burst",
    "ColorRegion",
    "CrestFlats",
    "EdgeStrip",
    "Fractal",
    "GammaRectangle",
    "GroundFlat",
    "Hatching",
    "Lettering",
    "LineSegment",
    "Particles",
    "Perlin",
    "Polygon",
    "Rectangle",
    "Rift",
    "RotatedRectangle",
    "Shape",
    "Silhouette",
    "Spots",
    "Strand",
    "StrandFan",
    "StrokeBundle",
    "Strokes",
    "Superpixel",
    "Thread",
]
