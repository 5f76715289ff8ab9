"""Tables of results in plain text."""

import json
from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from eval.benchmark.results import Results
from eval.benchmark.table import format_table
from tests.results import make_results

SETTINGS = make_results("plate", 0.7, head="softmax").settings


def test_means_deviations_and_intervals_follow_the_untrained_backbone() -> None:
    found = [
        make_results("pill", 0.60),
        make_results("pill", 0.80, head="softmax"),
        make_results("pill", 0.90, head="softmax", seed=1),
        make_results("screw", 0.70, head="softmax", untrained=0.5),
        make_results("pill", 0.95, head="arcface"),
    ]
    title, head, *rows = format_table(found).splitlines()
    assert title == "image AUROC, self_supervised with line, scored by image"
    assert head.split() == ["pill", "screw", "mean"]
    assert [row.split() for row in rows] == [
        ["untrained", "0.600", "[0.570,", "0.640]", "0.500", "[0.470,", "0.540]", "0.550", "[0.529,", "0.578]"],
        [
            *("softmax", "0.850", "+-", "0.071", "[0.820,", "0.890]", "0.700", "[0.670,", "0.740]"),
            *("0.775", "[0.754,", "0.803]"),
        ],
        ["arcface", "0.950", "[0.920,", "0.990]", "-", "-"],
    ]
    assert len({len(row) for row in [head, *rows]}) == 1


def test_a_mean_lacks_no_category_of_another_block_or_of_a_failed_cell() -> None:
    found = [make_results(name, 0.9, head="softmax", generator="line") for name in ("pill", "screw")]
    found.append(make_results("pill", 0.9, head="softmax", generator="scratch"))
    line, scratch = format_table(found).split("\n\n")
    assert line.splitlines()[1].split() == scratch.splitlines()[1].split() == ["pill", "screw", "mean"]
    for row in scratch.splitlines()[2:]:
        assert row.split()[-2:] == ["-", "-"]
    table = format_table(found[:2], categories=["pill", "screw", "zipper"]).splitlines()
    assert table[1].split() == ["pill", "screw", "zipper", "mean"]
    for row in table[2:]:
        assert row.split()[-2:] == ["-", "-"]


def test_without_training_the_untrained_backbone_stands_alone() -> None:
    lines = format_table([make_results("pill", 0.6), replace(make_results("screw", 0.8))]).splitlines()
    assert lines[0] == "image AUROC, untrained, scored by image"
    assert lines[2].split() == [
        *("untrained", "0.600", "[0.570,", "0.640]", "0.800", "[0.770,", "0.840]", "0.700", "[0.679,", "0.728]")
    ]
    assert format_table([]) == ""


def test_excluded_types_are_compared_with_trainings_on_all_types() -> None:
    trained = {"head": "softmax", "untrained": 0.7}
    lines = format_table(
        [
            make_results("screw", 0.9, generator="category", **trained),
            make_results("screw", 0.8, generator="screw-without-scratch_neck", **trained),
            make_results("screw", 0.7, generator="screw-without-scratch_neck", seed=1, **trained),
            make_results("screw", 0.7, generator="screw-without-thread_top", **trained),  # not among the test images
        ]
    ).splitlines()
    assert lines[0] == "image AUROC, self_supervised with category, scored by image"
    assert lines[5] == "image AUROC, self_supervised with screw-without-thread_top, scored by image"
    assert lines[8].split()[:2] == ["softmax", "0.700"]
    assert lines[10:] == [
        "image AUROC of one type of defect that was left out of the training, softmax, scored by image",
        "                         untrained        left out         with it",
        "screw scratch_neck           0.600  0.650 +- 0.071           0.800",
    ]


def test_a_training_is_never_called_untrained() -> None:
    for generator in ("screw-without-thread_top", "my-without-rust.yaml"):
        found = replace(make_results("plate", 0.7, head="softmax"), settings=replace(SETTINGS, generator=generator))
        lines = format_table([found]).splitlines()
        assert lines[0] == f"image AUROC, self_supervised with {generator}, scored by image"
        assert [line.split()[0] for line in lines[2:]] == ["untrained", "softmax"]


def test_results_come_from_json_and_unknown_entries_are_refused() -> None:
    found = make_results("pill", 0.6, head="softmax")
    data = json.loads(json.dumps(found.to_json()))
    assert Results.from_json(data) == found
    with pytest.raises(ValueError, match="schema must be 3, got 7"):
        Results.from_json({**data, "schema": 7})
    with pytest.raises(ValueError, match="entries must be those of Results, got TypeError"):
        Results.from_json({**data, "surprise": 1})
    for broken in ([], None, "text"):
        with pytest.raises(ValueError, match="schema must be 3, got"):
            Results.from_json(broken)  # type: ignore[arg-type]
    data["metrics"]["image"]["auroc"] = "much"
    with pytest.raises(ValueError, match="auroc must hold numbers, got 'much'"):
        Results.from_json(data)
    with pytest.raises(ValueError, match="entries must be those of Results, got KeyError"):
        Results.from_json({**data, "metrics": {}})
