"""Pictures from elsewhere: folders, files, arrays, callables; what is taken, remembered, and cannot be written."""

import json
import pickle
import re
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.core.layer import Box
from defectsynth.core.serialization import decode
from defectsynth.io import sources
from defectsynth.io.defect_bank import defect_crops, find_mask
from defectsynth.looks.other_image import DrawnOtherImage
from defectsynth.scene.scene import Scene

GROUND = np.full((80, 100, 3), 128, np.uint8)
LEVELS = (10, 60, 200, 250)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four plain gray pictures of different sizes, one in a subfolder, and a file that is no picture."""
    for number, level in enumerate(LEVELS):
        path = tmp_path / ("sub" if number == 3 else "") / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imencode(".png", np.full((60 + number, 90, 3), level, np.uint8))[1].tofile(path)
    (tmp_path / "notes.txt").write_text("none")
    return tmp_path


def made(number: int) -> np.ndarray:
    """A picture made from a number."""
    return np.full((70, 70), LEVELS[number % 4], np.uint8)


def taken(transform: ds.CutPaste, draws: int = 40) -> list[set[int]]:
    """The levels that each draw pasted."""
    samples = [ds.synthesize(GROUND, transform, seed=seed) for seed in range(draws)]
    return [set(np.unique(sample.image[sample.mask > 0])) for sample in samples]


@pytest.mark.parametrize("kind", ["folder", "path", "files", "arrays", "callable"])
def test_every_kind_of_source(folder: Path, kind: str) -> None:
    files = sorted(folder.rglob("*.png"))
    source: Any = {
        "folder": str(folder),
        "path": folder,
        "files": files,
        "arrays": [made(number) for number in range(4)],
        "callable": made,
    }[kind]
    levels = taken(ds.CutPaste(source=source, jitter_range=(0, 0)))
    assert all(len(found) == 1 for found in levels)
    assert set.union(*levels) == set(LEVELS), "every picture is drawn"
    assert levels == taken(ds.CutPaste(source=source, jitter_range=(0, 0))), "the same seed takes the same picture"


def test_folders_and_files_are_written_and_read_again(folder: Path) -> None:
    for source in (folder, sorted(folder.rglob("*.png"))):
        pipeline = A.Compose([ds.CutPaste(source=source, p=1)], seed=3)
        again = A.from_dict(json.loads(json.dumps(A.to_dict(pipeline))))
        again.set_random_seed(3)
        results = [each(image=GROUND, mask=GROUND[..., 0] * 0, defects=[]) for each in (pipeline, again)]
        assert results[0]["image"].tobytes() == results[1]["image"].tobytes()
        redrawn = ds.redraw(GROUND, json.loads(json.dumps(results[0]["defects"])))
        assert redrawn.image.tobytes() == results[0]["image"].tobytes()


@pytest.mark.parametrize(("source", "what"), [([made(0), made(1)], "2 arrays"), (made, "a callable")])
def test_what_is_in_memory_cannot_be_written_but_pickled_and_shown(source: Any, what: str) -> None:
    pipeline = A.Compose([ds.CutPaste(source=source, p=1)], seed=1)
    with pytest.raises(TypeError, match=f"source must be a folder or image files to be written .*, got {what}; save"):
        A.to_dict(pipeline)
    assert "CutPaste" in repr(pipeline.transforms[0])
    copied = pickle.loads(pickle.dumps(pipeline))  # noqa: S301  our own pickle
    results = [each(image=GROUND, defects=[]) for each in (pipeline, copied)]
    assert results[0]["image"].tobytes() == results[1]["image"].tobytes()


def test_a_record_of_a_picture_that_is_gone_says_so() -> None:
    defects = ds.synthesize(GROUND, ds.CutPaste(source=[made(2)]), seed=0).defects
    defects[0]["recipe"]["look"]["image_name"] = "memory:0123:0"
    with pytest.raises(ValueError, match="source must exist to draw a defect again, got memory:0123:0"):
        ds.redraw(GROUND, defects)


def test_bad_files_are_named(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "0.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        ValueError, match=re.escape(f"source must hold readable image files, got '{tmp_path}/half.png'")
    ):
        ds.synthesize(GROUND, ds.CutPaste(source=tmp_path / "half.png"), seed=0)
    with pytest.raises(FileNotFoundError, match="source must be an existing folder or image file, got '/nowhere'"):
        ds.CutPaste(source="/nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"source must hold image files \(.png, .*\), got none in"):
        ds.synthesize(GROUND, ds.CutPaste(source=tmp_path / "empty"), seed=0)
    with pytest.raises(TypeError, match="image must be uint8, uint16 or float32, got float64"):
        ds.CutPaste(source=[np.zeros((4, 4))])


def test_files_are_read_once_and_the_oldest_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    read = sources.read_pixels
    monkeypatch.setattr(sources, "read_pixels", lambda path: reads.append(path.name) or read(path))
    monkeypatch.setattr(sources, "CACHE_BYTES", 60 * 90 * 3 * 3)
    clear_caches()
    files = [str(path) for path in sorted(folder.rglob("*.png"))]
    for name in [files[0], files[1], files[0], files[1], files[2], files[0], files[1]]:
        assert not sources.open_image(name).flags.writeable
    assert reads == ["0.png", "1.png", "2.png", "0.png", "1.png"]
    clear_caches()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [None, 1, 3, 5])
def test_pictures_take_on_dtype_and_channels(dtype: Any, channels: int | None) -> None:
    peak = {np.uint8: 255, np.uint16: 65535, np.float32: 1.0}[dtype]
    shape = (50, 40) if channels is None else (50, 40, channels)
    scene = Scene((np.random.default_rng(0).random(shape) * peak).astype(dtype))
    before = scene.image[5:25, 3:33]
    for other in (np.full((60, 60), 51, np.uint8), np.full((9, 9, 3), 0.2, np.float32)):
        name = sources.choose_image(held := sources.ImagesInMemory("source", (other,)), 0.0)
        drawn = DrawnOtherImage(name, same=False, u=0.3, v=0.9, turn=0.0, zoom=1.0, jitter=(0.0,) * 4)
        laid = drawn.pixels(before, Box(3, 5, 33, 25), scene)
        assert (laid.shape, laid.dtype) == (before.shape, before.dtype)
        np.testing.assert_allclose(laid / peak, 0.2, atol=0.003)
        del held


def test_a_cutting_is_turned_and_zoomed_about_its_middle() -> None:
    y, x = np.mgrid[:120, :120].astype(np.float32) / 120
    scene = Scene(np.stack([x, y, 0 * x], axis=2))
    box = Box(10, 20, 41, 61)
    for turn, zoom in ((0.0, 2.0), (np.pi / 2, 1.0), (0.5, 0.8)):
        cut = DrawnOtherImage("", same=False, u=0.5, v=0.5, turn=turn, zoom=zoom, jitter=(0.0,) * 4)
        laid = cut.pixels(scene.image[box.slices], box, scene)
        cos, sin, step = np.cos(turn), np.sin(turn), 5 / 120 / zoom
        np.testing.assert_allclose(laid[20, 20] - laid[20, 15], np.array([cos, -sin, 0]) * step, atol=2e-3)
        np.testing.assert_allclose(laid[25, 15] - laid[20, 15], np.array([sin, cos, 0]) * step, atol=2e-3)


@pytest.mark.parametrize("layout", ["beside", "masks", "mvtec"])
def test_masks_are_found_beside_the_pictures(tmp_path: Path, layout: str) -> None:
    picture, mask = {
        "beside": ("a.png", "a_mask.png"),
        "masks": ("images/a.png", "masks/a.png"),
        "mvtec": ("test/crack/a.png", "ground_truth/crack/a_mask.png"),
    }[layout]
    truth = np.zeros((60, 80), np.uint8)
    truth[10:20, 30:50] = 255
    truth[40:44, 5:9] = 255
    bad = np.full((60, 80, 3), 180, np.uint8)
    bad[truth > 0] = (20, 40, 60)
    for name, pixels in ((picture, bad), (mask, truth)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imencode(".png", pixels)[1].tofile(tmp_path / name)
    assert find_mask(str(tmp_path / picture)) == tmp_path / mask
    large, small = defect_crops(str(tmp_path / picture))
    assert (np.count_nonzero(large.mask), np.count_nonzero(small.mask)) == (200, 16)
    defect = ds.RealDefect(source=tmp_path, zoom_range=(1, 1), angle_range=(0, 0), opacity_range=(1, 1))
    surface = np.full((60, 80, 3), 90, np.uint8)
    for seed in range(10):
        sample = ds.synthesize(surface, defect, seed=seed)
        (record,) = sample.defects
        recipe = decode(record["recipe"])
        inside = 12 < recipe.x < 66 and 7 < recipe.y < 52
        if inside and recipe.number == 0:
            assert record["area"] == pytest.approx(200, rel=0.4)
            darkest = sample.image[round(recipe.y), round(recipe.x)]
            assert abs(int(darkest[2]) - 20 / 2) <= 8, "half as bright a surface, half as bright a defect"
    (tmp_path / "alone.png").write_bytes((tmp_path / picture).read_bytes())
    with pytest.raises(FileNotFoundError, match=r"source must hold images with masks, got none for '.*alone.png'"):
        ds.synthesize(surface, ds.RealDefect(source=tmp_path / "alone.png"), seed=0)


def test_textures_come_from_the_source() -> None:
    white = np.full((30, 40, 3), 255, np.uint8)
    sample = ds.synthesize(GROUND // 4, ds.TexturePatch(source=[white], opacity_range=(1, 1)), seed=1)
    assert sample.image[sample.mask > 0].min() > 180


def test_shuffling_takes_whole_tiles_of_the_picture() -> None:
    picture = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16
    scene, box = Scene(picture), Box(0, 0, 64, 64)
    look = ds.looks.Shuffled(tiles_range=(4, 4), jitter_range=(0, 0)).sample(
        np.random.default_rng(2), scene, ds.places.Place(1, 1, 0)
    )
    laid = look.pixels(picture, box, scene)
    assert (np.sort(laid.ravel()) == picture.ravel()).all(), "every pixel once, at another place"
    part = Box(10, 5, 40, 60)
    np.testing.assert_array_equal(look.pixels(picture[part.slices], part, scene), laid[part.slices])
    assert (laid != picture).mean() > 0.8


def test_a_swap_exchanges_two_rectangles() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    for seed in range(10):
        sample = ds.synthesize(noise, ds.PatchSwap(), seed=seed)
        first, second = (Box(*sample.defects[0]["recipe"][name]) for name in ("first", "second"))
        np.testing.assert_array_equal(sample.image[first.slices], noise[second.slices])
        np.testing.assert_array_equal(sample.image[second.slices], noise[first.slices])
        assert (sample.mask > 0).sum() == 2 * first.shape[0] * first.shape[1]
