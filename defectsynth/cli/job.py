"""The state of a job on disk: its settings, the journal of what is done, the manifest that closes it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from defectsynth.cli.errors import UsageError
from defectsynth.cli.fingerprints import FOLDERS, changes
from defectsynth.cli.tasks import Entry
from defectsynth.cli.writing import TEMPORARY, sweep, write_whole

if sys.platform != "win32":
    import fcntl

SETTINGS, MANIFEST, FAILURES = "defectsynth.json", "manifest.jsonl", "failures.jsonl"
JOURNAL = ".defectsynth-journal.jsonl"
FILES = ".defectsynth-files.json"  # names of all files of a finished job
MAX_SHOWN = 3  # differences in a message
MAX_LENGTH = 60  # characters of a value in a message


def differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """Yield a text for each difference between two plain values."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*before, *now]):
            inner = f"{name}.{key}" if name else str(key)
            yield from differences(before.get(key, "nothing"), now.get(key, "nothing"), inner)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from differences(old, new, f"{name}[{index}]")
    elif before != now:
        yield f"{name} was {_short(before)}, is {_short(now)}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}..."


def check_writable(folder: Path, *, name: str = "OUTPUT") -> None:
    """Raise UsageError, with the name of the argument, unless files can be written into a folder or one to be made."""
    above = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise UsageError(f"{name} must lie in a folder that can be written to, got {str(above)!r}")


def check_file(path: Path, *, name: str, inputs: Mapping[str, Path | None]) -> None:
    """Raise UsageError unless a file can be written, and would not be taken for an image of the inputs next time.

    Args:
        path: of the file.
        name: of its argument.
        inputs: folders of images, by argument; None for those that are not given.
    """
    check_writable(path.parent, name=name)
    if path.is_dir():
        raise UsageError(f"{name} must be a file, got the folder {str(path)!r}")
    for option, folder in inputs.items():
        if folder is not None and folder.resolve() in path.resolve().parents:
            raise UsageError(f"{name} must not lie inside {option} {str(folder)!r}, got {str(path)!r}")


def check_output(output: Path) -> None:
    """Raise UsageError unless a job can write into the output folder: it is new, empty or begun by this command."""
    if output.exists() and not output.is_dir():
        raise UsageError(f"OUTPUT must be a folder, got the file {str(output)!r}")
    check_writable(output)
    if (output / SETTINGS).exists() or not output.exists():
        return
    others = sorted(entry.name for entry in output.iterdir() if not entry.name.startswith(TEMPORARY))
    if others:
        raise UsageError(
            f"OUTPUT must be a new or empty folder or one that this command began, got {str(output)!r}, "
            f"which holds {others[0]!r} and no {SETTINGS}"
        )


def claim(output: Path, settings: Mapping[str, Any]) -> bool:
    """Take the output folder for a job with these settings; make it if there is none.

    Returns:
        Whether the job is finished already.

    Raises:
        UsageError: if the folder holds something else, or a job with other settings or files.
    """
    check_output(output)
    wanted = json.loads(json.dumps(settings))
    path = output / SETTINGS
    if path.exists():
        _compare(path, wanted)
        return (output / MANIFEST).exists() and not _reopened(output)
    write_whole(path, json.dumps(wanted, indent=1) + "\n")
    return False


def _reopened(output: Path) -> bool:
    """Remove the manifest of a finished job that has lost files, so that it begins anew; return whether it has."""
    manifest, listed = output / MANIFEST, output / FILES
    if listed.exists():
        names = json.loads(listed.read_text(encoding="utf-8"))
    else:  # lost itself
        lines = map(json.loads, manifest.read_text(encoding="utf-8").splitlines())
        names = [name for line in lines for name in _files_of(line)]
    missing = [name for name in names if not (output / name).exists()]
    if not missing:
        return False
    lost = f"{len(missing)} files of the finished job are missing, such as {missing[0]!r}"
    print(f"{lost}: its images are drawn again", file=sys.stderr)
    manifest.unlink()
    return True


def _files_of(line: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files that a line of the manifest stands for, relative to the output folder."""
    return (line["shard"],) if "shard" in line else (line["image"], line["mask"])


def _compare(path: Path, wanted: Mapping[str, Any]) -> None:
    """Raise UsageError unless the settings of a begun job are those wanted now."""
    folder = str(path.parent)
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(begun, Mapping) or "version" not in begun:
            raise ValueError("it states no version")  # noqa: TRY301
    except (ValueError, RecursionError) as error:
        raise UsageError(f"OUTPUT must hold a readable {SETTINGS}, got {str(path)!r}: {error}") from error
    if begun["version"] != wanted["version"] or not all(isinstance(begun.get(part), Mapping) for part in FOLDERS):
        raise UsageError(
            f"OUTPUT must be begun by this version of defectsynth, got {folder!r}, begun by {begun['version']}, "
            f"which may draw other images; take a new folder, or finish it with that version"
        )
    old, new = ({key: value for key, value in each.items() if key not in FOLDERS} for each in (begun, wanted))
    found = [*differences(old, new), *changes(begun, wanted)]
    if found:
        more = f", and {len(found) - MAX_SHOWN} more differences" if len(found) > MAX_SHOWN else ""
        raise UsageError(
            f"OUTPUT must be a folder begun with the same settings and files, got {folder!r}: "
            f"{'; '.join(found[:MAX_SHOWN])}{more}"
        )


class Journal:
    """Journal of the finished work of a job: one JSON line an entry, appended at once.

    Args:
        output: the output folder; only one process at a time may have its journal open.

    Attributes:
        checked: for each source read, its error or None.
        drawn: for each output image tried, its entry.
        packed: for each finished shard, its entry.
    """

    def __init__(self, output: Path) -> None:
        self.output, self.path = output, output / JOURNAL
        self.checked: dict[int, str | None] = {}
        self.drawn: dict[int, Entry] = {}
        self.packed: dict[str, Entry] = {}
        self._file = self.path.open("ab+")
        try:
            _lock(self._file.fileno(), output)
        except UsageError:
            self._file.close()
            raise
        sweep(output)
        self._file.seek(0)
        data = self._file.read()
        for entry in filter(None, map(_entry, data.splitlines())):
            self._take(entry)
        if data and not data.endswith(b"\n"):
            self._file.write(b"\n")

    def _take(self, entry: Entry) -> None:
        if "shard" in entry:
            self.packed[entry["shard"]] = entry
        elif "number" in entry:
            self.drawn[entry["number"]] = entry
        else:
            self.checked[entry["source"]] = entry["error"]

    def add(self, entries: Iterable[Entry]) -> None:
        """Note what is done."""
        for entry in entries:
            self._take(entry)
            self._file.write(json.dumps(entry).encode() + b"\n")
        self._file.flush()

    def forget_missing(self, good: Mapping[int, str]) -> None:
        """Forget entries whose files are gone.

        Args:
            good: where the copy of each source is, relative to the output folder.
        """
        for source, error in list(self.checked.items()):
            if error is None and source in good and not (self.output / good[source]).exists():
                del self.checked[source]
        for number, entry in list(self.drawn.items()):
            line = entry.get("line")
            files = () if line is None else (*_files_of(line), *entry.get("labels", ()))
            if not all((self.output / file).exists() for file in files):
                del self.drawn[number]
        for shard in list(self.packed):
            if not (self.output / shard).exists():
                del self.packed[shard]

    def count(self) -> int:
        """Return how many output images were tried."""
        return len(self.drawn) + sum(images_of(entry) for entry in self.packed.values())

    def undrawn(self) -> list[Entry]:
        """Return the entries of output images that failed, in order."""
        failed = [entry for shard in self.packed.values() for entry in shard["failed"]]
        failed += [entry for entry in self.drawn.values() if "error" in entry]
        return sorted(failed, key=itemgetter("number"))

    def finish(self, failures: Iterable[Mapping[str, str]]) -> None:
        """Write the failures, the list of files and the manifest, which closes the job, and remove the journal."""
        failed = "".join(json.dumps(failure) + "\n" for failure in failures)
        if failed:
            write_whole(self.output / FAILURES, failed)
        lines = [entry["line"] for _, entry in sorted(self.drawn.items()) if "line" in entry]
        lines += [{"shard": shard, "images": entry["images"]} for shard, entry in sorted(self.packed.items())]
        files = (path for path in self.output.rglob("*") if path.is_file() and not path.name.startswith("."))
        names = sorted(path.relative_to(self.output).as_posix() for path in files)
        write_whole(self.output / FILES, json.dumps(names) + "\n")
        write_whole(self.output / MANIFEST, "".join(json.dumps(line) + "\n" for line in lines))
        self.close()
        tidy(self.output)

    def close(self) -> None:
        """Close the file; the job can go on later."""
        self._file.close()


def images_of(entry: Entry) -> int:
    """Return how many images an entry of the journal stands for."""
    return int(entry["images"]) + len(entry["failed"]) if "shard" in entry else 1


def _entry(line: bytes) -> Entry | None:
    """Return a line of the journal, None if it was torn when a run was killed."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def tidy(output: Path) -> None:
    """Remove the files that only an unfinished job needs."""
    (output / JOURNAL).unlink(missing_ok=True)
    sweep(output)


def read_failures(output: Path) -> list[dict[str, str]]:
    """Return the failures of a finished job."""
    path = output / FAILURES
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _lock(file: int, output: Path) -> None:
    """Raise UsageError if another process has the journal open; the lock goes with the process that holds it."""
    if sys.platform == "win32":
        return
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        raise UsageError(
            f"OUTPUT must be written by one run at a time, got {str(output)!r}, which is in use"
        ) from error
    except OSError:
        pass  # a file system without locks
