"""Journal of predictions that are done, so that an interrupted `predict` goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

JOURNAL = "predictions.part.jsonl"
"""File in the folder of the results; its first line is what all predictions depend on, each other one an image."""


class PredictionJournal:
    """Journal of the predictions in a folder; see `JOURNAL`.

    Args:
        out: folder of the results.
        inputs: plain data that all predictions depend on; a journal of others is not used.
    """

    def __init__(self, out: Path, inputs: Mapping[str, Any]) -> None:
        self.out, self.path = out, out / JOURNAL
        self.entries: dict[str, dict[str, Any]] = {}
        lines = _lines(self.path)
        if lines[:1] != [dict(inputs)]:
            lines = [dict(inputs)]
        for line in lines[1:]:
            self.entries[line["file"]] = line["entry"]
        out.mkdir(parents=True, exist_ok=True)
        self.path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")

    def find(self, image: Path) -> dict[str, Any] | None:
        """Return the entry of an image; None if it is not done, the file has changed, or its heat map is gone."""
        entry = self.entries.get(_state(image))
        if entry is None or ("heat_map" in entry and not (self.out / entry["heat_map"]).is_file()):
            return None
        return entry

    def add(self, image: Path, entry: dict[str, Any]) -> None:
        """Note an image that is done."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"file": _state(image), "entry": entry}) + "\n")

    def finish(self) -> None:
        """Remove the journal."""
        self.path.unlink(missing_ok=True)


def _lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a journal, without those that a killed process left incomplete."""
    found: list[dict[str, Any]] = []
    with suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(json.JSONDecodeError):
                found.append(json.loads(line))
    return found


def _state(image: Path) -> str:
    """Return the path of a file with its size and the time of its last change, or the path alone if it is missing."""
    try:
        state = image.stat()
    except OSError:
        return str(image)
    return f"{image} {state.st_size} {state.st_mtime_ns}"
