"""Hard negatives: dust, glare, a change of light. A model should learn to ignore them."""

from __future__ import annotations

import math

import numpy as np

from defectsynth.blending.blend import DrawnBlend
from defectsynth.core.arrays import Array, Floats
from defectsynth.core.layer import Box
from defectsynth.core.pixels import planes_to_pixels
from defectsynth.places.base import Anywhere
from defectsynth.scene.scene import Scene
from defectsynth.shapes.spots import Spots

DUST = Spots(radius_range=(0.0015, 0.004), softness_range=(0.3, 1.0), spots_range=(3, 12), spread_range=(5.0, 20.0))
GLARE = Spots(radius_range=(0.05, 0.14), aspect_range=(0.3, 1.0), softness_range=(1.0, 1.0), spots_range=(1, 1))
GAIN = (0.9, 1.1)  # factor of the brightness under another light
SLOPE = (0.0, 0.12)  # change of that factor across the image


def disturbed(image: Array, *, seed: int, peak: float | None = None) -> Array:
    """Return a copy of an image with dust, glare or a change of light: changed, but still a good part.

    Args:
        image: (H, W) or (H, W, C), uint8, uint16 or float32 in [0, 1].
        seed: the same seed gives the same bytes.
        peak: white level of a uint16 image, see `synthesize`.

    Returns:
        Shape and dtype as given.

    Examples:
        >>> import numpy as np
        >>> part = np.full((64, 64), 100, np.uint8)
        >>> 0 < int(abs(disturbed(part, seed=1).astype(int) - part).max()) < 160
        True
    """
    scene, rng = Scene(image, peak=peak), np.random.default_rng(seed)
    change = (_dust, _glare, _light)[int(rng.integers(3))]
    return change(scene, rng)


def _dust(scene: Scene, rng: np.random.Generator) -> Array:
    """Return the image with a few tiny grey specks."""
    level = np.full((scene.channels, 1, 1), rng.uniform(0.2, 0.9), np.float32)
    return _painted(scene, rng, DUST, level, DrawnBlend(mode="alpha", opacity=rng.uniform(0.3, 0.7), feather=0.0))


def _glare(scene: Scene, rng: np.random.Generator) -> Array:
    """Return the image with a diffuse bright spot."""
    level = np.full((scene.channels, 1, 1), rng.uniform(0.15, 0.4), np.float32)
    return _painted(scene, rng, GLARE, level, DrawnBlend(mode="screen", opacity=1.0, feather=0.0))


def _painted(scene: Scene, rng: np.random.Generator, shape: Spots, level: Floats, blend: DrawnBlend) -> Array:
    result = np.array(scene.image)
    place = Anywhere().sample(rng, scene)
    layer = None if place is None else shape.sample(rng, scene, place).layer(scene.size, margin=0)
    if layer is not None:
        region = np.ascontiguousarray(result[layer.box.slices])
        planes = blend.combine(scene.planes(region), level, blend.soften(layer.alpha))
        result[layer.box.slices] = planes_to_pixels(planes, region, scene.peak)
    return result


def _light(scene: Scene, rng: np.random.Generator) -> Array:
    """Return the image with another exposure and a gradient of brightness."""
    gain, slope, angle = rng.uniform(*GAIN), rng.uniform(*SLOPE), rng.uniform(0.0, 2 * math.pi)
    box = Box(0, 0, scene.size[1], scene.size[0])
    x = np.linspace(-0.5, 0.5, box.shape[1], dtype=np.float32) * np.float32(slope * math.cos(angle))
    y = np.linspace(-0.5, 0.5, box.shape[0], dtype=np.float32) * np.float32(slope * math.sin(angle))
    return planes_to_pixels(scene.planes(scene.image) * (x + y[:, None] + np.float32(gain)), scene.image, scene.peak)
