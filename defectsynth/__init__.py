"""Synthetic defects for pictures of good parts, with masks that are true to the pixel.

>>> import numpy as np
>>> import defectsynth as ds
>>> sample = ds.synthesize(np.full((64, 64, 3), 128, np.uint8), ds.Scratch(), seed=0)
>>> sample.image.shape, sample.mask.shape, sample.defects[0]["kind"]
((64, 64, 3), (64, 64), 'scratch')
"""

from defectsynth import reference
from defectsynth.bent_edge import BentEdge
from defectsynth.bent_thread import BentThread, PatternShift
from defectsynth.blends import Blend
from defectsynth.chipped_edge import ChippedEdge, TornEdge
from defectsynth.color_spot import ColorSpot
from defectsynth.composed import PaintedDefect, WarpedDefect
from defectsynth.cut_paste import CutPaste, CutPasteScar
from defectsynth.cutting import OtherImage
from defectsynth.dent import Bulge, Dent
from defectsynth.displaced_part import DisplacedPart, FlippedPart, MisplacedObject, RotatedPart
from defectsynth.displacement import Field, Push
from defectsynth.foreground import find_foreground
from defectsynth.hole import Hole
from defectsynth.interpolated_patch import InterpolatedPatch
from defectsynth.line import Line
from defectsynth.looks import Color, Elsewhere, Look, Noise, Shade
from defectsynth.missing_part import CutPart, MissingPart
from defectsynth.missing_thread import BrokenThread, MissingThread
from defectsynth.natural_synthetic import NaturalSynthetic
from defectsynth.patch_swap import PatchSwap
from defectsynth.perlin import Perlin
from defectsynth.placement import Anywhere, EdgeRing, InsideObject, OnEdge, OnObject, Place, Where
from defectsynth.real_defect import RealDefect
from defectsynth.rectangle import GammaRectangle, Rectangle, Strip
from defectsynth.scratch import Scratch
from defectsynth.segment import Segment
from defectsynth.shapes import Shape
from defectsynth.shuffled import Shuffled, ShuffledStructure
from defectsynth.spots import Spots
from defectsynth.squeeze import Pinch, Squeeze
from defectsynth.strokes import Strokes
from defectsynth.swapped_parts import DuplicatedPart, SwappedParts
from defectsynth.swelling import Swelling
from defectsynth.synthesis import Sample, redraw, synthesize
from defectsynth.texture import Texture
from defectsynth.texture_patch import TexturePatch
from defectsynth.threads import Beneath, Thread, ThreadPush
from defectsynth.twins import AnomalyTwins, Twin

__version__ = "0.1.0"

__all__ = [
    "AnomalyTwins",
    "Anywhere",
    "Beneath",
    "BentEdge",
    "BentThread",
    "Blend",
    "BrokenThread",
    "Bulge",
    "ChippedEdge",
    "Color",
    "ColorSpot",
    "CutPart",
    "CutPaste",
    "CutPasteScar",
    "Dent",
    "DisplacedPart",
    "DuplicatedPart",
    "EdgeRing",
    "Elsewhere",
    "Field",
    "FlippedPart",
    "GammaRectangle",
    "Hole",
    "InsideObject",
    "InterpolatedPatch",
    "Line",
    "Look",
    "MisplacedObject",
    "MissingPart",
    "MissingThread",
    "NaturalSynthetic",
    "Noise",
    "OnEdge",
    "OnObject",
    "OtherImage",
    "PaintedDefect",
    "PatchSwap",
    "PatternShift",
    "Perlin",
    "Pinch",
    "Place",
    "Push",
    "RealDefect",
    "Rectangle",
    "RotatedPart",
    "Sample",
    "Scratch",
    "Segment",
    "Shade",
    "Shape",
    "Shuffled",
    "ShuffledStructure",
    "Spots",
    "Squeeze",
    "Strip",
    "Strokes",
    "SwappedParts",
    "Swelling",
    "Texture",
    "TexturePatch",
    "Thread",
    "ThreadPush",
    "TornEdge",
    "Twin",
    "WarpedDefect",
    "Where",
    "find_foreground",
    "redraw",
    "reference",
    "synthesize",
]
