"""Alpha of drawn shapes, and layers to paint looks through."""

import cv2
import numpy as np

from defectsynth.core.layer import Box, Layer
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape
from defectsynth.shapes.spots import DrawnSpots, Spot
from defectsynth.shapes.strokes import DrawnStrokes, Stroke

SIZE = (300, 340)  # of the image around every layer made here


def layer_of(shape: DrawnShape, size: tuple[int, int] = SIZE, *, margin: int = 0) -> Layer:
    """Return the layer of a shape that lies at least partly in the image."""
    layer = shape.layer(size, margin=margin)
    assert layer is not None
    return layer


def alpha_of(shape: DrawnShape, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return the alpha of a shape in the whole image, float32 (H, W)."""
    layer, alpha = layer_of(shape, size), np.zeros(size, np.float32)
    alpha[layer.box.slices] = layer.alpha
    return alpha


def area_of(shape: DrawnShape, size: tuple[int, int] = SIZE) -> float:
    """Return the sum of alpha: the area in pixels."""
    return float(layer_of(shape, size).alpha.sum())


def opaque_layer(size: tuple[int, int]) -> Layer:
    """Return a layer that covers the whole image."""
    return Layer(Box(0, 0, size[1], size[0]), np.ones(size, np.float32))


def ellipse(radius: float = 20.0, aspect: float = 1.0, softness: float = 0.0) -> DrawnSpots:
    """Return one smooth ellipse near the middle of the image."""
    spot = Spot(160.3, 150.2, radius, aspect, angle=0.5, amplitudes=(0.0, 0.0, 0.0), phases=(0.0, 0.0, 0.0))
    return DrawnSpots(spots=(spot,), softness=softness)


def straight_stroke(
    angle: float = 0.3, *, width: float = 20.0, taper: float = 0.0, gaps: tuple[tuple[float, float], ...] = ()
) -> DrawnStrokes:
    """Return one straight stroke of 150 pixels near the middle of the image."""
    stroke = Stroke(offset=0.0, width=width, start=0.0, end=1.0, gaps=gaps)
    return DrawnStrokes(160.3, 150.2, angle, 150.0, 0.0, 0.0, 0.0, taper, (stroke,))


def gray_disc_layer(radius: int = 30) -> tuple[Scene, np.ndarray, Layer]:
    """Return a plain gray scene, its planes under a sharp disc, and the layer of the disc, padded by 4 pixels."""
    canvas = np.zeros((2 * radius + 9,) * 2, np.uint8)
    cv2.circle(canvas, (radius + 4, radius + 4), radius, 255, -1)
    layer = Layer(Box(50, 40, 50 + canvas.shape[1], 40 + canvas.shape[0]), (canvas > 0).astype(np.float32))
    scene = Scene(np.full((*SIZE, 3), 128, np.uint8))
    return scene, scene.planes(scene.image[layer.box.slices]), layer


def grainy_disc_layer() -> tuple[Scene, np.ndarray, Layer]:
    """Return a grainy scene, its planes under a disc, and the layer of the disc."""
    grain = np.random.default_rng(3).normal(0.5, 0.05, (*SIZE, 3)).clip(0, 1)
    scene, layer = Scene((grain * 255).astype(np.uint8)), layer_of(ellipse(), margin=2)
    return scene, scene.planes(scene.image[layer.box.slices]), layer
