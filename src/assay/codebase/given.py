"""Values that tests give: to parameters by name, for other calls; to constructors, for objects that no test asks."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping

from assay.change.syntax import last_name
from assay.values.lab import Source

VALUES_OF_A_NAME = 8
CONSTRUCTIONS = 8
LONGEST_VALUE, LONGEST_MADE = 200, 1000
MADE = 12
"""So many ways of making an object of one class."""


def values_and_objects(
    tests: Iterable[str],
    source: Source,
    names: Collection[str],
    positional: Mapping[str, tuple[str, ...]],
    classes: Collection[str],
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Literals that the tests give to each of `names`, and how they make objects of each of `classes`, as source text.

    Values are those given by keyword in any call, or by position: `positional` has the parameters of functions whose
    calls are read so, by the last part of their name. An object is `(maker, arguments, keywords)`; the maker is empty
    where the class itself is called, else the name of what is called of it (`Url.parse("a")`).
    """
    values: dict[str, dict[str, None]] = {name: {} for name in names}
    objects: dict[str, dict[str, None]] = {name: {} for name in classes}
    for path in tests:
        for call in _calls_in(source.text("base", path) or ""):
            _note_values(call, positional, values)
            _note_object(call, objects)
    return (
        {name: tuple(some) for name, some in values.items() if some},
        {name: tuple(made) for name, made in objects.items() if made},
    )


def _note_values(
    call: ast.Call, positional: Mapping[str, tuple[str, ...]], found: Mapping[str, dict[str, None]]
) -> None:
    for name, value in _given_in(call, positional):
        if name in found and len(found[name]) < VALUES_OF_A_NAME:
            literal = _literal(value)
            if literal:
                found[name][literal] = None


def constructions(tests: Iterable[str], source: Source, name: str) -> tuple[str, ...]:
    """`(arguments, keywords)` as source text of the calls of a class by this name that the tests make with literals."""
    found: dict[str, None] = {}
    for path in tests:
        text = source.text("base", path) or ""
        for call in _calls_in(text) if name in text else ():
            literal = _literal(_given_to(call)) if last_name(call.func) == name else ""
            if literal:
                found[literal] = None
    return tuple(found)[:CONSTRUCTIONS]


def _note_object(call: ast.Call, found: Mapping[str, dict[str, None]]) -> None:
    owner, maker = _maker(call.func, found)
    if owner and len(found[owner]) < MADE and (call.args or call.keywords):
        literal = _literal(_given_to(call, ast.Constant(maker)), LONGEST_MADE)
        if literal:
            found[owner][literal] = None


def _maker(function: ast.expr, names: Collection[str]) -> tuple[str, str]:
    """The class, and the name of what is called of it, where it is not called itself; empty where it is none."""
    name = last_name(function)
    if name in names:
        return name, ""
    owner = last_name(function.value) if isinstance(function, ast.Attribute) else ""
    return (owner, name) if owner in names else ("", "")


def _given_to(call: ast.Call, *before: ast.expr) -> ast.Tuple:
    """`(*before, arguments, keywords)` of a call."""
    keys: list[ast.expr | None] = [ast.Constant(k.arg) if k.arg else None for k in call.keywords]
    keywords = ast.Dict(keys=keys, values=[k.value for k in call.keywords])
    return ast.Tuple(elts=[*before, ast.Tuple(elts=call.args, ctx=ast.Load()), keywords], ctx=ast.Load())


def _given_in(call: ast.Call, positional: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ast.expr]]:
    plain = [] if any(isinstance(a, ast.Starred) for a in call.args) else call.args
    yield from zip(positional.get(last_name(call.func), ()), plain, strict=False)
    yield from ((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None)


def _calls_in(text: str) -> Iterator[ast.Call]:
    """The calls of a file, with names that stand for one literal replaced by it where they are arguments."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    todo: list[tuple[ast.AST, Mapping[str, ast.expr]]] = [(tree, _named(tree))]
    while todo:
        node, known = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            known = {**known, **_named(node)}
        elif isinstance(node, ast.Call):
            yield _filled(node, known)
        todo += [(child, known) for child in reversed(list(ast.iter_child_nodes(node)))]


def _named(scope: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> Mapping[str, ast.expr]:
    """Names that a body gives one literal and nothing else."""
    found: dict[str, list[ast.expr]] = {}
    for statement in scope.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(statement.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1 and _is_written_out(values[0])}


def _is_written_out(value: ast.expr) -> bool:
    return isinstance(value, (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.UnaryOp))


def _filled(call: ast.Call, known: Mapping[str, ast.expr]) -> ast.Call:
    def filled(value: ast.expr) -> ast.expr:
        return known.get(value.id, value) if isinstance(value, ast.Name) else value

    keywords = [ast.keyword(arg=k.arg, value=filled(k.value)) for k in call.keywords]
    return ast.Call(func=call.func, args=[filled(value) for value in call.args], keywords=keywords)


def _literal(value: ast.expr, longest: int = LONGEST_VALUE) -> str:
    """The expression as source, if it is a literal; a set as it stands there, in the same order each time."""
    try:
        ast.literal_eval(value)
        literal = ast.unparse(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ""
    return literal if len(literal) <= longest else ""
