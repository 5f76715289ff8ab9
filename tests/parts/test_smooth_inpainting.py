"""Extraction and inpainting of parts on a background without a pattern."""

import numpy as np

import defectsynth as ds
from defectsynth.parts.detection import detect_parts, whole_object
from defectsynth.parts.extraction import ExtractedPart
from defectsynth.parts.inpainting import choose_inpainter, sample_gap
from defectsynth.scene.scene import Scene
from tests.images import chip


def extract_object(scene: Scene) -> ExtractedPart:
    """Return the whole object of an image, extracted from it."""
    part = whole_object(scene, "auto")
    assert part
    gap = sample_gap(np.random.default_rng(0), scene, part)
    extracted = choose_inpainter(part, scene).extract(scene.image, scene.image, gap.offsets, gap.seed)
    assert extracted
    return extracted


def test_the_whole_object_includes_the_loose_ends_of_its_leads() -> None:
    part = np.full((192, 192), 170, np.uint8)
    part[40:150, 50:130] = 40
    ends = part == 0
    for y in (44, 90, 136):  # the middle of these leads looks like the background
        part[y : y + 8, 130:134] = 110
        ends[y : y + 8, 144:150] = True
    part[ends] = 250
    part[8:10, 180:184] = 250  # dirt far from the object
    scene = Scene(part)
    assert sum(end.centre[0] > 140 for end in detect_parts(scene.foreground("auto")).by_kind["end"]) == 3
    extracted = extract_object(scene)
    there = ends[extracted.box.slices]
    assert there.sum() == ends.sum()
    assert (extracted.cover[there] > 250).all()
    assert (extracted.matte[there] > 100).all()
    assert (extracted.background[..., 0][there] < 190).all()


def test_a_ramp_continues_behind_a_part() -> None:
    ramp = np.linspace(120, 220, 192, dtype=np.float32)[None].repeat(192, axis=0).astype(np.uint8)
    image = ramp.copy()
    image[70:120, 70:120] = 20
    scene = Scene(image)
    extracted = extract_object(scene)
    assert np.abs(extracted.background[..., 0].astype(float) - ramp[extracted.box.slices]).max() < 12


def test_the_background_continues_where_a_lead_is_missing() -> None:
    image, bare = chip(), np.full((192, 192), 205, np.uint8)
    bare[:, ::8] = 190
    for seed in range(8):
        sample = ds.synthesize(image, ds.MissingPart(part_kinds=("lead",)), seed=seed)
        x0, y0, x1, y1 = sample.defects[0]["box"]
        gone = np.s_[max(y0, 40) : y1, max(x0, 116) : x1]
        assert x1 - x0 >= 30
        assert np.abs(sample.image[gone].astype(int) - bare[gone]).mean() < 4, "the stripes continue at their places"
