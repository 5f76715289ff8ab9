"""Parts in front of a ground that repeats: found to their dark ends, and gone without a trace."""

from typing import Any

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.layer import Box
from defectsynth.functional.polygons import fill_polygons
from defectsynth.parts.detection import find_parts, forget_parts, whole_object
from defectsynth.parts.periodic_inpainting import forget_ground
from defectsynth.scene.foreground import forget_pictures
from defectsynth.scene.periodicity import find_periods
from defectsynth.scene.scene import Scene

PITCH = 0.21  # of the board, as a share of the picture
ENCODINGS = {
    "uint8": lambda picture: np.rint(picture * 255).astype(np.uint8),
    "uint16": lambda picture: np.rint(picture * 65535).astype(np.uint16),
    "float32": lambda picture: picture.astype(np.float32),
    "five channels": lambda picture: np.rint(picture[..., [0, 1, 2, 0, 1]] * 255).astype(np.uint8),
}


def bare(size: int) -> np.ndarray:
    """A board with tracks and holes, brighter to the right, float64 (size, size, 3) in [0, 1]."""
    picture, pitch = np.full((size, size, 3), (0.35, 0.42, 0.7)), round(PITCH * size)
    for index in range(-1, 6):
        x = (index + 0.55) * pitch
        cv2.rectangle(picture, (round(x), 0), (round(x + 0.17 * pitch), size), (0.14, 0.16, 0.22), cv2.FILLED)
        for row in range(-1, 6):
            centre = (round((index + 0.1) * pitch), round((row + 0.3) * pitch))
            cv2.circle(picture, centre, round(0.15 * pitch), (0.12, 0.12, 0.14), cv2.FILLED, cv2.LINE_AA)
    return picture * np.linspace(0.85, 1.1, size)[None, :, None]


def board(size: int = 256) -> tuple[np.ndarray, list[np.ndarray]]:
    """A black case on a board, with three leads that are bright above and dark below, and where the leads are."""
    picture, leads = bare(size), []
    for share, lean in ((0.42, -0.04), (0.5, 0.0), (0.64, 0.04)):
        lead = np.zeros((size, size), np.uint8)
        ends = [(round(share * size), round(0.5 * size)), (round((share + lean) * size), round(0.85 * size))]
        cv2.line(lead, *ends, 255, round(0.035 * size))
        upper = np.arange(size)[:, None, None] < 0.67 * size
        there = lead[..., None] > 0
        picture = np.where(there, np.where(upper, (0.8, 0.82, 0.84), (0.24, 0.25, 0.27)), picture)
        lead[: round(0.56 * size)] = 0
        leads.append(lead)
    picture[round(0.12 * size) : round(0.55 * size), round(0.3 * size) : round(0.7 * size)] = (0.05, 0.05, 0.06)
    noise = np.random.default_rng(0).normal(0.0, 0.008, picture.shape)
    return np.clip(picture + noise, 0, 1), leads


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("size", [200, 256, 512])
def test_a_lead_is_followed_to_its_dark_end(size: int, encoding: str) -> None:
    picture, leads = board(size)
    found = find_parts(Scene(ENCODINGS[encoding](picture)), "auto")["lead"]
    whole = Box(0, 0, size, size)
    for lead in leads:
        covers = [cv2.countNonZero(cv2.bitwise_and(fill_polygons(whole, piece.outline), lead)) for piece in found]
        assert max(covers) >= 0.8 * cv2.countNonZero(lead)


def test_steps_are_the_pitch_of_the_board() -> None:
    small = cv2.resize(bare(384), (96, 96), interpolation=cv2.INTER_AREA).mean(axis=2).astype(np.float32)
    ground = np.full((96, 96), 255, np.uint8)
    ground[20:60, 30:70] = 0
    first, second = sorted(np.abs(find_periods(small, ground)).round(1).tolist())
    assert first == pytest.approx([0.0, PITCH * 96], abs=0.4)
    assert second == pytest.approx([PITCH * 96, 0.0], abs=0.4)


@pytest.mark.parametrize("seed", range(3))
def test_noise_does_not_repeat(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gray = cv2.GaussianBlur(rng.random((96, 96), np.float32), (0, 0), 1.0 + seed)
    assert find_periods(gray, np.full((96, 96), 255, np.uint8)) == ()
    assert find_periods(gray, np.zeros((96, 96), np.uint8)) == ()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", ["lead", "object"])
def test_the_board_goes_on_behind_what_is_missing(kind: str, encoding: str) -> None:
    picture, _ = board()
    image, board_alone = (ENCODINGS[encoding](each) for each in (picture, bare(256)))
    peak = 1.0 if image.dtype == np.float32 else np.iinfo(image.dtype).max
    for seed in range(4):
        sample = ds.synthesize(image, ds.MissingPart(part_kinds=(kind,)), seed=seed)
        gone = sample.mask > 0
        if kind == "lead":
            gone[: round(0.57 * 256)] = False
        assert gone.any()
        change = np.abs(sample.image[gone].astype(float) - board_alone[gone]) / peak
        assert change.mean() < 0.03, "tracks and holes go on at their places, in the light of their place"
        assert np.percentile(change.max(axis=-1), 90) < 0.08


def test_a_lifted_lead_takes_no_ground_along() -> None:
    picture, leads = board(512)
    image = ENCODINGS["uint8"](picture)
    alone = ENCODINGS["uint8"](bare(512))
    area = np.mean([cv2.countNonZero(lead) for lead in leads])
    for seed in range(4):
        turned = ds.RotatedPart(part_kinds=("lead",), angle_range=(23.0, 29.0))
        sample = ds.synthesize(image, turned, seed=seed)
        fresh = (np.abs(sample.image.astype(int) - alone).max(axis=2) > 40) & (sample.mask > 0)
        assert fresh.sum() < 1.5 * area


def test_the_whole_object_has_its_leads_with_it() -> None:
    picture, leads = board()
    piece = whole_object(Scene(ENCODINGS["uint8"](picture)), "auto")
    assert piece is not None
    hull = fill_polygons(Box(0, 0, 256, 256), piece.outline)
    assert all(cv2.countNonZero(cv2.subtract(lead, hull)) == 0 for lead in leads)


@pytest.mark.parametrize("kind", [ds.CutPart, ds.RotatedPart, ds.MissingPart, ds.MisplacedObject])
@pytest.mark.parametrize("encoding", ENCODINGS)
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
        forget_pictures()
        forget_parts()
        forget_ground()
        assert (ds.synthesize(image, transform, seed=seed).image == sample.image).all(), (
            "what is remembered is the same"
        )
        inside = ds.synthesize(image, transform, seed=seed, roi=roi)
        assert not (inside.image != image).any(axis=-1)[roi == 0].any()
