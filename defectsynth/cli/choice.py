"""From `--defect`, `--set` and `--preset` to one transform."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any

from defectsynth.cli.errors import UsageError
from defectsynth.core.messages import short_repr
from defectsynth.core.plain_data import parse_yaml
from defectsynth.registry import load_preset, make_defects


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
        return _as_usage(lambda: make_defects(arguments.defect, given, option="--"))
    for name, value in (("--set", arguments.set), ("--where", arguments.where), ("--severity", arguments.severity)):
        if value is not None and value != []:
            raise UsageError(f"{name} must go with --defect; a preset is edited as a file: defectsynth show PRESET")
    return _as_usage(lambda: load_preset(arguments.preset, option="--preset"))


def _as_usage(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ValueError as error:
        raise UsageError(str(error)) from error


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Return `name=value` words as a dict, each value read as YAML.

    Examples:
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
            given[name] = _with_floats(parse_yaml(text))
        except ValueError as error:
            raise UsageError(f"--set {name} must be a value in YAML, got {short_repr(text)}: {error}") from error
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
