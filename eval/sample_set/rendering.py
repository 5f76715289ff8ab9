"""Rendering of a height map with materials: normals, light, occlusion, cast shadow, lens and sensor."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.sample_set.fields import Field, Plane, as_field, blur, image_plane

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Surface:
    """Surface in front of the camera.

    Args:
        height: (H, W), in fractions of the image's side.
        albedo: (H, W, 3), linear RGB, in [0, 1]; of metal, the colour of its reflection.
        metalness: (H, W), 0 for paint, plastic and cloth, 1 for bare metal.
        roughness: (H, W), 0 for a mirror, 1 for chalk.
    """

    height: Field
    albedo: Field
    metalness: Field
    roughness: Field


@dataclass(frozen=True)
class Lighting:
    """Large key lamp on one side, weaker fill lamp on the other, and ambient light.

    Args:
        azimuth: direction of the key lamp in the image, in radians.
        elevation: angle of the key lamp above the table, in radians.
        key: intensity of the key lamp.
        fill: intensity of the fill lamp.
        ambient: intensity of the ambient light.
        warmth: gain of red, and loss of blue, near 0.
    """

    azimuth: float
    elevation: float
    key: float
    fill: float
    ambient: float
    warmth: float


@dataclass(frozen=True)
class Camera:
    """Lens and sensor.

    Args:
        exposure: factor of all light.
        vignette: share of the light lost in the corners.
        blur: standard deviation of the lens blur, in fractions of the image's side.
        noise: standard deviation of the noise in mid-grey, in [0, 1].
    """

    exposure: float
    vignette: float
    blur: float
    noise: float


def sample_lighting(rng: np.random.Generator, *, unrest: float = 1.0) -> Lighting:
    """Return the lamps of the station; `unrest` is a factor of their small variations."""
    return Lighting(
        azimuth=math.radians(232.0 + rng.normal(0.0, 4.0 * unrest)),
        elevation=math.radians(54.0 + rng.normal(0.0, 2.0 * unrest)),
        key=0.78 * math.exp(rng.normal(0.0, 0.03 * unrest)),
        fill=0.20 * math.exp(rng.normal(0.0, 0.06 * unrest)),
        ambient=0.34 * math.exp(rng.normal(0.0, 0.03 * unrest)),
        warmth=rng.normal(0.0, 0.008 * unrest),
    )


def sample_camera(rng: np.random.Generator, *, unrest: float = 1.0) -> Camera:
    """Return the camera of the station; `unrest` is a factor of its small variations."""
    return Camera(
        exposure=math.exp(rng.normal(0.0, 0.025 * unrest)),
        vignette=rng.uniform(0.06, 0.10),
        blur=rng.uniform(0.0017, 0.0017 + 0.0005 * unrest),
        noise=rng.uniform(0.008, 0.011),
    )


def _direction(azimuth: float, elevation: float) -> tuple[float, float, float]:
    flat = math.cos(elevation)
    return flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(elevation)


def _normals(height: Field, pixel: float) -> tuple[Field, Field, Field]:
    """Return unit normals from slopes over three pixels."""
    scale = 1.0 / (32.0 * pixel)
    slope_u = cv2.Scharr(height, cv2.CV_32F, 1, 0, scale=scale, borderType=cv2.BORDER_REPLICATE)
    slope_v = cv2.Scharr(height, cv2.CV_32F, 0, 1, scale=scale, borderType=cv2.BORDER_REPLICATE)
    up = 1.0 / np.sqrt(1.0 + slope_u * slope_u + slope_v * slope_v)
    return as_field(-slope_u * up), as_field(-slope_v * up), as_field(up)


def _sky_visibility(height: Field, pixel: float) -> Field:
    """Return the share of ambient light that reaches each pixel, in [0, 1]: less in pits of three scales."""
    sky = np.ones_like(height)
    for reach in (0.006, 0.018, 0.05):
        depth = np.maximum(blur(height, reach / pixel) - height, 0.0)
        sky *= 1.0 / (1.0 + depth * (0.9 / reach))
    return sky


def _key_visibility(height: Field, lighting: Lighting) -> Field:
    """Return the visible share of the key lamp, 0 in deep shadow, by ray marching at half resolution."""
    size = max(32, height.shape[0] // 2)
    small = as_field(cv2.resize(height, (size, size), interpolation=cv2.INTER_AREA))
    du, dv = math.cos(lighting.azimuth) * size, math.sin(lighting.azimuth) * size
    climb = math.tan(lighting.elevation)
    reach = float(small.max() - small.min()) / climb
    steps = int(np.clip(math.ceil(reach * size / 1.5), 1, 16))
    hidden = np.zeros_like(small)
    for step in range(1, steps + 1):
        travel = reach * step / steps
        shift = np.array([[1.0, 0.0, -travel * du], [0.0, 1.0, -travel * dv]], dtype=np.float32)
        towards = cv2.warpAffine(small, shift, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        # The lamp is wide: a distant occluder hides a smaller share of it.
        over = towards - small - travel * climb
        np.maximum(hidden, np.clip(over / (0.002 + 0.35 * travel), 0.0, 1.0), out=hidden)
    soft = cv2.GaussianBlur(1.0 - hidden, (0, 0), max(0.5, 0.0025 * size))
    return as_field(cv2.resize(soft, height.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _reflection(
    normals: tuple[Field, Field, Field], plane: Plane, roughness: Field, lighting: Lighting, lit: Field
) -> Field:
    """Return the light that the surface mirrors: two soft boxes, a bright ceiling and a dark camera side."""
    nx, ny, nz = normals
    # The camera is two image sides above the table, so view directions tilt outwards towards the border.
    vx, vy = plane.u * -0.5, plane.v * -0.5
    along = 2.0 * (nx * vx + ny * vy + nz)
    rx, ry, rz = along * nx - vx, along * ny - vy, along * nz - 1.0
    width = 0.016 + 0.55 * roughness * roughness
    strength = 7.0 * np.sqrt(0.016 / width)
    kx, ky, kz = _direction(lighting.azimuth, lighting.elevation)
    fx, fy, fz = _direction(lighting.azimuth + 2.6, lighting.elevation - 0.2)
    key = cv2.exp((rx * kx + ry * ky + rz * kz - 1.0) / width)
    fill = cv2.exp((rx * fx + ry * fy + rz * fz - 1.0) / width)
    room = lighting.ambient * (0.75 + 0.55 * rz - 0.35 * ry + 0.2 * rx)
    return as_field(np.maximum(room, 0.02) + strength * (lighting.key * key * lit + lighting.fill * fill))


def shade(surface: Surface, lighting: Lighting) -> Field:
    """Return the light that a surface sends to the camera, (H, W, 3), linear."""
    plane = image_plane(surface.height.shape[0])
    normals = _normals(surface.height, plane.pixel)
    nx, ny, nz = normals
    sky = _sky_visibility(surface.height, plane.pixel)
    lit = _key_visibility(surface.height, lighting)
    kx, ky, kz = _direction(lighting.azimuth, lighting.elevation)
    fx, fy, fz = _direction(lighting.azimuth + 2.6, lighting.elevation - 0.2)
    diffuse = lighting.key * np.maximum(nx * kx + ny * ky + nz * kz, 0.0) * lit
    diffuse += lighting.fill * np.maximum(nx * fx + ny * fy + nz * fz, 0.0)
    diffuse += lighting.ambient * sky * (0.6 + 0.4 * nz)
    mirrored = _reflection(normals, plane, surface.roughness, lighting, lit) * (0.3 + 0.7 * sky)
    tint = np.array([1.0 + lighting.warmth, 1.0, 1.0 - lighting.warmth], dtype=np.float32)
    polish = np.square(1.0 - surface.roughness)
    gloss = (0.012 + (0.075 + 0.25 * np.square(1.0 - nz)) * polish) * (1.0 - surface.metalness)
    from_body = (1.0 - surface.metalness) * diffuse
    from_metal = surface.metalness * (0.8 * mirrored + 0.2 * diffuse)
    light = surface.albedo * (from_body + from_metal)[..., None] + (gloss * mirrored)[..., None]
    return as_field(light * tint)


def photograph(light: Field, camera: Camera, *, size: int, rng: np.random.Generator) -> Image:
    """Expose, blur, sample at `size` pixels, add the noise of the sensor and encode with a gamma of 2, as uint8.

    The draws from `rng` do not depend on the light, so that two parts can share their noise.
    """
    plane = image_plane(size)
    sharp = cv2.resize(light, (size, size), interpolation=cv2.INTER_AREA)
    seen = as_field(cv2.GaussianBlur(sharp, (0, 0), max(0.25, camera.blur * size), borderType=cv2.BORDER_REPLICATE))
    falloff = camera.exposure * (1.0 - 2.0 * camera.vignette * (plane.u * plane.u + plane.v * plane.v))
    seen = np.maximum(seen * falloff[..., None], 0.0)
    seen = np.where(seen > 0.7, 1.0 - 0.3 * cv2.exp((0.7 - seen) / 0.3), seen)
    encoded = np.sqrt(seen)
    noise = rng.standard_normal((size, size, 3), dtype=np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.55) * 1.9
    encoded += camera.noise * noise * (0.55 + 0.75 * encoded)
    return np.clip(encoded * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)
