"""The newest commits of a repository that change exactly one function, and nothing else that runs."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
ASIDE = frozenset(
    {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "extras"}
)
REST = ""


@dataclass(frozen=True, slots=True)
class OneFunction:
    """A commit and the function that it changes."""

    commit: str
    function: str


def newest(repository: Path, wanted: int) -> list[OneFunction]:
    """The `wanted` newest commits without a second parent that change exactly one function."""
    return list(islice(found(repository), wanted))


def found(repository: Path) -> Iterator[OneFunction]:
    """Every such commit, newest first."""
    for line in read(repository, "rev-list", "--no-merges", "--min-parents=1", "HEAD", "--", "*.py").splitlines():
        function = only_function(repository, line)
        if function is not None:
            yield OneFunction(line, function)


def only_function(repository: Path, commit: str) -> str | None:
    """The one function that `commit` changes outside tests and documents, or None when that is not all it does."""
    names = read(
        repository, "diff-tree", "--no-commit-id", "--no-renames", "-r", "--name-status", f"{commit}~1", commit
    )
    entries = [line.split("\t", 1) for line in names.splitlines()]
    code = [(status, path) for status, path in entries if path.endswith(".py") and not is_aside(path)]
    if len(code) != 1 or code[0][0] != "M":
        return None
    path = code[0][1]
    try:
        base, head = (
            functions(ast.parse(read(repository, "show", f"{side}:{path}"))) for side in (f"{commit}~1", commit)
        )
    except (SyntaxError, UnicodeDecodeError):
        return None
    changed = [name for name in base.keys() | head.keys() if base.get(name) != head.get(name)]
    if len(changed) != 1 or changed[0] == REST or changed[0] not in base.keys() & head.keys():
        return None
    return f"{path}:{changed[0].removesuffix('#1')}"


def attempted_again(text: str, function: str) -> str:
    """The module with one more statement at the beginning of `function`; as it is where that stands on one line."""
    scope: ast.AST = ast.parse(text)
    for name in function.split("."):
        inner = (node for node in ast.walk(scope) if isinstance(node, Function | ast.ClassDef))
        scope = next(node for node in inner if node.name == name)
    assert isinstance(scope, Function)
    body = scope.body[1:] if ast.get_docstring(scope) is not None else scope.body
    if not body or body[0].lineno == scope.lineno:
        return text
    first = min([body[0].lineno, *(node.lineno for node in getattr(body[0], "decorator_list", ()))])
    lines = text.splitlines(keepends=True)
    lines.insert(first - 1, " " * body[0].col_offset + "one_more = 1\n")
    return "".join(lines)


def is_aside(path: str) -> bool:
    """Is this a test, a document or a build file?"""
    name = PurePosixPath(path)
    return bool(ASIDE & set(name.parts)) or name.name.startswith("test_") or name.name in ("setup.py", "conftest.py")


def functions(module: ast.Module) -> dict[str, str]:
    """Every function by qualified name, without the functions inside it, and under `REST` all that is in none.

    Docstrings and the annotations of parameters are left out: whoever changes only them changes no function.
    """
    table: dict[str, str] = {}

    def strip(body: list[ast.stmt], prefix: str) -> None:
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = ""
        for number, statement in enumerate(body):
            if isinstance(statement, Function):
                strip(statement.body, f"{prefix}{statement.name}.")
                table[unused(table, prefix + statement.name)] = ast.dump(without_annotations(statement))
                body[number] = ast.Expr(ast.Constant(statement.name))
            elif isinstance(statement, ast.ClassDef):
                strip(statement.body, f"{prefix}{statement.name}.")

    strip(module.body, "")
    return {**table, REST: ast.dump(module)}


def without_annotations(function: Function) -> Function:
    """`function` itself, its parameters and its result without their types."""
    function.returns = None
    for node in ast.walk(function.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    return function


def unused(table: dict[str, str], name: str) -> str:
    """`name`, with a number when a property's setter or an overload has it already."""
    number = 1
    while f"{name}#{number}" in table:
        number += 1
    return f"{name}#{number}"


def read(repository: Path, *arguments: str) -> str:
    """What git answers in `repository`."""
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=True)
    return done.stdout.decode()
