"""The transforms inside albumentations: serialisation, replay, targets, seeds, workers; on either host."""

import copy
import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import albumentations as A
import numpy as np
import pytest
import yaml

import defectsynth as ds
from defectsynth.core.serialization import decode
from defectsynth.engine.compat import IS_X
from defectsynth.engine.saved_compositions import composition_of
from defectsynth.engine.targets import moved_keypoints
from defectsynth.engine.transform import DefectTransform
from defectsynth.registry import public_transforms

TRANSFORMS = public_transforms()
every_transform = pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)


def part(side: int = 80, channels: int | None = 3, offset: int = 0) -> np.ndarray:
    """A bright square with grain on a dark ground."""
    shape = (side, side + 20) if channels is None else (side, side + 20, channels)
    image = np.random.default_rng(5).integers(25, 35, shape).astype(np.uint8)
    image[20 + offset : side - 20 + offset, 25 : side - 10] += 140
    return image


def run(transform: Any, **data: Any) -> dict[str, Any]:
    """Apply with a mask and a record list."""
    image = data.setdefault("image", part())
    data.setdefault("mask", np.zeros(image.shape[:2], np.uint8))
    return transform(defects=[], **data)


@every_transform
def test_dict_and_yaml_draw_the_same_bytes(kind: type[DefectTransform], tmp_path: Any) -> None:
    pipeline = A.Compose([kind(p=1, count_range=(1, 3), severity=0.8)], seed=3)
    expected = run(pipeline)["image"].tobytes()
    as_json = json.loads(json.dumps(A.to_dict(pipeline)))
    as_yaml = yaml.safe_load(yaml.safe_dump(A.to_dict(pipeline)))
    A.save(pipeline, tmp_path / "pipeline.yaml", data_format="yaml")
    loaded = A.load(tmp_path / "pipeline.yaml", data_format="yaml")
    for again in (A.from_dict(as_json), A.from_dict(as_yaml), loaded):
        again.set_random_seed(3)
        assert run(again)["image"].tobytes() == expected


@every_transform
def test_replay_draws_the_same_bytes(kind: type[DefectTransform]) -> None:
    recorded = run(A.ReplayCompose([kind(p=1)]))
    again = A.ReplayCompose.replay(recorded["replay"], image=part(), mask=np.zeros((80, 100), np.uint8), defects=[])
    assert again["image"].tobytes() == recorded["image"].tobytes()
    np.testing.assert_array_equal(again["mask"], recorded["mask"])
    assert again["defects"] == recorded["defects"]


@every_transform
def test_equal_seeds_draw_equal_sequences(kind: type[DefectTransform]) -> None:
    first, second = (A.Compose([kind(p=1)], seed=11) for _ in range(2))
    sequences = [[run(pipeline)["image"].tobytes() for _ in range(4)] for pipeline in (first, second)]
    assert sequences[0] == sequences[1]
    assert len(set(sequences[0])) > 1


@every_transform
def test_first_draw_equals_synthesize_of_the_recorded_seed(kind: type[DefectTransform]) -> None:
    result = run(A.Compose([kind(p=1)], seed=4))
    seeds = {record["seed"] for record in result["defects"]}
    assert len(seeds) == 1
    assert ds.synthesize(part(), kind(), seed=seeds.pop()).image.tobytes() == result["image"].tobytes()


def _drawn_in_worker(payload: bytes) -> bytes:
    pipeline = pickle.loads(payload)  # noqa: S301  our own pickle
    return run(pipeline)["image"].tobytes()


@every_transform
def test_pickled_into_other_processes(kind: type[DefectTransform]) -> None:
    pipeline = A.Compose([kind(p=1)], seed=9)
    with ProcessPoolExecutor(2) as pool:
        drawn = list(pool.map(_drawn_in_worker, [pickle.dumps(pipeline)] * 2))
    assert drawn == [run(pipeline)["image"].tobytes()] * 2


@pytest.mark.parametrize("workers", [0, 2])
def test_torch_loader(workers: int) -> None:
    data = pytest.importorskip("torch.utils.data")

    class Pictures(data.Dataset):  # type: ignore[misc,name-defined]
        pipeline = A.Compose([ds.Line(p=1)], seed=1)

        def __len__(self) -> int:
            return 6

        def __getitem__(self, index: int) -> np.ndarray:
            return run(self.pipeline)["image"]

    batches = list(data.DataLoader(Pictures(), batch_size=3, num_workers=workers))
    assert [tuple(batch.shape) for batch in batches] == [(3, 80, 100, 3)] * 2


@every_transform
def test_unknown_arguments_raise(kind: type[DefectTransform]) -> None:
    with pytest.raises(TypeError, match="lenght_range"):
        kind(lenght_range=(0.1, 0.2))


@every_transform
@pytest.mark.parametrize("channels", [None, 1, 3, 5])
def test_frames_get_the_same_defect(kind: type[DefectTransform], channels: int | None) -> None:
    frames = np.stack([part(channels=channels), part(channels=channels), part(channels=channels, offset=2)])
    for key, mask_key in (("images", "masks"), ("volume", "mask3d")):
        masks = np.zeros(frames.shape[:3], np.uint8)
        result = A.Compose([kind(p=1)], seed=2)(**{key: frames, mask_key: masks, "defects": []})
        assert result[key].shape == frames.shape
        np.testing.assert_array_equal(result[key][0], result[key][1])
        assert result["defects"]
        for before, after, mask in zip(frames, result[key], result[mask_key], strict=True):
            changed = (before != after).reshape(*before.shape[:2], -1).any(axis=2)
            assert not changed[mask == 0].any()
            assert changed[mask > 0].mean() >= 0.95 if mask.any() else not changed.any()


@every_transform
def test_one_mask_for_several_frames_covers_all_changes(kind: type[DefectTransform]) -> None:
    frames = np.stack([part(), part(offset=4)])
    result = A.Compose([kind(p=1)], seed=2)(images=frames, mask=np.zeros((80, 100), np.uint8), defects=[])
    changed = (frames != result["images"]).any(axis=(0, 3))
    assert not changed[result["mask"] == 0].any()
    assert changed[result["mask"] > 0].mean() >= 0.95


@every_transform
def test_additional_targets(kind: type[DefectTransform]) -> None:
    other = part(offset=3)
    pipeline = A.Compose([kind(p=1)], seed=6, additional_targets={"second": "image", "truth": "mask", "roi": "mask"})
    roi = np.ones((80, 100), np.uint8)
    result = run(pipeline, second=other, truth=np.zeros((80, 100), np.uint8), roi=roi)
    np.testing.assert_array_equal(result["truth"], result["mask"])
    np.testing.assert_array_equal(result["roi"], roi)
    for before, after in ((part(), result["image"]), (other, result["second"])):
        changed = (before != after).any(axis=2)
        assert changed.any()
        assert not changed[result["mask"] == 0].any()


@pytest.mark.parametrize(
    ("dtype", "value", "on"),
    [(bool, None, True), (np.uint8, None, 255), (np.uint8, 3, 3), (np.int32, 7, 7), (np.float32, None, 1)],
)
def test_mask_keeps_what_is_in_it(dtype: Any, value: float | None, on: float) -> None:
    mask = np.zeros((80, 100), dtype)
    mask[:5] = 1
    result = run(A.Compose([ds.Line(p=1, mask_value=value)], seed=2), mask=mask)
    assert result["mask"].dtype == mask.dtype
    assert (result["mask"][:5] == 1).all()
    x0, y0, x1, y1 = result["defects"][0]["box"]
    assert y0 >= 5
    assert set(np.unique(result["mask"][y0:y1, x0:x1])) <= {0, on}
    assert int((result["mask"][5:] == on).sum()) == result["defects"][0]["area"]


def test_a_warp_moves_what_is_in_the_mask() -> None:
    image = np.full((80, 100), 30, np.uint8)
    image[:, 50:] = 200
    mask = (image > 100).astype(np.uint8) * 2
    pipeline = A.Compose(
        [ds.WarpedDefect(p=1, field=ds.fields.Push(amount_range=(0.08, 0.08), bends=("bulge",)))], seed=1
    )
    result = run(pipeline, image=image, mask=mask)
    bright = (result["image"] > 100) & (result["mask"] != 255)
    assert (result["mask"][bright] == 2).all()
    assert set(np.unique(result["mask"])) == {0, 2, 255}


@pytest.mark.parametrize("kind", ["alpha", "intensity", "logistic"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_soft_masks(kind: str, dtype: Any) -> None:
    spot = ds.ColorSpot(p=1, softness_range=(1, 1), tint_range=(0, 0), palettes=("light",), radius_range=(0.1, 0.1))
    image = np.full((80, 100), 30, np.uint8)
    spot.mask_kind = "binary"
    hard = run(A.Compose([spot], seed=5), image=image)["mask"] > 0
    spot.mask_kind = kind
    soft = run(A.Compose([spot], seed=5), image=image, mask=np.zeros(image.shape, dtype))["mask"]
    np.testing.assert_array_equal(soft > 0, hard)
    assert len(np.unique(soft)) > 10
    change = np.abs(run(A.Compose([spot], seed=5), image=image)["image"].astype(float) - image) / 255
    expected = {"intensity": change, "logistic": 1 / (1 + np.exp(-(255 * change - 24) / 12))}.get(kind)
    if expected is not None:
        np.testing.assert_allclose(soft[hard] / (255 if dtype is np.uint8 else 1), expected[hard], atol=0.003)


def test_boxes_and_keypoints_move_with_a_warp_only() -> None:
    image = part()
    boxes, points = np.array([[25.0, 20.0, 70.0, 60.0]]), np.array([[30.0, 20.0], [95.0, 5.0]])
    name = {"coord_format": "pascal_voc"} if IS_X else {"format": "pascal_voc"}
    points_name = {"coord_format": "xy"} if IS_X else {"format": "xy"}

    def applied(transform: DefectTransform) -> dict[str, Any]:
        pipeline = A.Compose(
            [transform],
            bbox_params=A.BboxParams(**name, label_fields=["labels"]),
            keypoint_params=A.KeypointParams(**points_name),
            seed=8,
        )
        return run(pipeline, image=image, bboxes=boxes, labels=[1], keypoints=points)

    painted = applied(ds.Scratch(p=1))
    np.testing.assert_allclose(painted["bboxes"], boxes, atol=1e-3)
    np.testing.assert_allclose(painted["keypoints"], points, atol=1e-3)
    assert painted["labels"] == [1]
    warp = ds.WarpedDefect(
        p=1, field=ds.fields.Push(amount_range=(0.1, 0.1), extent_range=(0.5, 0.5), bends=("bulge",))
    )
    warped = applied(warp)
    field = decode(warped["defects"][0]["recipe"]).field
    np.testing.assert_allclose(warped["keypoints"], field.forward(points), atol=0.05)
    np.testing.assert_allclose(warped["keypoints"][1], points[1], atol=2.0)
    assert np.abs(warped["bboxes"] - boxes).max() > 0.5
    drawing = warp.draw(image, seed=1)
    x0, y0, x1, y1 = drawing.records()[0]["box"]
    inside = np.stack(np.meshgrid(np.arange(x0, x1, 3.0), np.arange(y0, y1, 3.0)), axis=-1).reshape(-1, 2)
    moved = moved_keypoints(inside, drawing.recipes)
    assert np.hypot(*(moved - inside).T).max() > 2.0


def test_only_what_is_passed_comes_back() -> None:
    assert set(A.Compose([ds.Line(p=1)], seed=0)(image=part())) == {"image"}


def test_records_are_appended() -> None:
    result = run(A.Compose([ds.Line(p=1), ds.Scratch(p=1)], seed=1))
    assert [record["kind"] for record in result["defects"]] == ["line", "scratch"]


def test_p_is_respected() -> None:
    untouched = run(A.Compose([ds.Line(p=0)], seed=0))
    np.testing.assert_array_equal(untouched["image"], part())
    assert untouched["defects"] == []
    drawn = [bool(run(pipeline)["defects"]) for pipeline in [A.Compose([ds.Line(p=0.5)], seed=0)] for _ in range(60)]
    assert 15 < sum(drawn) < 45


def test_frames_that_come_before_the_image_keep_their_own_pixels() -> None:
    rng = np.random.default_rng(0)
    image, frame = (rng.integers(60, 200, (64, 64, 3), np.uint8) for _ in range(2))
    result = ds.ColorSpot(p=1.0)(images=frame[None], image=image)
    for before, after in ((frame, result["images"][0]), (image, result["image"])):
        assert 0 < (before != after).any(axis=2).sum() < 2000


def test_the_number_of_defects_covers_its_range() -> None:
    image = np.full((96, 96), 120, np.uint8)
    drawn = {len(ds.synthesize(image, ds.Pit(count_range=(1, 3)), seed=seed).defects) for seed in range(30)}
    assert drawn == {1, 2, 3}


def test_a_defect_is_marked_only_where_no_label_is() -> None:
    image = np.full((64, 64), 120, np.uint8)
    labels = np.zeros((64, 64), np.int32)
    labels[:, ::2] = 7
    result = ds.ColorSpot(p=1.0, radius_range=(0.2, 0.2))(image=image, mask=labels, defects=[])
    assert result["defects"]
    np.testing.assert_array_equal(result["mask"][:, ::2], 7)
    assert set(np.unique(result["mask"][:, 1::2])) == {0, 255}


def test_copied_parameters_hold_no_pixels() -> None:
    transform = ds.ColorSpot(p=1.0)
    image = np.full((64, 64), 120, np.uint8)
    params = copy.deepcopy(transform._sample({"image": image}, np.random.default_rng(0)))
    assert params["cache"].take(image) is None
    assert pickle.loads(pickle.dumps(params))["cache"].take(image) is None  # noqa: S301  our own bytes


def test_a_preset_saved_on_the_other_host_is_read() -> None:
    plain = A.to_dict(ds.presets.mvtec_ad("screw"))
    other = {"telemetry": True, "instance_binding": None, "frame_binding": None, "save_applied_params": False}
    foreign = {"unknown_to_both": None, **other}
    loaded = composition_of({"transform": plain["transform"] | foreign})
    expected = ds.synthesize(part(), ds.presets.mvtec_ad("screw"), seed=4)
    assert ds.synthesize(part(), loaded, seed=4).image.tobytes() == expected.image.tobytes()
    with pytest.raises(ValueError, match="unknown_to_both"):
        composition_of({"transform": plain["transform"] | {"unknown_to_both": 3}})
