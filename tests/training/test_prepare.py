"""`prepare` leaves nothing to measure on an image, in any process, and draws no other bytes."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core import measurements
from defectsynth.core.cache import clear_caches
from tests.images import make_part, write_image

pytestmark = pytest.mark.usefixtures("no_store")


def images() -> list[np.ndarray]:
    return [make_part(seed) for seed in range(6)]


def drawn(preset: Any) -> list[bytes]:
    return [ds.synthesize(image, preset, seed=seed).image.tobytes() for seed in range(4) for image in images()]


def test_a_first_epoch_after_it_reads_everything_from_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset, written = ds.presets.mvtec_ad("screw"), list[str]()
    without = drawn(preset)
    clear_caches()
    prepared = ds.prepare(images(), preset, store=tmp_path)
    assert prepared.images == 6
    assert prepared.measurements >= 2
    clear_caches()
    write = measurements.Store.write
    monkeypatch.setattr(
        measurements.Store, "write", lambda store, name, data: (written.append(name), write(store, name, data))[1]
    )
    with ds.use_store(tmp_path):
        assert drawn(preset) == without
    assert not written


def test_without_a_store_the_memory_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    defect = ds.Scratch(where="object")
    ds.prepare(images(), defect)
    monkeypatch.setattr("defectsynth.scene.foreground.segment_object", lambda *_: pytest.fail("measured again"))
    for image in images():
        ds.synthesize(image, defect, seed=0)


def test_workers_write_the_same_files_and_a_second_call_goes_on(tmp_path: Path) -> None:
    preset, paths, steps = ds.presets.generic_object(), [], list[tuple[int, int]]()
    for number, image in enumerate(images() * 4):
        paths.append(tmp_path / "images" / f"{number}.png")
        write_image(paths[-1], image)
    ds.prepare(paths, preset, store=tmp_path / "one", progress=lambda done, total: steps.append((done, total)))
    assert steps == [(number, 24) for number in range(1, 25)]
    ds.prepare(paths, preset, store=tmp_path / "two", workers=2)
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.measurement")}
        for name in ("one", "two")
    )
    assert one
    assert one == two
    kept = min(one)
    for name in set(one) - {kept}:
        (tmp_path / "one" / name).unlink()
    stamp = (tmp_path / "one" / kept).stat().st_mtime_ns
    clear_caches()
    ds.prepare(paths, preset, store=tmp_path / "one")
    assert {path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.measurement")} == set(one)
    assert (tmp_path / "one" / kept).stat().st_mtime_ns == stamp, "what was there is not measured again"


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    good: Any = images()[:1]
    for arguments, error, message in (
        ((3, ds.Line()), TypeError, "images must be a sequence"),
        (([], ds.Line()), ValueError, "images must hold at least one image"),
        ((["missing.png"], ds.Line()), FileNotFoundError, "images must be arrays or existing files"),
        ((good, 3), TypeError, "transform must be"),
    ):
        with pytest.raises(error, match=message):
            ds.prepare(*arguments, store=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="workers must be 1 without a store, got 2"):
        ds.prepare(good, ds.Line(), workers=2)
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        ds.prepare(good, ds.Line(), workers=0)
    with pytest.raises(TypeError, match="workers must be a whole number, got True"):
        ds.prepare(good, ds.Line(), workers=True)


def test_a_store_in_use_keeps_its_limit(tmp_path: Path) -> None:
    limits = []
    with ds.use_store(tmp_path / "store", limit_mib=3):
        ds.prepare(
            images()[:1],
            ds.ColorSpot(where="object"),
            store=tmp_path / "store",
            progress=lambda *_: limits.append(os.environ["DEFECTSYNTH_STORE_MIB"]),
        )
    assert limits == ["3"]


def test_a_store_that_is_only_read_is_refused(tmp_path: Path) -> None:
    with (
        ds.use_store(tmp_path / "none", write=False),
        pytest.raises(ValueError, match=r"store must be one that is written, got .*none in use with write=False"),
    ):
        ds.prepare(images()[:1], ds.ColorSpot(where="object"))


@pytest.mark.parametrize("workers", [1, 2])
def test_images_that_cannot_be_used_are_named_and_left_out(workers: int, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"nothing")
    write_image(tmp_path / "last.png", make_part(7))
    some: list[Any] = [np.zeros((64, 64), np.int32), tmp_path / "broken.png", *images(), tmp_path / "last.png"]
    errors: dict[int, str] = {}
    defect = ds.Scratch(where="object")
    prepared = ds.prepare(
        some, defect, store=tmp_path / "store", workers=workers, on_error=lambda at, why: errors.update({at: str(why)})
    )
    assert prepared == (7, 1)
    assert sorted(errors) == [0, 1]
    assert errors[0] == "images[0]: image must be uint8, uint16 or float32, got int32"
    assert "broken.png" in errors[1]
    with pytest.raises(TypeError, match=r"images\[0\]: image must be uint8"):
        ds.prepare(some, defect, store=tmp_path / "store")
    with pytest.raises(TypeError, match="on_error must be callable or None, got 3"):
        ds.prepare(images(), defect, on_error=3)  # type: ignore[arg-type]


def test_a_write_that_failed_once_ends_no_later_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    defect = ds.Scratch(where="object")
    with ds.use_store(tmp_path):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_bytes", full)
            with pytest.raises(OSError, match="No space left"):
                ds.prepare(images(), defect)
        clear_caches()
        assert ds.prepare(images(), defect).images == 6
    assert len([*tmp_path.rglob("*.measurement")]) == 6
