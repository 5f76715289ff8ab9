"""The synthetic anomalies of the literature under their own names, with their papers' numbers and without their faults.

Each is an ordinary `A.Compose` that draws at every call; how often a picture stays normal is for the training to say,
see `AnomalyTwins`. Pictures of other parts, or of textures, go in as `source`: a folder, image files, arrays or a
callable.

What all of them mend: the mask is what really changed, and never empty where a defect was drawn; a draw that cannot be
seen is drawn again; later patches take nothing from the masks of earlier ones; any size, number of channels and dtype.

>>> from defectsynth import reference
>>> sorted(reference.REFERENCES)[:4]
['anomaly_twin', 'cutpaste', 'cutpaste_3way', 'cutpaste_scar']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import albumentations as A

from defectsynth.io.sources import SourceLike
from defectsynth.places.base import Where
from defectsynth.transforms.pasted.cut_paste import CutPaste, CutPasteScar
from defectsynth.transforms.pasted.interpolated_patch import InterpolatedPatch
from defectsynth.transforms.pasted.natural_synthetic import NaturalSynthetic
from defectsynth.transforms.pasted.shuffled_structure import ShuffledStructure
from defectsynth.transforms.pasted.texture_patch import TexturePatch
from defectsynth.transforms.surface.line import Line

WHOLE: dict[str, Any] = {  # Perlin noise over the whole picture, 1 to 64 cells along each side, above 0.5
    "extent_range": (2.0, 2.0),
    "octave_range": (0, 6),
    "threshold": 0.5,
    "gather": 0.0,
}
LABELS = {"cut_paste": 1, "cut_paste_scar": 2}  # of the three-way classification; 0 is normal


def anomaly_twin(*, where: Where | str = "anywhere") -> A.Compose:
    """One straight line of one colour, the mark of anomaly twins.

    The article on deep metric learning for MVTec AD (daisukelab): up to 45 by 45 pixels long, 1 to 16 wide at 224.
    Ours are fractions of the picture, and `where` can keep the line on the object.
    """
    return A.Compose([Line(where=where, p=1.0)])


def cutpaste(*, source: SourceLike = None) -> A.Compose:
    """One rectangle of the picture pasted elsewhere.

    C.-L. Li et al., CVPR 2021: 2 to 15 % of the area, width by height 0.3 to 3.3, colour jitter 0.1. There width and
    height are swapped on pictures that are not square; here they are not.
    """
    return A.Compose([CutPaste(source=source, p=1.0)])


def cutpaste_scar(*, source: SourceLike = None) -> A.Compose:
    """One thin turned strip of the picture pasted elsewhere.

    C.-L. Li et al., CVPR 2021: 10 to 25 by 2 to 16 pixels at 256, turned by up to 45 degrees, colour jitter 0.1. Ours
    are fractions of the picture instead of pixels.
    """
    return A.Compose([CutPasteScar(source=source, p=1.0)])


def cutpaste_3way(*, source: SourceLike = None) -> A.Compose:
    """One rectangle or one strip pasted elsewhere, half and half, for a classifier of three.

    C.-L. Li et al., CVPR 2021: normal, patch and scar. Which it was says the record's kind; `label_3way` turns the
    records of a picture into 0, 1 or 2.
    """
    return A.Compose([A.OneOf([CutPaste(source=source, p=0.5), CutPasteScar(source=source, p=0.5)], p=1.0)])


def label_3way(defects: Sequence[Mapping[str, Any]]) -> int:
    """Return the class of a picture from its records: 0 normal, 1 patch, 2 scar.

    Raises:
        ValueError: if they are records of another mode.

    >>> label_3way([]), label_3way([{"kind": "cut_paste_scar"}])
    (0, 2)
    """
    kinds = [defect["kind"] for defect in defects]
    if len(kinds) > 1 or not set(kinds) <= set(LABELS):
        raise ValueError(f"defects must hold at most one record of {' or '.join(LABELS)}, got {', '.join(kinds)}")
    return LABELS[kinds[0]] if kinds else 0


def nsa_object(*, source: SourceLike = None, mask_kind: str = "binary") -> A.Compose:
    """One to three patches blended in without a seam, on the object.

    H. M. Schlueter et al., ECCV 2022: sides 0.06 and a gamma law of shape 2 and scale 0.1 on top, at most 0.8; zoom 0.7
    to 1.3; patches that show the object, laid on it. There the least sizes and shares depend on the category and the
    number of patches is 1 + two coins; here one set of numbers serves all, the number is even from 1 to 3, and patches
    do not reach over the object's edge. `mask_kind="intensity"` gives soft labels.
    """
    patch = NaturalSynthetic(
        source=source, where="object", position="object", count_range=(1, 3), mask_kind=mask_kind, p=1.0
    )
    return A.Compose([patch])


def nsa_texture(*, source: SourceLike = None, mask_kind: str = "binary") -> A.Compose:
    """One to four patches blended in without a seam, anywhere on a surface that fills the picture.

    H. M. Schlueter et al., ECCV 2022: sides as in `nsa_object`, zoom 0.5 to 2, up to four patches.
    `mask_kind="intensity"` gives soft labels.
    """
    patch = NaturalSynthetic(source=source, zoom_range=(0.5, 2.0), count_range=(1, 4), mask_kind=mask_kind, p=1.0)
    return A.Compose([patch])


def draem(*, source: SourceLike = None) -> A.Compose:
    """One foreign texture showing through noisy regions all over the picture.

    V. Zavrtanik et al., ICCV 2021: Perlin noise of 1 to 64 cells along each side, turned by up to 90 degrees, above
    0.5; opacity 0.1 to 1. There the textures are a download (pass its folder as `source`); here a procedural bank needs
    none. Ours works at any size, and noise that is nowhere above the threshold is drawn again.
    """
    return A.Compose([TexturePatch(source=source, opacity_range=(0.1, 1.0), **WHOLE, p=1.0)])


def memseg(*, source: SourceLike = None) -> A.Compose:
    """One foreign texture, or the part itself with its pieces in another order, in noisy regions of the object.

    M. Yang et al., 2022: the regions of `draem`, only on the object; texture or structure, half and half; opacity 0.15
    to 1; the structure is the picture in 4 to 8 tiles along each side, in other colours. `source` is for the textures.
    """
    chosen = [
        TexturePatch(source=source, where="object", opacity_range=(0.15, 1.0), **WHOLE, p=0.5),
        ShuffledStructure(where="object", opacity_range=(0.15, 1.0), **WHOLE, p=0.5),
    ]
    return A.Compose([A.OneOf(chosen, p=1.0)])


def fpi(*, source: SourceLike = None, mask_kind: str = "binary") -> A.Compose:
    """One rectangle in which the picture is interpolated with the same place of another one.

    J. Tan et al., MELBA 2022: sides 0.1 to 0.4 of the picture, factor 0.05 to 0.95. `mask_kind="alpha"` gives the
    factor as the label. Without a source the other picture is another place of the same one.
    """
    return A.Compose([InterpolatedPatch(source=source, mask_kind=mask_kind, min_visibility=0.01, p=1.0)])


REFERENCES: dict[str, Callable[[], A.Compose]] = {
    "anomaly_twin": anomaly_twin,
    "cutpaste": cutpaste,
    "cutpaste_scar": cutpaste_scar,
    "cutpaste_3way": cutpaste_3way,
    "nsa_object": nsa_object,
    "nsa_texture": nsa_texture,
    "draem": draem,
    "memseg": memseg,
    "fpi": fpi,
}
