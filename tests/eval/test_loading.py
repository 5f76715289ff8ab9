"""Images and masks from files of every format, size and depth, and errors that name the file."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.data.images import load_image, load_mask
from tests.eval.conftest import put


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG", ".bmp", ".tif", ".tiff", ".webp"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_format_gray_or_colour_becomes_rgb(suffix: str, channels: int, tmp_path: Path) -> None:
    colour = [40, 120, 200][:channels]  # blue, green, red
    path = put(tmp_path / f"image{suffix}", np.full((30, 50, channels), colour, np.uint8))
    image = load_image(path, size=16)
    assert image.shape == (16, 16, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    np.testing.assert_allclose(image, np.full((16, 16, 3), colour[::-1] if channels == 3 else 40), atol=4)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize(("value", "expected"), [(0, 0), (128, 0), (129, 1), (257 * 90, 90), (65535, 255)])
def test_16_bits_become_8(suffix: str, value: int, expected: int, tmp_path: Path) -> None:
    for channels in (1, 3):
        path = put(tmp_path / f"image{suffix}", np.full((9, 7, channels), value, np.uint16))
        assert (load_image(path, size=8) == expected).all()


def test_shrinking_averages_areas_and_the_same_size_changes_nothing(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    path = put(tmp_path / "image.png", image)
    np.testing.assert_array_equal(load_image(path, size=32), image[..., ::-1])
    means = image.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))[..., ::-1]
    np.testing.assert_allclose(load_image(path, size=8), means, atol=0.51)


def test_a_long_image_shrinks_along_one_axis_and_grows_along_the_other(tmp_path: Path) -> None:
    rows = np.repeat(np.arange(0, 256, 4, dtype=np.uint8)[:, None], 8, axis=1)  # 64 high, 8 wide
    image = load_image(put(tmp_path / "image.png", rows), size=16)
    np.testing.assert_allclose(image[:, :, 0], np.repeat(rows[:, :1].reshape(16, 4).mean(axis=1)[:, None], 16, axis=1))


def test_height_and_width(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    means = image.reshape(16, 2, 16, 4, 3).mean(axis=(1, 3))[..., ::-1]
    np.testing.assert_allclose(load_image(put(tmp_path / "image.png", image), size=(16, 16)), means, atol=0.51)
    mask = np.zeros((32, 64), np.uint8)
    mask[4:8, 16:24] = 255
    found = load_mask(put(tmp_path / "mask.png", mask), size=(8, 32), image_shape=(32, 64))
    assert np.argwhere(found).tolist() == [[1, x] for x in range(8, 12)]


def test_a_mask_keeps_the_pixels_at_least_half_covered(tmp_path: Path) -> None:
    mask = np.zeros((8, 8), np.uint8)
    mask[0, 0], mask[0:2, 2], mask[0:2, 4:6] = 255, 255, 255  # a quarter, a half, all of a pixel at half the size
    path = put(tmp_path / "mask.png", mask)
    assert np.argwhere(load_mask(path, size=4, image_shape=(8, 8))).tolist() == [[0, 1], [0, 2]]
    np.testing.assert_array_equal(load_mask(path, size=8, image_shape=(8, 8)), mask > 0)
    np.testing.assert_array_equal(load_mask(path, size=16, image_shape=(8, 8)), np.kron(mask, np.ones((2, 2))) > 0)


@settings(max_examples=40)
@given(
    height=st.integers(1, 60), width=st.integers(1, 60), size=st.integers(1, 40), spot=st.tuples(*[st.floats(0, 1)] * 2)
)
def test_a_mask_that_marks_one_pixel_never_becomes_empty(
    height: int, width: int, size: int, spot: tuple[float, float], tmp_path_factory: pytest.TempPathFactory
) -> None:
    mask = np.zeros((height, width), np.uint8)
    mask[int(spot[0] * (height - 1)), int(spot[1] * (width - 1))] = 255
    path = put(tmp_path_factory.getbasetemp() / "one_pixel" / "mask.png", mask)
    found = load_mask(path, size=size, image_shape=(height, width))
    assert found.shape == (size, size)
    assert found.dtype == np.bool_
    assert found.any()
    put(path, np.zeros_like(mask))
    assert not load_mask(path, size=size, image_shape=(height, width)).any()


def test_a_mask_in_colour_counts_every_channel(tmp_path: Path) -> None:
    mask = np.zeros((4, 4, 3), np.uint8)
    mask[1, 2, 0] = 9
    found = load_mask(put(tmp_path / "mask.png", mask), size=4, image_shape=(4, 4))
    assert np.argwhere(found).tolist() == [[1, 2]]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tiff", ".webp"])
def test_a_truncated_image_is_refused_by_name(suffix: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    path = put(tmp_path / f"image{suffix}", noise)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=rf"image .*image\{suffix} cannot be read: truncated.*: replace or remove it"):
        load_image(path, size=8)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"image must be an existing file, got '.*gone\.png'"):
        load_image(tmp_path / "gone.png", size=8)
    with pytest.raises(FileNotFoundError, match=r"mask must be an existing file, got '.*gone\.png'"):
        load_mask(tmp_path / "gone.png", size=8, image_shape=(8, 8))
