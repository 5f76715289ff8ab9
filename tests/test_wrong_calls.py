"""Calls with arguments of another kind: each is refused, and the error names the argument, its rule and the value."""

import numpy as np
import pytest

import defectsynth as ds

IMAGE = np.full((16, 20), 90, np.uint8)
NAMES = {"image": IMAGE, "presets": ds.presets, **{name: getattr(ds, name) for name in ds.__all__}}
CALLS = [
    (
        "AnomalyTwins([image], Line()).set_epoch(2**70)",
        ValueError,
        "epoch must be at most .*, got 1180591620717411303424",
    ),
    ("AnomalyTwins([image], Line(), rois=5)", TypeError, "rois must be a sequence of masks or None, got 5"),
    ("AnomalyTwins({'a': image}, Line())", TypeError, "images must be a sequence of arrays or paths, got {"),
    ("prepare([image], Line(), progress=3)", TypeError, "progress must be callable or None, got 3"),
    ("use_store('')", ValueError, "folder must be the path of a folder or None, got ''"),
    ("use_store('pyproject.toml')", ValueError, "folder must be the path of a folder or None, got "),
    (
        "presets.mvtec_ad('screw', defect=['thread_top'])",
        ValueError,
        "defect must be one of .* or None, got \\['thread",
    ),
    ("presets.mvtec_ad('screw', without=['thread_top'])", ValueError, "without must be one of .* or None, got \\['thr"),
    ("presets.mvtec_ad(['screw'])", ValueError, "category must be one of .*, got \\['screw'"),
    ("RealDefect(source=[image * 1.0])", TypeError, "source must be uint8, uint16 or float32, got float64"),
    ("Dent(p=1)(image=image, defects=[{'box': 'abc'}])", TypeError, "defects must hold records with a box of four"),
    (
        "Line(p=1)(images=[image, image[1:]])",
        ValueError,
        r"images must hold images of one shape, got \(15, 20\) and \(16",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), [pytest.param(*row, id=row[0]) for row in CALLS])
def test_it_is_refused(call: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        eval(call, NAMES)  # noqa: S307  the test id is the call, so the call is a string
    assert type(caught.value) is error
