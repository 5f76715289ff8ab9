"""Sources of images: folders, files, arrays and callables."""

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
from defectsynth.io import sources

IMAGE = np.full((80, 100, 3), 128, np.uint8)
LEVELS = (10, 60, 200, 250)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write four plain gray images of different sizes, one in a subfolder, and a text file."""
    for number, level in enumerate(LEVELS):
        path = tmp_path / ("sub" if number == 3 else "") / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imencode(".png", np.full((60 + number, 90, 3), level, np.uint8))[1].tofile(path)
    (tmp_path / "notes.txt").write_text("none")
    return tmp_path


def make_image(number: int) -> np.ndarray:
    """Return an image made from a number."""
    return np.full((70, 70), LEVELS[number % 4], np.uint8)


def pasted_levels(transform: ds.CutPaste) -> list[set[int]]:
    """Return the gray levels that each draw pasted."""
    samples = [ds.synthesize(IMAGE, transform, seed=seed) for seed in range(40)]
    return [set(np.unique(sample.image[sample.mask > 0])) for sample in samples]


@pytest.mark.parametrize("kind", ["folder", "path", "files", "arrays", "callable"])
def test_every_kind_of_source_gives_all_its_images(folder: Path, kind: str) -> None:
    files = sorted(folder.rglob("*.png"))
    source: Any = {
        "folder": str(folder),
        "path": folder,
        "files": files,
        "arrays": [make_image(number) for number in range(4)],
        "callable": make_image,
    }[kind]
    levels = pasted_levels(ds.CutPaste(source=source, jitter_range=(0, 0)))
    assert all(len(found) == 1 for found in levels)
    assert set.union(*levels) == set(LEVELS), "every image is drawn"
    assert levels == pasted_levels(ds.CutPaste(source=source, jitter_range=(0, 0))), (
        "the same seed takes the same image"
    )


def test_transforms_with_folders_and_files_are_saved_and_loaded(folder: Path) -> None:
    for source in (folder, sorted(folder.rglob("*.png"))):
        pipeline = A.Compose([ds.CutPaste(source=source, p=1)], seed=3)
        again = A.from_dict(json.loads(json.dumps(A.to_dict(pipeline))))
        again.set_random_seed(3)
        results = [each(image=IMAGE, mask=IMAGE[..., 0] * 0, defects=[]) for each in (pipeline, again)]
        assert results[0]["image"].tobytes() == results[1]["image"].tobytes()
        redrawn = ds.redraw(IMAGE, json.loads(json.dumps(results[0]["defects"])))
        assert redrawn.image.tobytes() == results[0]["image"].tobytes()


@pytest.mark.parametrize(
    ("source", "description"), [([make_image(0), make_image(1)], "2 arrays"), (make_image, "a callable")]
)
def test_transforms_with_images_in_memory_can_be_pickled_but_not_saved(source: Any, description: str) -> None:
    pipeline = A.Compose([ds.CutPaste(source=source, p=1)], seed=1)
    with pytest.raises(
        TypeError, match=f"source must be a folder or image files to be written .*, got {description}; save"
    ):
        A.to_dict(pipeline)
    assert "CutPaste" in repr(pipeline.transforms[0])
    copied = pickle.loads(pickle.dumps(pipeline))  # noqa: S301  our own pickle
    results = [each(image=IMAGE, defects=[]) for each in (pipeline, copied)]
    assert results[0]["image"].tobytes() == results[1]["image"].tobytes()


def test_a_record_of_a_missing_image_is_refused_with_its_name() -> None:
    defects = ds.synthesize(IMAGE, ds.CutPaste(source=[make_image(2)]), seed=0).defects
    defects[0]["recipe"]["look"]["image_name"] = "memory:0123:0"
    with pytest.raises(ValueError, match="source must exist to draw a defect again, got memory:0123:0"):
        ds.redraw(IMAGE, defects)


def test_bad_files_and_folders_are_refused_by_name(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "0.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        ValueError, match=re.escape(f"source must hold readable image files, got '{tmp_path}/half.png'")
    ):
        ds.synthesize(IMAGE, ds.CutPaste(source=tmp_path / "half.png"), seed=0)
    with pytest.raises(FileNotFoundError, match="source must be an existing folder or image file, got '/nowhere'"):
        ds.CutPaste(source="/nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"source must hold image files \(.png, .*\), got none in"):
        ds.synthesize(IMAGE, ds.CutPaste(source=tmp_path / "empty"), seed=0)
    with pytest.raises(TypeError, match="source must be uint8, uint16 or float32, got float64"):
        ds.CutPaste(source=[np.zeros((4, 4))])


def test_files_are_cached_and_the_oldest_leaves_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    read = sources.read_pixels
    monkeypatch.setattr(sources, "read_pixels", lambda path: reads.append(path.name) or read(path))
    monkeypatch.setattr(sources.IMAGES, "limit", 60 * 90 * 3 * 3)
    clear_caches()
    files = [str(path) for path in sorted(folder.rglob("*.png"))]
    for name in [files[0], files[1], files[0], files[1], files[2], files[0], files[1]]:
        assert not sources.open_image(name).flags.writeable
    assert reads == ["0.png", "1.png", "2.png", "0.png", "1.png"]
    clear_caches()
