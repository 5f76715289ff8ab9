"""Synthetic anomalies of the literature, with the parameters of the papers.

Each mode is an `A.Compose` that draws a defect at every call. The share of normal images is set in the training, see
`AnomalyTwins`. The argument `source` takes images of other parts or of textures: a folder, image files, arrays or a
callable.

All modes differ from the papers in these points: the mask marks the pixels that changed and is never empty if a defect
was drawn; an invisible draw is repeated; later patches do not change the masks of earlier ones; images can have any
size, number of channels and dtype.

Examples:
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

PERLIN_REGIONS: dict[str, Any] = {  # Perlin noise above 0.5 on the whole image, 1 to 64 cells along each side
    "extent_range": (2.0, 2.0),
    "octave_range": (0, 6),
    "threshold": 0.5,
    "gather": 0.0,
}
LABELS_3WAY = {"cut_paste": 1, "cut_paste_scar": 2}  # kind of a record: its class; normal is 0


def anomaly_twin(*, where: Where | str = "anywhere") -> A.Compose:
    """Return a preset that draws one straight line of one colour (anomaly twins).

    Args:
        where: place of the line, such as "object"; the article draws it anywhere.

    References:
        daisukelab, article on deep metric learning for MVTec AD: lines of up to 45 by 45 pixels, 1 to 16 pixels wide,
        in images of 224 pixels. Here the sizes are fractions of the image.
    """
    return A.Compose([Line(where=where, p=1.0)])


def cutpaste(*, source: SourceLike = None) -> A.Compose:
    """Return a preset that pastes one rectangle of the image at another place (CutPaste).

    Args:
        source: images to cut from; None is the image itself.

    References:
        C.-L. Li et al., "CutPaste", CVPR 2021: 2 to 15 % of the area, width by height 0.3 to 3.3, colour jitter 0.1.
        There width and height are swapped in images that are not square; here they are not.
    """
    return A.Compose([CutPaste(source=source, p=1.0)])


def cutpaste_scar(*, source: SourceLike = None) -> A.Compose:
    """Return a preset that pastes one thin rotated strip of the image at another place (CutPaste-Scar).

    Args:
        source: images to cut from; None is the image itself.

    References:
        C.-L. Li et al., "CutPaste", CVPR 2021: 10 to 25 by 2 to 16 pixels in images of 256 pixels, rotated by up to 45
        degrees, colour jitter 0.1. Here the sizes are fractions of the image.
    """
    return A.Compose([CutPasteScar(source=source, p=1.0)])


def cutpaste_3way(*, source: SourceLike = None) -> A.Compose:
    """Return a preset that pastes one rectangle or one strip with equal probability (CutPaste, 3-way).

    `label_3way` converts the records of an image to its class.

    Args:
        source: images to cut from; None is the image itself.

    References:
        C.-L. Li et al., "CutPaste", CVPR 2021: a classifier of normal images, patches and scars. Here the classes are
        read from the records; the rest differs as in `cutpaste` and `cutpaste_scar`.
    """
    return A.Compose([A.OneOf([CutPaste(source=source, p=0.5), CutPasteScar(source=source, p=0.5)], p=1.0)])


def label_3way(defects: Sequence[Mapping[str, Any]]) -> int:
    """Return the class of an image from its records: 0 normal, 1 patch, 2 scar.

    Args:
        defects: records of one image, drawn by `cutpaste_3way`.

    Raises:
        ValueError: if there is more than one record, or one of another mode.

    Examples:
        >>> label_3way([]), label_3way([{"kind": "cut_paste_scar"}])
        (0, 2)
    """
    kinds = [defect["kind"] for defect in defects]
    if len(kinds) > 1 or not set(kinds) <= set(LABELS_3WAY):
        raise ValueError(f"defects must hold at most one record of {' or '.join(LABELS_3WAY)}, got {', '.join(kinds)}")
    return LABELS_3WAY[kinds[0]] if kinds else 0


def nsa_object(*, source: SourceLike = None, mask_kind: str = "binary") -> A.Compose:
    """Return a preset that blends one to three patches of the object seamlessly into the object (NSA).

    Args:
        source: images to cut from; None is the image itself.
        mask_kind: "binary"; "intensity" or "logistic" for the soft labels of the paper, see `DefectTransform`.

    References:
        H. M. Schlueter et al., "Natural Synthetic Anomalies", ECCV 2022: sides of 0.06 plus a gamma distribution of
        shape 2 and scale 0.1, at most 0.8; zoom 0.7 to 1.3; patches from the object on the object. There the least
        sizes and shares depend on the category, and the number of patches is 1 + Binomial(2, 0.5). Here the sizes
        are the same for all categories, the number of patches is uniform, and patches end at the outline of the
        object.
    """
    patch = NaturalSynthetic(
        source=source, where="object", position="object", count_range=(1, 3), mask_kind=mask_kind, p=1.0
    )
    return A.Compose([patch])


def nsa_texture(*, source: SourceLike = None, mask_kind: str = "binary") -> A.Compose:
    """Return a preset that blends one to four patches seamlessly into a surface that fills the image (NSA).

    Args:
        source: images to cut from; None is the image itself.
        mask_kind: "binary"; "intensity" or "logistic" for the soft labels of the paper, see `DefectTransform`.

    References:
        H. M. Schlueter et al., "Natural Synthetic Anomalies", ECCV 2022: sides as in `nsa_object`, zoom 0.5 to 2, up to
        four patches. Differences as in `nsa_object`.
    """
    patch = NaturalSynthetic(source=source, zoom_range=(0.5, 2.0), count_range=(1, 4), mask_kind=mask_kind, p=1.0)
    return A.Compose([patch])


def draem(*, source: SourceLike = None) -> A.Compose:
    """Return a preset that blends a foreign texture into noisy regions of the whole image (DRAEM).

    Args:
        source: images of textures; None is a procedural bank.

    References:
        V. Zavrtanik et al., "DRAEM", ICCV 2021: regions where Perlin noise of 1 to 64 cells along each side, rotated by
        up to 90 degrees, exceeds 0.5; opacity 0.1 to 1; textures of a downloaded data set, whose folder can be given as
        `source`. Here noise that nowhere exceeds the threshold is drawn again.
    """
    return A.Compose([TexturePatch(source=source, opacity_range=(0.1, 1.0), **PERLIN_REGIONS, p=1.0)])


def memseg(*, source: SourceLike = None) -> A.Compose:
    """Return a preset that blends a foreign texture or shuffled structure into noisy regions of the object (MemSeg).

    Args:
        source: images of textures; None is a procedural bank.

    References:
        M. Yang et al., "MemSeg", 2022: the regions of `draem` on the object; texture or structure with equal
        probability; opacity 0.15 to 1; the structure is the image in 4 to 8 tiles along each side, in random order and
        with changed colours. Differences as in `draem`.
    """
    alternatives = [
        TexturePatch(source=source, where="object", opacity_range=(0.15, 1.0), **PERLIN_REGIONS, p=0.5),
        ShuffledStructure(where="object", opacity_range=(0.15, 1.0), **PERLIN_REGIONS, p=0.5),
    ]
    return A.Compose([A.OneOf(alternatives, p=1.0)])


def fpi(*, source: SourceLike = None, mask_kind: str = "binary") -> A.Compose:
    """Return a preset that interpolates one rectangle with the same place of another image (FPI).

    Args:
        source: other images; None takes a patch from another place of the image itself.
        mask_kind: "binary", or "alpha" for the interpolation factor as the label.

    References:
        J. Tan et al., "Detecting Outliers with Foreign Patch Interpolation", MELBA 2022: sides of 0.1 to 0.4 of the
        image, factor 0.05 to 0.95. There the other image is a second training image; here it is optional, and a factor
        too low to be seen is drawn again.
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
