"""Skip the tests of the heads without torch, which is optional."""

import importlib.util

collect_ignore_glob = [] if importlib.util.find_spec("torch") else ["test_*.py"]


def pytest_report_header() -> str:
    """Report that they are skipped."""
    return "tests/heads: left out, torch is not installed" if collect_ignore_glob else "tests/heads: with torch"
