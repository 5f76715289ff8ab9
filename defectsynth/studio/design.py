"""Design: a defect or a mixture of defects while it is edited, as the plain data that files hold."""

from __future__ import annotations

import copy
import math
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import albumentations as A
import yaml

from defectsynth.cli.choice import parse_settings
from defectsynth.cli.errors import UsageError
from defectsynth.core.plain_data import parse_yaml
from defectsynth.core.serialization import encode
from defectsynth.engine.saved_compositions import composition_of
from defectsynth.engine.transform import DefectTransform
from defectsynth.places.base import PLACES
from defectsynth.registry import load_preset, make_defects, named_defects
from defectsynth.training.curriculum import with_severity

Path = tuple[int, ...]  # of a node: positions in the lists of transforms, from the outermost node


@dataclass(frozen=True)
class Member:
    """Defect in a design.

    Attributes:
        path: where it is.
        label: type and class, as a menu shows them.
        weight: its `p`.
    """

    path: Path
    label: str
    weight: float


@dataclass(frozen=True)
class Design:
    """A defect or a mixture of defects.

    Attributes:
        data: what `A.to_dict` returns for it.
        name: of the defect or preset that it began with.
    """

    data: Mapping[str, Any]
    name: str

    @classmethod
    def named(cls, name: str) -> Design:
        """Return the design of a defect or preset.

        Raises:
            ValueError: if there is none of that name.
        """
        kind = named_defects().get(name)
        return cls(A.to_dict(load_preset(name, option="name") if kind is None else kind(p=1.0)), name)

    @classmethod
    def of_text(cls, text: str, name: str) -> Design:
        """Return the design in a YAML file.

        Raises:
            ValueError: if the text is no composition of defects, see `load_composition`.
        """
        return cls(A.to_dict(composition_of(parse_yaml(text))), name)

    @cached_property
    def transform(self) -> Any:
        """The transform that draws it."""
        return composition_of(copy.deepcopy(dict(self.data)))

    def node(self, path: Path) -> Any:
        """Return the plain data of the node at a path."""
        node = self.data["transform"]
        for index in path:
            node = node["transforms"][index]
        return node

    def defect(self, path: Path) -> DefectTransform:
        """Return the defect at a path."""
        found: DefectTransform = A.from_dict({"transform": copy.deepcopy(dict(self.node(path)))})
        return found

    def members(self) -> tuple[Member, ...]:
        """Return the defects, in order."""
        return tuple(self._members(()))

    def _members(self, path: Path) -> Iterator[Member]:
        node = self.node(path)
        if "transforms" in node:
            for index in range(len(node["transforms"])):
                yield from self._members((*path, index))
            return
        kind = node["__class_fullname__"].rpartition(".")[2]
        named = f"{node['defect_type']}: {kind}" if node.get("defect_type") else kind
        yield Member(path, f"{named} {path[-1] + 1}" if path else named, float(node["p"]))

    def alternatives(self) -> tuple[Member, ...]:
        """Return the nodes of the outermost choice with their weights; empty if there is no choice."""
        path: Path = ()
        while "transforms" in self.node(path) and len(self.node(path)["transforms"]) == 1:
            path = (*path, 0)
        children = self.node(path).get("transforms", ())
        return tuple(
            Member((*path, index), self._label((*path, index)), float(child["p"]))
            for index, child in enumerate(children)
        )

    def _label(self, path: Path) -> str:
        first = next(self._members(path)).path
        node = self.node(first)
        return str(node.get("defect_type") or node["__class_fullname__"].rpartition(".")[2])

    def value(self, path: Path, name: str) -> Any:
        """Return an argument of the defect at a path; a placement by its short name, "" if it has none."""
        value = self.node(path)[name]
        if name != "where":
            return value
        return next((short for short, place in PLACES.items() if encode(place()) == value), "")

    def with_value(self, path: Path, name: str, value: Any) -> Design:
        """Return the design with another value of an argument.

        Raises:
            ValueError, TypeError: if the value breaks the rule of the argument.
        """
        kind = type(self.defect(path))
        arguments = {key: entry for key, entry in self.node(path).items() if key != "__class_fullname__"}
        defect = kind(**copy.deepcopy(arguments | {name: value}))
        return self._changed(path, name, defect.get_transform_init_args()[name])

    def with_weight(self, path: Path, weight: float) -> Design:
        """Return the design with another `p` of the node at a path."""
        return self._changed(path, "p", float(weight))

    def _changed(self, path: Path, name: str, value: Any) -> Design:
        data = copy.deepcopy(dict(self.data))
        changed = Design(data, self.name)
        changed.node(path)[name] = value
        return changed

    def shown(self, *, severity: float = 1.0, only: Path | None = None) -> Design:
        """Return what is drawn of it.

        Args:
            severity: scales the severity of every defect, in [0, 1].
            only: path of the one defect that is drawn; None for all.

        Raises:
            ValueError: if nothing can be drawn, as with weights of 0 only.
        """
        if severity >= 1.0 and only is None:
            return self
        if only is None:
            transform = self.transform
        else:
            transform = A.from_dict({"transform": copy.deepcopy(dict(self.node(only))) | {"p": 1.0}})
        if severity < 1.0:
            transform = with_severity(transform, severity)
        return Design(A.to_dict(transform), self.name)

    def text(self) -> str:
        """Return it as YAML, which `--preset FILE` and `A.load` read."""
        return yaml.safe_dump(A.to_dict(self.transform), sort_keys=False, default_flow_style=None, width=100)

    def python(self, file: str) -> str:
        """Return a line of Python that makes it.

        Args:
            file: name of the YAML file, which the line of a mixture reads.
        """
        settings = self._settings()
        if settings is None:
            return f'A.load("{file}", data_format="yaml")'
        kind = self.node(())["__class_fullname__"].rpartition(".")[2]
        return f"ds.{kind}({', '.join(f'{name}={value!r}' for name, value in settings.items())})"

    def command(self, file: str) -> str:
        """Return the command line that generates a data set with it.

        Args:
            file: name of the YAML file, which the command reads where options cannot make the same.
        """
        return shlex.join(["defectsynth", "generate", "INPUT", "OUTPUT", *(self._options() or ["--preset", file])])

    def _options(self) -> list[str] | None:
        """Return the options that make a single defect; None for a mixture, and for what options cannot say."""
        settings = self._settings()
        if settings is None:
            return None
        settings.pop("p", None)  # every image of a data set gets a defect
        kind = self.defect(()).kind
        words = [f"{name}={_one_line(value)}" for name, value in settings.items()]
        try:
            made = make_defects([kind], parse_settings(words))
        except (UsageError, ValueError):
            return None
        if A.to_dict(made)["transform"] != self.node(()) | {"p": 1.0}:
            return None
        return ["--defect", kind, *(word for each in words for word in ("--set", each))]

    def _settings(self) -> dict[str, Any] | None:
        """Return the arguments of a single defect that differ from its defaults, None for a mixture."""
        node = self.node(())
        if "transforms" in node:
            return None
        default = type(self.defect(()))().get_transform_init_args()
        changed = {name: node[name] for name in default if node[name] != default[name]}
        if "where" in changed:
            changed["where"] = self.value((), "where") or changed["where"]
        return changed


def _one_line(value: Any) -> str:
    """Return a value as YAML in one line."""
    return yaml.safe_dump(value, default_flow_style=True, width=math.inf, sort_keys=False).partition("\n")[0]
