"""The benchmark of fitted presets tests on no image that a preset was fitted to."""

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("torch")
pytest.importorskip("faiss")

from examples.fit_benchmark import LEFT, auroc_without, known_records

RECORDS = [
    SimpleNamespace(path=Path(f"test/{kind}/{number}.png"), label=int(kind != "good"), defect=kind)
    for kind, count in (("good", 5), ("cut", 9), ("hole", 4))
    for number in range(count)
]


@pytest.mark.parametrize("known", [3, 5])
def test_known_defects_are_chosen_of_each_type_and_some_are_left(known: int) -> None:
    category = SimpleNamespace(test=RECORDS)
    chosen = known_records(category, known=known, choice=0)
    counts = {kind: sum(record.defect == kind for record in chosen) for kind in ("good", "cut", "hole")}
    assert counts == {"good": 0, "cut": known, "hole": 4 - LEFT}
    assert chosen == known_records(category, known=known, choice=0)
    assert chosen != known_records(category, known=known, choice=1)


def test_known_images_do_not_count() -> None:
    images = [
        SimpleNamespace(path=f"part/test/{kind}/{number}.png", label=int(kind != "good"), score=score)
        for kind, number, score in (("good", 0, 0.2), ("good", 1, 0.4), ("cut", 0, 0.1), ("cut", 1, 0.9))
    ]
    results = SimpleNamespace(images=images)
    assert auroc_without(results, ()) == 0.5
    assert auroc_without(results, ("cut/0.png",)) == 1.0
