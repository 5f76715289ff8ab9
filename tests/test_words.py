"""Docstrings and comments are plain: no question words at the start, and the words of the field."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUESTION = re.compile(r"(What|How|Where|Which|Whether|Who)\b")
PRIVATE_WORD = re.compile(r"\b(pictures?|told)\b", re.IGNORECASE)


def docstrings(text: str) -> list[str]:
    """Return the docstrings of a module and of its classes and functions."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]


def comments(text: str) -> list[str]:
    """Return the comments of a module."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def faults(text: str) -> list[str]:
    """Return the first line of docstrings that open with a question word, and the private words in the prose."""
    prose = docstrings(text)
    found = [each.splitlines()[0] for each in prose if QUESTION.match(each)]
    if PRIVATE_WORD.search(text):
        found += PRIVATE_WORD.findall("\n".join([*prose, *comments(text)]))
    return found


@pytest.mark.parametrize("folder", ["defectsynth", "eval", "dml_heads", "examples", "tests"])
def test_docstrings_and_comments_are_plain(folder: str) -> None:
    found = {path.as_posix(): faults(path.read_text()) for path in sorted((ROOT / folder).rglob("*.py"))}
    assert not {path: words for path, words in found.items() if words}


def test_faults_are_found_in_docstrings_and_comments_only() -> None:
    assert faults('def f():\n    """How it works."""') == ["How it works."]
    assert faults("x = 1  # a picture") == ["picture"]
    assert not faults('picture = "told"')
