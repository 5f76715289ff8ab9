"""Measurements of one defect: the same numbers for real defects and for drawn ones."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.fitting.background import Background
from defectsynth.fitting.regions import main_parts, outline_of
from defectsynth.fitting.surface import Surface, squared_length, to_lab
from defectsynth.scene.axis import find_axis

MARGIN = 0.05  # of min(H, W): frame around a defect that measurements look at
LEAST_CHANGE = 0.02  # change in CIELAB from which on a pixel counts as changed
NOISE_FACTOR = 2.0  # multiple of the noise of the background from which on a pixel counts as changed
LEAST_SHARE = 0.15  # of the mask that must be changed, otherwise all of the mask is measured
CLOSING = 0.008  # of min(H, W): radius of gaps in the changed pixels that are closed
NEAR_OUTLINE = 0.02  # of min(H, W)
ALIKE = 0.3  # of the difference between object and background: what counts as background
STEP = 5  # every fifth pixel counts for the colours of object and background
TEXTURE_OFFSET = 0.004  # added to both textures of a ratio
FAR = 3.0  # largest deviation that counts for one measurement

UNITS = {  # measurement: the deviation that counts as 1
    "area": 0.8,  # logarithms of fractions of min(H, W), and of its square
    "length": 0.5,
    "width": 0.5,
    "elongation": 0.5,
    "solidity": 0.2,
    "raggedness": 0.25,
    "number": 0.6,
    "brightness": 0.2,  # signed square roots of changes in CIELAB
    "red": 0.15,
    "yellow": 0.15,
    "change": 0.2,
    "unevenness": 0.15,
    "darkest": 0.25,
    "brightest": 0.25,
    "brighter": 0.25,  # shares
    "darker": 0.25,
    "texture": 0.5,
    "smoothness": 0.5,
    "sharpness": 0.3,
    "filling": 0.6,
    "relief": 0.3,
    "missing": 0.15,
    "added": 0.15,
    "outside": 0.2,
    "depth": 0.06,
    "at_edge": 0.25,
    "along": 0.12,
    "across": 0.3,
    "lengthwise": 0.5,
    "horizontal": 0.8,
    "diagonal": 0.8,
    "print": 0.3,
}
NAMES = tuple(UNITS)
SCALE = np.array(list(UNITS.values()), np.float64)


@dataclass(frozen=True, eq=False)
class Measured:
    """Measurements of one image with a defect.

    Attributes:
        values: float64 (len(NAMES),), NaN where a measurement does not apply.
        centre: (x, y) of the defect, shares of width and height.
        color: float32 (3,), mean colour inside in CIELAB.
    """

    values: Array
    centre: tuple[float, float]
    color: Floats

    def __getitem__(self, name: str) -> float:
        """Return one measurement."""
        return float(self.values[NAMES.index(name)])


def measure(image: Bytes, mask: Bytes, background: Background) -> Measured | None:
    """Measure a defect.

    Args:
        image: uint8 (H, W, 3).
        mask: uint8 (H, W), 255 on the defect.
        background: the surface under it.

    Returns:
        The measurements, None if the mask is empty.
    """
    if not cv2.countNonZero(mask):
        return None
    surface, side = background.surface, background.surface.side
    x, y, width, height = cv2.boundingRect(mask)
    margin = max(4, round(MARGIN * side))
    window = np.s_[max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin]
    marked = np.ascontiguousarray(mask[window])
    before, after = surface.lab[window], to_lab(np.ascontiguousarray(image[window]))
    change = after - before
    size = cv2.blur(np.sqrt(squared_length(change)), (3, 3))
    region = _changed(marked, size, side, noise=background.noise)
    on = region > 0
    values = {
        **outline_of(region, side),
        **_colors(change[on], size[on]),
        **_structure(after, before, change, size, region, inpainted=background.inpainted),
        **_material(after, before, surface.on_object[window], on),
        **_placing(surface, window, on),
        **_direction(surface, on),
    }
    rows, columns = np.nonzero(on)
    centre = (
        (float(columns.mean()) + window[1].start + 0.5) / image.shape[1],
        (float(rows.mean()) + window[0].start + 0.5) / image.shape[0],
    )
    return Measured(np.array([values[name] for name in NAMES], np.float64), centre, after[on].mean(axis=0))


def deviations(one: Array, other: Array) -> Array:
    """Return the deviation of each measurement in its unit, at most `FAR`, 0 where one does not apply.

    Args:
        one: (..., len(NAMES)).
        other: the same, or a shape that broadcasts with it.
    """
    return np.minimum(np.nan_to_num(np.abs(one - other) / SCALE), FAR)


def _changed(marked: Bytes, size: Floats, side: int, *, noise: float) -> Bytes:
    """Return the pixels of a mask that are changed, gaps closed; all of the mask if hardly any are."""
    strong = threshold_mask(size, max(LEAST_CHANGE, NOISE_FACTOR * noise))
    changed = cv2.bitwise_and(strong, marked)
    if cv2.countNonZero(changed) < LEAST_SHARE * cv2.countNonZero(marked):
        return marked
    radius = max(1, round(CLOSING * side))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return main_parts(cv2.bitwise_and(cv2.morphologyEx(changed, cv2.MORPH_CLOSE, kernel), marked))


def _signed_root(value: float) -> float:
    return float(np.sign(value) * np.sqrt(abs(value)))


def _colors(change: Floats, size: Floats) -> dict[str, float]:
    """Return the change of lightness and hue; arrays hold the pixels of the defect only."""
    light = change[:, 0]
    mean = change.mean(axis=0)
    low, high = np.quantile(light, (0.1, 0.9)).tolist()
    return {
        "brightness": _signed_root(float(mean[0])),
        "red": _signed_root(float(mean[1])),
        "yellow": _signed_root(float(mean[2])),
        "change": float(np.sqrt(size.mean())),
        "unevenness": float(np.sqrt(light.std())),
        "darkest": _signed_root(low),
        "brightest": _signed_root(high),
        "brighter": float((light > LEAST_CHANGE).mean()),
        "darker": float((light < -LEAST_CHANGE).mean()),
    }


def _structure(
    after: Floats, before: Floats, change: Floats, size: Floats, region: Bytes, *, inpainted: bool
) -> dict[str, float]:
    """Return texture, sharpness of the rim, filling, and asymmetry between the sides of a relief."""
    on = region > 0
    fine_after, fine_before = (_fine(lab) for lab in (after, before))
    reference = fine_before[~on] if inpainted and not on.all() else fine_before[on]
    roughness = float(fine_after[on].mean()) + TEXTURE_OFFSET
    texture = np.log(roughness / (float(reference.mean()) + TEXTURE_OFFSET))
    inner = cv2.distanceTransform(cv2.copyMakeBorder(region, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)[
        1:-1, 1:-1
    ]
    rim, core = on & (inner <= 1.5), on & (inner >= 0.6 * float(inner.max()))
    mean = float(size[on].mean()) + 1e-4
    slope = np.hypot(cv2.Sobel(size, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(size, cv2.CV_32F, 0, 1, scale=0.125))
    light = change[..., 0]
    rows, columns = np.nonzero(on)
    values = light[on] - light[on].mean()
    spread = float(values.std()) + 1e-4
    across, down = (
        float(np.mean(values * (axis - axis.mean()))) / (spread * (float(axis.std()) + 1e-3))
        for axis in (columns, rows)
    )
    return {
        "texture": float(texture),
        "smoothness": -float(np.log(roughness)),
        "sharpness": float(slope[rim].mean()) / mean * 2.0,
        "filling": float(np.log((float(size[core].mean()) + 0.01) / (float(size[rim].mean()) + 0.01))),
        "relief": float(np.hypot(across, down)),
    }


def _fine(lab: Floats) -> Floats:
    light = np.ascontiguousarray(lab[..., 0])
    return np.abs(light - cv2.blur(light, (5, 5)))


def _material(after: Floats, before: Floats, on_object: Bytes, on: Array) -> dict[str, float]:
    """Return the shares of the defect where object became background, and background object."""
    inside = on_object > 0
    if inside.all() or not inside.any():
        return {"missing": 0.0, "added": 0.0}
    ground, body = (np.median(before[where][::STEP], axis=0) for where in (~inside, inside))
    to_ground, to_body = (squared_length(after - color) for color in (ground, body))
    apart = float(np.square(ground - body).sum())
    was_ground = squared_length(before - ground) < squared_length(before - body)
    missing = inside & on & ~was_ground & (to_ground < ALIKE**2 * apart)
    added = ~inside & on & was_ground & (to_body < to_ground)
    total = float(on.sum())
    return {"missing": float(missing.sum()) / total, "added": float(added.sum()) / total}


def _direction(surface: Surface, on: Array) -> dict[str, float]:
    """Return the direction of a region: how far it points along the object's axis, to the right, and down to the right.

    Each is between -1 and 1; all are near 0 for a round region.
    """
    rows, columns = np.nonzero(on)
    x, y = columns - columns.mean(), rows - rows.mean()
    xx, yy, xy = float(np.mean(x * x)), float(np.mean(y * y)), float(np.mean(x * y))
    total = xx + yy + 0.5
    level, slanted = (xx - yy) / total, 2 * xy / total  # cos and sin of twice the angle
    axis = find_axis(surface.scene.foreground("auto"))
    along = float("nan")
    if axis is not None:
        along = level * np.cos(2 * axis.angle) + slanted * np.sin(2 * axis.angle)
    return {"lengthwise": float(along), "horizontal": level, "diagonal": slanted}


def _placing(surface: Surface, window: tuple[slice, slice], on: Array) -> dict[str, float]:
    depth = surface.depth[window][on]
    shares = surface.axis_shares
    along = across = float("nan")
    inside = on & (surface.on_object[window] > 0)
    if shares is not None and inside.any():
        along, across = (float(share[window][inside].mean()) for share in shares)
    return {
        "outside": float((depth < 0).mean()),
        "depth": float(np.clip(np.median(depth), -0.25, 0.25)) if surface.has_background else 0.25,
        "at_edge": float((np.abs(depth) < NEAR_OUTLINE).any()) if surface.has_background else 0.0,
        "along": along,
        "across": across,
        "print": float(surface.detail[window][inside].mean()) if inside.any() else 0.5,
    }
