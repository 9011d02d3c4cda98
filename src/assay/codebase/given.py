"""Values that tests give to parameters by name: what may be given to the same name in another call."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping

from assay.change.syntax import last_name
from assay.values.lab import Source

VALUES_OF_A_NAME = 8
LONGEST_VALUE = 200


def values_given(
    tests: Iterable[str], source: Source, names: Collection[str], positional: Mapping[str, tuple[str, ...]]
) -> Mapping[str, tuple[str, ...]]:
    """Literals, as source text, that the tests give to each of `names`: by keyword in any call, or by position.

    `positional` has the parameters of functions whose calls are read by position, by the last part of their name.
    """
    found: dict[str, dict[str, None]] = {name: {} for name in names}
    for path in tests:
        for name, value in _given_in(source.text("base", path) or "", positional):
            if name in found and len(found[name]) < VALUES_OF_A_NAME:
                literal = _literal(value)
                if literal:
                    found[name][literal] = None
    return {name: tuple(values) for name, values in found.items() if values}


def _given_in(text: str, positional: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ast.expr]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            plain = [] if any(isinstance(a, ast.Starred) for a in node.args) else node.args
            yield from zip(positional.get(last_name(node.func), ()), plain, strict=False)
            yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg is not None)


def _literal(value: ast.expr) -> str:
    try:
        literal = repr(ast.literal_eval(value))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ""
    return literal if len(literal) <= LONGEST_VALUE else ""
