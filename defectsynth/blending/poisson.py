"""Seamless (Poisson) blending: the gradients of the source with the colours of its surroundings.

References:
    Perez, Gangnet, Blake, "Poisson image editing", SIGGRAPH 2003. The equation is solved on the mask of the defect,
    not on its bounding box, by conjugate gradients with a multigrid preconditioner, so that the cost is linear in the
    area. On a rectangle without mixed gradients, `interpolate_harmonic` gives the solution directly.
"""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.blending.harmonic import interpolate_harmonic
from defectsynth.core.arrays import Bytes, Floats

LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=np.float32)
DAMPING = np.float32(0.8 / 4)
JACOBI = DAMPING * LAPLACIAN + np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float32)
BILINEAR = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=np.float32) / 4  # between a grid and one of half its size
MIN_ENERGY = 1e-12  # of the residual, below which the iteration stops
COARSE_START_SIZE = 3 * 64 * 64  # pixels of all planes above which the solution on half the size is the start
SQUARE = np.ones((3, 3), np.uint8)
CYCLES, SMOOTHINGS, MIN_SIDE = 3, 2, 4  # cycles; Jacobi steps before and after each; shorter side of the coarsest grid


def blend_poisson(surface: Floats, pixels: Floats, inside: Bytes, *, mixed: bool) -> Floats:
    """Blend `pixels` into the surface without a seam.

    Args:
        surface: float32 (C, h, w), the target.
        pixels: float32 that broadcasts to (C, h, w), the source.
        inside: uint8 (h, w), non-zero where the source is blended in; the border pixels of the array stay unchanged.
        mixed: True takes the stronger gradient of source and target at each pixel, False that of the source.

    Returns:
        float32 (C, h, w), equal to `surface` outside.
    """
    free = np.zeros(inside.shape, np.uint8)
    free[1:-1, 1:-1] = inside[1:-1, 1:-1]
    x, y, width, height = cv2.boundingRect(free)
    if not width:
        return surface
    part = np.s_[:, y - 1 : y + height + 1, x - 1 : x + width + 1]
    target, source = surface[part], np.broadcast_to(pixels, surface.shape)[part]
    result = np.array(surface)
    if not mixed and cv2.countNonZero(free) == width * height:
        change = target - source
        boundary = change[:, 0, 1:-1], change[:, -1, 1:-1], change[:, 1:-1, 0], change[:, 1:-1, -1]
        filled = interpolate_harmonic(*boundary)
        np.add(source[:, 1:-1, 1:-1], filled, out=result[:, y : y + height, x : x + width])
        return result
    right = _laplacian(target) - _mixed_divergence(target, source) if mixed else _laplacian(target - source)
    result[part] += _solve(right, free[part[1:]] != 0)
    return result


def _solve(right: Floats, free: Floats) -> Floats:
    """Solve the Poisson equation: return planes (C, h, w) with negative Laplacian `right` where `free`, 0 elsewhere.

    The planes are stacked into one, (C * rows, columns), each with fixed pixels around it, so that one call of cv2
    processes all of them.
    """
    channels, height, width = right.shape
    step = 1
    while min(height, width) >= 2 * step * MIN_SIDE:
        step *= 2
    rows, columns = -(-height // step) * step, -(-width // step) * step
    stacked = np.zeros((2, channels, rows, columns), np.float32)
    stacked[0, :, :height, :width] = right * free
    stacked[1, :, :height, :width] = free
    known, mask = stacked.reshape(2, channels * rows, columns)
    masks = [mask]
    while step > 1:
        masks.append(np.ascontiguousarray(cv2.erode(masks[-1], SQUARE)[::2, ::2]))
        step //= 2
    return _conjugate_gradients(known, masks).reshape(channels, rows, columns)[:, :height, :width]


def _conjugate_gradients(right: Floats, masks: list[Floats]) -> Floats:
    """Solve by conjugate gradients, with one multigrid cycle as the preconditioner.

    Args:
        right: float32 (rows, columns), the right-hand side.
        masks: float32, 1 where the solution may differ from 0: on the grid, on that of half its size, and so on.
    """
    result, residual, cycles, free = np.zeros_like(right), right, CYCLES, masks[0]
    if len(masks) > 1 and free.size > COARSE_START_SIZE:
        result, cycles = _prolong(_conjugate_gradients(_restrict(right, masks[1]), masks[1:]), free), cycles - 2
        residual = _residual(result, right, free)
    direction, energy = np.zeros_like(right), 1.0
    for _ in range(cycles):
        correction = _multigrid_cycle(residual, masks)
        previous, energy = energy, float(np.vdot(residual, correction))
        if energy <= MIN_ENERGY:
            break
        direction *= np.float32(energy / previous)
        direction += correction
        laplacian = cv2.filter2D(direction, cv2.CV_32F, LAPLACIAN)
        laplacian *= free
        length = np.float32(energy / max(-float(np.vdot(direction, laplacian)), 1e-30))
        result += length * direction
        laplacian *= length
        residual = residual + laplacian
    return result


def _multigrid_cycle(right: Floats, masks: list[Floats]) -> Floats:
    """Return an approximate solution for `right`: Jacobi steps and a correction from the grid of half the size."""
    damped, free = right * DAMPING, masks[0]
    result = _smooth(np.array(damped), damped, free, SMOOTHINGS - 1)
    if len(masks) == 1:
        return _smooth(result, damped, free, 6 * SMOOTHINGS)
    result += _prolong(_multigrid_cycle(_restrict(_residual(result, right, free), masks[1]), masks[1:]), free)
    return _smooth(result, damped, free, SMOOTHINGS)


def _smooth(result: Floats, damped: Floats, free: Floats, times: int) -> Floats:
    """Apply damped Jacobi steps to `result` in place and return it."""
    for _ in range(times):
        cv2.filter2D(result, cv2.CV_32F, JACOBI, dst=result)
        result += damped
        result *= free
    return result


def _residual(result: Floats, right: Floats, free: Floats) -> Floats:
    """Return `right` less the negative Laplacian of `result`, 0 outside `free`."""
    residual = cv2.filter2D(result, cv2.CV_32F, LAPLACIAN)
    residual += right
    residual *= free
    return residual


def _restrict(right: Floats, mask: Floats) -> Floats:
    """Return `right` on every second pixel, times four: on twice the spacing a Laplacian is four times as large."""
    return cv2.filter2D(right, cv2.CV_32F, BILINEAR)[::2, ::2] * mask


def _prolong(coarse: Floats, free: Floats) -> Floats:
    """Interpolate a solution from every second pixel to all of them."""
    fine = np.zeros_like(free)
    fine[::2, ::2] = coarse
    cv2.filter2D(fine, cv2.CV_32F, BILINEAR, dst=fine)
    fine *= free
    return fine


def _laplacian(planes: Floats) -> Floats:
    """Return the sum of the four neighbours less four times the pixel, (C, h, w)."""
    return np.stack([cv2.filter2D(plane, cv2.CV_32F, LAPLACIAN, borderType=cv2.BORDER_REPLICATE) for plane in planes])


def _mixed_divergence(target: Floats, source: Floats) -> Floats:
    """Return the divergence of the stronger gradient of target and source, (C, h, w)."""
    result = np.zeros_like(target)
    for axis in (1, 2):
        one, other = np.diff(target, axis=axis), np.diff(source, axis=axis)
        stronger = np.where(np.abs(one) > np.abs(other), one, other)
        result += np.diff(stronger, axis=axis, prepend=0.0, append=0.0)
    return result
