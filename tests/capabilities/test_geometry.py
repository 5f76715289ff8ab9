"""Rows of the capability table on warps and on structural defects."""

from typing import Any

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.serialization import decode
from tests.images import chip, striped_object

SEEDS = range(12)


@pytest.mark.parametrize("bend", ["dent", "bulge", "bend"])
def test_row_local_warp(bend: str) -> None:
    image = striped_object()
    for seed in SEEDS:
        (record,) = (sample := ds.synthesize(image, ds.BentEdge(bends=(bend,)), seed=seed)).defects
        changed = sample.image != image
        assert not changed[sample.mask == 0].any()
        assert changed[sample.mask > 0].mean() >= 0.95, "the label covers the moved pixels, not the whole image"
        assert np.count_nonzero(sample.mask) < 0.1 * image.size
        point = np.array([[(record["box"][0] + record["box"][2]) / 2, (record["box"][1] + record["box"][3]) / 2]])
        assert np.abs(decode(record["recipe"]).forward(point) - point).max() > 0.2, "keypoints move along"
    on_object = [(ds.synthesize(image, ds.BentEdge(bends=(bend,)), seed=seed).image < 150).sum() for seed in SEEDS]
    expected = {
        "dent": lambda areas: max(areas) < (image < 150).sum(),
        "bulge": lambda areas: min(areas) > (image < 150).sum(),
    }
    assert expected.get(bend, lambda areas: True)(on_object)


@pytest.mark.parametrize("kind", [ds.Dent, ds.Bulge, ds.Squeeze, ds.Pinch], ids=lambda kind: kind.__name__)
def test_row_local_warp_with_shading(kind: Any) -> None:
    for seed in SEEDS:
        sample = ds.synthesize(striped_object(), kind(), seed=seed)
        changed = sample.image != striped_object()
        assert sample.mask.any()
        assert not changed[sample.mask == 0].any()
        assert changed[sample.mask > 0].mean() >= 0.95


LEADS = [(slice(y, y + 10), slice(112, 150)) for y in (50, 90, 130)]  # of the chip


def visible_leads(image: np.ndarray) -> list[float]:
    """Return the visible share of each lead."""
    return [float((np.abs(image[lead].astype(int) - 90) < 20).mean()) for lead in LEADS]


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        (ds.MissingPart, (0.0, 0.1)),
        (ds.CutPart, (0.1, 0.75)),
        (ds.DisplacedPart, (0.0, 0.75)),
        (ds.RotatedPart, (0.0, 0.85)),
        (ds.DuplicatedPart, (0.95, 1.0)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_row_structural(kind: Any, left: tuple[float, float]) -> None:
    for seed in SEEDS:
        options = {"distance_range": (0.04, 0.06)} if kind is ds.DisplacedPart else {}
        sample = ds.synthesize(chip(), kind(part_kinds=("lead",), **options), seed=seed)
        assert left[0] <= min(visible_leads(sample.image)) <= left[1]
        assert sorted(visible_leads(sample.image))[1:] == pytest.approx([1.0, 1.0], abs=0.35), (
            "the other leads are complete"
        )
        assert not (sample.image != chip())[sample.mask == 0].any()


def test_row_structural_duplicated_and_swapped_and_broken() -> None:
    dark = (chip() < 120).sum()
    copies = [ds.synthesize(chip(), ds.DuplicatedPart(part_kinds=("lead",)), seed=seed).image for seed in SEEDS]
    assert min((image < 120).sum() for image in copies) > dark + 30
    image = chip()
    image[92:98, 120:140] = 10  # a mark on the middle lead
    swapped = [ds.synthesize(image, ds.SwappedParts(part_kinds=("lead",)), seed=seed).image for seed in SEEDS]
    assert any((result[LEADS[1]] < 30).mean() < 0.05 for result in swapped), "the marked lead lies elsewhere"
    assert all((result < 30).sum() > 60 for result in swapped), "the marked lead is complete"
    for seed in SEEDS:
        broken = ds.synthesize(chip(), ds.ChippedEdge(through_range=(0.5, 0.9)), seed=seed)
        assert (broken.image < 120).sum() < dark
