"""The branches of a composition that draw defects, and those that draw none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import albumentations as A

from defectsynth.engine.compat import leaves
from defectsynth.engine.host_calls import MASK_GUIDED
from defectsynth.engine.pipeline import ROOT, number_of
from defectsynth.engine.transform import DefectTransform


@dataclass(frozen=True)
class Step:
    """A branch of a composition that holds either only defects or none.

    Attributes:
        node: the branch.
        number: its number, see `ROOT`.
        draws: whether it holds defects.
    """

    node: Any
    number: int
    draws: bool


def steps(node: Any, number: int = ROOT) -> list[Step]:
    """Return the branches of a composition in the order in which they always run.

    Raises:
        ValueError: if defects and other transforms are alternatives of one choice, or run together only sometimes, or a
            transform looks for the mask: an image then shows by the other transforms whether it has a defect.
    """
    kinds = set()
    for leaf in leaves(node):
        kinds.add(isinstance(leaf, DefectTransform))
        if type(leaf).__name__ in MASK_GUIDED:
            raise ValueError(
                f"transform must hold nothing that looks for the mask, which only one item of a pair has, or it gives "
                f"the label away; got {type(leaf).__name__}"
            )
    if len(kinds) < 2:
        return [Step(node, number, draws=kinds == {True})]
    if not isinstance(node, (A.Compose, A.Sequential)) or node.p < 1.0:
        raise ValueError(
            "transform must apply what is no defect to every image (in a Compose or Sequential with p=1, beside the "
            f"defects), or it gives the label away; got {type(node).__name__}(p={node.p:g}) with both kinds in it"
        )
    return [
        step for index, child in enumerate(node.transforms) for step in steps(child, number_of(node, number, index))
    ]
