"""Reading of YAML and JSON with limits on size, depth and expansion, so that no file can exhaust time or memory.

Examples:
    >>> parse_json('{"length_range": [0.1, 0.3]}')
    {'length_range': [0.1, 0.3]}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from defectsynth.core.messages import short_repr
from defectsynth.core.serialization import MAX_DEPTH, MAX_NODES, check_size

MAX_BYTES = 1 << 18  # of a file or text; YAML is read at about 50 kB/s
MAX_SCALAR = 4096  # characters of a number or text; no longer than a path
PARSERS = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}


def read_plain_file(path: Path) -> Any:
    """Return the content of a YAML or JSON file; its suffix is the format.

    Raises:
        ValueError: If the file cannot be read, is no YAML or JSON, or exceeds a limit.
    """
    try:
        if path.exists() and not path.is_file():
            raise ValueError("not a regular file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(error.strerror or str(error)) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"text must be UTF-8, got another byte at position {error.start}") from error
    return parse_json(text) if PARSERS[path.suffix.lower()] == "json" else parse_yaml(text)


def parse_json(text: str) -> Any:
    """Return JSON text as plain data.

    Raises:
        ValueError: If the text is no JSON or exceeds a limit.
    """
    _check_length(text)
    try:
        data = json.loads(text, parse_int=_parse_int)
    except RecursionError:
        raise _too_deep() from None
    check_size(data)
    return data


def parse_yaml(text: str) -> Any:
    """Return YAML text as plain data.

    Raises:
        ValueError: If the text is no YAML, exceeds a limit, names a Python object or merges mappings with `<<`.
    """
    import yaml  # noqa: PLC0415  of the extra `cli`

    class Loader(yaml.SafeLoader):
        """Loader that stops at the first entry that is nested too deeply, which the scanner would be slow for."""

        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > MAX_DEPTH + 1:
                raise _too_deep()
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    _check_length(text)
    loader = None
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _check_nodes(node)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{place}{error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
    finally:
        if loader is not None:
            loader.dispose()


def _check_length(text: str) -> None:
    if len(text) > MAX_BYTES or len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise ValueError(f"text must have at most {MAX_BYTES} bytes, got more")


def _too_deep() -> ValueError:
    return ValueError(f"data must be nested at most {MAX_DEPTH} levels deep, got more")


def _check_nodes(root: Any) -> None:
    """Check parsed YAML before values are made of it; an alias counts as often as it is used."""
    level, nodes = [root], 1
    for _ in range(MAX_DEPTH + 1):
        for node in level:
            if node.tag == "tag:yaml.org,2002:merge":
                raise ValueError("mappings must not use << to merge others, got <<")
            if isinstance(node.value, str) and len(node.value) > MAX_SCALAR:
                raise _too_long(node.value)
        containers = [node for node in level if not isinstance(node.value, str)]
        if not containers:
            return
        nodes += sum(len(node.value) for node in containers)
        if nodes > MAX_NODES:
            raise ValueError(f"data must have at most {MAX_NODES} entries, got more")
        entries = (entry for node in containers for entry in node.value)  # (key, value) in a mapping
        level = [inner for entry in entries for inner in (entry if isinstance(entry, tuple) else (entry,))]
    raise _too_deep()


def _parse_int(digits: str) -> int:
    if len(digits) > MAX_SCALAR:
        raise _too_long(digits)
    return int(digits)


def _too_long(text: str) -> ValueError:
    return ValueError(f"numbers and texts must have at most {MAX_SCALAR} characters, got {short_repr(text)}")
