"""The cast shadow of an object: removed with it and drawn at its new place."""

import cv2
import numpy as np
import pytest

from defectsynth import MisplacedObject, synthesize
from defectsynth.parts.shadow import find_cast_shadow
from defectsynth.scene.scene import Scene


def disc_with_shadow(dtype: type = np.uint8, *, channels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return a dark disc with a shadow of 30 gray levels on a bright background with a gradient, and the background."""
    y, x = np.mgrid[:256, :256].astype(np.float32)
    ground = 215.0 - 0.05 * x - 0.04 * y + np.random.default_rng(0).normal(0.0, 1.0, x.shape)
    away = np.hypot(x - 110.0, y - 128.0) - 30.0
    image = ground - 30.0 * np.exp(-((np.maximum(away, 0.0) / 18.0) ** 2))
    image[away < 0.0] = 50.0
    scale = {np.uint8: 1.0, np.uint16: 257.0, np.float32: 1.0 / 255.0}[dtype]
    planes = [np.asarray(np.repeat(each[..., None], channels, axis=2) * scale) for each in (image, ground)]
    return tuple(plane.astype(dtype) for plane in planes)  # type: ignore[return-value]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_shadow_moves_with_the_object(dtype: type, channels: int) -> None:
    image, ground = disc_with_shadow(dtype, channels=channels)
    transform = MisplacedObject(distance_range=(0.25, 0.3), angle_range=(0.0, 0.0), p=1.0)
    scale = {np.uint8: 1.0, np.uint16: 1.0 / 257.0, np.float32: 255.0}[dtype]
    y, x = np.mgrid[:256, :256]
    for seed in range(4):
        drawing = transform.draw(image, seed=seed)
        (placement,) = drawing.recipes[0].placements  # type: ignore[attr-defined]
        away = np.hypot(x - 110.0, y - 128.0) - 30.0
        from_there = np.hypot(x - 110.0 - placement.dx, y - 128.0 - placement.dy) - 30.0
        free, cast = (away < 40.0) & (from_there > 45.0), (from_there > 4.0) & (from_there < 10.0) & (away > 45.0)
        smooth = cv2.blur((drawing.canvas.astype(np.float32) - ground.astype(np.float32))[..., 0] * scale, (5, 5))
        assert np.abs(smooth[free]).mean() < 4.0, "the old place still shows the shadow"
        assert smooth[cast].mean() < -12.0, "the object has no shadow where it lies now"


def test_the_shadow_is_removed_over_its_full_reach() -> None:
    image, ground = disc_with_shadow()
    scene = Scene(image)
    shadow = find_cast_shadow(scene, "auto")
    assert shadow
    lit = shadow.remove_from(np.ascontiguousarray(image[shadow.box.slices]), shadow.box, 255.0)
    y, x = np.mgrid[:256, :256]
    ring = (np.abs(np.hypot(x - 110.0, y - 128.0) - 50.0) < 6.0)[shadow.box.slices]
    left = lit[ring].astype(np.float32) - ground[shadow.box.slices][ring]
    before = image[shadow.box.slices][ring].astype(np.float32) - ground[shadow.box.slices][ring]
    assert before.mean() < -7.0
    assert abs(left.mean()) < 2.5


def test_plain_and_uneven_backgrounds_have_no_shadow() -> None:
    plain = np.full((256, 256, 3), 210, np.uint8)
    cv2.circle(plain, (110, 128), 30, (50, 50, 50), -1)
    noise = cv2.resize(np.random.default_rng(1).normal(0.0, 14.0, (16, 16)), (256, 256))
    uneven = np.clip(plain + noise[..., None], 0, 255).astype(np.uint8)
    for image in (plain, uneven):
        scene = Scene(image)
        shadow = find_cast_shadow(scene, "auto")
        assert shadow is None or np.abs(shadow.change).mean() < 1.5 / 255.0


def test_a_16_bit_image_whose_white_level_is_255_is_drawn() -> None:
    image = disc_with_shadow(channels=1)[0]
    plain = synthesize(image, MisplacedObject(), seed=0)
    wide = synthesize(image.astype(np.uint16), MisplacedObject(), seed=0, peak=255)
    assert len(wide.defects) == len(plain.defects) == 1
    assert np.abs(wide.image.astype(int) - plain.image).mean() < 0.1
