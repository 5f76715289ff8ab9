"""Folders of sources: which files count, and what is refused when the transform is made."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.cli.reading import list_images
from defectsynth.core.cache import clear_caches
from tests.images import write_image

SURFACE = np.full((64, 64, 3), 120, np.uint8)
EMPTY = np.zeros((64, 64), np.uint8)
SQUARE = cv2.rectangle(EMPTY.copy(), (20, 20), (30, 30), 255, -1)
WITH_SOURCE: dict[str, Callable[[Any], Any]] = {
    "CutPaste": lambda source: ds.CutPaste(source=source),
    "TexturePatch": lambda source: ds.TexturePatch(source=source),
    "ShuffledStructure": lambda source: ds.ShuffledStructure(source=source),
    "RealDefect": lambda source: ds.RealDefect(source=source),
}
every_kind = pytest.mark.parametrize("make", WITH_SOURCE.values(), ids=WITH_SOURCE)


def defective(level: int = 30) -> np.ndarray:
    """Return an image with a square defect of one gray level."""
    image = np.full((64, 64, 3), 180, np.uint8)
    image[SQUARE > 0] = level
    return image


def add_defect(folder: Path, name: str, mask: np.ndarray = SQUARE, level: int = 30) -> None:
    """Write an image and its mask beside it."""
    write_image(folder / f"{name}.png", defective(level))
    write_image(folder / f"{name}_mask.png", mask)


def draws(transform: Any, seeds: range = range(20)) -> list[ds.Sample]:
    """Return a sample for each seed."""
    return [ds.synthesize(SURFACE, transform, seed=seed) for seed in seeds]


@every_kind
def test_hidden_and_foreign_files_are_skipped(tmp_path: Path, make: Callable[[Any], Any]) -> None:
    add_defect(tmp_path, "a")
    for name in ("._a.png", "._a_mask.png", ".DS_Store", "Thumbs.db", "notes.txt", ".trash/b.png", "sub/._c.PNG"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    assert any(sample.defects for sample in draws(make(tmp_path)))


@every_kind
@pytest.mark.parametrize("damage", ["empty", "no image", "half", "no end", "broken link", "folder in a list"])
def test_broken_files_are_refused_when_the_transform_is_made(
    tmp_path: Path, make: Callable[[Any], Any], damage: str
) -> None:
    add_defect(tmp_path, "a")
    add_defect(tmp_path, "b")
    bad = tmp_path / "b.png"
    whole = bad.read_bytes()
    bad.unlink()
    if damage == "broken link":
        bad.symlink_to(tmp_path / "missing.png")
    elif damage == "folder in a list":
        bad.mkdir()
    else:
        data = {"empty": b"", "no image": b"hello", "half": whole[: len(whole) // 2], "no end": whole[:-1]}[damage]
        bad.write_bytes(data)
    files = [tmp_path / "a.png", bad]
    for source in [files] if damage == "folder in a list" else [tmp_path, files]:
        with pytest.raises((ValueError, FileNotFoundError), match=r"source must .*b\.png"):
            make(source)


@every_kind
def test_too_large_files_are_refused_when_the_transform_is_made(
    tmp_path: Path, make: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_defect(tmp_path, "a")
    write_image(tmp_path / "b.png", np.zeros((1024, 1025), np.uint8))
    write_image(tmp_path / "b_mask.png", np.eye(1024, 1025, dtype=np.uint8) * 255)
    monkeypatch.setenv("DEFECTSYNTH_MAX_IMAGE_MIB", "1")
    with pytest.raises(ValueError, match=r"source must .*b\.png.*larger than the limit"):
        make(tmp_path)


def test_empty_folders_are_refused_when_the_transform_is_made(tmp_path: Path) -> None:
    (tmp_path / ".a.png").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"source must hold image files \(.png, .*\), got none in"):
        ds.CutPaste(source=tmp_path)
    write_image(tmp_path / "a.png", SURFACE)
    with pytest.raises(FileNotFoundError, match="source must hold images with masks"):
        ds.RealDefect(source=tmp_path)
    with pytest.raises(FileNotFoundError, match=r"source must hold images with masks, got none for '.*a\.png'"):
        ds.RealDefect(source=tmp_path / "a.png")
    add_defect(tmp_path, "b")
    with pytest.raises(FileNotFoundError, match=r"source must hold images with masks, got none for '.*a\.png'"):
        ds.RealDefect(source=[tmp_path / "a.png", tmp_path / "b.png"])


@pytest.mark.parametrize("layout", ["folder", "files", "arrays"])
def test_empty_masks_are_skipped_or_refused_when_the_transform_is_made(tmp_path: Path, layout: str) -> None:
    masks = [SQUARE, EMPTY, SQUARE, EMPTY]
    for number, mask in enumerate(masks):
        write_image(tmp_path / f"images/{number}.png", defective(number))
        write_image(tmp_path / f"masks/{number}.png", mask)
    files = sorted((tmp_path / "images").iterdir())
    arrays = [np.dstack([defective(number), mask]) for number, mask in enumerate(masks)]
    source: Any = {"folder": tmp_path, "files": files, "arrays": arrays}[layout]
    samples = draws(ds.RealDefect(source=source))
    assert len({sample.defects[0]["recipe"]["image_name"] for sample in samples if sample.defects}) == 2
    source = {"folder": tmp_path / "images", "files": files[1::2], "arrays": arrays[1::2]}[layout]
    wanted = "2 arrays" if layout == "arrays" else r"[01]\.png"
    for number in (0, 2):
        write_image(tmp_path / f"masks/{number}.png", EMPTY)
    with pytest.raises(ValueError, match=r"source must hold masks that are not empty, got .*" + wanted):
        ds.RealDefect(source=source)


def test_masks_of_another_size_are_refused_when_the_transform_is_made(tmp_path: Path) -> None:
    add_defect(tmp_path, "a")
    add_defect(tmp_path, "b", SQUARE[:50])
    with pytest.raises(ValueError, match=r"b_mask\.png.*image's size 64 x 64, got 64 x 50"):
        ds.RealDefect(source=tmp_path)


def test_two_images_do_not_share_a_mask(tmp_path: Path) -> None:
    add_defect(tmp_path, "a")
    write_image(tmp_path / "a.jpg", SURFACE)
    with pytest.raises(ValueError, match=r"a_mask\.png' for '.*a\.jpg' and '.*a\.png'"):
        ds.RealDefect(source=tmp_path)
    (tmp_path / "a_mask.png").unlink()
    with pytest.raises(FileNotFoundError, match="source must hold images with masks"):
        ds.RealDefect(source=tmp_path)  # a.png is not the mask of a.jpg


def test_masks_may_have_any_suffix(tmp_path: Path) -> None:
    write_image(tmp_path / "a.jpg", defective())
    write_image(tmp_path / "a_mask.bmp", SQUARE)
    assert any(sample.defects for sample in draws(ds.RealDefect(source=tmp_path)))


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "source", tmp_path / "elsewhere"
    for path, level in ((folder / "a.png", 10), (elsewhere / "deep/er/b.png", 60), (tmp_path / "c.png", 200)):
        write_image(path, np.full((40, 40, 3), level, np.uint8))
    (folder / "linked").symlink_to(elsewhere, target_is_directory=True)
    (folder / "c.png").symlink_to(tmp_path / "c.png")
    (elsewhere / "loop").symlink_to(folder, target_is_directory=True)
    assert list_images(folder) == ("a.png", "c.png", "linked/deep/er/b.png")
    samples = draws(ds.CutPaste(source=folder, jitter_range=(0, 0)), range(40))
    assert {level for sample in samples for level in np.unique(sample.image[sample.mask > 0])} == {10, 60, 200}


def test_new_files_in_subfolders_are_noticed(tmp_path: Path) -> None:
    write_image(tmp_path / "sub/deep/a.png", np.full((40, 40, 3), 10, np.uint8))
    past = time.time() - 60
    for path in (tmp_path / "sub/deep", tmp_path / "sub", tmp_path):
        os.utime(path, (past, past))
    paste = ds.CutPaste(source=tmp_path, jitter_range=(0, 0))

    def levels() -> set[int]:
        return {int(level) for sample in draws(paste) for level in np.unique(sample.image[sample.mask > 0])}

    assert levels() == {10}
    write_image(tmp_path / "sub/deep/b.png", np.full((40, 40, 3), 200, np.uint8))
    assert levels() == {10, 200}
    (tmp_path / "sub/deep/a.png").unlink()
    assert levels() == {200}


def test_new_masks_beside_the_folder_are_noticed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_image(tmp_path / f"images/{name}.png", defective())
    write_image(tmp_path / "masks/a.png", SQUARE)
    bank = ds.RealDefect(source=tmp_path / "images")

    def names() -> set[str]:
        records = [record for sample in draws(bank) for record in sample.defects]
        return {Path(record["recipe"]["image_name"]).name for record in records}

    assert names() == {"a.png"}
    write_image(tmp_path / "masks/b.png", SQUARE)
    assert names() == {"a.png", "b.png"}


def test_making_a_transform_again_reads_no_file_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clear_caches()
    for name in "abc":
        add_defect(tmp_path, name)
    past = time.time() - 60
    os.utime(tmp_path, (past, past))
    first = ds.RealDefect(source=tmp_path)
    opened: list[str] = []
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *args, **options: opened.append(path.name) or real(path, *args, **options)
    )
    ds.RealDefect(source=tmp_path)
    ds.CutPaste(source=tmp_path)
    ds.synthesize(SURFACE, first, seed=0)
    assert len(opened) <= 2 + 6, "image and mask of the one defect; the folder as a source of images"


@pytest.mark.parametrize("dtype", [np.int16, np.float64, np.float32])
def test_files_of_a_depth_that_cannot_be_drawn_are_refused_when_the_transform_is_made(
    tmp_path: Path, dtype: type[np.generic]
) -> None:
    path = write_image(tmp_path / "a.tif", np.full((40, 40), 200, dtype))
    with pytest.raises(ValueError, match=r"source must hold readable image files, got '.*a\.tif': image must be"):
        ds.CutPaste(source=tmp_path)
    write_image(path, np.full((40, 40), 0.5, np.float32))
    assert any(sample.defects for sample in draws(ds.CutPaste(source=tmp_path)))
