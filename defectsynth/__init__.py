"""Synthetic defects for pictures of good parts, with masks that are true to the pixel.

>>> import numpy as np
>>> import defectsynth as ds
>>> sample = ds.synthesize(np.full((64, 64, 3), 128, np.uint8), ds.Scratch(), seed=0)
>>> sample.image.shape, sample.mask.shape, sample.defects[0]["kind"]
((64, 64, 3), (64, 64), 'scratch')
"""

from defectsynth.abrasion import Abrasion
from defectsynth.band import Band
from defectsynth.bent_edge import BentEdge
from defectsynth.blends import Blend
from defectsynth.branches import Branches
from defectsynth.bubble import Bubble
from defectsynth.bundle import Bundle
from defectsynth.color_shift import ColorShift
from defectsynth.color_spot import ColorSpot
from defectsynth.composed import PaintedDefect, WarpedDefect
from defectsynth.contamination import Contamination
from defectsynth.crack import Crack
from defectsynth.discoloration import Discoloration
from defectsynth.displacement import Field, Push
from defectsynth.faded_print import FadedPrint
from defectsynth.fiber import Fiber
from defectsynth.fold import Fold
from defectsynth.foreground import find_foreground
from defectsynth.foreign_body import ForeignBody
from defectsynth.fractal import Fractal
from defectsynth.fractal_blob import FractalBlob
from defectsynth.line import Line
from defectsynth.looks import Color, Elsewhere, Look, Noise, Shade
from defectsynth.on_print import OnPrint
from defectsynth.particles import Particles
from defectsynth.pit import Pit
from defectsynth.placement import Anywhere, EdgeRing, InsideObject, OnEdge, OnObject, Place, Where
from defectsynth.relief import Relief
from defectsynth.scratch import Scratch
from defectsynth.scuff import Scuff
from defectsynth.segment import Segment
from defectsynth.shapes import Shape
from defectsynth.spatter import Spatter
from defectsynth.spots import Spots
from defectsynth.stain import Stain
from defectsynth.strand import Strand
from defectsynth.streak import Streak
from defectsynth.strokes import Strokes
from defectsynth.synthesis import Sample, redraw, synthesize
from defectsynth.tape import Tape
from defectsynth.tide_mark import TideMark
from defectsynth.twins import AnomalyTwins, Twin
from defectsynth.wear import Wear

__version__ = "0.1.0"

__all__ = [
    "Abrasion",
    "AnomalyTwins",
    "Anywhere",
    "Band",
    "BentEdge",
    "Blend",
    "Branches",
    "Bubble",
    "Bundle",
    "Color",
    "ColorShift",
    "ColorSpot",
    "Contamination",
    "Crack",
    "Discoloration",
    "EdgeRing",
    "Elsewhere",
    "FadedPrint",
    "Fiber",
    "Field",
    "Fold",
    "ForeignBody",
    "Fractal",
    "FractalBlob",
    "InsideObject",
    "Line",
    "Look",
    "Noise",
    "OnEdge",
    "OnObject",
    "OnPrint",
    "PaintedDefect",
    "Particles",
    "Pit",
    "Place",
    "Push",
    "Relief",
    "Sample",
    "Scratch",
    "Scuff",
    "Segment",
    "Shade",
    "Shape",
    "Spatter",
    "Spots",
    "Stain",
    "Strand",
    "Streak",
    "Strokes",
    "Tape",
    "TideMark",
    "Twin",
    "WarpedDefect",
    "Wear",
    "Where",
    "find_foreground",
    "redraw",
    "synthesize",
]
