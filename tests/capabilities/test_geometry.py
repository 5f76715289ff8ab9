"""What the field's generators can move or take away: rows of the capability table on warps and on structure."""

from typing import Any

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.serialization import decode

SEEDS = range(12)


def striped() -> np.ndarray:
    """A striped object in front of a plain ground."""
    y, x = np.mgrid[:240, :320]
    return np.where((np.abs(x - 160) < 100) & (np.abs(y - 120) < 70), 60 + 20 * (x // 8 % 2), 210).astype(np.uint8)


def chip() -> np.ndarray:
    """A dark body with three leads to the right, in front of a striped background."""
    image = np.full((192, 192), 205, np.uint8)
    image[:, ::8] = 190
    image[40:150, 30:110] = 60
    for y in (50, 90, 130):
        image[y : y + 10, 110:150] = 90
    return image


@pytest.mark.parametrize("bend", ["dent", "bulge", "bend"])
def test_row_local_warp(bend: str) -> None:
    image = striped()
    for seed in SEEDS:
        (record,) = (sample := ds.synthesize(image, ds.BentEdge(bends=(bend,)), seed=seed)).defects
        changed = sample.image != image
        assert not changed[sample.mask == 0].any()
        assert changed[sample.mask > 0].mean() >= 0.95, "the label is what moved, not the whole picture"
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
        sample = ds.synthesize(striped(), kind(), seed=seed)
        changed = sample.image != striped()
        assert sample.mask.any()
        assert not changed[sample.mask == 0].any()
        assert changed[sample.mask > 0].mean() >= 0.95


LEADS = [(slice(y, y + 10), slice(112, 150)) for y in (50, 90, 130)]  # of the chip


def leads_of(image: np.ndarray) -> list[float]:
    """The share of each lead's pixels that show it."""
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
        assert left[0] <= min(leads_of(sample.image)) <= left[1]
        assert sorted(leads_of(sample.image))[1:] == pytest.approx([1.0, 1.0], abs=0.35), "the others are still there"
        assert not (sample.image != chip())[sample.mask == 0].any()


def test_row_structural_duplicated_and_swapped_and_broken() -> None:
    dark = (chip() < 120).sum()
    copies = [ds.synthesize(chip(), ds.DuplicatedPart(part_kinds=("lead",)), seed=seed).image for seed in SEEDS]
    assert min((image < 120).sum() for image in copies) > dark + 30
    image = chip()
    image[92:98, 120:140] = 10  # leads that can be told apart
    swapped = [ds.synthesize(image, ds.SwappedParts(part_kinds=("lead",)), seed=seed).image for seed in SEEDS]
    assert any((result[LEADS[1]] < 30).mean() < 0.05 for result in swapped), "the marked lead lies elsewhere"
    assert all((result < 30).sum() > 60 for result in swapped), "and is not lost"
    for seed in SEEDS:
        broken = ds.synthesize(chip(), ds.ChippedEdge(through_range=(0.5, 0.9)), seed=seed)
        assert (broken.image < 120).sum() < dark
