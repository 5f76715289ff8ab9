"""A design is edited as plain data and draws what its file and its line of Python draw."""

import shlex
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.cli.arguments import parse
from defectsynth.cli.choice import chosen_transform
from defectsynth.looks.texture import TEXTURES
from defectsynth.studio.design import Design

IMAGE = np.full((96, 96, 3), 120, np.uint8)


def drawn(transform: object) -> bytes:
    """Return the image that a transform draws."""
    return ds.synthesize(IMAGE, transform, seed=3).image.tobytes()


def test_a_single_defect_is_the_same_as_file_line_and_command(tmp_path: Path) -> None:
    design = Design.named("scratch").with_value((), "length_range", [0.3, 0.5]).with_value((), "where", "edge")
    file = tmp_path / "preset.yaml"
    file.write_text(design.text())
    expected = drawn(design.transform)
    assert drawn(A.load(str(file), data_format="yaml")) == expected
    line = design.python("preset.yaml")
    assert line == "ds.Scratch(length_range=[0.3, 0.5], where='edge', p=1.0)"
    assert drawn(eval(line, {"ds": ds})) == expected  # noqa: S307  our own line
    words = shlex.split(design.command("preset.yaml").replace("INPUT OUTPUT", "in out"))
    assert words[:4] == ["defectsynth", "generate", "in", "out"]
    assert drawn(chosen_transform(parse(words[1:]))) == expected


@pytest.mark.parametrize(
    ("transform", "options"),
    [
        (ds.TexturePatch(families=tuple(TEXTURES)[:12], p=1.0), True),
        (ds.Scratch(where=ds.places.AlongObject(share_range=(0.5, 0.9)), p=1.0), True),
        (ds.Scratch(defect_type="no", p=1.0), True),
        (ds.Scratch(defect_type="1e3", p=1.0), False),  # a number in --set
        (ds.Scratch(mask_kind="alpha", p=1.0), False),
        (ds.PaintedDefect(shape=ds.shapes.Band(), p=1.0), False),
    ],
)
def test_the_command_makes_the_same_or_reads_the_file(*, transform: Any, options: bool) -> None:
    design = Design(A.to_dict(transform), "mine")
    words = shlex.split(design.command("my preset.yaml"))
    if options:
        assert A.to_dict(chosen_transform(parse(words[1:])))["transform"] == design.node(())
    else:
        assert words == ["defectsynth", "generate", "INPUT", "OUTPUT", "--preset", "my preset.yaml"]


@pytest.mark.parametrize("name", ["screw", "generic_texture", "nsa_object", "pill-combined", "pill-without-crack"])
def test_a_preset_comes_back_from_its_file(name: str, tmp_path: Path) -> None:
    design = Design.named(name)
    again = Design.of_text(design.text(), "again")
    assert again.data == design.data
    assert drawn(again.transform) == drawn(design.transform)
    assert design.python("a.yaml") == 'A.load("a.yaml", data_format="yaml")'
    assert "--preset a.yaml" in design.command("a.yaml")


def test_members_and_weights_of_a_mixture() -> None:
    design = Design.named("screw")
    types = [each.label for each in design.alternatives()]
    assert types == list(ds.presets.MVTEC_AD["screw"])
    path = design.alternatives()[0].path
    for each in design.alternatives()[1:]:
        design = design.with_weight(each.path, 0.0)
    assert design.alternatives()[0].path == path
    kinds = {
        record["defect_type"]
        for seed in range(12)
        for record in ds.synthesize(IMAGE, design.transform, seed=seed).defects
    }
    assert kinds <= {types[0]}


def test_a_change_leaves_the_other_design_as_it_was() -> None:
    design = Design.named("scratch")
    changed = design.with_value((), "length_range", (0.5, 0.6))
    assert design.value((), "length_range") == [0.04, 0.2]
    assert changed.value((), "length_range") == [0.5, 0.6]
    assert changed.value((), "where") == "anywhere"


def test_a_wrong_value_is_refused_with_the_rule() -> None:
    with pytest.raises(ValueError, match=r"length_range must be \(low, high\) with 0 <= low <= high <= 2"):
        Design.named("scratch").with_value((), "length_range", [0.5, 0.1])


@pytest.mark.parametrize("text", ["", "a: 1", "transform: 5", "[" * 300, "transform: {__class_fullname__: os.system}"])
def test_a_broken_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Design.of_text(text, "broken")


def test_what_the_page_shows_is_what_its_file_draws() -> None:
    design = Design.named("pill")
    assert design.shown() is design
    faint = design.shown(severity=0.3)
    assert drawn(faint.transform) == drawn(ds.with_severity(design.transform, 0.3))
    assert drawn(Design.of_text(faint.text(), "again").transform) == drawn(faint.transform)
    one = design.members()[2]
    alone = design.shown(only=one.path)
    assert [each.label for each in alone.members()] == [one.label.rpartition(" ")[0]]
    assert alone.members()[0].weight == 1.0
    assert drawn(Design.of_text(alone.text(), "again").transform) == drawn(design.defect(one.path))


def test_a_mixture_without_weights_is_refused() -> None:
    design = Design.named("pill")
    for each in design.alternatives():
        design = design.with_weight(each.path, 0.0)
    with pytest.raises(ValueError, match="p above 0"):
        design.shown(severity=0.5)
