"""Where along an object a defect lands, and the defects of long parts: ends bent, edges filed, crests flattened."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.layer import Box, Layer
from defectsynth.fields.swing import MAX_TURN, ZERO_FROM, DrawnSwing
from defectsynth.looks.filed import DrawnFiled
from defectsynth.scene.axis import find_axis, nearest_end
from defectsynth.scene.ribs import find_ribs
from defectsynth.scene.scene import Scene
from defectsynth.shapes.ground_flat import DrawnGroundFlat

TURNS = [0.0, 0.5, 1.2, 2.2, 3.5, 5.0]
PITCH = 20


def screw(turn: float = 0.0, size: int = 256, slant: float = 0.2) -> np.ndarray:
    """A screw from its head at 40 to its tip at 216 of 256, turned about the middle; ribs from 110 on."""
    y, x = (np.mgrid[:size, :size] + 0.5) * 256 / size - 128
    along, across = x * math.cos(turn) + y * math.sin(turn) + 128, y * math.cos(turn) - x * math.sin(turn)
    wave = 0.5 + 0.5 * np.cos(2 * math.pi * (along - slant * across) / PITCH)
    thread = (along > 110) & (along < 210)
    half = np.select([along < 40, along < 60, along < 110, along < 216], [0, 30, 11, 11 + 6 * wave**2 * thread], 0)
    face = np.where(thread, 130 - 60 * wave**3, 115)
    return np.where(np.abs(across) < half, face, 210).astype(np.uint8)


def places(where: ds.places.Where, scene: Scene, number: int = 60) -> list[ds.places.Place]:
    rng = np.random.default_rng(0)
    found = [where.sample(rng, scene) for _ in range(number)]
    assert None not in found
    return [place for place in found if place is not None]


def along_of(place: ds.places.Place, turn: float) -> float:
    """How far along a screw of 256 pixels a place lies, 0 at its head and 1 at its tip."""
    x, y = place.x + 0.5 - 128, place.y + 0.5 - 128
    return (x * math.cos(turn) + y * math.sin(turn) + 128 - 40) / 176


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("on", ["surface", "outline"])
def test_places_lie_at_their_share_from_the_thicker_end(turn: float, on: str) -> None:
    scene = Scene(screw(turn))
    for low, high in ((0.0, 0.1), (0.2, 0.35), (0.5, 0.8), (0.95, 1.0)):
        found = places(ds.places.AlongObject(share_range=(low, high), on=on), scene)
        shares = [along_of(place, turn) for place in found]
        assert low - 0.05 <= min(shares) <= max(shares) <= high + 0.05
        assert {place.edge for place in found} == {on == "outline"}
        if on == "surface":
            turns = [abs(math.remainder(place.angle - turn, math.pi)) for place in found]
            assert max(turns) < 0.05, "the direction is that of the axis"


@pytest.mark.parametrize("turn", TURNS)
def test_places_in_the_middle_and_at_the_rim(turn: float) -> None:
    scene = Scene(screw(turn))
    for across, low, high in (((0.0, 0.3), 0, 6), ((0.8, 1.0), 5, 14)):
        for place in places(ds.places.AlongObject(share_range=(0.2, 0.35), across_range=across), scene):
            off = (place.y + 0.5 - 128) * math.cos(turn) - (place.x + 0.5 - 128) * math.sin(turn)
            assert low <= abs(off) <= high


def test_round_objects_and_pictures_without_one_have_no_axis() -> None:
    y, x = np.mgrid[:128, :128]
    disc = np.where(np.hypot(x - 64, y - 64) < 40, 60, 210).astype(np.uint8)
    scene, plain = Scene(disc), Scene(np.full((64, 64), 90, np.uint8))
    assert find_axis(scene.foreground("auto")) is None
    assert find_axis(plain.foreground("auto")) is None
    assert nearest_end(scene, ds.places.Place(64, 64, 0)) is None
    found = places(ds.places.AlongObject(share_range=(0.0, 0.1)), scene, 200)
    assert np.ptp([place.x for place in found]) > 60, "anywhere on it"
    assert all(np.hypot(place.x - 64, place.y - 64) < 43 for place in found)
    assert np.ptp([place.x for place in places(ds.places.AlongObject(share_range=(1.0, 1.0)), plain)]) > 40


def test_places_along_keep_to_the_region() -> None:
    image, roi = screw(), np.zeros((256, 256), np.uint8)
    roi[:, 150:180] = 1
    scene = Scene(image, roi)
    for on in ("surface", "outline"):
        for place in places(ds.places.AlongObject(share_range=(0.3, 1.0), on=on), scene):
            assert 149.5 <= place.x <= 179.5
    assert ds.places.AlongObject(share_range=(0.0, 0.2)).sample(np.random.default_rng(0), scene) is None
    assert ds.places.AlongObject(share_range=(0.0, 0.2), on="outline").sample(np.random.default_rng(0), scene) is None


@pytest.mark.parametrize("turn", TURNS)
def test_ribs_are_found_with_their_distance_and_slant(turn: float) -> None:
    scene = Scene(screw(turn))
    along = 160.3 - 128
    place = ds.places.Place(128 + along * math.cos(turn) - 0.5, 128 + along * math.sin(turn) - 0.5, turn)
    ribs = find_ribs(scene, place, 12.0)
    assert ribs is not None
    assert ribs.period == pytest.approx(PITCH, abs=1.5)
    assert abs(math.remainder(ribs.angle - (turn + 0.5 * math.pi - math.atan(0.2)), math.pi)) < 0.12
    assert min(abs(each) for each in ribs.offsets) == pytest.approx(0.3, abs=2.0)
    shank = ds.places.Place(128 - 40 * math.cos(turn), 128 - 40 * math.sin(turn), turn)
    assert find_ribs(Scene(np.where(screw(turn) < 200, 115, 210).astype(np.uint8)), shank, 12.0) is None


def test_flattened_crests_lie_on_the_ribs() -> None:
    thread = ds.places.AlongObject(share_range=(0.5, 0.9), across_range=(0.0, 0.4))
    flat = ds.FlattenedCrest(where=thread, ribs_range=(1, 1), thickness_range=(0.3, 0.3), contrast_range=(0.2, 0.2))
    offsets = []
    for seed in range(12):
        sample = ds.synthesize(screw(slant=0.0), flat, seed=seed)
        columns = np.flatnonzero(sample.mask.any(axis=0))
        assert np.ptp(columns) < 0.6 * PITCH, "one crest, not the groove beside it"
        offsets.append(math.remainder(float(columns.mean()) + 0.5, PITCH))
    assert np.median(np.abs(offsets)) < 2.5


@given(turn=st.floats(-MAX_TURN, MAX_TURN), angle=st.floats(-4, 4), x=st.floats(20, 220), y=st.floats(20, 180))
def test_a_swing_never_folds_and_forward_is_its_inverse(turn: float, angle: float, x: float, y: float) -> None:
    swing = DrawnSwing(120.3, 98.7, angle, turn, length=40.0)
    end = swing.forward(start := np.array([[x, y]]))
    back = end - np.stack(swing.offsets(*end.T.astype(np.float32)), axis=1)
    assert np.abs(back - start).max() <= 0.05
    distance, direction = 30.0, np.linspace(-math.pi, math.pi, 721)
    around = (swing.x + distance * np.cos(direction), swing.y + distance * np.sin(direction))
    dx, dy = swing.offsets(*(axis.astype(np.float32) for axis in around))
    came = np.unwrap(np.arctan2(around[1] - dy - swing.y, around[0] - dx - swing.x))
    assert (np.diff(came) > 0).all(), "what lies beside each other stays so"
    far = np.hypot(x - swing.x, y - swing.y) > ZERO_FROM * 40.0
    assert not far or np.abs(end - start).max() < 1e-9


@pytest.mark.parametrize("turn", TURNS)
def test_a_bent_end_turns_by_its_angle(turn: float) -> None:
    where = ds.places.AlongObject(share_range=(0.78, 0.78), across_range=(0.0, 0.3))
    image = screw(turn)
    for seed in range(3):
        sample = ds.synthesize(image, ds.BentEnd(where=where, angle_range=(34.0, 34.0)), seed=seed)
        field = sample.defects[0]["recipe"]["field"]
        assert abs(math.remainder(field["angle"] - turn, 2 * math.pi)) < 0.08
        assert abs(field["turn"]) == pytest.approx(math.radians(34.0))
        assert field["length"] == pytest.approx(0.22 * 176, rel=0.2)
        hinge = along_of(ds.places.Place(field["x"], field["y"], 0.0), turn)
        rows, columns = np.nonzero(sample.mask)
        shares = [along_of(ds.places.Place(x, y, 0.0), turn) for x, y in zip(columns, rows, strict=True)]
        assert min(shares) > hinge - 0.25, "what lies far behind the hinge stays"


def test_a_filed_edge_takes_the_crests_off() -> None:
    image = screw()
    where = ds.places.AlongObject(share_range=(0.55, 0.85), on="outline")
    taken = 0
    for seed in range(8):
        edge = ds.FiledEdge(where=where, length_range=(0.2, 0.2), depth_range=(0.016, 0.016), hollow_range=(0, 0))
        sample = ds.synthesize(image, edge, seed=seed)
        gone = (image < 160) & (sample.image > 190)
        rows, columns = np.nonzero(gone)
        taken += int(gone.sum())
        assert np.ptp(columns) <= 0.2 * 256 + 4
        assert np.abs(rows + 0.5 - 128).min() > 8, "the core of the screw is left"
        side = 1 if rows.mean() > 128 else -1
        first, last = int(columns.min()) + 4, int(columns.max()) - 4
        left = sample.image[:, first:last] < 160
        reach = max(
            side * (np.flatnonzero(column) + 0.5 - 128).max(initial=0)
            if side > 0
            else -(np.flatnonzero(column) + 0.5 - 128).min(initial=0)
            for column in left.T
        )
        assert reach <= 17 - 0.016 * 256 + 2.0, "no crest stands out beyond the cut"
    assert taken > 8 * 30


@pytest.mark.parametrize("aspect", [1.0, 0.5])
def test_area_of_a_facet(aspect: float) -> None:
    facet = DrawnGroundFlat(100.3, 90.1, 0.4, radius=40.0, aspect=aspect, unevenness=0.0, raggedness=0.0, seed=1)
    layer = facet.layer((200, 220), margin=0)
    assert layer is not None
    area = math.pi * 40**2 * aspect
    assert 0.97 * area <= layer.alpha.sum() <= area + 0.7 * 2 * math.pi * 40  # cv2's antialiasing adds a rim


@pytest.mark.parametrize("angle", [0.0, 0.7, 1.9])
def test_strokes_run_in_their_direction(angle: float) -> None:
    face = DrawnFiled(0.0, stroke=0.06, grain=2.0, slope=0.0, turn=0.0, angle=angle, light=0.0, seed=3)
    surface, layer = (
        np.full((1, 120, 120), 0.5, np.float32),
        Layer(Box(0, 0, 120, 120), np.ones((120, 120), np.float32)),
    )
    painted = face.paint(surface, layer, Scene(np.full((120, 120), 128, np.uint8)))[0][0][10:-10, 10:-10]
    assert painted.mean() == pytest.approx(0.5, abs=0.02)
    assert 0.03 < painted.std() < 0.1
    across, down = cv2.Sobel(painted, cv2.CV_32F, 1, 0), cv2.Sobel(painted, cv2.CV_32F, 0, 1)
    normal = 0.5 * math.atan2(2 * float((across * down).mean()), float((across**2 - down**2).mean()))
    assert abs(math.remainder(normal + 0.5 * math.pi - angle, math.pi)) < 0.1
