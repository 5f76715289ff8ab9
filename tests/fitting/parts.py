"""Rendered parts with known defects."""

import cv2
import numpy as np


def part(number: int) -> np.ndarray:
    """Return a bar on a bright ground, uint8 (96, 128, 3), shifted and shaded a little by its number."""
    rng = np.random.default_rng(number)
    image = np.full((96, 128, 3), 210.0)
    shift = int(rng.integers(-2, 3))
    image[30 + shift : 66 + shift, 14:114] = (90, 110, 120)
    image += rng.normal(0, 1.5, image.shape) + rng.uniform(-3, 3)
    return np.clip(image, 0, 255).astype(np.uint8)


def dark_line(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a part with a dark line on it, and its mask."""
    rng = np.random.default_rng(100 + number)
    image, mask = part(50 + number), np.zeros((96, 128), np.uint8)
    start = int(rng.integers(25, 60)), int(rng.integers(40, 56))
    end = start[0] + int(rng.integers(28, 44)), start[1] + int(rng.integers(-4, 5))
    cv2.line(mask, start, end, 255, 2)
    image[mask > 0] = (image[mask > 0] * 0.45).astype(np.uint8)
    return image, cv2.dilate(mask, np.ones((3, 3), np.uint8))


def chipped_corner(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a part with a fragment missing at its right end, and its mask."""
    image, mask = part(70 + number), np.zeros((96, 128), np.uint8)
    cv2.circle(mask, (113, 40 + 5 * number), 9, 255, cv2.FILLED)
    mask[:, 116:] = 0
    image[mask > 0] = (210, 210, 210)
    return image, mask
