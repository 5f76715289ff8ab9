"""The heads need torch, which the base install does without."""

import importlib.util

collect_ignore_glob = [] if importlib.util.find_spec("torch") else ["test_*.py"]


def pytest_report_header() -> str:
    """Say so where they are left out."""
    return "tests/heads: left out, torch is not installed" if collect_ignore_glob else "tests/heads: with torch"
