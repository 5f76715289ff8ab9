"""A procedural sample set: parts and textures rendered from height maps with light, with real defects to test on.

Its test defects are changes of the height map or of the material, made here and not by defectsynth, so that a model
trained on synthetic defects is tested on something else. Nothing is downloaded; seconds to make; the same seed gives
the same images.
"""

from eval.sample_set.families import FAMILIES, Family, difference_mask, image_seed, render_part
from eval.sample_set.writing import write_good_images, write_sample_set

__all__ = [
    "FAMILIES",
    "Family",
    "difference_mask",
    "image_seed",
    "render_part",
    "write_good_images",
    "write_sample_set",
]
