"""Seamless blending: the gradients of what is laid down, the colours of what lies around it.

References:
    Perez, Gangnet, Blake, "Poisson image editing", SIGGRAPH 2003. The equation is solved on the exact shape of the
    defect, not on its bounding box, by conjugate gradients with a multigrid cycle each, so that the cost grows with the
    area and no faster. Where no gradients are mixed on a rectangle, `harmonic` gives the same at once.
"""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.blending.harmonic import harmonic
from defectsynth.core.arrays import Bytes, Floats

CROSS = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=np.float32)
DAMPING = np.float32(0.8 / 4)
JACOBI = DAMPING * CROSS + np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float32)
SPREAD = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=np.float32) / 4  # from every second pixel to all of them
TINY = 1e-12  # energy at which nothing is left to do
LARGE = 3 * 64 * 64  # pixels of all planes from which on half the size is solved first
SQUARE = np.ones((3, 3), np.uint8)
CYCLES, SMOOTHINGS, COARSEST = 3, 2, 4  # cycles; Jacobi steps before and after each; least side of the coarsest grid


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
    free = np.zeros(inside.shape, np.uint8)
    free[1:-1, 1:-1] = inside[1:-1, 1:-1]
    x, y, width, height = cv2.boundingRect(free)
    if not width:
        return surface
    part = np.s_[:, y - 1 : y + height + 1, x - 1 : x + width + 1]
    before, laid = surface[part], np.broadcast_to(pixels, surface.shape)[part]
    result = np.array(surface)
    if not mixed and cv2.countNonZero(free) == width * height:
        change = before - laid
        rim = change[:, 0, 1:-1], change[:, -1, 1:-1], change[:, 1:-1, 0], change[:, 1:-1, -1]
        np.add(laid[:, 1:-1, 1:-1], harmonic(*rim), out=result[:, y : y + height, x : x + width])
        return result
    right = _laplacian(before) - _mixed_divergence(before, laid) if mixed else _laplacian(before - laid)
    result[part] += _solved(right, free[part[1:]] != 0)
    return result


def _solved(right: Floats, free: Floats) -> Floats:
    """Return the planes (C, h, w) whose negative Laplacian is `right` where `free`, and 0 elsewhere.

    The planes are stacked into one, (C * rows, columns), each with fixed pixels around it, so that one call of cv2
    works on all of them.
    """
    channels, height, width = right.shape
    step = 1
    while min(height, width) >= 2 * step * COARSEST:
        step *= 2
    rows, columns = -(-height // step) * step, -(-width // step) * step
    stacked = np.zeros((2, channels, rows, columns), np.float32)
    stacked[0, :, :height, :width] = right * free
    stacked[1, :, :height, :width] = free
    known, moving = stacked.reshape(2, channels * rows, columns)
    masks = [moving]
    while step > 1:
        masks.append(np.ascontiguousarray(cv2.erode(masks[-1], SQUARE)[::2, ::2]))
        step //= 2
    return _conjugate_gradients(known, masks).reshape(channels, rows, columns)[:, :height, :width]


def _conjugate_gradients(right: Floats, masks: list[Floats]) -> Floats:
    """Return the solution; each direction is what a multigrid cycle takes for all that is missing.

    Args:
        right: float32 (rows, columns).
        masks: float32, 1 where the solution may differ from 0, on the grid and on each grid of half its size.
    """
    result, residual, cycles, free = np.zeros_like(right), right, CYCLES, masks[0]
    if len(masks) > 1 and free.size > LARGE:  # most of it is found on half the size
        result, cycles = _enlarged(_conjugate_gradients(_reduced(right, masks[1]), masks[1:]), free), cycles - 2
        residual = _missing(result, right, free)
    direction, energy = np.zeros_like(right), 1.0
    for _ in range(cycles):
        missing = _cycle(residual, masks)
        before, energy = energy, float(np.vdot(residual, missing))
        if energy <= TINY:
            break
        direction *= np.float32(energy / before)
        direction += missing
        image = cv2.filter2D(direction, cv2.CV_32F, CROSS)
        image *= free
        length = np.float32(energy / max(-float(np.vdot(direction, image)), 1e-30))
        result += length * direction
        image *= length
        residual = residual + image
    return result


def _cycle(right: Floats, masks: list[Floats]) -> Floats:
    """Return about what has `right` as its negative Laplacian; the slow parts of it are found on half the size."""
    damped, free = right * DAMPING, masks[0]
    result = _smoothed(np.array(damped), damped, free, SMOOTHINGS - 1)
    if len(masks) == 1:
        return _smoothed(result, damped, free, 6 * SMOOTHINGS)
    result += _enlarged(_cycle(_reduced(_missing(result, right, free), masks[1]), masks[1:]), free)
    return _smoothed(result, damped, free, SMOOTHINGS)


def _smoothed(result: Floats, damped: Floats, free: Floats, times: int) -> Floats:
    """Return `result` after damped Jacobi steps, in place."""
    for _ in range(times):
        cv2.filter2D(result, cv2.CV_32F, JACOBI, dst=result)
        result += damped
        result *= free
    return result


def _missing(result: Floats, right: Floats, free: Floats) -> Floats:
    """Return what is missing of `right` in the negative Laplacian of `result`."""
    missing = cv2.filter2D(result, cv2.CV_32F, CROSS)
    missing += right
    missing *= free
    return missing


def _reduced(right: Floats, fewer: Floats) -> Floats:
    """Return `right` on every second pixel, times four: at twice the distance a Laplacian is four times as large."""
    return cv2.filter2D(right, cv2.CV_32F, SPREAD)[::2, ::2] * fewer


def _enlarged(coarse: Floats, free: Floats) -> Floats:
    """Return a solution on every second pixel for all of them."""
    larger = np.zeros_like(free)
    larger[::2, ::2] = coarse
    cv2.filter2D(larger, cv2.CV_32F, SPREAD, dst=larger)
    larger *= free
    return larger


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
