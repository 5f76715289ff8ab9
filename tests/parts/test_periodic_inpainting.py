"""Extraction and inpainting of parts on a periodic background."""

from typing import Any

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.cache import clear_caches
from defectsynth.parts.detection import parts_of_kind
from defectsynth.parts.periodic_inpainting import PeriodicInpainter
from defectsynth.scene.scene import Scene
from tests.images import COLOR_ENCODINGS, ENCODINGS, board, board_without_case


@pytest.mark.parametrize("encoding", COLOR_ENCODINGS)
@pytest.mark.parametrize("kind", ["lead", "object"])
def test_the_board_continues_behind_a_missing_part(kind: str, encoding: str) -> None:
    image, _ = board()
    image, board_alone = (ENCODINGS[encoding](each) for each in (image, board_without_case(256)))
    peak = 1.0 if image.dtype == np.float32 else np.iinfo(image.dtype).max
    for seed in range(4):
        sample = ds.synthesize(image, ds.MissingPart(part_kinds=(kind,)), seed=seed)
        gone = sample.mask > 0
        if kind == "lead":
            gone[: round(0.57 * 256)] = False
        assert gone.any()
        change = np.abs(sample.image[gone].astype(float) - board_alone[gone]) / peak
        assert change.mean() < 0.03, "tracks and holes continue at their places, with the right brightness"
        assert np.percentile(change.max(axis=-1), 90) < 0.08


def test_a_moved_lead_carries_no_background_with_it() -> None:
    image, leads = board(512)
    image = ENCODINGS["uint8"](image)
    alone = ENCODINGS["uint8"](board_without_case(512))
    area = np.mean([cv2.countNonZero(lead) for lead in leads])
    for seed in range(4):
        turned = ds.RotatedPart(part_kinds=("lead",), angle_range=(23.0, 29.0))
        sample = ds.synthesize(image, turned, seed=seed)
        fresh = (np.abs(sample.image.astype(int) - alone).max(axis=2) > 40) & (sample.mask > 0)
        assert fresh.sum() < 1.5 * area


@pytest.mark.parametrize("kind", [ds.CutPart, ds.RotatedPart, ds.MissingPart, ds.MisplacedObject])
@pytest.mark.parametrize("encoding", COLOR_ENCODINGS)
def test_the_contract_holds_in_front_of_a_board(kind: Any, encoding: str) -> None:
    image = ENCODINGS[encoding](board(200)[0])
    roi = np.zeros((200, 200), np.uint8)
    roi[40:190, 60:150] = 255
    transform = kind() if kind is ds.MisplacedObject else kind(part_kinds=("lead",))
    for seed in range(3):
        sample = ds.synthesize(image, transform, seed=seed)
        differs = (sample.image != image).any(axis=-1)
        assert sample.mask.any()
        assert not differs[sample.mask == 0].any()
        assert differs[sample.mask > 0].mean() >= 0.95
        clear_caches()
        assert (ds.synthesize(image, transform, seed=seed).image == sample.image).all(), "the cache changes nothing"
        inside = ds.synthesize(image, transform, seed=seed, roi=roi)
        assert not (inside.image != image).any(axis=-1)[roi == 0].any()


@pytest.mark.parametrize("kind", [ds.MissingPart, ds.RotatedPart])
def test_what_is_kept_of_a_part_belongs_to_the_very_pixels_of_the_image(kind: Any) -> None:
    image = ENCODINGS["uint8"](board(256)[0])
    other = image.copy()
    other[::2, ::2] ^= 1  # hardly any difference in the small copy
    transform = kind(part_kinds=("lead",), count_range=(2, 2))
    for seed in range(3):
        ds.synthesize(image, transform, seed=seed)
        drawn = ds.synthesize(other, transform, seed=seed)
        clear_caches()
        assert (ds.synthesize(other, transform, seed=seed).image == drawn.image).all()


def test_a_part_is_separated_from_the_image_with_the_defects_drawn_so_far() -> None:
    scene = Scene(ENCODINGS["uint8"](board(256)[0]))
    part = parts_of_kind(scene.foreground("auto"), "lead")[0]
    inpainter = PeriodicInpainter(part, scene)
    offsets = inpainter.find_offsets(np.random.default_rng(0))
    for canvas in (scene.image, np.zeros_like(scene.image)):
        extracted = inpainter.extract(canvas, canvas, offsets, 0)
        assert extracted is not None
        assert extracted.background.any() == canvas.any()
