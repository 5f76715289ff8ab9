"""`defectsynth generate --ray`: a missing package is named; on a local cluster the bytes are those of the pool."""

import sys
from pathlib import Path
from typing import Any

import pytest

WORDS = ("--defect", "line", "--layout", "webdataset", "--count", "9", "--shard-size", "4")


def test_a_missing_ray_is_named(
    good: Path, generate: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for module in ("defectsynth.cluster", "defectsynth.cli.cluster"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert generate(good, *WORDS, "--ray", "local")[0] == 2
    assert capfd.readouterr().err == "defectsynth: --ray needs ray: pip install 'defectsynth[ray]'\n"


@pytest.mark.filterwarnings("default")  # of Ray itself
def test_a_local_cluster_writes_the_bytes_of_the_pool(good: Path, generate: Any, tree: Any) -> None:
    pytest.importorskip("ray")
    code, output = generate(good, *WORDS, "--ray", "local", name="cluster")
    assert code == 0
    assert tree(output) == tree(generate(good, *WORDS)[1])
