"""Texts at head that still name by its path what the change removed: entry points, strings, documents.

Code that uses it is found by the interpreter and the type checker. A path in a text (`shop.store:load`) is read by
neither, and is held against the definitions of both sides.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.values.change import Change
from assay.values.lab import Source
from assay.values.reality import Denial

TEXTS = (".py", ".pyi", ".md", ".rst", ".txt", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".json", ".html")
LONGEST = 500_000
MOST = 20
_HISTORY = re.compile(r"(^|/)(change|history|news|release|whatsnew|migrat|upgrad|\.)", re.IGNORECASE)
_TOLD = re.compile(r"remov|renam|deprecat|former|used to|no longer|instead|moved|replac", re.IGNORECASE)
_ENTRY_POINTS = re.compile(r"(^|/)(pyproject\.toml|setup\.cfg|setup\.py)$")


@dataclass(frozen=True, slots=True)
class _Names:
    """What a module binds: names, and the methods of classes that inherit from nothing."""

    bound: frozenset[str]
    defined: frozenset[str]
    heirs: frozenset[str] = frozenset()
    """Classes whose methods may come from elsewhere."""
    is_open: bool = False


def references_to_gone(change: Change, source: Source, roots: Sequence[str]) -> tuple[Denial, ...]:
    """Each place at head that names what is gone, at most twenty."""
    gone = _gone(change, source, roots)
    if not gone:
        return ()
    path = re.compile("|".join(rf"(?<![\w./-]){re.escape(m)}[.:]{re.escape(n)}(?![\w(])" for m, n in sorted(gone)))
    found: list[Denial] = []
    for file in source.paths("head"):
        if not file.endswith(TEXTS) or _HISTORY.search(file):
            continue
        text = source.text("head", file) or ""
        if len(text) <= LONGEST and path.search(text):
            found.extend(_in_file(file, text, path, gone))
    return tuple(found[:MOST])


def _gone(change: Change, source: Source, roots: Sequence[str]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """`(module, name)` of what the change removed, with the new names of the module that are most like it."""
    found = {}
    for pair in change.files:
        if pair.base_path is None or not pair.base_path.endswith(".py"):
            continue
        base = _names_of(source.text("base", pair.base_path))
        module = _module_at(pair.base_path, roots)
        stays = pair.base_path in set(source.paths("head")) or _is_package(pair.base_path, source)
        head = (
            _names_of(source.text("head", pair.base_path)) if stays else _Names(frozenset(), frozenset(), is_open=False)
        )
        if base is None or head is None or head.is_open or "." not in module:
            continue
        for name in base.defined - head.bound:
            if name.partition(".")[0] in head.heirs:
                continue
            new = sorted(head.bound - base.bound)
            found[module, name] = tuple(difflib.get_close_matches(name, new, n=2, cutoff=0.5))
    return found


def _is_package(path: str, source: Source) -> bool:
    """Did the module become a package of its name?"""
    return f"{path.removesuffix('.py')}/__init__.py" in set(source.paths("head"))


def _module_at(path: str, roots: Sequence[str]) -> str:
    """The dotted name of the module in this file."""
    for root in sorted(filter(None, roots), key=len, reverse=True):
        path = path.removeprefix(f"{root}/")
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _names_of(text: str | None) -> _Names | None:
    """What the module binds, or None where it is not there or cannot be read."""
    try:
        tree = ast.parse(text) if text is not None else None
    except (SyntaxError, ValueError, RecursionError):
        tree = None
    if tree is None:
        return None
    bound, defined, heirs, is_open = set(), set(), set(), False
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            bound |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            is_open = is_open or any(alias.name == "*" for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("globals", "setattr", "lazy_import"):
            is_open = True
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
            if isinstance(node, ast.ClassDef) and (node.bases or node.keywords or node.decorator_list):
                heirs.add(node.name)
            elif isinstance(node, ast.ClassDef):
                defined |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    # What stands under a condition is bound as well.
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)} | defined
    return _Names(frozenset(bound), frozenset(defined), frozenset(heirs), is_open or "__getattr__" in bound)


def _in_file(
    file: str, text: str, path: re.Pattern[str], gone: Mapping[tuple[str, str], tuple[str, ...]]
) -> Iterator[Denial]:
    lines = text.splitlines()
    spoken = _lines_of_strings(text) if file.endswith((".py", ".pyi")) else None
    for number, line in enumerate(lines, 1):
        around = " ".join(lines[max(0, number - 2) : number + 1])
        if (spoken is not None and number not in spoken) or _TOLD.search(around):
            continue
        for match in path.finditer(line):
            module, name = next(one for one in gone if match[0] in (f"{one[0]}.{one[1]}", f"{one[0]}:{one[1]}"))
            is_entry = _ENTRY_POINTS.search(file) is not None and ":" in match[0]
            yield Denial(
                path=file,
                line=number,
                kind="names-what-is-gone",
                name=match[0],
                text=f"{file} names {match[0]}, and the change removed {name} from {module}",
                certainty="static" if is_entry else "suspect",
                installed="the project at head",
                nearest=gone[module, name],
            )


def _lines_of_strings(text: str) -> frozenset[int]:
    """Lines that strings of a Python file stand on."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    strings = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return frozenset(line for n in strings for line in range(n.lineno, (n.end_lineno or n.lineno) + 1))
