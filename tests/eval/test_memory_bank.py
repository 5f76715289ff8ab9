"""Memory banks: subsampling of a large bank."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from eval.scoring import memory_bank
from eval.scoring.memory_bank import make_bank


def test_a_large_bank_is_subsampled(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((10, 4, 4, 8), np.float32)
    held = np.array([2, 7])
    whole, _ = make_bank(normals.copy(), held_out=held, seed=0)
    monkeypatch.setattr(memory_bank, "BANK_ROWS", 50)
    thin, _ = make_bank(normals.copy(), held_out=held, seed=0)
    assert (len(whole.rows), len(thin.rows)) == (160, 50)
    assert thin.threshold >= whole.threshold - 1e-4
    known = {row.tobytes() for row in whole.rows}
    assert all(row.tobytes() in known for row in thin.rows)
