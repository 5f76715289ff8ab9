"""Rows of the capability table on shapes: lines, cracks, blobs, single marks and polygons."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.serialization import decode
from defectsynth.scene.scene import Scene
from tests.images import striped_object

PLAIN = np.full((240, 320), 130, np.uint8)
COLORED = np.stack([np.full((240, 320), level, np.uint8) for level in (150, 130, 110)], axis=2)
SEEDS = range(12)


@dataclass(frozen=True)
class Middle(ds.places.Where):
    """The middle of the image in any direction, so that the border cuts no shape."""

    clips: ClassVar[bool] = False

    def sample(self, rng: np.random.Generator, scene: Scene) -> ds.places.Place:
        """Return the middle."""
        return ds.places.Place(scene.size[1] / 2, scene.size[0] / 2, float(rng.uniform(0.0, 2 * math.pi)))

    def _cells(self, scene: Scene) -> np.ndarray:
        raise NotImplementedError


def fixed(kind: Any, **values: Any) -> Any:
    """Return a transform or component whose ranges are single numbers."""
    return kind(**{name: (value, value) if name.endswith("_range") else value for name, value in values.items()})


def masks(transform: Any, image: np.ndarray = PLAIN) -> list[np.ndarray]:
    """Return the masks of several draws in the middle of an image, none empty."""
    if image is PLAIN:
        transform.where = Middle()
    found = [ds.synthesize(image, transform, seed=seed).mask for seed in SEEDS]
    assert all(mask.any() for mask in found)
    return found


def sides(mask: np.ndarray) -> tuple[float, float]:
    """Return the longer and the shorter side of the smallest rotated rectangle around a mask."""
    short, long = sorted(cv2.minAreaRect(cv2.findNonZero(mask))[1])
    return long + 1, short + 1


def profile(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lateral position and the thickness of a mask at eleven stations along its longest axis."""
    points = np.argwhere(mask).astype(float)
    points -= points.mean(axis=0)
    along, across = (points @ np.linalg.svd(points, full_matrices=False)[2].T).T
    station = np.clip((11 * (along - along.min()) / np.ptp(along)).astype(int), 0, 10)
    return np.array([across[station == n].mean() for n in range(11)]), np.bincount(station, minlength=11)


def component_count(mask: np.ndarray) -> int:
    """Return the number of connected components."""
    return cv2.connectedComponents(mask)[0] - 1


def test_row_straight_line() -> None:
    for mask in masks(fixed(ds.Line, length_range=0.4, width_range=0.02)):
        assert np.ptp(profile(mask)[0]) < 1.0, "the middle line is straight"
        assert sides(mask)[0] > 8 * sides(mask)[1]


def test_row_curved_scratch_tapering_and_broken() -> None:
    common = {"length_range": 0.5, "width_range": 0.03, "strokes_range": 1, "sway_range": 0.0}
    curved, straight, tapering = (
        masks(fixed(ds.Scratch, bend_range=turn, taper_range=taper, gaps_range=0, **common))
        for turn, taper in ((69.0, 0.0), (0.0, 0.0), (0.0, 1.0))
    )
    assert np.median([np.ptp(profile(mask)[0]) for mask in curved]) > 10
    assert np.median([np.ptp(profile(mask)[0]) for mask in straight]) < 1
    for pointed, even in zip(tapering, straight, strict=True):
        assert profile(pointed)[1][[0, 10]].max() < 0.7 * profile(pointed)[1][5]
        assert profile(even)[1][1:10].min() > 0.8 * profile(even)[1].max()
    broken = masks(fixed(ds.Scratch, bend_range=29.0, gaps_range=3, taper_range=0.0, **common))
    assert np.median([component_count(mask) for mask in broken]) >= 3
    assert {component_count(mask) for mask in straight} == {1}


def test_row_branching_crack() -> None:
    path_counts = []
    for branches in (0, 4):
        crack = fixed(ds.Crack, length_range=0.5, branches_range=branches, width_range=0.01)
        records = [ds.synthesize(PLAIN, crack, seed=seed).defects[0] for seed in SEEDS]
        path_counts.append([len(decode(record["recipe"]).shape.paths()) for record in records])
    assert set(path_counts[0]) == {1}
    assert set(path_counts[1]) == {5}
    filled = [cv2.contourArea(cv2.convexHull(cv2.findNonZero(mask))) / mask.astype(bool).sum() for mask in masks(crack)]
    assert np.median(filled) > 3, "the hull is much larger than the thin arms"


@pytest.mark.parametrize("size", [(300, 300), (900, 900), (97, 311), (7, 1)], ids=str)
def test_row_perlin_and_fractal_blob_at_any_size(size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    for transform in (ds.TexturePatch(), ds.FractalBlob(), ds.reference.draem()):
        for seed in range(6):
            sample = ds.synthesize(image, transform, seed=seed)
            assert bool(sample.defects) == bool(sample.mask.any())
            assert sample.defects or min(size) < 50, "no record has an empty mask"


def test_row_polygon() -> None:
    shape = fixed(ds.shapes.Polygon, radius_range=0.2, corners_range=6, concavity_range=0.0)
    for mask in masks(ds.PaintedDefect(shape=shape)):
        outline = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
        assert 3 <= len(cv2.approxPolyDP(outline, 2.0, closed=True)) <= 9, "a few corners with straight sides"
        assert mask.astype(bool).sum() > 0.9 * cv2.contourArea(cv2.convexHull(outline))


def test_row_superpixel() -> None:
    image = striped_object()
    shape = fixed(ds.shapes.Superpixel, radius_range=0.03, compactness_range=0.05)
    defect = ds.PaintedDefect(
        shape=shape, where=ds.places.InsideObject(margin_range=(0.1, 0.1)), look=ds.looks.Color(palettes=("red",))
    )
    crossing = []
    for mask in masks(defect, image):
        levels = image[mask > 0]
        crossing.append(min((levels == level).mean() for level in (60, 80)))
    assert np.median(crossing) < 0.2, "a superpixel keeps to its stripe"


def test_row_ellipse() -> None:
    shape = {"irregularity_range": 0.0, "softness_range": 0.0, "spots_range": 1}
    for mask in masks(fixed(ds.ColorSpot, radius_range=0.1, aspect_range=0.5, **shape)):
        assert sides(mask) == pytest.approx((48, 24), abs=3)
        assert np.count_nonzero(mask) == pytest.approx(np.pi * 24 * 12, rel=0.1)


def test_row_rectangle() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320), np.uint8)
    for mask in masks(ds.CutPaste(), noise):
        _, _, width, height = cv2.boundingRect(mask)
        assert np.count_nonzero(mask) == width * height


def test_row_rotated_scar() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320), np.uint8)
    turned = []
    for mask in masks(fixed(ds.CutPasteScar, length_range=0.4, width_range=0.05), noise):
        assert sides(mask) == pytest.approx((96, 12), abs=4)
        turned.append(np.count_nonzero(mask) / np.prod(cv2.boundingRect(mask)[2:]))
    assert min(turned) < 0.35, "a rotated scar does not fill its bounding box"


def test_row_spatter() -> None:
    drops = fixed(ds.Spatter, particles_range=20, spread_range=0.25)
    assert np.median([component_count(mask) for mask in masks(drops)]) >= 8


def test_row_fiber() -> None:
    for mask in masks(fixed(ds.Fiber, length_range=0.4, width_range=0.004, shadow_range=0.0, bend_range=29.0)):
        assert 0.5 * 96 < sides(mask)[0] < 100
        assert np.count_nonzero(mask) < 4 * 96, "one or two pixels thick"


def change_of(transform: Any, seed: int, image: np.ndarray = PLAIN) -> tuple[np.ndarray, np.ndarray]:
    """Return the mask and the signed change of one draw in the middle of an image."""
    transform.where = Middle()
    sample = ds.synthesize(image, transform, seed=seed)
    return sample.mask > 0, sample.image.astype(float) - image


def test_row_stain_with_a_tide_mark() -> None:
    stain = fixed(
        ds.Stain, radius_range=0.2, raggedness_range=0.3, films=("coffee",), inside_range=0.3, softness_range=0.0
    )
    stronger = []
    for seed in SEEDS:
        mask, change = change_of(stain, seed, COLORED)
        depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
        darker = -change.mean(axis=2)
        stronger.append(darker[(depth > 1) & (depth < 4)].mean() / darker[depth > 8].mean())
        assert darker[mask].mean() > 0
    assert np.median(stronger) > 1.3


@pytest.mark.parametrize("shift", ["burn", "rust", "bleach"])
def test_row_burn_rust_and_bleach(shift: str) -> None:
    surface = COLORED if shift == "bleach" else COLORED + 70
    for seed in SEEDS:
        mask, change = change_of(fixed(ds.Discoloration, shifts=(shift,), amount_range=1.0), seed, surface)
        red, _, blue = change[mask].mean(axis=0)
        assert (red + blue < 0) == (shift != "bleach"), "burnt areas are darker, bleached ones brighter"
        assert red - blue > {"burn": 0, "rust": 20, "bleach": -20}[shift], "rust is brown"


@pytest.mark.parametrize(("kind", "sign"), [(ds.Pit, -1), (ds.Bubble, 1)], ids=["pit", "bubble"])
def test_row_pit_and_bubble(kind: Any, sign: int) -> None:
    form = fixed(kind, radius_range=0.1, spots_range=1, irregularity_range=0.0, aspect_range=1.0)
    for seed in SEEDS:
        mask, change = change_of(form, seed)
        y, x = np.argwhere(mask).T - np.argwhere(mask).mean(axis=0)[:, None]
        towards_light = -(x + y)  # plain images are lit from the upper left
        slope = np.corrcoef(towards_light, change[mask])[0, 1]
        assert sign * slope > 0.3, "a bump is bright towards the light, a pit away from it"


def test_row_wrinkle() -> None:
    changes = [change for seed in SEEDS for _, change in [change_of(fixed(ds.Fold, strokes_range=2), seed)]]
    assert np.median([change.max() for change in changes]) > 8
    assert np.median([change.min() for change in changes]) < -8, "bright on one side and dark on the other"


def test_row_tape() -> None:
    strip = fixed(ds.Tape, length_range=0.5, width_range=0.1, torn_range=0.0, shadow_range=0.0, tint_range=0.0)
    for mask in masks(strip):
        assert sides(mask) == pytest.approx((120, 24), abs=5)
        assert np.count_nonzero(mask) > 0.9 * np.prod(sides(mask))
