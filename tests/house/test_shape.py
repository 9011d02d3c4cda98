"""Files and functions stay small, and nothing is named after what it is not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON_FILES = sorted(
    path for folder in ("src", "tests", "sample") for path in (ROOT / folder).rglob("*.py") if "base" not in path.parts
)
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "model", "models", "misc"}


def lines_of(function: ast.AST) -> int:
    """Lines from `def` to the end, without decorators and without the docstring."""
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    documented = (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - documented


def test_there_is_something_to_judge() -> None:
    """A wrong path would make every rule below pass."""
    assert len(PYTHON_FILES) > 20


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_fits_in_a_head(path: Path) -> None:
    """At most 400 lines, no function beyond 60, and a name that says what is inside."""
    text = path.read_text(encoding="utf-8")
    too_long = [
        f"{node.name} has {lines_of(node)} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > 60
    ]
    assert len(text.splitlines()) <= 400
    assert not too_long
    assert path.stem not in FORBIDDEN_NAMES
    assert path.parent.name not in FORBIDDEN_NAMES
