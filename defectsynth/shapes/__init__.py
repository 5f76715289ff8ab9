"""The outline of a defect: turn sampled numbers into an alpha layer no larger than the bounding box of the defect."""

from defectsynth.shapes.band import Band
from defectsynth.shapes.base import Shape
from defectsynth.shapes.branches import Branches
from defectsynth.shapes.bundle import Bundle
from defectsynth.shapes.burst import Burst
from defectsynth.shapes.color_region import ColorRegion
from defectsynth.shapes.crests import Crests
from defectsynth.shapes.fractal import Fractal
from defectsynth.shapes.ground_flat import GroundFlat
from defectsynth.shapes.lettering import Lettering
from defectsynth.shapes.particles import Particles
from defectsynth.shapes.perlin import Perlin
from defectsynth.shapes.polygon import Polygon
from defectsynth.shapes.rectangle import GammaRectangle, Rectangle, Strip
from defectsynth.shapes.rim import Rim
from defectsynth.shapes.segment import Segment
from defectsynth.shapes.silhouette import Silhouette
from defectsynth.shapes.spots import Spots
from defectsynth.shapes.strand import Strand
from defectsynth.shapes.strokes import Strokes
from defectsynth.shapes.superpixel import Superpixel
from defectsynth.shapes.thread import Thread

__all__ = [
    "Band",
    "Branches",
    "Bundle",
    "Burst",
    "ColorRegion",
    "Crests",
    "Fractal",
    "GammaRectangle",
    "GroundFlat",
    "Lettering",
    "Particles",
    "Perlin",
    "Polygon",
    "Rectangle",
    "Rim",
    "Segment",
    "Shape",
    "Silhouette",
    "Spots",
    "Strand",
    "Strip",
    "Strokes",
    "Superpixel",
    "Thread",
]
