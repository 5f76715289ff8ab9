"""Pictures as they stand in the page: small, with heat and outlines drawn on, encoded into the page itself."""

from __future__ import annotations

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 192  # px
_QUALITY = 78  # of 100
_OUTLINE = (0, 255, 255)  # RGB, a colour that neither the heat nor most parts have
_DISTANCE = 9  # px, across what the mask is widened by, so that the line hides no part of the defect
_OPAQUE = 0.85  # of the hottest place


def outlined(image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """An image, uint8 RGB (H, W, 3), with a line around each region of a mask (H, W), a little outside of it."""
    drawn = image.copy()
    around = cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_DISTANCE, _DISTANCE)))
    contours, _ = cv2.findContours(around, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, contours, -1, _OUTLINE, 1, cv2.LINE_AA)
    return drawn


def heated(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Heat, of any size, from 0 (the gray image) to 1 and above (light yellow), over an image."""
    height, width = image.shape[:2]
    smaller = heat.shape[0] < height
    sized = cv2.resize(heat, (width, height), interpolation=cv2.INTER_CUBIC if smaller else cv2.INTER_AREA)
    share = np.clip(sized, 0, 1)
    coloured = cv2.applyColorMap((share * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    opacity = _OPAQUE * np.minimum(1.5 * share, 1)[..., None] ** 2
    return np.asarray(np.rint(gray * (1 - opacity) + coloured * opacity), np.uint8)


def encoded(image: NDArray[np.uint8]) -> str:
    """An RGB image as the address of an `img`, which holds it as WebP."""
    pixels = np.ascontiguousarray(image[..., ::-1])
    _, file = cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    return f"data:image/webp;base64,{base64.b64encode(file.tobytes()).decode('ascii')}"
