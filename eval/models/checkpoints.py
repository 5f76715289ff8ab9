"""Files of weights: trained models, and checkpoints of trainings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from dml_heads import HEADS, Head, make_head
from eval.files import write_atomically
from eval.models.backbone import Backbone, ProjectedBackbone
from eval.models.registry import BACKBONES, PREFIXES, TRAINED, make_backbone
from eval.models.weight_files import load_tensors

_MODEL = "defectsynth model 4"
_CHECKPOINT = "defectsynth checkpoint 2"


@dataclass(frozen=True)
class Model:
    """Trained model, in evaluation mode, on the CPU.

    Attributes:
        backbone: backbone.
        head: head.
        settings: plain data that was saved with the model.
    """

    backbone: Backbone
    head: Head
    settings: dict[str, Any]


def save_model(path: str | Path, backbone: Backbone, head: Head, *, settings: Mapping[str, Any] | None = None) -> None:
    """Write a model to a file, atomically.

    Args:
        path: path of the file, which is replaced if it exists.
        backbone: saved by its name and its weights.
        head: one of ``HEADS``, saved by its name, its arguments and its weights.
        settings: plain data to save with the model: numbers, texts, and lists and dicts of these.

    Raises:
        ValueError: if the class of the head is not in ``HEADS``.
    """
    names = [name for name, kind in HEADS.items() if type(head) is kind]
    if not names:
        raise ValueError(f"head must be one of {', '.join(map(repr, HEADS))}, got {type(head).__name__}")
    state = {
        "backbone": backbone.name,
        "strides": list(backbone.patch_strides),
        "projection": backbone.patch_size if isinstance(backbone, ProjectedBackbone) else None,
        "trained": next((name for name, kind in TRAINED.items() if type(backbone) is kind), None),
        "head": names[0],
        "head_arguments": {argument: getattr(head, argument) for argument in inspect.signature(type(head)).parameters},
        "settings": dict(settings or {}),
        "backbone_weights": backbone.state_dict(),
        "head_weights": head.state_dict(),
    }
    _write(Path(path), _MODEL, state)


def load_model(path: str | Path, *, backbone: Backbone | None = None) -> Model:
    """Read a model from a file.

    Args:
        path: path of a file that ``save_model`` wrote.
        backbone: backbone to load the weights into, in place; required if ``wrap_backbone`` made it.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is no model, is broken, or the backbone does not fit.
    """
    state = _read(Path(path), _MODEL)
    try:
        return _model_of(state, path, backbone)
    except (LookupError, TypeError, AttributeError, RuntimeError, ValueError) as error:
        if str(path) in str(error):
            raise
        found = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} must hold all of a model, got {found}: train again") from error


def _model_of(state: Mapping[str, Any], path: str | Path, backbone: Backbone | None) -> Model:
    name = state["backbone"]
    if backbone is None:
        if name not in BACKBONES and not name.startswith(tuple(PREFIXES)):
            raise ValueError(f"backbone must be given for the model {path}, whose backbone is {name!r}, got None")
        backbone = make_backbone(name, weights="none")
        backbone.join_levels(state["strides"][0], state["strides"][-1])
        if state["trained"] is not None:
            backbone = TRAINED[state["trained"]](backbone, size=state["projection"])
    try:
        backbone.load_state_dict(state["backbone_weights"])
    except RuntimeError as error:
        raise ValueError(f"backbone must be the {name!r} of the model {path}, got {backbone.name!r}") from error
    head = make_head(state["head"], **state["head_arguments"])
    head.load_state_dict(state["head_weights"])
    return Model(backbone.eval(), head.eval(), state["settings"])


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write or replace a checkpoint, atomically."""
    _write(path, _CHECKPOINT, state)


def read_checkpoint(path: Path, *, settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the state in a checkpoint, None if there is no file.

    Raises:
        ValueError: if the file is broken, or belongs to a training with other settings.
    """
    if not path.exists():
        return None
    state = _read(path, _CHECKPOINT)
    for setting, value in settings.items():
        if state["settings"].get(setting) != value:
            raise ValueError(
                f"checkpoint {path} must be of a training with {setting} {value!r}, "
                f"got {state['settings'].get(setting)!r}: remove it to start afresh"
            )
    return state


def _write(path: Path, kind: str, state: Mapping[str, Any]) -> None:
    write_atomically(path, lambda file: torch.save({"kind": kind, **state}, file))


def _read(path: Path, kind: str) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"path must be a file of weights, got {str(path)!r}: check the path")
    try:
        state = load_tensors(path)
    except ValueError as error:
        raise ValueError(f"{path} must be a {kind!r}, got a broken file: remove it ({error})") from error
    if not isinstance(state, dict) or state.get("kind") != kind:
        found = state.get("kind") if isinstance(state, dict) else type(state).__name__
        raise ValueError(f"{path} must be a {kind!r}, got {found!r}")
    return state
