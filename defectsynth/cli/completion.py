"""`defectsynth completion`: a script for the shell that completes commands, options and names."""

from __future__ import annotations

import argparse
from argparse import Namespace
from typing import Any

from defectsynth.places.base import PLACES
from defectsynth.presets import CATEGORIES
from defectsynth.registry import named_defects, named_presets, presets_without_a_type

SCRIPT = """\
_defectsynth() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} options=
  COMPREPLY=()
  case $before in
    --defect) COMPREPLY=($(compgen -W "{defects}" -- "$word")); return;;
    --preset) COMPREPLY=($(compgen -W "{presets}" -- "$word")); return;;
    show|--show) COMPREPLY=($(compgen -W "{defects} {presets}" -- "$word")); return;;
{choices}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{commands}" -- "$word")); return
  fi
  case ${{COMP_WORDS[1]}} in
{options}
  esac
  case $word in -*) COMPREPLY=($(compgen -W "$options" -- "$word"));; esac
}}
complete -o default -F _defectsynth defectsynth"""


def completion(arguments: Namespace) -> int:
    """Print the script."""
    print(script_of(arguments.parser))
    return 0


def script_of(parser: argparse.ArgumentParser) -> str:
    """Return the script for a parser with commands."""
    commands = _commands_of(parser)
    choices = {
        option: action.choices
        for command in commands.values()
        for action in command._actions  # noqa: SLF001  argparse has no public list of its options
        for option in action.option_strings
        if action.choices is not None
    } | {"--where": PLACES}
    parts = [name for category in CATEGORIES for name in presets_without_a_type(category)]
    return SCRIPT.format(
        defects=" ".join(named_defects()),
        presets=" ".join([*named_presets(), *parts]),
        commands=" ".join([*commands, "--help", "--version"]),
        choices="\n".join(
            f'    {option}) COMPREPLY=($(compgen -W "{" ".join(names)}" -- "$word")); return;;'
            for option, names in choices.items()
        ),
        options="\n".join(
            f'    {name}) options="{" ".join(_options_of(command))}";;' for name, command in commands.items()
        ),
    )


def _commands_of(parser: argparse.ArgumentParser) -> dict[str, Any]:
    for action in parser._actions:  # noqa: SLF001  argparse has no public list of its commands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            return dict(action.choices)
    return {}


def _options_of(command: argparse.ArgumentParser) -> list[str]:
    return [option for option in command._option_string_actions if option.startswith("--")]  # noqa: SLF001
