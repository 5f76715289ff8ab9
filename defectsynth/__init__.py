"""Synthetic defects for pictures of good parts, with masks that are true to the pixel.

>>> import numpy as np
>>> import defectsynth as ds
>>> sample = ds.synthesize(np.full((64, 64, 3), 128, np.uint8), ds.Scratch(), seed=0)
>>> sample.image.shape, sample.mask.shape, sample.defects[0]["kind"]
((64, 64, 3), (64, 64), 'scratch')
"""

from defectsynth import presets, reference
from defectsynth.abrasion import Abrasion
from defectsynth.along_object import AlongObject
from defectsynth.band import Band
from defectsynth.bent_edge import BentEdge
from defectsynth.bent_end import BentEnd, Swing
from defectsynth.bent_thread import BentThread, PatternShift
from defectsynth.blends import Blend
from defectsynth.branches import Branches
from defectsynth.bubble import Bubble
from defectsynth.bundle import Bundle
from defectsynth.burst import Burst
from defectsynth.chipped_edge import ChippedEdge, TornEdge
from defectsynth.cloudy import Cloudy
from defectsynth.color_shift import ColorShift
from defectsynth.color_spot import ColorSpot
from defectsynth.composed import PaintedDefect, WarpedDefect
from defectsynth.contamination import Contamination
from defectsynth.crack import Crack
from defectsynth.crests import Crests
from defectsynth.crimp import Crimp
from defectsynth.crimping import Crimping
from defectsynth.curriculum import Curriculum, with_severity
from defectsynth.cut_paste import CutPaste, CutPasteScar
from defectsynth.cutting import OtherImage
from defectsynth.dent import Bulge, Dent
from defectsynth.discoloration import Discoloration
from defectsynth.displaced_part import DisplacedPart, FlippedPart, MisplacedObject, RotatedPart
from defectsynth.displacement import Field, Push
from defectsynth.even_area import EvenArea
from defectsynth.facet import Facet
from defectsynth.facets import Facets
from defectsynth.faded_print import FadedPrint
from defectsynth.fiber import Fiber
from defectsynth.filed import Filed
from defectsynth.filed_edge import FiledEdge
from defectsynth.flattened_crest import FlattenedCrest
from defectsynth.fold import Fold
from defectsynth.foreground import find_foreground
from defectsynth.foreign_body import ForeignBody
from defectsynth.fractal import Fractal
from defectsynth.fractal_blob import FractalBlob
from defectsynth.fracture import Fracture
from defectsynth.glue import Glue
from defectsynth.granular import Granular
from defectsynth.grind_mark import GrindMark
from defectsynth.hole import Hole
from defectsynth.in_frame import InFrame
from defectsynth.interpolated_patch import InterpolatedPatch
from defectsynth.lettering import Lettering
from defectsynth.line import Line
from defectsynth.looks import Color, Elsewhere, Look, Noise, Shade
from defectsynth.missing_part import CutPart, MissingPart
from defectsynth.missing_thread import BrokenThread, MissingThread
from defectsynth.mottling import Mottling
from defectsynth.natural_synthetic import NaturalSynthetic
from defectsynth.on_core import OnCore
from defectsynth.on_print import OnPrint
from defectsynth.on_seam import OnSeam
from defectsynth.particles import Particles
from defectsynth.patch_swap import PatchSwap
from defectsynth.perlin import Perlin
from defectsynth.pit import Pit
from defectsynth.placement import Anywhere, EdgeRing, InsideObject, OnEdge, OnObject, Place, Where
from defectsynth.polygon import Polygon
from defectsynth.puncture import Puncture
from defectsynth.real_defect import RealDefect
from defectsynth.recolored_part import RecoloredPart
from defectsynth.rectangle import GammaRectangle, Rectangle, Strip
from defectsynth.relief import Relief
from defectsynth.rim import Rim
from defectsynth.scratch import Scratch
from defectsynth.scuff import Scuff
from defectsynth.segment import Segment
from defectsynth.shapes import Shape
from defectsynth.shuffled import Shuffled, ShuffledStructure
from defectsynth.silhouette import Silhouette
from defectsynth.spatter import Spatter
from defectsynth.split import Split
from defectsynth.spots import Spots
from defectsynth.squeeze import Pinch, Squeeze
from defectsynth.stain import Stain
from defectsynth.strand import Strand
from defectsynth.stray_print import StrayPrint
from defectsynth.streak import Streak
from defectsynth.strokes import Strokes
from defectsynth.superpixel import Superpixel
from defectsynth.swapped_parts import DuplicatedPart, SwappedParts
from defectsynth.swelling import Swelling
from defectsynth.synthesis import Sample, redraw, synthesize
from defectsynth.tape import Tape
from defectsynth.texture import Texture
from defectsynth.texture_patch import TexturePatch
from defectsynth.threads import Beneath, Thread, ThreadPush
from defectsynth.tide_mark import TideMark
from defectsynth.twins import AnomalyTwins, Twin
from defectsynth.wear import Wear
from defectsynth.wrong_variety import WrongVariety

__version__ = "0.1.0"

__all__ = [
    "Abrasion",
    "AlongObject",
    "AnomalyTwins",
    "Anywhere",
    "Band",
    "Beneath",
    "BentEdge",
    "BentEnd",
    "BentThread",
    "Blend",
    "Branches",
    "BrokenThread",
    "Bubble",
    "Bulge",
    "Bundle",
    "Burst",
    "ChippedEdge",
    "Cloudy",
    "Color",
    "ColorShift",
    "ColorSpot",
    "Contamination",
    "Crack",
    "Crests",
    "Crimp",
    "Crimping",
    "Curriculum",
    "CutPart",
    "CutPaste",
    "CutPasteScar",
    "Dent",
    "Discoloration",
    "DisplacedPart",
    "DuplicatedPart",
    "EdgeRing",
    "Elsewhere",
    "EvenArea",
    "Facet",
    "Facets",
    "FadedPrint",
    "Fiber",
    "Field",
    "Filed",
    "FiledEdge",
    "FlattenedCrest",
    "FlippedPart",
    "Fold",
    "ForeignBody",
    "Fractal",
    "FractalBlob",
    "Fracture",
    "GammaRectangle",
    "Glue",
    "Granular",
    "GrindMark",
    "Hole",
    "InFrame",
    "InsideObject",
    "InterpolatedPatch",
    "Lettering",
    "Line",
    "Look",
    "MisplacedObject",
    "MissingPart",
    "MissingThread",
    "Mottling",
    "NaturalSynthetic",
    "Noise",
    "OnCore",
    "OnEdge",
    "OnObject",
    "OnPrint",
    "OnSeam",
    "OtherImage",
    "PaintedDefect",
    "Particles",
    "PatchSwap",
    "PatternShift",
    "Perlin",
    "Pinch",
    "Pit",
    "Place",
    "Polygon",
    "Puncture",
    "Push",
    "RealDefect",
    "RecoloredPart",
    "Rectangle",
    "Relief",
    "Rim",
    "RotatedPart",
    "Sample",
    "Scratch",
    "Scuff",
    "Segment",
    "Shade",
    "Shape",
    "Shuffled",
    "ShuffledStructure",
    "Silhouette",
    "Spatter",
    "Split",
    "Spots",
    "Squeeze",
    "Stain",
    "Strand",
    "StrayPrint",
    "Streak",
    "Strip",
    "Strokes",
    "Superpixel",
    "SwappedParts",
    "Swelling",
    "Swing",
    "Tape",
    "Texture",
    "TexturePatch",
    "Thread",
    "ThreadPush",
    "TideMark",
    "TornEdge",
    "Twin",
    "WarpedDefect",
    "Wear",
    "Where",
    "WrongVariety",
    "find_foreground",
    "presets",
    "redraw",
    "reference",
    "synthesize",
    "with_severity",
]
