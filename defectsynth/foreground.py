"""Which pixels are the object: found from the picture alone, on a small copy, and sharpened where it is asked for.

The colour of the border, a plane in x and y for each channel, is taken as the background. What differs from it by more
than Otsu's threshold is the object. Where the border itself is uneven (a board with holes behind the part) the same is
asked of a strongly blurred copy, which tells a large dark case from small dark holes, and bright thin parts that look
like nothing on the border are joined to it. A picture whose two classes are not distinct, or lie scattered, has no
background: the whole image is the object.

References:
    Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 1979.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from defectsynth.layers import Array, Box, Bytes, Floats, at_least
from defectsynth.pictures import check_image

SMALL_SIDE = 96  # cells along the longer side of the small copy
REMEMBERED = 1024  # pictures whose object is kept, 37 kB each
SEPARATION = 0.72  # least share of the variance between the two classes; one Gaussian has 0.64, a flat histogram 0.75
BODY_SEPARATION, BODY_BORDER = 0.66, 0.08  # the same on the blurred copy, and how much of its border may be object
CONTRAST = 6.0  # least difference of object and background, of 255
CERTAIN = 250  # value of an interpolated cell that needs no look at the pixel
SHARP = 0.6  # sharpness of an outline, as a share of the contrast, that needs no other threshold
PATTERN = 4  # pieces of border unlike the background from which on the background counts as patterned
THRESHOLDS = (0.6, 0.72, 0.84)  # tried above Otsu's, as shares of the object's mean distance
HOLE, HOLE_GROUND = 0.03, 0.6  # least area of a hole, as a share of its piece, and least share of it that is background
COHERENT = 0.6  # least share of the object that survives an opening
_SQUARE = np.ones((3, 3), np.uint8)
_FIVE = np.ones((5, 5), np.uint8)
METHODS = ("auto", "border", "otsu", "gradient", "whole")


@dataclass(frozen=True)
class Foreground:
    """The object on the small grid and the rule that sharpens it at full size.

    Attributes:
        cells: uint8 (h, w), 255 where the object is; the small grid.
        step: (x, y) size of a cell in pixels.
        whole: True if there is no background.
        plane: float32 (C, 3), background colour = plane @ (1, x, y) with x and y in [-0.5, 0.5]; None: no rule.
        threshold: distance from the background, of 255, from which on a pixel is the object.
    """

    cells: Bytes
    step: tuple[float, float]
    whole: bool
    plane: Floats | None = None
    threshold: float = 0.0

    def crop(self, surface: Floats, box: Box, size: tuple[int, int]) -> Bytes:
        """Return the object inside `box` at full resolution.

        Args:
            surface: float32 (C, h, w) in [0, 1], the picture inside the box.
            box: the box in pixels.
            size: (height, width) of the picture.

        Returns:
            uint8 (h, w), 255 on the object.
        """
        if self.whole:
            return np.full(box.shape, 255, np.uint8)
        coarse = self._coarse(box)
        if self.plane is None or coarse.min() >= CERTAIN:
            return at_least(coarse, 128)
        x = (np.arange(box.x0, box.x1, dtype=np.float32) + np.float32(0.5)) / np.float32(size[1]) - np.float32(0.5)
        y = (np.arange(box.y0, box.y1, dtype=np.float32) + np.float32(0.5)) / np.float32(size[0]) - np.float32(0.5)
        plane = self.plane * np.float32(1.0 / 255.0)
        background = plane[:, :1, None] + plane[:, 1:2, None] * x + plane[:, 2:, None] * y[:, None]
        background -= surface
        unlike = at_least(np.abs(background, out=background).max(axis=0), self.threshold / 255.0)
        near = at_least(coarse, 6)
        return cv2.bitwise_or(at_least(coarse, CERTAIN), cv2.bitwise_and(unlike, near))

    def _coarse(self, box: Box) -> Bytes:
        """Return the cells under `box`, interpolated to its size."""
        rows, columns = self.cells.shape
        x0, x1 = max(0, int(box.x0 / self.step[0]) - 1), min(columns, int(box.x1 / self.step[0]) + 2)
        y0, y1 = max(0, int(box.y0 / self.step[1]) - 1), min(rows, int(box.y1 / self.step[1]) + 2)
        width, height = round((x1 - x0) * self.step[0]), round((y1 - y0) * self.step[1])
        wide = cv2.resize(self.cells[y0:y1, x0:x1], (width, height), interpolation=cv2.INTER_LINEAR)
        left = min(max(box.x0 - round(x0 * self.step[0]), 0), width - box.shape[1])
        top = min(max(box.y0 - round(y0 * self.step[1]), 0), height - box.shape[0])
        return np.ascontiguousarray(wide[top : top + box.shape[0], left : left + box.shape[1]])


def find_foreground(image: Array, *, method: str = "auto") -> Foreground:
    """Find the object on a small copy of `image`.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16 or float32 in [0, 1].
        method: "auto" tries the border colour and falls back to the whole image; "border", "otsu" and "gradient" are
            fixed; "whole" takes the whole image as the object.

    Returns:
        The object on the small grid, with the rule for full resolution.

    Raises:
        ValueError: if `method` is unknown or `image` is empty or not finite.
        TypeError: if `image` has another dtype.
    """
    check_image(image)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    return locate(np.ascontiguousarray(image), method)


def locate(image: Array, method: str) -> Foreground:
    """Find the object in a picture that has been checked, see `find_foreground`."""
    height, width = image.shape[:2]
    longer = max(height, width)
    scale = min(1.0, SMALL_SIDE / longer)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    step = (width / columns, height / rows)
    everything = Foreground(np.full((rows, columns), 255, np.uint8), step, whole=True)
    if method == "whole" or min(rows, columns) < 8:
        return everything
    small = _small_copy(image, rows, columns)
    return _found(small.tobytes(), small.shape, step, method) or everything


@lru_cache(maxsize=REMEMBERED)
def _found(cells: bytes, shape: tuple[int, ...], step: tuple[float, float], method: str) -> Foreground | None:
    """Find the object on the bytes of a small copy; a picture seen lately (the next epoch of a training) is free."""
    small = np.frombuffer(cells, np.uint8).reshape(shape)
    if method == "otsu":
        return _by_brightness(small, step)
    if method == "gradient":
        return _by_gradient(small, step)
    return _by_border(small, step, forced=method == "border")


def forget_pictures() -> None:
    """Forget the objects found so far; the next call looks at its picture anew."""
    _found.cache_clear()


def _small_copy(image: Array, rows: int, columns: int) -> Bytes:
    """Return a smoothed uint8 (rows, columns, C) copy; only rows x columns pixels of `image` are read."""
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_LINEAR)
    if small.dtype == np.uint16:
        small = (small >> 8).astype(np.uint8)
    elif small.dtype != np.uint8:
        small = (np.clip(small, 0.0, 1.0) * 255).astype(np.uint8)
    return small if small.ndim == 3 else small[:, :, None]


@lru_cache(maxsize=64)
def _sides(rows: int, columns: int) -> npt.NDArray[np.intp]:
    """Return flat indices (4, 64) of cells along the top, bottom, left and right."""
    index = np.arange(rows * columns).reshape(rows, columns)
    along = np.linspace(0, 1, 64)
    column, row = np.rint(along * (columns - 1)).astype(int), np.rint(along * (rows - 1)).astype(int)
    return np.stack([index[0, column], index[-1, column], index[row, 0], index[row, -1]])


def _difference(small: Bytes) -> tuple[Bytes, Floats]:
    """Return the distance of each cell from the border's colour plane, uint8 (h, w), and the plane (C, 3).

    The slopes of the plane are the differences of the medians of opposite sides.
    """
    rows, columns, channels = small.shape
    sides = small.reshape(-1, channels)[_sides(rows, columns)]
    top, bottom, left, right = np.partition(sides, 32, axis=1)[:, 32].astype(np.float32)
    slope_x, slope_y = right - left, bottom - top
    level = 0.25 * (top + bottom + left + right)
    ramp = np.linspace(-0.4375, 0.4375, 8, dtype=np.float32)
    ground = level + slope_x * ramp[None, :, None] + slope_y * ramp[:, None, None]
    ground = cv2.resize(np.clip(ground, 0, 255).astype(np.uint8), (columns, rows), interpolation=cv2.INTER_LINEAR)
    change = cv2.absdiff(ground.reshape(small.shape), small)
    return _greatest(change.reshape(small.shape)), np.stack([level, slope_x, slope_y], axis=1)


def _greatest(change: Bytes) -> Bytes:
    """Return the maximum over the channels."""
    planes = cv2.split(change)
    greatest = planes[0]
    for plane in planes[1:]:
        greatest = cv2.max(greatest, plane)
    return greatest


def _split(levels: Bytes) -> tuple[float, Bytes, float]:
    """Return Otsu's threshold, the mask above it and the share of variance between the two classes."""
    threshold, mask = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = cv2.countNonZero(mask) / mask.size
    if not 0.0 < share < 1.0:
        return 0.0, mask, 0.0
    mean, deviation = cv2.meanStdDev(levels)
    above = cv2.mean(levels, mask=mask)[0]
    between = share / (1 - share) * (above - float(mean[0, 0])) ** 2
    return max(threshold, 0.3 * above), mask, between / max(float(deviation[0, 0]) ** 2, 1e-6)


def _clean(mask: Bytes, ground: Bytes | None = None) -> Bytes | None:
    """Fill holes, keep the large pieces; None if the object is scattered, tiny or everything.

    Args:
        mask: uint8 (h, w), 255 where the object may be.
        ground: uint8 (h, w), 255 where the background surely is; a large hole there is kept. None fills all holes.
    """
    total = cv2.countNonZero(mask)
    if not 0.003 * mask.size <= total <= 0.97 * mask.size:
        return None
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    if cv2.countNonZero(opened) < COHERENT * total:
        return None
    return _pieces(mask, ground=ground)


def _pieces(mask: Bytes, *, ground: Bytes | None = None, largest_only: bool = False) -> Bytes | None:
    """Return the large pieces of `mask`, filled; None if there is none."""
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    areas = [cv2.contourArea(contour) for contour in contours]
    most = max(areas, default=0.0)
    least = max(most if largest_only else 0.1 * most, 2.0)
    cells = np.zeros_like(mask)
    for piece, area in enumerate(areas):
        if hierarchy[0, piece, 3] < 0 and area >= least:
            cv2.drawContours(cells, contours, piece, 255, cv2.FILLED)
    for hole, area in enumerate(areas if ground is not None else ()):
        if hierarchy[0, hole, 3] >= 0 and area >= HOLE * most:
            inside = cv2.drawContours(np.zeros_like(mask), contours, hole, 255, cv2.FILLED)
            if cv2.mean(ground, mask=inside)[0] >= HOLE_GROUND * 255:
                cells[inside > 0] = 0
    return cells if cv2.countNonZero(cells) else None


def _border_share(mask: Bytes) -> float:
    """Return the share of border cells inside `mask`."""
    border = mask.ravel()[_sides(*mask.shape)]
    return cv2.countNonZero(border) / border.size


def _border_pieces(mask: Bytes) -> int:
    """Return how many separate pieces of `mask` the four sides meet."""
    sides = mask.ravel()[_sides(*mask.shape)]
    return cv2.countNonZero((sides[:, 1:] > sides[:, :-1]).view(np.uint8))


def _by_border(small: Bytes, step: tuple[float, float], *, forced: bool) -> Foreground | None:
    distance, plane = _difference(small)
    threshold, mask, separation = _split(distance)
    if threshold < CONTRAST or (separation < SEPARATION and not forced):
        return None
    if _border_pieces(mask) >= PATTERN:
        cells = _on_uneven_ground(small, mask)
        if cells is not None:
            return Foreground(cells, step, whole=False)
    threshold, mask = _at_the_edge(distance, threshold, mask)
    cleaned = _clean(mask, np.negative((distance < 0.4 * threshold).view(np.uint8)))
    return None if cleaned is None else Foreground(cleaned, step, whole=False, plane=plane, threshold=threshold)


def _at_the_edge(distance: Bytes, threshold: float, mask: Bytes) -> tuple[float, Bytes]:
    """Raise the threshold to where the outline is sharpest: a soft shadow or glow round the object drops out."""
    slope = cv2.morphologyEx(distance, cv2.MORPH_GRADIENT, _SQUARE)
    strong = cv2.mean(distance, mask=mask)[0]
    best = (_sharpness(slope, mask), threshold, mask)
    if best[0] < SHARP * strong:
        for share in THRESHOLDS:
            higher = at_least(distance, max(share * strong, threshold))
            best = max(best, (_sharpness(slope, higher), share * strong, higher), key=lambda entry: entry[0])
    return max(best[1], threshold), best[2]


def _sharpness(slope: Bytes, mask: Bytes) -> float:
    """Return the mean slope along the outline of `mask`."""
    outline = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, _SQUARE)
    return cv2.norm(slope, cv2.NORM_L1, outline) / max(cv2.countNonZero(outline), 1)


def _on_uneven_ground(small: Bytes, mask: Bytes) -> Bytes | None:
    """Return the object in front of a patterned background: one large piece and the thin parts that hang on it."""
    reach = max(3, int(0.1 * min(mask.shape)) | 1)
    _, body, separation = _split(_difference(cv2.blur(small, (reach, reach)).reshape(small.shape))[0])
    core = _clean(body) if separation >= BODY_SEPARATION and _border_share(body) <= BODY_BORDER else None
    if core is None:
        return None
    near = cv2.bitwise_and(
        cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _SQUARE), cv2.dilate(core, np.ones((reach, reach), np.uint8))
    )
    solid = cv2.morphologyEx(near, cv2.MORPH_OPEN, np.ones((3 * reach // 2, 3 * reach // 2), np.uint8))
    thin = _split(_off_palette(small, mask))[1]
    joined = cv2.morphologyEx(cv2.bitwise_or(solid, thin), cv2.MORPH_CLOSE, _FIVE)
    return _pieces(joined, largest_only=True)


def _off_palette(small: Bytes, mask: Bytes) -> Bytes:
    """Return the distance of each cell from all mixtures of the two colours on the border, uint8 (h, w)."""
    planes = np.stack(cv2.split(small)).reshape(small.shape[2], -1).astype(np.float32)
    border = _sides(*mask.shape).ravel()
    pattern = mask.ravel()[border] > 0  # what on the border is unlike the background: holes, tracks
    ring = planes[:, border]
    first = np.median(ring[:, ~pattern], axis=1, keepdims=True)
    second = np.median(ring[:, pattern], axis=1, keepdims=True)
    direction = first - second
    share = (direction.T @ (planes - second)) / max(float((direction * direction).sum()), 1e-6)
    nearest = second + direction * np.clip(share, -0.6, 1.15)
    return cv2.convertScaleAbs(np.abs(planes - nearest).max(axis=0).reshape(mask.shape))


def _by_brightness(small: Bytes, step: tuple[float, float]) -> Foreground | None:
    gray = small.mean(axis=2).astype(np.uint8)
    _, mask, _ = _split(gray)
    cleaned = _clean(cv2.bitwise_not(mask) if _border_share(mask) > 0.5 else mask)
    return None if cleaned is None else Foreground(cleaned, step, whole=False)


def _by_gradient(small: Bytes, step: tuple[float, float]) -> Foreground | None:
    gray = small.mean(axis=2).astype(np.uint8)
    slope = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    _, mask, _ = _split(slope)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    cleaned = _clean(closed)
    if cleaned is None:
        return None
    return Foreground(cv2.erode(cleaned, np.ones((3, 3), np.uint8)), step, whole=False)
