"""Hypothesis strategies of images of every layout, masks with earlier labels, regions of interest and white levels."""

import numpy as np
from hypothesis import strategies as st

from defectsynth.core.images import CAMERA_PEAKS

DTYPES = (np.uint8, np.uint16, np.float32)
MASK_DTYPES = (np.bool_, np.uint8, np.uint16, np.int32, np.int64, np.float32, np.float64)
PEAK = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0, np.dtype(np.float32): 1.0}


@st.composite
def images(draw: st.DrawFn) -> np.ndarray:
    """Draw a small image of any layout: 2-D, 1, 3 or 5 channels, any dtype and depth, strided or read-only."""
    sides = st.one_of(st.integers(1, 6), st.integers(7, 80))
    height, width = draw(sides), draw(sides)
    channels = draw(st.sampled_from([None, 1, 3, 5]))
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (height, width, channels or 1)
    content = draw(st.sampled_from(["noise", "plain", "part", "ramp", "black", "white"]))
    levels = np.full(shape, rng.random(shape[2]), np.float64)
    if content == "noise":
        levels = rng.random(shape)
    elif content == "part":
        levels[height // 4 : -(height // 4) or None, width // 4 : -(width // 4) or None] = rng.random(shape[2])
        levels += rng.normal(0, 0.02, shape)
    elif content == "ramp":
        levels *= np.linspace(0, 1, width)[None, :, None]
    elif content in ("black", "white"):
        levels[:] = content == "white"
    white = draw(st.sampled_from(CAMERA_PEAKS)) if dtype == np.uint16 else PEAK[dtype]
    levels = np.clip(levels, 0, 1) * white
    image = (np.rint(levels) if dtype.kind == "u" else levels).astype(dtype)
    image = image[:, :, 0] if channels is None else image
    layout = draw(st.sampled_from(["contiguous", "strided", "mirrored", "read-only"]))
    if layout == "strided":
        image = np.repeat(image, 2, axis=1)[:, ::2]
    elif layout == "mirrored":
        image = np.ascontiguousarray(image[:, ::-1])[:, ::-1]
    elif layout == "read-only":
        image.flags.writeable = False
    return image


@st.composite
def regions_of_interest(draw: st.DrawFn, size: tuple[int, int]) -> np.ndarray | None:
    """Draw no region of interest, an empty or full one, a rectangle or scattered pixels; bool or uint8."""
    kind = draw(st.sampled_from([None, None, "empty", "all", "rectangle", "scattered"]))
    if kind is None:
        return None
    roi = np.zeros(size, bool)
    if kind == "all":
        roi[:] = True
    elif kind == "rectangle":
        roi[draw(rectangles(size))] = True
    elif kind == "scattered":
        roi = np.random.default_rng(draw(st.integers(0, 99))).random(size) < 0.2
    return roi if draw(st.booleans()) else roi.astype(np.uint8) * 200


@st.composite
def masks(draw: st.DrawFn, size: tuple[int, int]) -> np.ndarray:
    """Draw a mask of any dtype, empty or with earlier labels, (H, W) or with 1 or 3 channels."""
    dtype = np.dtype(draw(st.sampled_from(MASK_DTYPES)))
    mask = np.zeros(size, dtype)
    highest = 1 if dtype.kind in "bf" else min(np.iinfo(dtype.name).max, 2**31 - 1)  # hosts cut wider numbers off
    labels = [(), (1,), (highest,), (1, highest // 2 + 1)] + [(-1, 1)] * (dtype.kind in "if")
    for label in draw(st.sampled_from(labels)):
        mask[draw(rectangles(size))] = label
    channels = draw(st.sampled_from([None, None, None, 1, 3]))
    return mask if channels is None else np.repeat(mask[:, :, None], channels, axis=2)


@st.composite
def rectangles(draw: st.DrawFn, size: tuple[int, int]) -> tuple[slice, slice]:
    """Draw the index of a rectangle."""
    y, x = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
    return slice(y, y + draw(st.integers(1, 40))), slice(x, x + draw(st.integers(1, 40)))


@st.composite
def peaks(draw: st.DrawFn, image: np.ndarray) -> float | None:
    """Draw a white level of an image, or none."""
    if image.dtype != np.uint16 or draw(st.booleans()):
        return None
    return draw(st.sampled_from([peak for peak in CAMERA_PEAKS if peak >= image.max()]))
