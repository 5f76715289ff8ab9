"""The appearance of a defect: the pixels to lay down inside its bounding box."""

from defectsynth.looks.base import Look
from defectsynth.looks.clear_dome import ClearDome
from defectsynth.looks.cloudy import Cloudy
from defectsynth.looks.color import Color
from defectsynth.looks.color_shift import ColorShift
from defectsynth.looks.elsewhere import Elsewhere
from defectsynth.looks.fibrous_core import FibrousCore
from defectsynth.looks.filed import Filed
from defectsynth.looks.film import ClearSheet, LiquidFilm
from defectsynth.looks.foreign_body import ForeignBody
from defectsynth.looks.fracture_facets import FractureFacets
from defectsynth.looks.granular import Granular
from defectsynth.looks.mottling import Mottling
from defectsynth.looks.noise import Noise
from defectsynth.looks.opening import ChippedGap, DrilledBore
from defectsynth.looks.other_image import OtherImage
from defectsynth.looks.pigment import Pigment
from defectsynth.looks.relief import Relief
from defectsynth.looks.shade import Shade
from defectsynth.looks.shuffled import Shuffled
from defectsynth.looks.substrate import Substrate
from defectsynth.looks.texture import Texture
from defectsynth.looks.tide_mark import TideMark
from defectsynth.looks.wear import Wear

__all__ = [
    "ChippedGap",
    "ClearDome",
    "ClearSheet",
    "Cloudy",
    "Color",
    "ColorShift",
    "DrilledBore",
    "Elsewhere",
    "FibrousCore",
    "Filed",
    "ForeignBody",
    "FractureFacets",
    "Granular",
    "LiquidFilm",
    "Look",
    "Mottling",
    "Noise",
    "OtherImage",
    "Pigment",
    "Relief",
    "Shade",
    "Shuffled",
    "Substrate",
    "Texture",
    "TideMark",
    "Wear",
]
