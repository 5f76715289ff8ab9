"""Rows of the capability table on places, looks, light and blending."""

from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.looks.base import Look

SEEDS = range(12)
RNG = np.random.default_rng(0)
ROUND = np.hypot(*(np.mgrid[:200, :240] - np.array([100, 110])[:, None, None])) < 60
BACKGROUNDS = {
    "bright": np.full((200, 240), 225.0),
    "dark": np.full((200, 240), 25.0),
    "uneven": 150.0 + 0.4 * np.mgrid[:200, :240].sum(axis=0) / 2,
    "grainy": 200.0 + RNG.normal(0, 6, (200, 240)),
}
DISC = np.where(ROUND, 110, 225).astype(np.uint8)
NOISE = RNG.integers(0, 256, (200, 240, 3), np.uint8)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_row_automatic_foreground(background: str) -> None:
    image = np.where(ROUND, 110 + RNG.normal(0, 4, ROUND.shape), BACKGROUNDS[background]).clip(0, 255).astype(np.uint8)
    scored = ds.synthesize(image, ds.Scratch(where="object", count_range=(20, 20)), seed=0)
    assert len(scored.defects) == 20
    assert (scored.mask[~ROUND] > 0).sum() <= 0.03 * (scored.mask > 0).sum(), (
        "the object is segmented without files or names of data sets"
    )
    assert not ds.find_foreground(image).whole


def test_row_true_object_edge() -> None:
    distance = np.abs(np.hypot(*(np.mgrid[:200, :240] - np.array([100, 110])[:, None, None])) - 60)
    for kind in (ds.BentEdge, ds.ChippedEdge, ds.Crack, ds.ColorSpot):
        for seed in SEEDS:
            mask = ds.synthesize(DISC, kind(where="edge"), seed=seed).mask > 0
            assert mask.any()
            assert distance[mask].min() < 3, f"{kind.__name__} reaches the outline"


def test_row_region_of_interest_of_each_image() -> None:
    rois = [np.zeros(DISC.shape, bool), np.zeros(DISC.shape, bool)]
    rois[0][:, :90], rois[1][120:] = True, True
    for transform in (ds.Scratch(p=1), ds.CutPaste(p=1), ds.Hole(p=1), ds.presets.generic_object()):
        twins = ds.AnomalyTwins([NOISE[..., 0], NOISE[..., 0]], transform, rois=rois)
        masks = [[twins[index].mask > 0 for _ in range(8)] for index in (1, 3)]
        for roi, of_roi in zip(rois, masks, strict=True):
            assert not any(mask[~roi].any() for mask in of_roi)
            assert any(mask.any() for mask in of_roi)
    result = A.Compose([ds.Line(p=1)], strict=True, seed=1)(image=DISC, roi=rois[0], mask=np.zeros_like(DISC))
    assert result["mask"].any()
    assert not result["mask"][~rois[0]].any()


def painted(image: np.ndarray, look: Look, seed: int, **blend: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pixels of an opaque, sharp square before and after, (N, C), and the mask."""
    whole = {"opacity_range": (1.0, 1.0)} | blend
    square = ds.shapes.Rectangle(area_range=(0.05, 0.05), aspect_range=(1.0, 1.0))
    sample = ds.synthesize(image, ds.PaintedDefect(shape=square, look=look, blend=ds.Blend(**whole)), seed=seed)
    inside = sample.mask > 0
    assert inside.any()
    return image[inside].astype(float), sample.image[inside].astype(float), inside


def test_row_solid_colour() -> None:
    for seed in SEEDS:
        _, after, _ = painted(NOISE, ds.looks.Color(), seed)
        assert (after == after[0]).all()


def test_row_tint() -> None:
    for seed in SEEDS:
        before, after, _ = painted(NOISE // 4 + 90, ds.looks.Color(palettes=("blue",), tint_range=(0.5, 0.5)), seed)
        assert np.corrcoef(before[:, 0], after[:, 0])[0, 1] > 0.95, "the texture shows through"
        assert (after - before)[:, 2].mean() > (after - before)[:, 0].mean(), "the film is bluish"


def test_row_jitter() -> None:
    def colours(jitter: float) -> int:
        pasted = ds.CutPaste(source=[np.full((50, 50, 3), (120, 90, 60), np.uint8)], jitter_range=(-jitter, jitter))
        samples = [ds.synthesize(NOISE, pasted, seed=seed) for seed in SEEDS]
        return len({tuple(sample.image[sample.mask > 0][0].tolist()) for sample in samples})

    assert colours(0.0) == 1
    assert colours(0.2) == len(SEEDS)


def test_row_external_texture(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "cloth.png"), np.full((64, 64, 3), (10, 20, 250), np.uint8))  # BGR: red
    look = ds.looks.Texture(source=tmp_path, jitter_range=(0.0, 0.0))
    for seed in SEEDS:
        _, after, _ = painted(NOISE, look, seed)
        np.testing.assert_array_equal(np.unique(after, axis=0), [[250, 20, 10]])
    for seed in SEEDS:  # without a folder
        _, after, _ = painted(NOISE, ds.looks.Texture(), seed)
        assert len(np.unique(after, axis=0)) > 2, "a procedural texture has several levels"


def test_row_patch_of_the_same_image() -> None:
    image = np.arange(200 * 240, dtype=np.uint16).reshape(200, 240)
    offsets = []
    for seed in SEEDS:
        before, after, _ = painted(image, ds.looks.Elsewhere(), seed)
        assert np.isin(after, image).all()
        offsets.append(len(np.unique(after - before)))
    assert offsets.count(1) >= 2, "a patch is moved as a whole unless the image ends there"


def test_row_patch_of_another_image() -> None:
    plain, other = np.full_like(NOISE, (10, 200, 90)), NOISE[::-1, ::-1].copy()
    for source in ([other], lambda number: other):
        _, after, inside = painted(plain, ds.looks.OtherImage(source=source, position="same"), 0)
        np.testing.assert_array_equal(after, other[inside])


def test_row_shuffled_structure() -> None:
    image = np.arange(200 * 240, dtype=np.uint16).reshape(200, 240)
    look = ds.looks.Shuffled(tiles_range=(4, 4), jitter_range=(0.0, 0.0))
    offsets: set[float] = set()
    for seed in SEEDS:
        before, after, _ = painted(image, look, seed)
        assert np.isin(after, image).all()
        offsets.update(np.round(after - before, -3))
    assert len(offsets) > 4, "tiles come from several places"


@pytest.mark.parametrize("quarter", range(4))
def test_row_relief_shading_with_one_light(quarter: int) -> None:
    ramp = np.tile(np.linspace(1, -1, 200), (200, 1))
    towards_light = np.rot90(ramp, quarter)  # from the left, turned
    image = (140 + 30 * towards_light).astype(np.uint8)
    for form, sign in (("bump", 1), ("pit", -1)):
        dome = ds.shapes.Spots(
            radius_range=(0.1, 0.1), spots_range=(1, 1), aspect_range=(1, 1), irregularity_range=(0, 0)
        )
        look = ds.looks.Relief(forms=(form,), contrast_range=(0.3, 0.3), wall_range=(1, 1))
        for seed in SEEDS:
            sample = ds.synthesize(image, ds.PaintedDefect(shape=dome, look=look, where="inside"), seed=seed)
            inside = sample.mask > 0
            change = (sample.image.astype(float) - image)[inside]
            if inside[[0, -1]].any() or inside[:, [0, -1]].any():
                continue  # cut by the border of the image
            assert sign * np.corrcoef(change, towards_light[inside])[0, 1] > 0.3


def seam_step(mode: str, feather: float = 0.0) -> float:
    """Return the median of the largest step at the edge of a pasted gray patch."""
    image = np.tile(np.linspace(60, 180, 240), (200, 1)).astype(np.uint8)
    y, x = np.mgrid[:200, :240]
    patch = (180 + 60 * np.sin(x / 9) * np.sin(y / 9)).astype(np.uint8)
    steps = []
    for seed in SEEDS:
        blend = {"mode": mode, "feather_range": (feather, feather)}
        _, _, inside = painted(image, look := ds.looks.OtherImage(source=[patch]), seed, **blend)
        square = ds.shapes.Rectangle(area_range=(0.05, 0.05), aspect_range=(1.0, 1.0))
        defect = ds.PaintedDefect(shape=square, look=look, blend=ds.Blend(opacity_range=(1.0, 1.0), **blend))
        change = ds.synthesize(image, defect, seed=seed).image.astype(float) - image
        edge = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        steps.append(np.abs(np.diff(change, axis=1))[edge[:, 1:]].max())
    return float(np.median(steps))


def test_row_blending() -> None:
    hard = seam_step("alpha")
    assert hard > 30
    assert seam_step("alpha", feather=0.05) < 0.5 * hard, "a feathered edge is soft"
    assert seam_step("poisson") < 0.7 * hard, "a seamless edge is weaker"
    stripes = np.where(np.arange(240) % 10 < 2, 190, 120) * np.ones((200, 1))
    waves = [(120 + 60 * np.sin(np.mgrid[:200, :240][0] / 9)).astype(np.uint8)]
    kept = {}
    for mode in ("poisson", "poisson_mixed"):
        _, _, inside = painted(stripes.astype(np.uint8), look := ds.looks.OtherImage(source=waves), 3, mode=mode)
        square = ds.shapes.Rectangle(area_range=(0.05, 0.05), aspect_range=(1.0, 1.0))
        defect = ds.PaintedDefect(shape=square, look=look, blend=ds.Blend(mode=mode, opacity_range=(1.0, 1.0)))
        after = ds.synthesize(stripes.astype(np.uint8), defect, seed=3).image.astype(float)
        kept[mode] = after[inside & (stripes > 150)].mean() - after[inside & (stripes < 150)].mean()
    assert kept["poisson"] < 20
    assert kept["poisson_mixed"] > 50, "the stripes have the stronger gradients and stay"
    for seed in SEEDS:
        before, after, _ = painted(NOISE, ds.looks.Color(), seed, mode="multiply")
        assert (after <= before + 1).all()
        before, after, _ = painted(NOISE, ds.looks.Color(), seed, mode="screen")
        assert (after >= before - 1).all()
