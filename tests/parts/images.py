"""Images of parts in front of plain and periodic backgrounds."""

import cv2
import numpy as np

PITCH = 0.21  # of the board, share of the image
ENCODINGS = {
    "uint8": lambda image: np.rint(image * 255).astype(np.uint8),
    "uint16": lambda image: np.rint(image * 65535).astype(np.uint16),
    "float32": lambda image: image.astype(np.float32),
    "five channels": lambda image: np.rint(image[..., [0, 1, 2, 0, 1]] * 255).astype(np.uint8),
}


def chip() -> np.ndarray:
    """Return a dark body with three leads to the right, in front of a striped background."""
    image = np.full((192, 192), 205, np.uint8)
    image[:, ::8] = 190
    image[40:150, 30:110] = 60
    for y in (50, 90, 130):
        image[y : y + 10, 110:150] = 90
    return image


def board_without_case(size: int) -> np.ndarray:
    """Return a board with tracks and holes, brighter to the right, float64 (size, size, 3) in [0, 1]."""
    image, pitch = np.full((size, size, 3), (0.35, 0.42, 0.7)), round(PITCH * size)
    for index in range(-1, 6):
        x = (index + 0.55) * pitch
        cv2.rectangle(image, (round(x), 0), (round(x + 0.17 * pitch), size), (0.14, 0.16, 0.22), cv2.FILLED)
        for row in range(-1, 6):
            centre = (round((index + 0.1) * pitch), round((row + 0.3) * pitch))
            cv2.circle(image, centre, round(0.15 * pitch), (0.12, 0.12, 0.14), cv2.FILLED, cv2.LINE_AA)
    return image * np.linspace(0.85, 1.1, size)[None, :, None]


def board(size: int = 256) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return a black case on a board, with three leads that are bright above and dark below, and masks of the leads."""
    image, leads = board_without_case(size), []
    for share, lean in ((0.42, -0.04), (0.5, 0.0), (0.64, 0.04)):
        lead = np.zeros((size, size), np.uint8)
        ends = [(round(share * size), round(0.5 * size)), (round((share + lean) * size), round(0.85 * size))]
        cv2.line(lead, *ends, 255, round(0.035 * size))
        upper = np.arange(size)[:, None, None] < 0.67 * size
        there = lead[..., None] > 0
        image = np.where(there, np.where(upper, (0.8, 0.82, 0.84), (0.24, 0.25, 0.27)), image)
        lead[: round(0.56 * size)] = 0
        leads.append(lead)
    image[round(0.12 * size) : round(0.55 * size), round(0.3 * size) : round(0.7 * size)] = (0.05, 0.05, 0.06)
    noise = np.random.default_rng(0).normal(0.0, 0.008, image.shape)
    return np.clip(image + noise, 0, 1), leads
