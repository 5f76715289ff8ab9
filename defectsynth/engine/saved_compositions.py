"""Compositions of defects in files that `A.save` wrote, checked before anything is built."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import albumentations as A
from albumentations.core.serialization import SERIALIZABLE_REGISTRY, shorten_class_name

from defectsynth.core.messages import did_you_mean, short_repr
from defectsynth.core.parameters import Number
from defectsynth.core.plain_data import read_plain_file
from defectsynth.engine.transform import DefectTransform

MAX_DEFECTS = 1000  # drawn into one image
MAX_REASON = 300  # characters of an error of the host
WITHOUT_EFFECT = ("telemetry",)  # arguments of compositions that change nothing that is drawn
COMPOSITIONS = (A.Compose, A.Sequential, A.OneOf, A.SomeOf, A.OneOrOther)  # whose records are known


def load_composition(path: Path) -> Any:
    """Return the defect or composition of defects in a YAML or JSON file.

    Raises:
        ValueError: If the file cannot be read, exceeds a limit, holds something else than defects, or draws nothing.
    """
    return composition_of(read_plain_file(path))


def composition_of(data: Any) -> Any:
    """Return the defect or composition of defects in the plain data of a file, see `load_composition`."""
    if not isinstance(data, Mapping) or "transform" not in data:
        raise ValueError(f"data must be a mapping with the key 'transform', got {short_repr(data)}")
    _check_node(data["transform"])
    try:
        transform = A.from_dict({"transform": _for_this_host(data["transform"])})
    except Exception as error:  # the host checks little
        reason = " ".join(str(error).split())
        raise ValueError(reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]}...") from error
    count = transform.count_range[1] if isinstance(transform, DefectTransform) else max_defects(transform)
    if not count:
        raise ValueError("it must hold a defect that can be drawn, got a p of 0 or nothing everywhere")
    if count > MAX_DEFECTS:
        raise ValueError(f"it must draw at most {MAX_DEFECTS} defects into an image, got up to {count:.3g}")
    return transform


def _check_node(node: Any) -> None:
    """Check a saved transform or composition and what it holds."""
    if not isinstance(node, Mapping):
        raise ValueError(f"a transform must be a mapping, got {short_repr(node)}")  # noqa: TRY004  a broken file
    kind = _class_of(node.get("__class_fullname__"))
    if "p" in node:
        _check_p(node["p"])
    if issubclass(kind, DefectTransform):
        return
    if not issubclass(kind, COMPOSITIONS):
        raise ValueError(  # noqa: TRY004  a broken file
            f"it must hold defects only, or no record could draw an image again; got {kind.__name__}"
        )
    inner = node.get("transforms")
    if not isinstance(inner, list):
        raise ValueError(f"transforms must be a list, got {short_repr(inner)}")  # noqa: TRY004  a broken file
    number = node.get("n", 1)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError(f"n must be a whole number of at least 1, got {short_repr(number)}")
    for entry in inner:
        _check_node(entry)
    if kind is A.OneOf and inner and node.get("p", 0.5) and not any(entry.get("p", 0.5) for entry in inner):
        raise ValueError(f"OneOf must hold a transform with p above 0, got {len(inner)} with p of 0")


def _for_this_host(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a saved transform without arguments of compositions that only another version of the host has.

    Those that are set to something stay, and building the composition names them.
    """
    kind = _class_of(node["__class_fullname__"])
    if issubclass(kind, DefectTransform):
        return dict(node)
    known = inspect.signature(kind).parameters
    kept = {
        name: value
        for name, value in node.items()
        if name.startswith("__") or name in known or (value and name not in WITHOUT_EFFECT)
    }
    return kept | {"transforms": [_for_this_host(inner) for inner in node.get("transforms", [])]}


def _class_of(name: Any) -> type[Any]:
    """Return the class with the name that a file gives."""
    if not isinstance(name, str):
        raise ValueError(f"__class_fullname__ must be a text, got {short_repr(name)}")  # noqa: TRY004  a broken file
    known = SERIALIZABLE_REGISTRY.get(shorten_class_name(name))
    if known is None:
        ours = (entry for entry in SERIALIZABLE_REGISTRY if entry.count(".") < 2)  # without those of version 0.1
        raise ValueError(f"no class {short_repr(name)} is known{did_you_mean(name, ours)}")
    return known.args[0] if isinstance(known, partial) else known


def _check_p(p: Any) -> None:
    try:
        Number(0.0, 1.0, "probability").check("p", p)
    except TypeError as error:
        raise ValueError(str(error)) from error


def max_defects(node: Any) -> int:
    """Return the greatest number of defects that a composition can draw into one image."""
    if node.p <= 0.0:
        return 0
    if isinstance(node, DefectTransform):
        return node.count_range[1]
    inner = [max_defects(child) for child in node.transforms]
    if not inner:
        return 0
    if isinstance(node, A.OneOrOther):
        return max(inner[0], inner[-1])
    if isinstance(node, A.SomeOf):
        most = node.n * max(inner)
        return most if node.replace else min(most, sum(inner))
    return max(inner) if isinstance(node, A.OneOf) else sum(inner)
