"""Draw mask outlines and heat over small images, and encode images for an HTML page."""

from __future__ import annotations

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 192  # px, shorter side of the images in pages and sheets
_WEBP_QUALITY = 78  # of 100
_OUTLINE_COLOR = (0, 255, 255)  # RGB, rare in heat colours and in parts
_MARGIN_KERNEL = 9  # px, diameter; the mask is dilated so that the outline lies outside the defect
_MAX_OPACITY = 0.85


def draw_outline(image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return a copy of an image, uint8 RGB (H, W, 3), with a line just outside each region of a mask (H, W)."""
    drawn = image.copy()
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_MARGIN_KERNEL, _MARGIN_KERNEL))
    contours, _ = cv2.findContours(cv2.dilate(mask.astype(np.uint8), kernel), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, contours, -1, _OUTLINE_COLOR, 1, cv2.LINE_AA)
    return drawn


def overlay_heat(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a gray copy of an image with a heat map of any size over it: 0 is transparent, 1 light yellow."""
    height, width = image.shape[:2]
    enlarges = heat.shape[0] < height
    sized = cv2.resize(heat, (width, height), interpolation=cv2.INTER_CUBIC if enlarges else cv2.INTER_AREA)
    share = np.clip(sized, 0, 1)
    coloured = cv2.applyColorMap((share * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    opacity = _MAX_OPACITY * np.minimum(1.5 * share, 1)[..., None] ** 2
    return np.asarray(np.rint(gray * (1 - opacity) + coloured * opacity), np.uint8)


def to_data_uri(image: NDArray[np.uint8]) -> str:
    """Return an RGB image as a `data:` URI that holds it as WebP."""
    pixels = np.ascontiguousarray(image[..., ::-1])
    _, file = cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, _WEBP_QUALITY])
    return f"data:image/webp;base64,{base64.b64encode(file.tobytes()).decode('ascii')}"
