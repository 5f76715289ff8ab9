"""Seamless blending: the gradients of what is laid down, the colours of what lies around it.

References:
    Perez, Gangnet, Blake, "Poisson image editing", SIGGRAPH 2003. The equation is solved on the exact shape of the
    defect, not on its bounding box, by conjugate gradients.
"""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.layers import Bytes, Floats

CROSS = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=np.float32)
STEPS = 200  # most iterations
PRECISION = 1e-3  # root mean square of the residual, of the range, at which the iteration ends


def poisson(surface: Floats, pixels: Floats, inside: Bytes, *, mixed: bool) -> Floats:
    """Return the surface with `pixels` laid into it without a seam.

    Args:
        surface: float32 (C, h, w), what is there.
        pixels: float32 that broadcasts to (C, h, w), what is laid down.
        inside: uint8 (h, w), non-zero where it is laid down; the rim of the array is left as it is.
        mixed: True keeps at each place the stronger of the two gradients, False that of `pixels`.

    Returns:
        float32 (C, h, w), equal to `surface` outside.
    """
    laid = np.broadcast_to(pixels, surface.shape).astype(np.float32)
    free = np.zeros(inside.shape, np.float32)
    free[1:-1, 1:-1] = inside[1:-1, 1:-1] != 0
    if not free.any():
        return surface
    wanted = _mixed_divergence(surface, laid) if mixed else _laplacian(laid)
    result = np.array(surface)
    residual = (_laplacian(result) - wanted) * free
    direction, energy = residual, _energy(residual)
    enough = PRECISION**2 * surface.shape[0] * float(free.sum())
    for _ in range(STEPS):
        if energy <= enough:
            break
        image = -_laplacian(direction) * free
        step = np.float32(energy / max(float((direction * image).sum(dtype=np.float64)), 1e-30))
        result += step * direction
        residual = residual - step * image
        before, energy = energy, _energy(residual)
        direction = residual + np.float32(energy / before) * direction
    return result


def _energy(values: Floats) -> float:
    return float((values * values).sum(dtype=np.float64))


def _laplacian(planes: Floats) -> Floats:
    """Return the sum of the four neighbours less four times the value, (C, h, w)."""
    return np.stack([cv2.filter2D(plane, cv2.CV_32F, CROSS, borderType=cv2.BORDER_REPLICATE) for plane in planes])


def _mixed_divergence(surface: Floats, laid: Floats) -> Floats:
    """Return the divergence of the stronger gradients of the two, (C, h, w)."""
    result = np.zeros_like(surface)
    for axis in (1, 2):
        here, there = np.diff(surface, axis=axis), np.diff(laid, axis=axis)
        stronger = np.where(np.abs(here) > np.abs(there), here, there)
        result += np.diff(stronger, axis=axis, prepend=0.0, append=0.0)
    return result
