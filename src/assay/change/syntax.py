"""A file of Python as functions and scopes."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
PARSED_FILES = 96
"""So many parsed files are kept; a large one takes some megabytes."""
Definition: TypeAlias = FunctionNode | ast.ClassDef


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or method where it is defined."""

    qualname: str
    ordinal: int
    """1 for the first definition of this qualified name in its file, 2 for the second."""
    node: FunctionNode
    owner: str
    """Qualified name of the class or function around it, "" at the top."""
    in_class: bool
    """Does it stand directly in the body of a class?"""

    @property
    def first_line(self) -> int:
        """Line of the first decorator, or of `def`; equals `co_firstlineno`."""
        return min([self.node.lineno, *(d.lineno for d in self.node.decorator_list)])

    @property
    def last_line(self) -> int:
        """Line on which it ends."""
        return self.node.end_lineno or self.node.lineno

    @property
    def is_overload(self) -> bool:
        """Is it a signature for type checkers, replaced by the definition that follows?"""
        return any(last_name(d) == "overload" for d in self.node.decorator_list)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The body of a module or of a class that is reachable by name."""

    qualname: str
    """"" for the module."""
    node: ast.Module | ast.ClassDef

    @property
    def statements(self) -> Iterator[ast.stmt]:
        """What is executed when the scope is; functions and classes are scopes of their own."""
        return (s for s in self.node.body if not isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)))


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A parsed file."""

    path: str
    name: str
    """Dotted name, "" where it has none."""
    text: str
    lines: tuple[str, ...]
    tree: ast.Module
    functions: tuple[Function, ...]
    scopes: Mapping[str, Scope]
    """Module and classes by qualified name; a later class of the same name replaces an earlier one, as at run time."""

    @property
    def is_package(self) -> bool:
        """Is it an `__init__.py`?"""
        return self.path.endswith("__init__.py")

    def source(self, node: Function | ast.ClassDef) -> tuple[str, ...]:
        """The lines of a definition, decorators included."""
        if isinstance(node, Function):
            return self.lines[node.first_line - 1 : node.last_line]
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        return self.lines[first - 1 : node.end_lineno]

    def functions_mentioning(self, *words: str) -> list[Function]:
        """Functions in whose lines one of the words stands, whatever it is there."""
        found = [n for n, line in enumerate(self.lines, 1) if any(word in line for word in words)]
        return [f for f in self.functions if bisect_left(found, f.first_line) < bisect_right(found, f.last_line)]


@lru_cache(maxsize=PARSED_FILES)
def parse(path: str, name: str, text: str) -> Module | SyntaxError:
    """The parsed file, or why it cannot be parsed. The last files are remembered: most are the same on both sides."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxError(str(error) or type(error).__name__)
    functions: list[Function] = []
    scopes: dict[str, Scope] = {"": Scope("", tree)}
    _collect(tree.body, "", "", functions, scopes, in_class=False, reachable=True)
    seen: Counter[str] = Counter()
    numbered: list[Function] = []
    for function in sorted(functions, key=lambda f: f.node.lineno):
        seen[function.qualname] += 1
        numbered.append(
            Function(function.qualname, seen[function.qualname], function.node, function.owner, function.in_class)
        )
    return Module(path, name, text, tuple(text.split("\n")), tree, tuple(numbered), scopes)


def blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of statements directly inside a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def last_name(node: ast.expr) -> str:
    """`overload` of `typing.overload`, `command` of `app.command()`, "" where there is no name."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of attributes, "" of anything else; subscripts and calls are looked through."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Name):
            return ".".join([node.id, *reversed(parts)])
        else:
            return ""


def _collect(
    body: Iterable[ast.stmt],
    prefix: str,
    owner: str,
    functions: list[Function],
    scopes: dict[str, Scope],
    *,
    in_class: bool,
    reachable: bool,
) -> None:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = prefix + node.name
            functions.append(Function(name, 1, node, owner, in_class))
            inner = f"{name}.<locals>."
            _collect(node.body, inner, name, functions, scopes, in_class=False, reachable=False)
        elif isinstance(node, ast.ClassDef):
            name = prefix + node.name
            if reachable:
                scopes[name] = Scope(name, node)
            _collect(node.body, f"{name}.", name, functions, scopes, in_class=True, reachable=reachable)
        else:
            for block in blocks(node):
                _collect(block, prefix, owner, functions, scopes, in_class=in_class, reachable=reachable)
