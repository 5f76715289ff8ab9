"""Find the checks, run each in a process of its own, and report one line a check.

A module beside this one holds the checks of one tool:

- `PACKAGE`: the distribution whose version is printed; without it the checks count as not installed;
- `check_...(folder: Path) -> str`: one check. It works in an empty folder, which is also the working directory, raises
  if the tool does not take what it is given, and returns what is worth printing (or ""). The first line of its
  docstring says what is done.

The modules are read here, not imported: a tool that is missing or crashes cannot stop the others.
"""

import ast
import importlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FOLDER = Path(__file__).parent
TIMEOUT_S = 900
PREFIX = "check_"
OK, FAILED, MISSING = "ok", "not ok", "not installed"
RESULT = "result: "  # begins the line with what a check returned


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        module: dotted name of its module.
        function: its name in there.
        package: the distribution that it needs.
        done: what is done, in a line.
    """

    module: str
    function: str
    package: str
    done: str

    @property
    def name(self) -> str:
        """Module and function, short: "anomalib.draem"."""
        return f"{self.module.rpartition('.')[2]}.{self.function.removeprefix(PREFIX)}"


@dataclass(frozen=True)
class Outcome:
    """Result of a check.

    Attributes:
        check: the check.
        status: `OK`, `FAILED` or `MISSING`.
        version: of the package; empty if it is missing.
        text: what the check returned, or the last line of the error.
        output: everything that it printed.
    """

    check: Check
    status: str
    version: str = ""
    text: str = ""
    output: str = ""

    def __str__(self) -> str:
        """Return the line of the report."""
        tool = f"{self.check.name} {self.version}".strip()
        return f"{tool:34s} {self.status:13s} {self.check.done}{f': {self.text}' if self.text else ''}"


def checks_in(file: Path, module: str) -> list[Check]:
    """Return the checks of a file, read without importing it; none if it states no `PACKAGE`.

    Args:
        file: the source.
        module: its dotted name.
    """
    tree = ast.parse(file.read_text())
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "PACKAGE" not in constants:
        return []
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith(PREFIX)]
    return [
        Check(module, node.name, constants["PACKAGE"], (ast.get_docstring(node) or "").partition("\n")[0].rstrip("."))
        for node in functions
    ]


def all_checks() -> list[Check]:
    """Return the checks of all modules beside this one, by name."""
    package = __package__ or "examples.check_integrations"
    return [check for file in sorted(FOLDER.glob("*.py")) for check in checks_in(file, f"{package}.{file.stem}")]


def run_check(check: Check, *, timeout_s: float = TIMEOUT_S) -> Outcome:
    """Run a check in a new process and an empty folder.

    Args:
        check: the check.
        timeout_s: seconds after which it counts as failed.
    """
    try:
        installed = version(check.package)
    except PackageNotFoundError:
        return Outcome(check, MISSING)
    command = [sys.executable, "-c", f"from {__name__} import main; main()", check.module, check.function]
    paths = [str(FOLDER.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "NO_ALBUMENTATIONS_UPDATE": "1"}
    with tempfile.TemporaryDirectory(prefix="check_integrations_") as folder:
        try:
            run = subprocess.run(  # noqa: S603  our own modules
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            return Outcome(check, FAILED, installed, f"still running after {timeout_s:g} s")
    output = run.stdout + run.stderr
    if run.returncode == 0:
        results = [line.removeprefix(RESULT) for line in run.stdout.splitlines() if line.startswith(RESULT)]
        return Outcome(check, OK, installed, results[-1], output)
    lines = [line.strip() for line in run.stderr.splitlines() if line.strip()]
    reason = (
        f"ended by signal {-run.returncode}" if run.returncode < 0 else [*lines, "no message"][max(0, len(lines) - 1)]
    )
    return Outcome(check, FAILED, installed, reason, output)


def main() -> None:
    """Run the check that the command line names, in this process and folder."""
    module, function = sys.argv[1:]
    text = getattr(importlib.import_module(module), function)(Path.cwd())
    print(f"{RESULT}{text}", flush=True)
