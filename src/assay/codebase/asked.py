"""What a function shows of the values that it expects: kinds that it asks about, and branches written for some.

Somebody who writes `isinstance(amount, Decimal)`, or a branch for the empty list, expects that such a value may come.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from assay.change.reads import own_nodes
from assay.change.syntax import FunctionNode, last_name

_NUMBERS = frozenset({"int", "float", "decimal", "fraction"})
_KINDS: Mapping[str, frozenset[str]] = {
    "str": frozenset({"text"}),
    "text_type": frozenset({"text"}),
    "string_types": frozenset({"text"}),
    "basestring": frozenset({"text"}),
    "bytes": frozenset({"bytes"}),
    "bytearray": frozenset({"bytearray"}),
    "binary_type": frozenset({"bytes"}),
    "bool": frozenset({"bool"}),
    "int": frozenset({"int"}),
    "integer_types": frozenset({"int"}),
    "Integral": frozenset({"int"}),
    "float": frozenset({"float"}),
    "Real": _NUMBERS,
    "Number": _NUMBERS,
    "Decimal": frozenset({"decimal"}),
    "Fraction": frozenset({"fraction"}),
    "list": frozenset({"list"}),
    "tuple": frozenset({"tuple"}),
    "Sequence": frozenset({"list", "tuple"}),
    "MutableSequence": frozenset({"list"}),
    "dict": frozenset({"dict"}),
    "OrderedDict": frozenset({"ordered mapping"}),
    "Mapping": frozenset({"dict", "ordered mapping", "mapping"}),
    "MutableMapping": frozenset({"dict", "ordered mapping"}),
    "set": frozenset({"set"}),
    "frozenset": frozenset({"set"}),
    "Set": frozenset({"set"}),
    "Iterable": frozenset({"list", "tuple", "iterator", "set"}),
    "Collection": frozenset({"list", "tuple", "set"}),
    "Iterator": frozenset({"iterator"}),
    "Generator": frozenset({"iterator"}),
    "GeneratorType": frozenset({"iterator"}),
    "Path": frozenset({"path"}),
    "PurePath": frozenset({"path"}),
    "PathLike": frozenset({"path"}),
    "datetime": frozenset({"naive datetime", "aware datetime"}),
    "date": frozenset({"date"}),
    "timedelta": frozenset({"duration"}),
    "type": frozenset({"class"}),
    "Enum": frozenset({"enum"}),
    "Flag": frozenset({"enum"}),
}
"""Names of types, as they stand in a question, with the kinds of value that answer it."""


def asked_of(node: FunctionNode) -> Mapping[str, frozenset[str]]:
    """Kinds that a function asks about, by the name that it asks; by "" for everything that is no name.

    Asked means `isinstance(value, type)`, `type(value) is type` and comparisons with None.
    """
    found: dict[str, frozenset[str]] = {}
    for subject, kinds in _questions(node):
        name = subject.id if isinstance(subject, ast.Name) else ""
        found[name] = found.get(name, frozenset()) | kinds
    return found


def no_longer_asked(base: FunctionNode, head: FunctionNode) -> frozenset[str]:
    """Kinds that base asks some value about which head asks nothing about that kind any more."""
    asked = {(ast.unparse(subject), kind) for subject, kinds in _questions(head) for kind in kinds}
    return frozenset(
        kind for subject, kinds in _questions(base) for kind in kinds if (ast.unparse(subject), kind) not in asked
    )


def own_types_dropped(base: FunctionNode, head: FunctionNode) -> tuple[str, ...]:
    """Names of values whose own type base goes by (`type(self)(...)`, `cls(...)`) more often than head does.

    Who writes that has classes in mind that derive from this one.
    """
    ours, theirs = (Counter(_own_types(node)) for node in (base, head))
    return tuple(name for name, count in ours.items() if count > theirs[name])


def _own_types(node: FunctionNode) -> Iterator[str]:
    parameters = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    is_of_class = any(last_name(decorator) == "classmethod" for decorator in node.decorator_list)
    for found in own_nodes(node):
        match found:
            case ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=name)]):
                yield name
            case ast.Attribute(value=ast.Name(id=name), attr="__class__"):
                yield name
            case ast.Name(id=name) if is_of_class and parameters[:1] == [name]:
                yield name
            case _:
                pass


def no_longer_compared(base: FunctionNode, head: FunctionNode) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """`(those that head dropped, the others)` of the constants that base compares a name with, by that name.

    The name is that of a variable, an attribute or a key; constants are literals. Names of which head drops none are
    left out.
    """
    ours, theirs = _compared(base), _compared(head)
    found = {}
    for name, constants in ours.items():
        dropped = tuple(c for c in constants if c not in theirs.get(name, ()))
        if dropped:
            found[name] = (dropped, tuple(c for c in constants if c not in dropped))
    return found


def _compared(node: FunctionNode) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for part in own_nodes(node):
        if isinstance(part, ast.Compare) and len(part.ops) == 1:
            left, right = part.left, part.comparators[0]
            if isinstance(part.ops[0], (ast.In, ast.NotIn)):
                values = right.elts if isinstance(right, (ast.Tuple, ast.List, ast.Set)) else []
            elif isinstance(part.ops[0], (ast.Eq, ast.NotEq)):
                left, right = (right, left) if isinstance(left, ast.Constant) else (left, right)
                values = [right]
            else:
                continue
            name = _name_of(left)
            for value in values:
                if name and isinstance(value, ast.Constant) and isinstance(value.value, (str, int, float, bytes)):
                    found.setdefault(name, {})[repr(value.value)] = None
    return {name: tuple(constants) for name, constants in found.items()}


def _name_of(subject: ast.expr) -> str:
    match subject:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
            return name
        case _:
            return ""


def branch_lines(node: FunctionNode, lines: Collection[int]) -> frozenset[int]:
    """Lines of the branches (of `if`, `except` and `case`) of which every statement stands on one of `lines`."""
    found: set[int] = set()
    for part in own_nodes(node):
        bodies: list[list[ast.stmt]] = []
        if isinstance(part, ast.If):
            bodies = [part.body, part.orelse]
        elif isinstance(part, (ast.ExceptHandler, ast.match_case)):
            bodies = [part.body]
        for body in bodies:
            own = {n.lineno for statement in body for n in ast.walk(statement) if isinstance(n, ast.stmt)}
            if own and own.issubset(lines):
                found |= own
    return frozenset(found)


def _questions(node: FunctionNode) -> Iterator[tuple[ast.expr, frozenset[str]]]:
    for found in own_nodes(node):
        match found:
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, types]):
                yield subject, _kinds_named(types)
            case ast.Compare(
                left=ast.Call(func=ast.Name(id="type"), args=[subject]),
                ops=[ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn()],
                comparators=[types],
            ):
                yield subject, _kinds_named(types)
            case ast.Compare(
                left=subject,
                ops=[ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq()],
                comparators=[ast.Constant(value=None)],
            ):
                yield subject, frozenset({"none"})
            case _:
                pass


def _kinds_named(types: ast.expr) -> frozenset[str]:
    if isinstance(types, (ast.Tuple, ast.List, ast.Set)):
        return frozenset().union(*(_kinds_named(item) for item in types.elts))
    if isinstance(types, ast.BinOp) and isinstance(types.op, (ast.BitOr, ast.Add)):
        return _kinds_named(types.left) | _kinds_named(types.right)
    if isinstance(types, ast.Constant) and types.value is None:
        return frozenset({"none"})
    if isinstance(types, ast.Call) and isinstance(types.func, ast.Name) and types.func.id == "type":
        is_none = len(types.args) == 1 and isinstance(types.args[0], ast.Constant) and types.args[0].value is None
        return frozenset({"none"}) if is_none else frozenset()
    return _KINDS.get(last_name(types), frozenset())
