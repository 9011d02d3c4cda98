"""Calls inside predicates: words of the language, methods of plain values, small functions of the module."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from assay.change.syntax import dotted
from assay.evidence.conditions import words
from assay.evidence.conditions.language import (
    ACCIDENTS,
    NotInLanguageError,
    Reader,
    Run,
    Scope,
    Step,
    iterate,
)
from assay.evidence.conditions.things import Thing, UndefinedError

LONGEST_SEARCHED = 400
_SEARCHES: Mapping[str, str] = {"re.search": "search", "re.match": "match", "re.fullmatch": "fullmatch"}


def read_call(reader: Reader, scope: Scope, node: ast.Call) -> Step:
    """The step of a call."""
    name = dotted(node.func)
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        raise NotInLanguageError(ast.unparse(node))
    special = _SPECIAL.get(name)
    if special is not None:
        return special(reader, node)
    if name in _SEARCHES:
        return _search(reader, node, _SEARCHES[name])
    if isinstance(node.func, ast.Name) and (function := scope.function(name)) is not None and not node.keywords:
        given = [reader.read(argument) for argument in node.args]
        return lambda run: function(run, [part(run) for part in given])
    given = [reader.read(argument) for argument in node.args]
    named = {str(k.arg): reader.read(k.value) for k in node.keywords}
    word = words.FUNCTIONS.get(name)
    if word is not None:
        return lambda run: _ready(
            word(*(part(run) for part in given), **{key: part(run) for key, part in named.items()})
        )
    if isinstance(node.func, ast.Attribute):
        holder, what = reader.read(node.func.value), node.func.attr
        return lambda run: words.method(holder(run), what)(
            *(part(run) for part in given), **{key: part(run) for key, part in named.items()}
        )
    raise NotInLanguageError(ast.unparse(node))


def _ready(value: object) -> object:
    """Lazy results as lists, so that nothing is used up by looking at it."""
    return list(value) if isinstance(value, (zip, enumerate, reversed)) else value


def _isinstance(reader: Reader, node: ast.Call) -> Step:
    if len(node.args) != 2:
        raise NotInLanguageError(ast.unparse(node))
    value, classes = reader.read(node.args[0]), class_names(node.args[1])
    if not classes:
        raise NotInLanguageError(ast.unparse(node))

    def step(run: Run) -> object:
        given, unsure = value(run), None
        for name in classes:
            try:
                if words.is_instance(given, name):
                    return True
            except UndefinedError as error:
                unsure = error
        if unsure is not None:
            raise unsure
        return False

    return step


def class_names(node: ast.expr) -> list[str]:
    """Bare names of the classes that `isinstance` is asked about; none where they are not written out."""
    if isinstance(node, ast.Tuple):
        return [name for part in node.elts for name in class_names(part)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return class_names(node.left) + class_names(node.right)
    name = dotted(node)
    return [name.rpartition(".")[2]] if name else []


def _quantified(reader: Reader, node: ast.Call) -> Step:
    """`any` and `all`, which stop as soon as they know."""
    if len(node.args) != 1:
        raise NotInLanguageError(ast.unparse(node))
    stop = dotted(node.func) == "any"
    items = reader.read(node.args[0])

    def step(run: Run) -> object:
        return any(words.truth(i) == stop for i in iterate(items(run))) == stop

    return step


def _raises(reader: Reader, node: ast.Call) -> Step:
    """`raises(int(text))`: would computing this raise? A word of ours, for what stands inside `try`."""
    if len(node.args) != 1:
        raise NotInLanguageError(ast.unparse(node))
    inner = reader.read(node.args[0])

    def step(run: Run) -> object:
        try:
            inner(run)
        except UndefinedError:
            raise
        except ACCIDENTS:
            return True
        return False

    return step


def _getattr(reader: Reader, node: ast.Call) -> Step:
    if not 2 <= len(node.args) <= 3 or not isinstance(node.args[1], ast.Constant):
        raise NotInLanguageError(ast.unparse(node))
    value, name = reader.read(node.args[0]), str(node.args[1].value)
    default = reader.read(node.args[2]) if len(node.args) == 3 else None

    def step(run: Run) -> object:
        given = value(run)
        if default is not None and not isinstance(given, Thing) and not hasattr(given, name):
            return default(run)
        return words.attribute(given, name)

    return step


def _hasattr(reader: Reader, node: ast.Call) -> Step:
    if len(node.args) != 2 or not isinstance(node.args[1], ast.Constant):
        raise NotInLanguageError(ast.unparse(node))
    value, name = reader.read(node.args[0]), str(node.args[1].value)

    def step(run: Run) -> object:
        given = value(run)
        if isinstance(given, Thing):
            words.attribute(given, name)
            return True
        return hasattr(given, name)

    return step


def _type(reader: Reader, node: ast.Call) -> Step:
    if len(node.args) != 1:
        raise NotInLanguageError(ast.unparse(node))
    value = reader.read(node.args[0])

    def step(run: Run) -> object:
        given = value(run)
        name = given.kind if isinstance(given, Thing) else type(given).__name__
        return Thing("type", {"__name__": name}, family="class", name=name)

    return step


def is_tame(pattern: str) -> bool:
    """Is a regular expression so simple that its time grows slowly with the text?"""
    nested = re.search(r"[*+}]\??\)[*+{]", pattern)
    return not nested and len(re.findall(r"(?<!\\)[*+]|\{\d*,\d*\}", pattern)) <= 4 and "(?P=" not in pattern


def _search(reader: Reader, node: ast.Call, how: str) -> Step:
    """A regular expression that is written out and tame, on a text that is not long."""
    first = node.args[0] if node.args else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or len(node.args) not in (2, 3):
        raise NotInLanguageError(ast.unparse(node))
    ignore = len(node.args) == 3 and ast.unparse(node.args[2]) in ("re.I", "re.IGNORECASE")
    if (len(node.args) == 3 and not ignore) or not is_tame(first.value):
        raise NotInLanguageError(ast.unparse(node))
    try:
        find = getattr(re.compile(first.value, re.IGNORECASE if ignore else 0), how)
    except (re.error, OverflowError, RecursionError) as error:
        raise NotInLanguageError(ast.unparse(node)) from error
    text = reader.read(node.args[1])

    def step(run: Run) -> object:
        given = words.plain(text(run))
        if not isinstance(given, str) or len(given) > LONGEST_SEARCHED:
            raise UndefinedError("too long to search")
        return True if find(given) else None

    return step


_SPECIAL = {
    "isinstance": _isinstance,
    "any": _quantified,
    "all": _quantified,
    "raises": _raises,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "type": _type,
}
