"""The curriculum: its laws, that it scales every defect, and that twins follow it whatever reads them."""

import copy
import json
import multiprocessing
from typing import Any

import albumentations as A
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.core.serialization import decode, encode
from defectsynth.engine.compat import leaves
from defectsynth.engine.transform import DefectTransform
from defectsynth.presets import PRESETS
from defectsynth.reference import REFERENCES
from defectsynth.registry import public_transforms

TRANSFORMS = public_transforms()
TRANSFORMS = [kind for kind in TRANSFORMS if issubclass(kind, DefectTransform)]
COMPOSED = PRESETS | REFERENCES
shares = st.floats(0.0, 1.0, allow_subnormal=False)
curricula = st.builds(
    ds.Curriculum, start=shares, end=shares, law=st.sampled_from(["linear", "cosine"]), duration=st.floats(1.0, 99.0)
)


def part() -> np.ndarray:
    """A dimpled part in front of a bright ground."""
    y, x = np.mgrid[:72, :72]
    face = 90 + 20 * ((x // 6 + y // 6) % 2)
    return np.where((np.abs(x - 36) < 24) & (np.abs(y - 36) < 20), face, 220).astype(np.uint8)


def twins(pictures: int = 3, transform: Any = None, **options: Any) -> ds.AnomalyTwins:
    options.setdefault("curriculum", ds.Curriculum(duration=4))
    return ds.AnomalyTwins([part()] * pictures, transform or ds.Scratch(min_visibility=0.0), **options)


def severities(sequence: ds.AnomalyTwins, index: int, reads: int) -> list[float]:
    return [record["severity"] for _ in range(reads) for record in sequence.sample(index).defects]


@given(curriculum=curricula, progress=st.lists(shares, min_size=2).map(sorted))
def test_it_goes_from_start_to_end_and_never_back(curriculum: ds.Curriculum, progress: list[float]) -> None:
    path = [curriculum(share) for share in (0.0, *progress, 1.0)]
    assert path[0] == curriculum.start
    assert path[-1] == pytest.approx(curriculum.end, abs=1e-12)
    steps = np.diff(path) * (1 if curriculum.end >= curriculum.start else -1)
    assert (steps >= -1e-12).all()
    assert min(curriculum.start, curriculum.end) <= min(path) <= max(path) <= max(curriculum.start, curriculum.end)


def test_the_two_laws() -> None:
    progress = np.linspace(0, 1, 9)
    linear, cosine = (ds.Curriculum(start=0.9, end=0.1, law=law) for law in ("linear", "cosine"))
    np.testing.assert_allclose([linear(share) for share in progress], 0.9 - 0.8 * progress)
    expected = 0.1 + 0.8 * (1 + np.cos(np.pi * progress)) / 2
    np.testing.assert_allclose([cosine(share) for share in progress], expected)
    assert [ds.Curriculum(duration=4).at_epoch(epoch) for epoch in range(7)] == [1.0, 0.75, 0.5, 0.25, 0.0, 0.0, 0.0]


@given(curriculum=curricula)
def test_it_is_written_as_plain_data(curriculum: ds.Curriculum) -> None:
    assert decode(json.loads(json.dumps(encode(curriculum)))) == curriculum


@pytest.mark.parametrize("name", COMPOSED)
@settings(max_examples=10)
@given(scale=shares)
def test_every_defect_of_a_composition_is_scaled(name: str, scale: float) -> None:
    composition = COMPOSED[name]()
    for leaf in leaves(composition):
        leaf.severity = 0.6
    before = A.to_dict(composition)
    scaled = ds.with_severity(composition, scale)
    assert {leaf.severity for leaf in leaves(scaled)} == {0.6 * scale}
    assert A.to_dict(composition) == before, "the one given is not changed"
    for left, right in zip(leaves(composition), leaves(scaled), strict=True):
        assert left.components == right.components
        assert (left.p, left.defect_type) == (right.p, right.defect_type)


def test_what_is_no_defect_stays() -> None:
    scaled = ds.with_severity(A.Compose([A.HorizontalFlip(p=1.0), ds.Line(severity=0.5, p=1.0)]), 0.5)
    flip, line = scaled.transforms
    assert isinstance(flip, A.HorizontalFlip)
    assert line.severity == 0.25
    (record,) = scaled(image=part(), mask=np.zeros((72, 72), np.uint8), defects=[])["defects"]
    assert record["severity"] == 0.25


def test_pictures_in_memory_are_shared_not_copied() -> None:
    bank = [np.random.default_rng(0).integers(0, 255, (40, 40), np.uint8)]
    transform = ds.CutPaste(source=bank)
    scaled = ds.with_severity(transform, 0.5)
    assert scaled.source.images[0] is bank[0]
    again = ds.redraw(part(), ds.synthesize(part(), scaled, seed=1).defects)
    assert again.mask.any(), "and found again by their name"


@pytest.mark.parametrize("kind", TRANSFORMS, ids=lambda kind: kind.__name__)
def test_severity_1_is_plain_and_0_hardly_visible(kind: type[DefectTransform]) -> None:
    contrast, area = [], []
    for severity in (0.0, 0.5, 1.0):
        transform = ds.with_severity(kind(min_visibility=0.0), severity)
        records = [record for seed in range(40) for record in ds.synthesize(part(), transform, seed=seed).defects]
        assert {record["severity"] for record in records} == {severity}
        contrast.append(np.mean([record["contrast"] for record in records]))
        area.append(np.mean([record["area"] for record in records]))
    assert contrast[2] > 1.15 * contrast[0] or area[2] > 1.15 * area[0]
    assert contrast[2] * area[2] > contrast[1] * area[1] > contrast[0] * area[0]


@pytest.mark.parametrize("counted", [True, False], ids=["set_epoch", "reads alone"])
def test_twins_follow_it(counted: bool) -> None:
    sequence, found = twins(), []
    for epoch in range(6):
        if counted:
            sequence.set_epoch(epoch)
        found.append({record["severity"] for index in (5, 1, 3) for record in sequence.sample(index).defects})
    assert found == [{1.0}, {0.75}, {0.5}, {0.25}, {0.0}, {0.0}]


def test_an_epoch_is_drawn_again_at_its_severity() -> None:
    sequence = twins(several=0.5)
    sequence.set_epoch(2)
    first = [sequence.sample(1) for _ in range(2)]
    sequence.set_epoch(0)
    sequence.sample(1)
    sequence.set_epoch(2)
    for sample in first:
        again = sequence.sample(1)
        assert sample.image.tobytes() == again.image.tobytes()
        assert sample.defects == again.defects


def test_without_one_nothing_changes() -> None:
    plain, held = twins(curriculum=None), twins(curriculum=ds.Curriculum(start=1.0, end=1.0))
    for index in (1, 3, 1, 5):
        assert plain[index].image.tobytes() == held[index].image.tobytes()


@pytest.mark.parametrize("name", ["generic_object", "draem", "memseg"])
def test_twins_of_a_preset_grow_fainter(name: str) -> None:
    sequence = twins(1, COMPOSED[name](), curriculum=ds.Curriculum(duration=30, law="cosine"))
    found = severities(sequence, 1, 40)
    assert found == sorted(found, reverse=True)
    assert found[0] == 1.0
    assert found[-1] == 0.0


def test_another_process_follows_it() -> None:
    sequence = twins(2)
    sequence.set_epoch(3)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (sample,) = pool.map(sequence.sample, [1])
    assert [record["severity"] for record in sample.defects] == [0.25]
    assert sample.image.tobytes() == sequence.sample(1).image.tobytes()


@pytest.mark.parametrize("persistent", [False, True], ids=["new workers", "persistent workers"])
def test_any_number_of_workers_draws_the_same_curriculum(persistent: bool) -> None:
    data = pytest.importorskip("torch.utils.data")
    drawn = []
    for workers in (0, 1, 2):
        options = {"persistent_workers": persistent} if workers else {}
        loader = data.DataLoader(twins(3), batch_size=2, num_workers=workers, **options)
        drawn.append([[bytes(image.numpy()) for batch in loader for image in batch.image] for _ in range(4)])
    assert drawn[0] == drawn[1] == drawn[2]
    direct = twins(3)
    assert drawn[0] == [[direct[index].image.tobytes() for index in range(6)] for _ in range(4)]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ds.Curriculum()(1.5), ValueError, r"progress must be a number in \[0, 1\], got 1\.5"),
        (lambda: ds.Curriculum()("half"), TypeError, r"progress must be a number in \[0, 1\], got 'half'"),
        (lambda: ds.Curriculum().at_epoch(-1), ValueError, "epoch must be at least 0, got -1"),
        (lambda: ds.with_severity(ds.Line(), 2), ValueError, r"severity must be a number in \[0, 1\], got 2"),
        (lambda: ds.with_severity(ds.Line, 1), TypeError, "transform must be a defect or an albumentations"),
        (lambda: ds.with_severity(A.HorizontalFlip(), 1), TypeError, "transform must hold a defect .*, got Horizontal"),
        (lambda: twins(curriculum=0.5), TypeError, r"curriculum must be a Curriculum or None, got 0\.5"),
        (lambda: twins(transform=A.Compose([A.HorizontalFlip()])), TypeError, "transform must hold a defect"),
    ],
)
def test_wrong_calls_name_argument_rule_and_value(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def _severities(twins: ds.AnomalyTwins, pipe: Any) -> None:
    """Send the greatest change of a twin as often as asked."""
    while pipe.recv() == "read":
        pipe.send(int(np.abs(twins[1].image.astype(int) - twins.images[0]).max()))


def test_spawned_workers_see_the_epoch_that_is_set_after_they_started() -> None:
    flat = np.full((96, 96, 3), 120, np.uint8)
    curriculum = ds.Curriculum(end=0.0, duration=4)
    twins = ds.AnomalyTwins([flat], ds.ColorSpot(min_visibility=0.0, opacity_range=(1, 1)), curriculum=curriculum)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    worker = context.Process(target=_severities, args=(twins, there), daemon=True)
    worker.start()
    changes = []
    for epoch in (0, 4, 4):
        twins.set_epoch(epoch)
        here.send("read")
        changes.append(here.recv())
    here.send("end")
    worker.join()
    other = copy.deepcopy(twins)
    expected = []
    for epoch in (0, 4, 4):
        other.set_epoch(epoch)
        expected.append(int(np.abs(other[1].image.astype(int) - flat).max()))
    assert changes == expected
    assert changes[1] < changes[0]


@pytest.mark.parametrize("epoch", [None, "1", [0]])
def test_an_epoch_that_is_no_number_is_refused(epoch: object) -> None:
    with pytest.raises(TypeError, match="epoch must be a number, got"):
        ds.Curriculum().at_epoch(epoch)  # type: ignore[arg-type]


def test_a_defect_that_stands_twice_is_scaled_once() -> None:
    one = ds.Scratch(p=1)
    assert [each.severity for each in ds.with_severity(A.Compose([one, one]), 0.5).transforms] == [0.5, 0.5]
    assert one.severity == 1.0
