"""Predicates: Python expressions that we read and carry out ourselves, on values written down by the probe.

Never evaluated by Python, so nothing of the target runs in Assay's process. Pure: no name is bound beyond its
comprehension, no method changes its object. Bounded: every step counts, and nothing large is made. Total: what cannot
be told is undefined, a third answer in which neither a predicate nor its negation holds.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from assay.evidence.conditions import words
from assay.evidence.conditions.things import Thing, UndefinedError

STEPS = 20_000
Values = Mapping[str, object]
Step = Callable[["Run"], object]
ACCIDENTS = (
    ArithmeticError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
    RuntimeError,
)
"""What carrying out a predicate may stumble over; the answer is then undefined."""


class NotInLanguageError(ValueError):
    """The expression uses something that predicates do not have."""


class Scope(Protocol):
    """What names mean that are no parameters: constants and small functions of the module."""

    def constant(self, name: str) -> Step | None:
        """How to compute the value of a constant of the module."""

    def function(self, name: str) -> Callable[[Run, list[object]], object] | None:
        """A function of the module, carried out by us."""


class Nothing:
    """The scope of an expression that stands alone."""

    def constant(self, _name: str) -> Step | None:
        """None."""
        return None

    def function(self, _name: str) -> Callable[[Run, list[object]], object] | None:
        """None."""
        return None


@dataclass(slots=True)
class Run:
    """One evaluation: the values at hand and how many steps are left."""

    values: dict[str, object]
    left: int = STEPS

    def tick(self) -> None:
        """Count a step."""
        self.left -= 1
        if self.left < 0:
            raise UndefinedError("too many steps")


@dataclass(frozen=True, slots=True, eq=False)
class Predicate:
    """An expression ready to be asked."""

    text: str
    names: frozenset[str]
    """The parameters that it reads."""
    step: Step

    def value(self, values: Values) -> object:
        """What the expression comes to.

        Raises:
            UndefinedError: it cannot be told.
        """
        try:
            return self.step(Run(dict(values)))
        except ACCIDENTS as error:
            raise UndefinedError(str(error)) from error

    def holds(self, values: Values) -> bool | None:
        """Does it hold? None where that cannot be told."""
        try:
            return words.truth(self.value(values))
        except UndefinedError:
            return None


def compile_text(text: str, parameters: frozenset[str], scope: Scope | None = None) -> Predicate:
    """Read an expression over these parameters.

    Raises:
        NotInLanguageError: it is no expression, or says what predicates cannot say.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotInLanguageError(text) from error
    return compile_tree(tree, parameters, scope)


def compile_tree(tree: ast.expr, parameters: frozenset[str], scope: Scope | None = None) -> Predicate:
    """Read a parsed expression; see `compile_text`."""
    try:
        step = Reader(parameters, scope or Nothing()).read(tree)
    except RecursionError as error:
        raise NotInLanguageError("too deep") from error
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return Predicate(ast.unparse(tree), frozenset(used) & parameters, step)


_BINARY: Mapping[type, Callable[[object, object], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: words.multiply,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: words.remainder,
    ast.Pow: words.power,
    ast.LShift: words.shift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_ORDER: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class Reader:
    """Turns expressions into steps. `bound` are the names that have a value when the step is taken."""

    def __init__(self, bound: frozenset[str], scope: Scope) -> None:
        self._bound, self._scope = bound, scope

    def read(self, node: ast.expr) -> Step:
        """The step of one expression."""
        name = _READERS.get(type(node))
        if name is None:
            raise NotInLanguageError(ast.unparse(node))
        step: Step = getattr(self, name)(node)
        return step

    def _constant(self, node: ast.Constant) -> Step:
        value = node.value
        return lambda _run: value

    def _name(self, node: ast.Name) -> Step:
        name = node.id
        if name in self._bound:
            return lambda run: _bound(run, name)
        step = self._scope.constant(name)
        if step is not None:
            return step
        if name not in words.BUILTIN_TYPES:
            raise NotInLanguageError(name)
        kind = Thing("type", {"__name__": name}, family="class", name=name)
        return lambda _run: kind

    def _attribute(self, node: ast.Attribute) -> Step:
        inner, name = self.read(node.value), node.attr
        return lambda run: words.attribute(inner(run), name)

    def _unary(self, node: ast.UnaryOp) -> Step:
        inner = self.read(node.operand)
        match node.op:
            case ast.Not():
                return lambda run: not words.truth(inner(run))
            case ast.USub():
                return lambda run: operator.neg(words.plain(inner(run)))  # type: ignore[arg-type]
            case ast.UAdd():
                return lambda run: operator.pos(words.plain(inner(run)))  # type: ignore[arg-type]
            case _:
                return lambda run: operator.invert(words.plain(inner(run)))  # type: ignore[arg-type]

    def _binary(self, node: ast.BinOp) -> Step:
        left, right, do = self.read(node.left), self.read(node.right), _BINARY.get(type(node.op))
        if do is None:
            raise NotInLanguageError(ast.unparse(node))
        return lambda run: _bounded(do(words.plain(left(run)), words.plain(right(run))))

    def _boolean(self, node: ast.BoolOp) -> Step:
        parts = [self.read(value) for value in node.values]
        stop = isinstance(node.op, ast.Or)

        def step(run: Run) -> object:
            value: object = not stop
            for part in parts:
                value = part(run)
                if words.truth(value) == stop:
                    return value
            return value

        return step

    def _compare(self, node: ast.Compare) -> Step:
        first = self.read(node.left)
        rest = [(self.read(right), type(op)) for right, op in zip(node.comparators, node.ops, strict=True)]

        def step(run: Run) -> object:
            left = first(run)
            for right, kind in rest:
                value = right(run)
                if not _compared(left, kind, value):
                    return False
                left = value
            return True

        return step

    def _conditional(self, node: ast.IfExp) -> Step:
        test, yes, no = self.read(node.test), self.read(node.body), self.read(node.orelse)
        return lambda run: yes(run) if words.truth(test(run)) else no(run)

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Step:
        if any(isinstance(item, ast.Starred) for item in node.elts):
            raise NotInLanguageError(ast.unparse(node))
        parts = [self.read(item) for item in node.elts]
        make = {ast.List: list, ast.Tuple: tuple, ast.Set: set}[type(node)]
        return lambda run: make(part(run) for part in parts)

    def _mapping(self, node: ast.Dict) -> Step:
        if None in node.keys:
            raise NotInLanguageError(ast.unparse(node))
        pairs = [(self.read(k), self.read(v)) for k, v in zip(node.keys, node.values, strict=True) if k is not None]
        return lambda run: {key(run): value(run) for key, value in pairs}

    def _subscript(self, node: ast.Subscript) -> Step:
        holder = self.read(node.value)
        if isinstance(node.slice, ast.Slice):
            bounds = [part and self.read(part) for part in (node.slice.lower, node.slice.upper, node.slice.step)]
            return lambda run: words.plain(holder(run))[slice(*(part and part(run) for part in bounds))]  # type: ignore[index]
        place = self.read(node.slice)
        return lambda run: words.plain(holder(run))[place(run)]  # type: ignore[index]

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Step:
        inner, loop = self._loops(node.generators)
        element = inner.read(node.elt)
        if isinstance(node, ast.GeneratorExp):
            return lambda run: (element(run) for _ in loop(run))
        make = set if isinstance(node, ast.SetComp) else list
        return lambda run: make(element(run) for _ in loop(run))

    def _mapping_comprehension(self, node: ast.DictComp) -> Step:
        inner, loop = self._loops(node.generators)
        key, value = inner.read(node.key), inner.read(node.value)
        return lambda run: {key(run): value(run) for _ in loop(run)}

    def _loops(self, generators: list[ast.comprehension]) -> tuple[Reader, Callable[[Run], Iterator[None]]]:
        reader, parts = self, []
        for generator in generators:
            source = reader.read(generator.iter)
            names = {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
            reader = Reader(reader._bound | names, self._scope)
            parts.append((generator.target, source, [reader.read(test) for test in generator.ifs], names))

        def loop(run: Run, depth: int = 0) -> Iterator[None]:
            if depth == len(parts):
                yield
                return
            target, source, tests, names = parts[depth]
            kept = {name: run.values[name] for name in names if name in run.values}
            for item in iterate(source(run)):
                run.tick()
                assign(run, target, item)
                if all(words.truth(test(run)) for test in tests):
                    yield from loop(run, depth + 1)
            run.values.update(kept)

        return reader, loop

    def _call(self, node: ast.Call) -> Step:
        from assay.evidence.conditions.calls import read_call  # noqa: PLC0415 - calls read their arguments with this

        return read_call(self, self._scope, node)

    def _joined(self, node: ast.JoinedStr) -> Step:
        parts: list[Step] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and part.format_spec is None and part.conversion == -1:
                inner = self.read(part.value)
                parts.append(lambda run, inner=inner: words.FUNCTIONS["str"](inner(run)))  # type: ignore[misc]
            elif isinstance(part, ast.Constant):
                parts.append(self._constant(part))
            else:
                raise NotInLanguageError(ast.unparse(node))
        return lambda run: "".join(str(part(run)) for part in parts)


def _bound(run: Run, name: str) -> object:
    value = run.values.get(name, _MISSING)
    if value is _MISSING or (isinstance(value, Thing) and value.kind == "?"):
        raise UndefinedError(name)
    return value


_MISSING = object()


def _bounded(value: object) -> object:
    if isinstance(value, (str, bytes, list, tuple)) and len(value) > words.LONGEST:
        raise UndefinedError("too long")
    return value


def _compared(left: object, kind: type, right: object) -> bool:
    if kind in (ast.Is, ast.IsNot):
        return _same(left, right) == (kind is ast.Is)
    if kind in (ast.Eq, ast.NotEq):
        return words.equal(left, right) == (kind is ast.Eq)
    if kind in (ast.In, ast.NotIn):
        holder = words.plain(right)
        texts = isinstance(holder, (str, bytes))
        found = _within_text(left, holder) if texts else any(words.equal(left, item) for item in iterate(holder))
        return found == (kind is ast.In)
    return bool(_ORDER[kind](words.plain(left), words.plain(right)))


def _within_text(part: object, text: object) -> bool:
    return bool(operator.contains(text, part))  # type: ignore[arg-type]


def _same(left: object, right: object) -> bool:
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Thing) and isinstance(right, Thing) and left.family == right.family == "enum":
        return words.equal(left, right)
    if isinstance(left, Thing) and isinstance(right, Thing) and left.family == right.family == "class":
        return left.name == right.name
    raise UndefinedError("identity")


def iterate(value: object) -> Iterator[object]:
    """The items of a text, a collection or a mapping's keys."""
    value = words.plain(value)
    if not isinstance(
        value, (str, bytes, list, tuple, dict, set, frozenset, range, enumerate, zip, reversed, Iterator)
    ):
        raise UndefinedError("no items")
    return iter(value)


def assign(run: Run, target: ast.expr, value: object) -> None:
    """Bind the names of a target."""
    if isinstance(target, ast.Name):
        run.values[target.id] = value
    elif isinstance(target, (ast.Tuple, ast.List)):
        items = list(iterate(value))
        if len(items) != len(target.elts) or any(isinstance(part, ast.Starred) for part in target.elts):
            raise UndefinedError("unpacking")
        for part, item in zip(target.elts, items, strict=True):
            assign(run, part, item)
    else:
        raise UndefinedError("target")


_READERS: Mapping[type, str] = {
    ast.Constant: "_constant",
    ast.Name: "_name",
    ast.Attribute: "_attribute",
    ast.UnaryOp: "_unary",
    ast.BinOp: "_binary",
    ast.BoolOp: "_boolean",
    ast.Compare: "_compare",
    ast.IfExp: "_conditional",
    ast.List: "_display",
    ast.Tuple: "_display",
    ast.Set: "_display",
    ast.Dict: "_mapping",
    ast.Subscript: "_subscript",
    ast.ListComp: "_comprehension",
    ast.SetComp: "_comprehension",
    ast.GeneratorExp: "_comprehension",
    ast.DictComp: "_mapping_comprehension",
    ast.Call: "_call",
    ast.JoinedStr: "_joined",
}
