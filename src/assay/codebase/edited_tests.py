"""Which tests of a file head adds or edits, told by their source alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def edited_tests(base: str | None, head: str) -> tuple[str, ...] | None:
    """Tests that head adds or edits, as `Class::test`; None where it edits what other tests stand on too.

    New imports, helpers and constants touch no test that does not use them; an edited helper may touch any.
    """
    try:
        ours, theirs = ast.parse(base or "").body, ast.parse(head).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = list(_edited(ours, theirs, ""))
    return None if None in found else tuple(name for name in found if name is not None)


def _edited(base: Sequence[ast.stmt], head: Sequence[ast.stmt], around: str) -> Iterator[str | None]:
    """Names of tests; None for each other statement of base that head does not keep as it is."""
    kept = {ast.dump(node) for node in head}
    classes = {node.name: node for node in base if isinstance(node, ast.ClassDef)}
    known = {ast.dump(node) for node in base}
    for node in head:
        if ast.dump(node) in known:
            continue
        if isinstance(node, ast.ClassDef):
            own = classes.get(node.name)
            if own is not None and _frame(own) != _frame(node):
                yield None
            yield from _edited([] if own is None else own.body, node.body, f"{around}{node.name}::")
        elif isinstance(node, _Function) and _is_test(node):
            yield f"{around}{node.name}"
    names = {node.name for node in head if isinstance(node, ast.ClassDef)}
    for node in base:
        is_elsewhere = _is_test(node) or (isinstance(node, ast.ClassDef) and node.name in names)
        if not is_elsewhere and not isinstance(node, (ast.Import, ast.ImportFrom)) and ast.dump(node) not in kept:
            yield None


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, _Function) and node.name.startswith("test")


def _frame(node: ast.ClassDef) -> tuple[str, ...]:
    """What a class says beside its body."""
    return tuple(ast.dump(part) for part in (*node.bases, *node.keywords, *node.decorator_list))
