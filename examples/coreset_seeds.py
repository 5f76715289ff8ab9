"""AUROC of an untrained backbone with the whole bank of normal patches and with parts of it, for several seeds.

    python -m examples.coreset_seeds --data DIR --category screw

A greedy coreset of 20,000 of the 327,680 patches of screw is a matter of chance: .836 - .904, where all of them give
.885. The evaluator keeps all patches up to `eval.scoring.memory_bank.EXACT_ROWS`, and of more drops the most redundant
ones. This command shows what that would give for smaller banks; and first what the search in clusters of rows
(`eval.scoring.clusters`) changes and saves.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from defectsynth.core.cache import clear_caches
from eval.data.datasets import read_category
from eval.models.registry import make_backbone
from eval.scoring.clusters import ClusteredRows
from eval.scoring.detector import embed
from eval.scoring.memory_bank import Bank, make_bank
from eval.scoring.metrics import image_metrics
from eval.scoring.nearest import HAS_FAISS


def compare_searches(bank: Bank, tests: NDArray[np.float32]) -> str:
    """Return a line on the search in clusters and the exact one: times and differences."""
    found, seconds = [], []
    for pays in (True, False):
        clear_caches()
        with mock.patch.object(ClusteredRows, "pay_for", return_value=pays):
            start = perf_counter()
            found.append(bank.search(tests)[0])
            seconds.append(perf_counter() - start)
    clustered, exact = found
    largest = np.abs(clustered.max(axis=(1, 2)) - exact.max(axis=(1, 2))).max()
    return (
        f"{seconds[0]:.1f} s in clusters, {seconds[1]:.1f} s exactly: "
        f"{np.mean(clustered == exact):.2%} of the distances are equal, their mean is larger by "
        f"{clustered.mean() / exact.mean() - 1:.4%}, scores of images differ by at most {largest:.2g}"
    )


def main() -> None:
    """Print a line for the whole bank and one for each share of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the categories")
    parser.add_argument("--category", default="screw", metavar="NAME", help="default: screw")
    parser.add_argument("--backbone", default="efficientnet_lite0", metavar="NAME", help="default: %(default)s")
    parser.add_argument("--shares", nargs="+", type=float, default=[0.9, 0.75, 0.5], metavar="S", help="of the patches")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="default: 5")
    options = parser.parse_args()
    category = read_category(options.data / options.category)
    backbone = make_backbone(options.backbone)
    normals, tests = (
        embed(backbone, list(category.images(records)), scoring="patch", size=category.shape)
        for records in (category.train, category.test)
    )
    labels = np.array([record.label for record in category.test])

    def auroc(bank: Bank) -> float:
        return image_metrics(labels, bank.search(tests)[0].max(axis=(1, 2))).auroc

    patches = normals[..., 0].size
    whole = make_bank(normals, seed=0, limit=patches)
    if HAS_FAISS:
        print(compare_searches(whole, tests), flush=True)
    exact = auroc(whole)
    print(f"{options.category}, all {patches} patches: AUROC {exact:.4f}", flush=True)
    for share in options.shares:
        banks = (make_bank(normals, seed=seed, limit=round(share * patches)) for seed in range(options.seeds))
        found = [auroc(bank) for bank in banks]
        apart = max([*found, exact]) - min([*found, exact])
        listed = ", ".join(f"{area:.4f}" for area in found)
        print(f"{round(share * patches)} patches: {listed}, apart by {apart:.4f}", flush=True)


if __name__ == "__main__":
    main()
