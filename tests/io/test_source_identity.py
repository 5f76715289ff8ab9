"""Names of sources: two sources with different images never share a name, and replaced files are read anew."""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.io.sources import ImagesInMemory, choose_image, open_image
from tests.images import write_image

SURFACE = np.full((64, 64, 3), 120, np.uint8)


def plain(level: int) -> Callable[[int], np.ndarray]:
    """Return a source of images of one gray level."""
    return lambda _: np.full((40, 40, 3), level, np.uint8)


def pasted(transform: ds.CutPaste) -> set[int]:
    """Return the gray levels that a few draws pasted."""
    samples = [ds.synthesize(SURFACE, transform, seed=seed) for seed in range(5)]
    return {int(level) for sample in samples for level in np.unique(sample.image[sample.mask > 0])}


def test_a_callable_never_gets_the_images_of_a_deleted_one() -> None:
    for level in range(0, 100, 5):
        assert pasted(ds.CutPaste(source=plain(level), jitter_range=(0, 0))) == {level}
        gc.collect()


def test_names_of_callables_differ_between_processes() -> None:
    code = "from defectsynth.io.sources import ImagesInMemory; print(ImagesInMemory('source', len).name)"
    names = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    }
    assert len(names) == 2
    source = ImagesInMemory("source", len)
    assert pickle.loads(pickle.dumps(source)).name == source.name  # noqa: S301  our own pickle


def test_arrays_that_differ_in_one_pixel_have_different_names() -> None:
    names = set()
    for number in range(20):
        image = np.zeros((200, 300, 3), np.uint8)
        image[17 + number, 101, 1] = 255
        names.add(choose_image(ImagesInMemory("source", (image,)), 0.0))
    assert len(names) == 20
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)
    same = [image, np.asfortranarray(image), image.copy()]
    assert len({ImagesInMemory("source", (each,)).name for each in same}) == 1
    assert ImagesInMemory("source", (image,)) != ImagesInMemory("source", (image.reshape(6, 4),))
    assert ImagesInMemory("source", (image, image)) != ImagesInMemory("source", (image,))


def test_arrays_are_drawn_as_given_after_others_of_the_same_sampled_pixels() -> None:
    first, second = np.zeros((90, 90, 3), np.uint8), np.zeros((90, 90, 3), np.uint8)
    second[np.arange(90) % 3 != 0] = 250
    clear_caches()
    assert pasted(ds.CutPaste(source=[first], jitter_range=(0, 0))) == {0}
    assert 250 in pasted(ds.CutPaste(source=[second], jitter_range=(0, 0)))


@pytest.mark.parametrize("keep", ["time", "size"])
def test_a_replaced_file_is_read_anew(tmp_path: Path, keep: str) -> None:
    path = write_image(tmp_path / "a.bmp", np.full((40, 40, 3), 10, np.uint8))
    paste = ds.CutPaste(source=tmp_path, jitter_range=(0, 0))
    assert pasted(paste) == {10}
    times = path.stat()
    write_image(path, np.full((40, 40 if keep == "size" else 41, 3), 200, np.uint8))
    if keep == "time":
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert pasted(paste) == {200}
    path.unlink()
    with pytest.raises((ValueError, FileNotFoundError), match="source must"):
        pasted(paste)


def test_a_replaced_mask_is_read_anew(tmp_path: Path) -> None:
    image = np.full((64, 64, 3), 200, np.uint8)
    image[5:25, 5:25] = image[30:60, 30:60] = 20
    write_image(tmp_path / "a.bmp", image)
    mask = np.zeros((64, 64), np.uint8)
    mask[5:25, 5:25] = 255
    write_image(tmp_path / "a_mask.bmp", mask)
    bank = ds.RealDefect(source=tmp_path, zoom_range=(1, 1), angle_range=(0, 0))
    before = [ds.synthesize(SURFACE, bank, seed=seed).mask for seed in range(8)]
    mask[:] = 0
    mask[30:60, 30:60] = 255
    write_image(tmp_path / "a_mask.bmp", mask)
    after = [ds.synthesize(SURFACE, bank, seed=seed).mask for seed in range(8)]
    assert np.count_nonzero(after) > 1.5 * np.count_nonzero(before) > 0
    write_image(tmp_path / "a.bmp", 255 - image)
    assert open_image(str(tmp_path / "a.bmp")).max() == 235
