"""Values that tests give: to parameters by name, for other calls; to constructors, for objects that no test asks."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping

from assay.change.syntax import last_name
from assay.values.lab import Source

VALUES_OF_A_NAME = 8
CONSTRUCTIONS = 8
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


def constructions(tests: Iterable[str], source: Source, name: str) -> tuple[str, ...]:
    """`(arguments, keywords)` as source text of the calls of a class by this name that the tests make with literals."""
    found: dict[str, None] = {}
    for path in tests:
        text = source.text("base", path) or ""
        for call in _calls_in(text) if name in text else ():
            keys: list[ast.expr | None] = [ast.Constant(k.arg) if k.arg else None for k in call.keywords]
            keywords = ast.Dict(keys=keys, values=[k.value for k in call.keywords])
            arguments = ast.Tuple(elts=call.args, ctx=ast.Load())
            given = ast.Tuple(elts=[arguments, keywords], ctx=ast.Load())
            literal = _literal(given) if last_name(call.func) == name else ""
            if literal:
                found[literal] = None
    return tuple(found)[:CONSTRUCTIONS]


def _given_in(text: str, positional: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ast.expr]]:
    for node in _calls_in(text):
        plain = [] if any(isinstance(a, ast.Starred) for a in node.args) else node.args
        yield from zip(positional.get(last_name(node.func), ()), plain, strict=False)
        yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg is not None)


def _calls_in(text: str) -> Iterator[ast.Call]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _literal(value: ast.expr) -> str:
    try:
        literal = repr(ast.literal_eval(value))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ""
    return literal if len(literal) <= LONGEST_VALUE else ""
