"""Procedural sample set: parts and textures rendered from lit height maps, with defects to test on.

Its test defects are changes of the height map or of the material and are not drawn by defectsynth, so a model trained
on synthetic defects is tested on different ones. Nothing is downloaded; writing takes up to 40 s a family; equal seeds
give equal images.
"""

from eval.sample_set.families import (
    DEMO_FAMILIES,
    FAMILIES,
    STAND_INS,
    Family,
    difference_mask,
    image_seed,
    render_part,
)
from eval.sample_set.writing import write_good_images, write_sample_set

__all__ = [
    "DEMO_FAMILIES",
    "FAMILIES",
    "STAND_INS",
    "Family",
    "difference_mask",
    "image_seed",
    "render_part",
    "write_good_images",
    "write_sample_set",
]
