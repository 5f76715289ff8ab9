"""Images that the tests of several packages draw on."""

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ENCODINGS: dict[str, Any] = {  # of a float image (H, W, 3) in [0, 1]
    "uint8": lambda image: np.rint(image * 255).astype(np.uint8),
    "uint16": lambda image: np.rint(image * 65535).astype(np.uint16),
    "float32": lambda image: image.astype(np.float32),
    "five channels": lambda image: np.rint(image[..., [0, 1, 2, 0, 1]] * 255).astype(np.uint8),
    "gray": lambda image: np.rint(image.mean(axis=2) * 255).astype(np.uint8),
    "one channel": lambda image: np.rint(image[..., :1] * 255).astype(np.uint8),
}
COLOR_ENCODINGS = tuple(ENCODINGS)[:4]

DISC_SIZE = (240, 320)
BOARD_PITCH = 0.21  # share of the image
RIB_PITCH = 20  # pixels of a screw of 256
SCREW_TURNS = (0.0, 0.5, 1.2, 2.2, 3.5, 5.0)  # radians
SIZES = [(64, 64), (100, 140), (200, 150), (256, 256), (300, 700), (1024, 1024)]
MESH_SIZE, MESH_PERIOD, WIRE_WIDTH = 240, 24, 6  # pixels


def size_name(size: tuple[int, int]) -> str:
    """Return the name of a size in a test's id."""
    return f"{size[0]}x{size[1]}"


def make_part(
    seed: int = 0, *, size: tuple[int, int] = (64, 72), channels: int = 3, dtype: Any = np.uint8
) -> np.ndarray:
    """Return a bright part in front of a dark, noisy background, in cv2's order of channels."""
    rng = np.random.default_rng(seed)
    image = rng.integers(20, 40, (*size, channels))
    rows, columns = size
    image[rows // 4 : -rows // 4, columns // 5 : -columns // 5] += 120 + 20 * np.arange(channels)
    image = image.astype(dtype) * dtype(257 if dtype is np.uint16 else 1)
    return image[..., 0] if channels == 1 else image


def write_image(path: Path, image: np.ndarray) -> Path:
    """Write an image with cv2 in the format of the suffix and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, image)[1])
    return path


def gray_disc(radius: float = 90.0) -> np.ndarray:
    """Return a gray disc in the middle of a dark background, uint8 (240, 320, 3)."""
    y, x = np.mgrid[: DISC_SIZE[0], : DISC_SIZE[1]]
    inside = np.hypot(x - 160, y - 120) <= radius
    return np.repeat(np.where(inside, 170, 20).astype(np.uint8)[..., None], 3, axis=2)


def striped_object() -> np.ndarray:
    """Return a striped rectangle in front of a plain background, uint8 (240, 320)."""
    y, x = np.mgrid[:240, :320]
    return np.where((np.abs(x - 160) < 100) & (np.abs(y - 120) < 70), 60 + 20 * (x // 8 % 2), 210).astype(np.uint8)


def chip() -> np.ndarray:
    """Return a dark body with three leads to the right, in front of a striped background."""
    image = np.full((192, 192), 205, np.uint8)
    image[:, ::8] = 190
    image[40:150, 30:110] = 60
    for y in (50, 90, 130):
        image[y : y + 10, 110:150] = 90
    return image


def mesh(angle: float, *, dark: bool = True) -> np.ndarray:
    """Return crossing wires, noisy, in front of a plain background that is brighter if they are dark."""
    y, x = np.mgrid[:MESH_SIZE, :MESH_SIZE].astype(float)
    u, v = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    wires = (u % MESH_PERIOD < WIRE_WIDTH) | (v % MESH_PERIOD < WIRE_WIDTH)
    image = np.where(wires, 60.0, 180.0) if dark else np.where(wires, 180.0, 60.0)
    return np.clip(image + np.random.default_rng(0).normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def screw(turn: float = 0.0, size: int = 256, slant: float = 0.2) -> np.ndarray:
    """Return a screw from its head at 40 to its tip at 216 of 256, turned about the middle, with ribs from 110 on."""
    y, x = (np.mgrid[:size, :size] + 0.5) * 256 / size - 128
    along, across = x * math.cos(turn) + y * math.sin(turn) + 128, y * math.cos(turn) - x * math.sin(turn)
    wave = 0.5 + 0.5 * np.cos(2 * math.pi * (along - slant * across) / RIB_PITCH)
    thread = (along > 110) & (along < 210)
    half = np.select([along < 40, along < 60, along < 110, along < 216], [0, 30, 11, 11 + 6 * wave**2 * thread], 0)
    face = np.where(thread, 130 - 60 * wave**3, 115)
    return np.where(np.abs(across) < half, face, 210).astype(np.uint8)


def share_of_screw(x: float, y: float, turn: float) -> float:
    """Return the position along a screw of 256 pixels, 0 at its head and 1 at its tip."""
    return ((x + 0.5 - 128) * math.cos(turn) + (y + 0.5 - 128) * math.sin(turn) + 128 - 40) / 176


def board_without_case(size: int) -> np.ndarray:
    """Return a board with tracks and holes, brighter to the right, float64 (size, size, 3) in [0, 1]."""
    image, pitch = np.full((size, size, 3), (0.35, 0.42, 0.7)), round(BOARD_PITCH * size)
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


def object_mask(form: str, size: tuple[int, int]) -> np.ndarray:
    """Return the mask of an object, uint8 (H, W): a disc, a plate, one at the border, or one with thin leads."""
    (height, width), side = size, min(size)
    mask, centre = np.zeros(size, np.uint8), (width // 2, height // 2)
    if form == "disc":
        return cv2.circle(mask, centre, int(0.3 * side), 255, cv2.FILLED)
    if form == "plate":
        return cv2.ellipse(mask, centre, (int(0.38 * width), int(0.3 * height)), 20, 0, 360, 255, cv2.FILLED)
    if form == "at the border":
        mask[int(0.3 * height) :, int(0.3 * width) : int(0.7 * width)] = 255
        return mask
    mask[int(0.25 * height) : int(0.55 * height), int(0.3 * width) : int(0.7 * width)] = 255
    for share in (0.36, 0.5, 0.64):
        left = int((share - 0.012) * width)
        mask[int(0.5 * height) : int(0.9 * height), left : max(int((share + 0.012) * width), left + 2)] = 255
    return mask


def lit_object(
    mask: np.ndarray,
    *,
    background: float,
    face: float,
    slope: float = 0,
    shadow: float = 0,
    grain: float = 0,
    texture: float = 0,
) -> np.ndarray:
    """Return an image of the object of a mask, float64 (H, W, 3) in [0, 1]."""
    height, width = mask.shape
    y, x = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    back = background + slope * (0.8 * x + 0.6 * y)
    if shadow:
        step = int(0.03 * min(height, width))
        soft = cv2.GaussianBlur(np.roll(mask, (step, step), (0, 1)), (0, 0), 0.02 * min(height, width))
        back = back - shadow / 255 * soft
    image = np.where(mask > 0, face + texture * np.sin(60 * x) * np.sin(47 * y), back)[..., None] * (1, 0.97, 0.93)
    return np.clip(image + np.random.default_rng(0).normal(0, grain, image.shape) if grain else image, 0, 1)


def cable_image() -> np.ndarray:
    """Return a cable of 192 x 192 pixels: three wires of radius 28 with dotted cores of radius 15 in a sheath."""
    image = np.full((192, 192, 3), 40, np.uint8)
    cv2.circle(image, (96, 100), 86, (190, 200, 200), -1)
    rng = np.random.default_rng(0)
    for (x, y), colour in zip(
        ((96, 60), (62, 122), (130, 122)), ((90, 140, 60), (50, 80, 170), (90, 80, 70)), strict=True
    ):
        cv2.circle(image, (x, y), 28, colour, -1)
        cv2.circle(image, (x, y), 15, (60, 40, 30), -1)
        for right, down in rng.uniform(-1, 1, (60, 2)):
            if right * right + down * down < 1:
                cv2.circle(image, (round(x + 13 * right), round(y + 13 * down)), 1, (220, 190, 170), -1)
    return image
