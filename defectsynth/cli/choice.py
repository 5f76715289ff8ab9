"""From `--defect`, `--set` and `--preset` to one transform."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import albumentations as A
import yaml

from defectsynth.cli.catalogue import named_defects, named_presets, preset_named
from defectsynth.cli.errors import UsageError
from defectsynth.host import leaves
from defectsynth.transform import DefectTransform

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
_FIXED = {
    "p": "every output image gets a defect",
    "mask_kind": "masks are written as 0 and 255",
    "mask_value": "masks are written as 0 and 255",
}


def chosen_transform(arguments: Namespace) -> Any:
    """Return the transform that the command line describes.

    Raises:
        UsageError: if a name, an argument or its value is not possible.
    """
    if arguments.preset is None:
        given = parse_settings(arguments.set)
        for name in ("where", "severity"):
            value = getattr(arguments, name)
            if value is not None and name in given:
                raise UsageError(f"--{name} must not be given together with --set {name}=...")
            if value is not None:
                given[name] = value
        return make_defects(arguments.defect, given)
    for name, value in (("--set", arguments.set), ("--where", arguments.where), ("--severity", arguments.severity)):
        if value is not None and value != []:
            raise UsageError(f"{name} must go with --defect; a preset is edited as a file: defectsynth show PRESET")
    return load_preset(arguments.preset)


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Return `name=value` words as a dict, each value read as YAML.

    >>> parse_settings(["length_range=[0.1, 3e-1]", "where=object"])
    {'length_range': [0.1, 0.3], 'where': 'object'}
    """
    given: dict[str, Any] = {}
    for setting in settings:
        name, separator, text = setting.partition("=")
        name = name.strip()
        if not separator or not name:
            raise UsageError(f"--set must be name=value, got {setting!r}")
        if name in given:
            raise UsageError(f"--set {name} must be given once")
        try:
            given[name] = _with_floats(yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise UsageError(f"--set {name} must be a value in YAML, got {text!r}") from error
    return given


def _with_floats(value: Any) -> Any:
    """Return a YAML value with 1e-3, which YAML 1.1 takes for a word, as a number."""
    if isinstance(value, list):
        return [_with_floats(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _with_floats(entry) for key, entry in value.items()}
    if isinstance(value, str) and value[:1] in "+-.0123456789":
        try:
            return float(value)
        except ValueError:
            return value
    return value


def make_defects(names: Sequence[str], given: Mapping[str, Any]) -> Any:
    """Return one defect, or a composition that draws one of several for each image.

    Args:
        names: kinds of defect.
        given: arguments; each goes to every defect that takes it.
    """
    known = named_defects()
    for name in names:
        if name not in known:
            raise UsageError(f"--defect must be one of {', '.join(known)}, got {name!r}")
    if len(set(names)) != len(names):
        raise UsageError(f"--defect must name different defects, got {', '.join(names)}")
    taken = {name: known[name].argument_names() for name in names}
    for argument in given:
        if argument in _FIXED:
            raise UsageError(f"--set {argument} is not possible: {_FIXED[argument]}")
        if not any(argument in possible for possible in taken.values()):
            every = dict.fromkeys(entry for possible in taken.values() for entry in possible if entry not in _FIXED)
            raise UsageError(
                f"--set must name an argument of {', '.join(names)} ({', '.join(every)}), got {argument!r}"
            )
    defects = []
    for name in names:
        mine = {argument: value for argument, value in given.items() if argument in taken[name]}
        try:
            defects.append(known[name](**mine, p=1.0))
        except (TypeError, ValueError) as error:
            raise UsageError(f"--defect {name}: {error}") from error
    return defects[0] if len(defects) == 1 else A.Compose([A.OneOf(defects, p=1.0)])


def load_preset(name: str) -> Any:
    """Return a preset given its name or the file that `A.save` wrote."""
    try:
        if (known := preset_named(name)) is not None:
            return known
    except ValueError as error:
        raise UsageError(f"--preset {name}: {error}") from error
    path = Path(name)
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"--preset must be one of {', '.join(named_presets())} or a .yaml or .json file, got {name!r}")
    try:
        preset = A.load(path, data_format=FORMATS[path.suffix.lower()])
    except (OSError, AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        reason = f"no class {error} is known" if isinstance(error, KeyError) else error
        raise UsageError(f"--preset must be a file that A.save wrote, got {name!r}: {reason}") from error
    for leaf in leaves(preset):
        if not isinstance(leaf, DefectTransform):
            raise UsageError(
                f"--preset must hold defects only, or no record could draw an image again; got {type(leaf).__name__}"
            )
    return preset if isinstance(preset, (DefectTransform, A.Compose)) else A.Compose([preset])
