"""Masks and regions of interest: one rule, whatever the file format, the channels and the dtype."""

import struct
import zlib
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.cli.reading import read_roi
from defectsynth.core.masks import binary_mask
from defectsynth.io.defect_bank import defect_crops
from defectsynth.io.image_files import UnreadableError
from defectsynth.io.masks import read_mask
from tests.images import write_image

SIZE = (128, 128)
SURFACE = np.random.default_rng(0).integers(80, 120, (*SIZE, 3), dtype=np.uint8)
DISC = cv2.circle(np.zeros(SIZE, np.uint8), (64, 64), 30, 255, -1)
ON = DISC > 0
EXIF_TURN = b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)  # display turned right


def png(color: int, rows: np.ndarray, *chunks: tuple[bytes, bytes], depth: int = 8) -> bytes:
    """Return a PNG of a colour type with the given bytes in each row and further chunks before the pixels."""
    size = SIZE[1], len(rows)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", *size, depth, color, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def color_mask(channel: int, level: int) -> np.ndarray:
    """Return a colour mask that has one level in one channel."""
    mask = np.zeros((*SIZE, 3), np.uint8)
    mask[ON, channel] = level
    return mask


def with_alpha(color: Any, alpha: np.ndarray) -> np.ndarray:
    """Return colours with an alpha channel."""
    return np.dstack([np.broadcast_to(np.uint8(color), (*SIZE, 3)), alpha])


EXACT: dict[str, Any] = {  # name: mask that is on exactly at ON
    "255": DISC,
    "1": DISC // 255,
    "bool": ON,
    "one channel": DISC[..., None],
    "green": color_mask(1, 255),
    "dark red": color_mask(0, 3),
    "bool colours": np.dstack([~ON & False, ON, ON]),
    "uint16": DISC.astype(np.uint16) * 16,
    "float": ON.astype(np.float32),
    "float64 at 255": DISC.astype(np.float64),
    "float16 at 0.2": ON.astype(np.float16) * np.float16(0.2),
    "int64": ON.astype(np.int64) * 7,
    "gray steps": np.where(ON, 128, 127).astype(np.uint8) - np.where(np.eye(128) > 0, 0, 3).astype(np.uint8) * ~ON,
    "float steps": np.where(ON, 0.5, 0.49).astype(np.float32) * np.where(np.eye(128) * ~ON > 0, 0.5, 1.0),
    "uint16 steps": np.where(ON, 32768, 32767).astype(np.uint16) - np.eye(128, dtype=np.uint16) * ~ON,
    "alpha on black": with_alpha((0, 0, 0), DISC),
    "alpha on white": with_alpha((255, 255, 255), DISC // 2),
    "gray and alpha": np.dstack([np.zeros(SIZE, np.uint8), DISC]),
    "colours with constant alpha": with_alpha(color_mask(2, 9), np.full(SIZE, 255, np.uint8)),
    "colours with empty alpha": with_alpha(color_mask(2, 9), np.zeros(SIZE, np.uint8)),
    "red in front of transparent white": with_alpha(np.where(ON[..., None], (0, 0, 255), 255), DISC),
}


@pytest.mark.parametrize("name", EXACT)
def test_one_rule_for_arrays(name: str) -> None:
    mask = EXACT[name]
    for given in (mask, np.asfortranarray(mask), mask[::-1][::-1]):
        np.testing.assert_array_equal(binary_mask(given), DISC)
    assert binary_mask(mask).dtype == np.uint8
    sample = ds.synthesize(SURFACE, ds.ColorSpot(radius_range=(0.3, 0.4)), seed=1, roi=mask)
    assert sample.defects
    assert not sample.mask[~ON].any()
    again = ds.redraw(SURFACE, sample.defects, roi=mask)
    np.testing.assert_array_equal(again.mask, sample.mask)


def test_constant_masks() -> None:
    for value in (1, 20, 255):
        assert (binary_mask(np.full((4, 5), value, np.uint8)) == 255).all()
    assert not binary_mask(np.zeros((4, 5, 4), np.float32)).any()
    assert binary_mask(np.ones((4, 5, 3), bool)).shape == (4, 5)


@pytest.mark.parametrize(
    ("mask", "error", "text"),
    [
        ([[1]], TypeError, "mask must be a numpy array, got list"),
        (np.full((2, 2), "a"), TypeError, "mask must hold booleans or numbers, got <U1"),
        (np.zeros(3), ValueError, r"mask must be \(H, W\) or \(H, W, C\) with no empty axis, got shape \(3,\)"),
        (np.zeros((3, 0)), ValueError, r"no empty axis, got shape \(3, 0\)"),
        (np.array([[0, np.nan]]), ValueError, "mask must hold only finite numbers, got NaN or infinity"),
        (np.array([[0, -1]]), ValueError, "mask must hold no negative numbers, got -1"),
        (
            np.uint8([[0, 1, 2]]),
            ValueError,
            r"half of its range, 127.5, or hold one value beside 0, got values up to 2",
        ),
        (np.uint16([[0, 9, 4095]]), ValueError, "32767.5, or hold one value beside 0, got values up to 4095"),
        (np.array([[0, 20, 255.0]]), ValueError, r"mask must be in \[0, 1\] or hold one value beside 0, got .* 255"),
    ],
)
def test_masks_that_mean_nothing_certain_are_refused(mask: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        binary_mask(mask)


def test_values_of_a_lossy_roi_around_the_region_do_not_count() -> None:
    lossy = cv2.imdecode(cv2.imencode(".jpg", DISC, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], 0)
    assert ((lossy > 0) & ~ON).sum() > 50
    spots = ds.ColorSpot(radius_range=(0.2, 0.3), p=1)
    for transform in (spots, A.Compose([A.HorizontalFlip(p=0), spots])):
        masks = [ds.synthesize(SURFACE, transform, seed=seed, roi=lossy).mask for seed in range(20)]
        assert sum(int(((mask > 0) & ~ON).sum()) for mask in masks) == 0
    assert not spots(image=SURFACE, mask=DISC * 0, roi=lossy)["mask"][~ON].any()


@pytest.mark.parametrize(
    ("suffix", "mask", "options"),
    [
        (".png", DISC, ()),
        (".png", DISC // 255, ()),
        (".png", DISC.astype(np.uint16) * 255, ()),
        (".png", color_mask(1, 255), ()),
        (".bmp", color_mask(1, 9), ()),
        (".png", with_alpha((0, 0, 0), DISC), ()),
        (".png", with_alpha(np.where(ON[..., None], (0, 0, 255), 255), DISC), ()),
        (".tif", with_alpha((0, 0, 0), DISC), ()),
        (".webp", with_alpha((0, 0, 0), DISC), (cv2.IMWRITE_WEBP_QUALITY, 101)),
        (".webp", with_alpha((0, 0, 0), DISC), (cv2.IMWRITE_WEBP_QUALITY, 80)),
        (".webp", DISC // 255, (cv2.IMWRITE_WEBP_QUALITY, 101)),
        (".tif", ON.astype(np.float32), ()),
    ],
)
def test_mask_files_are_read_exactly(tmp_path: Path, suffix: str, mask: np.ndarray, options: tuple[int, ...]) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(cv2.imencode(suffix, mask, options)[1])
    np.testing.assert_array_equal(read_mask(path, size=SIZE), DISC)
    np.testing.assert_array_equal(read_roi(path, size=SIZE), DISC)


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".jpg", (cv2.IMWRITE_JPEG_QUALITY, 60)),
        (".webp", (cv2.IMWRITE_WEBP_QUALITY, 30)),
        (".tif", (cv2.IMWRITE_TIFF_COMPRESSION, 7, cv2.IMWRITE_TIFF_ROWSPERSTRIP, 16)),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_lossy_mask_files_are_on_from_half_of_the_range(
    tmp_path: Path, suffix: str, options: tuple[int, ...], channels: int
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(cv2.imencode(suffix, DISC if channels == 1 else np.dstack([DISC] * 3), options)[1])
    mask = read_mask(path)
    assert np.count_nonzero((mask > 0) != ON) < 60, "a few pixels of the outline"
    faint = tmp_path / f"faint{suffix}"
    faint.write_bytes(cv2.imencode(suffix, np.where(DISC > 0, 20, 0).astype(np.uint8), options)[1])
    assert not read_mask(faint).any(), "a lossy file cannot say that 20 is on"


def test_palettes_count_as_their_colours(tmp_path: Path) -> None:
    palette = (b"PLTE", bytes([0, 0, 0, 0, 9, 0]))
    path = tmp_path / "a.png"
    for chunks in ((palette,), (palette, (b"tRNS", b"\xff\xff"))):
        path.write_bytes(png(3, DISC // 255, *chunks))
        np.testing.assert_array_equal(read_mask(path), DISC)
    same, alpha = (b"PLTE", bytes([7, 7, 7, 7, 7, 7])), (b"tRNS", b"\0\xff")
    path.write_bytes(png(3, DISC // 255, same, alpha))
    np.testing.assert_array_equal(read_mask(path), DISC)


def test_alpha_follows_the_orientation_of_the_file(tmp_path: Path) -> None:
    half = np.zeros(SIZE, np.uint8)
    half[:40] = 255
    rows = np.dstack([np.zeros_like(half), half]).reshape(SIZE[0], -1)
    path = tmp_path / "a.png"
    path.write_bytes(png(4, rows, (b"eXIf", EXIF_TURN)))
    np.testing.assert_array_equal(read_mask(path), np.rot90(half, -1))


def test_a_mask_file_of_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", DISC[:100])
    with pytest.raises(UnreadableError, match=r"must have the image's size 128 x 128, got 128 x 100"):
        read_mask(path, size=SIZE)


@pytest.mark.parametrize("name", ["green", "1", "alpha on black", "uint16"])
def test_a_bank_reads_every_kind_of_mask(tmp_path: Path, name: str) -> None:
    write_image(tmp_path / "x.png", np.where(ON[..., None], 20, SURFACE).astype(np.uint8))
    write_image(tmp_path / "x_mask.png", EXACT[name])
    (crop,) = defect_crops(str(tmp_path / "x.png"))
    assert np.count_nonzero(crop.mask) == ON.sum()
    sample = ds.synthesize(SURFACE, ds.RealDefect(source=tmp_path), seed=0)
    assert len(sample.defects) == 1


def test_a_bank_of_lossy_masks_cuts_out_the_defect_alone(tmp_path: Path) -> None:
    write_image(tmp_path / "x.jpg", SURFACE)
    path = tmp_path / "x_mask.jpg"
    path.write_bytes(cv2.imencode(".jpg", DISC, [cv2.IMWRITE_JPEG_QUALITY, 60])[1])
    (crop,) = defect_crops(str(tmp_path / "x.jpg"))
    assert abs(np.count_nonzero(crop.mask) - int(ON.sum())) < 60


@pytest.mark.parametrize("target", ["mask", "masks", "mask3d", "truth"])
def test_a_mask_of_another_size_is_refused(target: str) -> None:
    small = np.zeros((64, 64), np.uint8)
    given = {target: small if target in ("mask", "truth") else np.stack([small] * 2)}
    scratch = ds.Scratch(p=1)
    if target == "truth":
        scratch.add_targets({"truth": "mask"})
    nowhere = np.zeros(SIZE, np.uint8)
    for roi in ({}, {"roi": nowhere}):  # with the second nothing is drawn
        with pytest.raises(ValueError, match="64, 64") as raised:
            scratch(image=SURFACE, **roi, **given)
        assert "(128, 128)" in str(raised.value)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32, bool])
@pytest.mark.parametrize("channels", [1, 2, 3, 5])
@pytest.mark.parametrize("transform", [ds.Scratch(p=1), ds.Dent(p=1), ds.ColorSpot(p=1, mask_kind="alpha")])
def test_every_channel_of_a_mask_is_marked(transform: Any, channels: int, dtype: Any) -> None:
    images = np.stack([SURFACE] * 2)
    for seed in range(3):
        results = []
        for shape in (SIZE, (*SIZE, channels)):
            transform.set_random_seed(seed)
            before = np.zeros(shape, dtype)
            results.append(transform(image=SURFACE, images=images, mask=before, masks=np.stack([before] * 2)))
        flat, result = results
        for target in ("mask", "masks"):
            expected = np.repeat(flat[target][..., None], channels, axis=-1)
            assert result[target].dtype == dtype
            np.testing.assert_array_equal(result[target], expected)
        assert flat["mask"].any()
