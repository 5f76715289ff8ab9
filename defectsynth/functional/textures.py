"""Procedural textures.

Each texture is a function of a random generator, a shape (height, width) and the size of its elements in pixels. It
returns the brightness, float32 (h, w), mostly in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np

from defectsynth.core.arrays import Floats

TextureFunction: TypeAlias = "Callable[[np.random.Generator, tuple[int, int], float], Floats]"

OCTAVES = 4  # of clouds
FULL_TURN = 2 * math.pi


def clouds(rng: np.random.Generator, shape: tuple[int, int], cell: float, octaves: int = OCTAVES) -> Floats:
    """Return smooth noise around 0.5, mostly in [0, 1], whose largest blobs are `cell` pixels wide."""
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        cells = tuple(max(2, math.ceil(side / size) + 1) for side in shape)
        lattice = rng.random(cells, dtype=np.float32) - np.float32(0.5)
        total += cv2.resize(lattice, shape[::-1], interpolation=cv2.INTER_CUBIC) * np.float32(0.9 / 1.7**octave)
        if size == 1.0:
            break
    return total + np.float32(0.5)


def axes(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> tuple[Floats, Floats]:
    """Return two perpendicular coordinates at a random angle, both (h, w), in units of `scale` pixels."""
    angle = float(rng.uniform(0.0, FULL_TURN))
    start = rng.random(2) * 10
    x = np.arange(shape[1], dtype=np.float32)[None] / np.float32(scale)
    y = np.arange(shape[0], dtype=np.float32)[:, None] / np.float32(scale)
    cos, sin = np.float32(math.cos(angle)), np.float32(math.sin(angle))
    return x * cos + y * sin + np.float32(start[0]), y * cos - x * sin + np.float32(start[1])


def wave(position: Floats) -> Floats:
    """Return a smooth wave in [0, 1] with period 1."""
    return np.cos(position * np.float32(FULL_TURN)) * np.float32(0.5) + np.float32(0.5)


def woven(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw threads that cross over and under each other."""
    u, v = axes(rng, shape, scale)
    over = (np.floor(u) + np.floor(v)) % 2 == 0
    return np.where(over, np.abs(np.sin(math.pi * u)), np.float32(0.8) * np.abs(np.sin(math.pi * v)))


def knitted(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw columns of chevrons, as in a knitted fabric."""
    u, v = axes(rng, shape, scale)
    across = np.abs(u - np.floor(u) - np.float32(0.5))
    return wave(v * 2 + across * 2) * (1 - across)


def stripes(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw parallel stripes with soft edges."""
    u, _ = axes(rng, shape, scale)
    return np.clip(wave(u) * 3 - 1, 0, 1) * np.float32(0.8) + clouds(rng, shape, scale, 2) * np.float32(0.2)


def dots(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw round dots in rows."""
    u, v = axes(rng, shape, scale)
    return np.clip((wave(u) + wave(v)) * 3 - np.float32(3.8), 0, 1)


def mesh(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw a wire mesh."""
    u, v = axes(rng, shape, scale)
    return np.maximum(wave(u), wave(v)) ** 6


def brushed(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw metal brushed in one direction."""
    across = rng.random() < 0.5
    long, wide = shape if across else shape[::-1]
    cells = max(2, round(long / max(scale / 4, 1.0))), max(2, round(wide / (8 * scale)))
    strands = rng.random(cells, dtype=np.float32)
    lines = cv2.resize(strands, (wide, long), interpolation=cv2.INTER_LINEAR)
    return cv2.blur(lines if across else np.ascontiguousarray(lines.T), (2, 2)) * np.float32(1.2) - np.float32(0.1)


def marble(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw the veins of marble."""
    u, _ = axes(rng, shape, 4 * scale)
    return 1 - np.abs(np.sin(math.pi * (u + 2 * clouds(rng, shape, 5 * scale)))) ** np.float32(0.5)


def wood(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw the grain of wood: long rings and fine pores."""
    u, v = axes(rng, shape, scale)
    rings = wave(u + np.sin(v * np.float32(0.21)) + np.float32(1.5) * clouds(rng, shape, 12 * scale, 2))
    return rings * np.float32(0.7) + clouds(rng, shape, scale / 2, 2) * np.float32(0.3)


def granite(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw grains in five shades."""
    return np.rint(np.clip(clouds(rng, shape, scale, 3), 0, 1) * 4) / 4


def cracks(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw dark branching lines on an uneven background."""
    background = clouds(rng, shape, 3 * scale)
    lines = np.abs(clouds(rng, shape, 4 * scale) - np.float32(0.5))
    return np.clip(lines * 14, 0, 1) * (np.float32(0.5) + np.float32(0.5) * background)


def rust(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw blotches with a rough grain."""
    blotches = np.clip((clouds(rng, shape, 4 * scale, 5) - np.float32(0.35)) * 2, 0, 1)
    return blotches * np.float32(0.75) + rng.random(shape, dtype=np.float32) * np.float32(0.25)


def paper(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw pale fibres without a direction."""
    fibres = cv2.blur(rng.random(shape, dtype=np.float32), (3, 3)) - np.float32(0.5)
    return np.float32(0.6) + fibres + (clouds(rng, shape, 3 * scale, 2) - np.float32(0.5)) * np.float32(0.5)


def leather(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """Draw rounded cells with dark creases between them."""
    seeds = np.full(shape, 255, np.uint8)  # 0 at the centre of a cell
    cells = max(2, round(shape[0] * shape[1] / max(scale, 2.0) ** 2))
    centres = rng.random((cells, 2))
    seeds[(centres[:, 0] * shape[0]).astype(np.intp), (centres[:, 1] * shape[1]).astype(np.intp)] = 0
    distance = cv2.distanceTransform(seeds, cv2.DIST_L2, 3)
    return 1 - np.clip(distance / np.float32(max(scale, 2.0)), 0, 1) ** 2


TEXTURES: dict[str, TextureFunction] = {
    texture.__name__: texture
    for texture in (
        woven,
        knitted,
        stripes,
        dots,
        mesh,
        brushed,
        marble,
        wood,
        granite,
        cracks,
        rust,
        paper,
        leather,
    )
}
