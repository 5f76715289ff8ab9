"""The transforms: one class a defect, in five families.

`surface` (scratches, cracks, pits), `contamination` (stains, spots, particles, prints), `deformation` (dents, bends,
displaced threads), `structural` (parts missing, moved, exchanged) and `pasted` (pixels from elsewhere). `PaintedDefect`
and `WarpedDefect` take any components.
"""

from defectsynth.transforms.contamination.clear_drop import ClearDrop
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.contamination import Contamination
from defectsynth.transforms.contamination.discoloration import Discoloration
from defectsynth.transforms.contamination.faded_print import FadedPrint
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.film_scrap import FilmScrap
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.glue import Glue
from defectsynth.transforms.contamination.marker import MarkerStroke
from defectsynth.transforms.contamination.pigment_mark import PigmentMark
from defectsynth.transforms.contamination.shaving import Shaving
from defectsynth.transforms.contamination.spatter import Spatter
from defectsynth.transforms.contamination.spill import Spill
from defectsynth.transforms.contamination.stain import Stain
from defectsynth.transforms.contamination.stray_print import StrayPrint
from defectsynth.transforms.contamination.streak import Streak
from defectsynth.transforms.contamination.tape import Tape
from defectsynth.transforms.contamination.wrong_variety import WrongVariety
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.bent_end import BentEnd
from defectsynth.transforms.deformation.bent_thread import BentThread, PatternShift
from defectsynth.transforms.deformation.bent_wire import BentWire, BrokenWire
from defectsynth.transforms.deformation.crimp import Crimp
from defectsynth.transforms.deformation.dent import Bulge, Dent
from defectsynth.transforms.deformation.folded_corner import FoldedCorner
from defectsynth.transforms.deformation.splayed_strands import SplayedStrands
from defectsynth.transforms.deformation.squeeze import Pinch, Squeeze
from defectsynth.transforms.painted import PaintedDefect
from defectsynth.transforms.pasted.cut_paste import CutPaste, CutPasteScar
from defectsynth.transforms.pasted.interpolated_patch import InterpolatedPatch
from defectsynth.transforms.pasted.natural_synthetic import NaturalSynthetic
from defectsynth.transforms.pasted.patch_swap import PatchSwap
from defectsynth.transforms.pasted.real_defect import RealDefect
from defectsynth.transforms.pasted.shuffled_structure import ShuffledStructure
from defectsynth.transforms.pasted.texture_patch import TexturePatch
from defectsynth.transforms.structural.chipped_edge import ChippedEdge, TornEdge
from defectsynth.transforms.structural.displaced_part import DisplacedPart, FlippedPart, MisplacedObject, RotatedPart
from defectsynth.transforms.structural.filed_edge import FiledEdge
from defectsynth.transforms.structural.frayed_edge import FrayedEdge
from defectsynth.transforms.structural.inserts import MissingInsert, SwappedInserts
from defectsynth.transforms.structural.missing_part import CutPart, MissingPart
from defectsynth.transforms.structural.recolored_part import RecoloredPart
from defectsynth.transforms.structural.swapped_parts import DuplicatedPart, SwappedParts
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.bubble import Bubble
from defectsynth.transforms.surface.chipped_veneer import ChippedVeneer
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.crushed_pattern import CrushedPattern
from defectsynth.transforms.surface.drill_hole import DrillHole
from defectsynth.transforms.surface.flattened_crest import FlattenedCrest
from defectsynth.transforms.surface.fold import Fold
from defectsynth.transforms.surface.fracture import Fracture
from defectsynth.transforms.surface.frayed_cut import FrayedCut
from defectsynth.transforms.surface.grind_mark import GrindMark
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.line import Line
from defectsynth.transforms.surface.missing_thread import BrokenThread, MissingThread
from defectsynth.transforms.surface.pit import Pit
from defectsynth.transforms.surface.puncture import Puncture
from defectsynth.transforms.surface.rupture import Rupture
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.scuff import Scuff
from defectsynth.transforms.surface.split import Split
from defectsynth.transforms.surface.tear import Tear
from defectsynth.transforms.warped import WarpedDefect

__all__ = [
    "Abrasion",
    "BentEdge",
    "BentEnd",
    "BentThread",
    "BentWire",
    "BrokenThread",
    "BrokenWire",
    "Bubble",
    "Bulge",
    "ChippedEdge",
    "ChippedVeneer",
    "ClearDrop",
    "ColorSpot",
    "Contamination",
    "Crack",
    "Crimp",
    "CrushedPattern",
    "CutPart",
    "CutPaste",
    "CutPasteScar",
    "Dent",
    "Discoloration",
    "DisplacedPart",
    "DrillHole",
    "DuplicatedPart",
    "FadedPrint",
    "Fiber",
    "FiledEdge",
    "FilmScrap",
    "FlattenedCrest",
    "FlippedPart",
    "Fold",
    "FoldedCorner",
    "FractalBlob",
    "Fracture",
    "FrayedCut",
    "FrayedEdge",
    "Glue",
    "GrindMark",
    "Hole",
    "InterpolatedPatch",
    "Line",
    "MarkerStroke",
    "MisplacedObject",
    "MissingInsert",
    "MissingPart",
    "MissingThread",
    "NaturalSynthetic",
    "PaintedDefect",
    "PatchSwap",
    "PatternShift",
    "PigmentMark",
    "Pinch",
    "Pit",
    "Puncture",
    "RealDefect",
    "RecoloredPart",
    "RotatedPart",
    "Rupture",
    "Scratch",
    "Scuff",
    "Shaving",
    "ShuffledStructure",
    "Spatter",
    "Spill",
    "SplayedStrands",
    "Split",
    "Squeeze",
    "Stain",
    "StrayPrint",
    "Streak",
    "SwappedInserts",
    "SwappedParts",
    "Tape",
    "Tear",
    "TexturePatch",
    "TornEdge",
    "WarpedDefect",
    "WrongVariety",
]
