"""Syntax trees with everything taken out that no run can notice.

Positions, comments, formatting, docstrings that nothing reads and annotations that nothing reads do not count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from assay.change.syntax import Function, FunctionNode, Module, Scope, dotted, last_name

Shape: TypeAlias = object
"""Nested tuples; equal shapes mean equal code."""

_READS_ANNOTATIONS = re.compile(
    r"\b(?:get_type_hints|__annotations__|get_annotations|typer|fastapi|pydantic|singledispatch(?:method)?|validate_call"
    r"|beartype|typeguard|typechecked|strawberry|cyclopts|injector|msgspec|cattrs|discord|nextcord|litestar|starlite)\b"
)
_READS_HELP = re.compile(r"^\s*(?:from|import) (?:click|typer|fire|cyclopts|argh|plac|discord)\b", re.MULTILINE)
_READS_GRAMMAR = re.compile(r"^\s*(?:from|import) (?:ply|sly|spark)\b", re.MULTILINE)
_DOCSTRING_OF = re.compile(r"(\w+)\.__doc__")
_FIELD_BASES = frozenset(
    {
        "NamedTuple",
        "TypedDict",
        "BaseModel",
        "BaseSettings",
        "RootModel",
        "GenericModel",
        "Struct",
        "SQLModel",
        "Schema",
    }
    | {"DeclarativeBase", "Structure", "ModelSchema", "InputType", "ObjectType"}
)
_FIELD_DECORATORS = re.compile(
    r"(?:dataclass|dataclass_json|attrs|attributes|^s$|define|frozen|mutable|dataclass_transform|model|type|input|configclass)$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the code of a file itself looks at."""

    annotations: bool
    help: bool
    """Are docstrings of decorated functions the help of commands?"""
    grammar: bool
    """Are docstrings of `p_` and `t_` functions rules of a grammar?"""
    documented: frozenset[str]
    """Names of which the file reads `__doc__`."""

    def looks_at_docstring(self, node: FunctionNode) -> bool:
        """May the docstring of this function change what the program does?"""
        rule = self.grammar and node.name.startswith(("p_", "t_"))
        return rule or (self.help and bool(node.decorator_list)) or node.name in self.documented


@dataclass(frozen=True, slots=True)
class Parts:
    """A function taken apart."""

    signature: Shape
    defaults: Shape
    decorators: Shape
    annotations: Shape
    docstring: str | None
    body: Shape

    def differences(self, other: Parts) -> tuple[str, ...]:
        """Names of the parts that differ, as `ChangedUnit.why` spells them."""
        words = {"signature": "signature", "defaults": "default", "decorators": "decorator"}
        words |= {"annotations": "annotation", "docstring": "docstring", "body": "body"}
        return tuple(word for field, word in words.items() if getattr(self, field) != getattr(other, field))


def reading_of(*texts: str) -> Reading:
    """What the code of a file looks at, on any side: reading on one side makes it matter on both."""
    return Reading(
        annotations=any(_READS_ANNOTATIONS.search(text) for text in texts),
        help=any(_READS_HELP.search(text) for text in texts),
        grammar=any(_READS_GRAMMAR.search(text) for text in texts),
        documented=frozenset(name for text in texts for name in _DOCSTRING_OF.findall(text)),
    )


def parts_of(function: Function, reading: Reading) -> Parts:
    """The parts of a function, functions inside it left out."""
    node = function.node
    args = node.args
    plain = [*args.posonlyargs, *args.args]
    signature = (
        type(node).__name__,
        len(args.posonlyargs),
        tuple(a.arg for a in plain),
        args.vararg.arg if args.vararg else None,
        tuple(a.arg for a in args.kwonlyargs),
        args.kwarg.arg if args.kwarg else None,
        len(args.defaults),
        tuple(d is not None for d in args.kw_defaults),
    )
    every = [*plain, *args.kwonlyargs, *(a for a in (args.vararg, args.kwarg) if a)]
    hints = [*(a.annotation for a in every), node.returns] if reading.annotations else []
    return Parts(
        signature=signature,
        defaults=tuple(shape(d) for d in (*args.defaults, *args.kw_defaults)),
        decorators=tuple(shape(d) for d in node.decorator_list),
        annotations=tuple(hint_shape(h) for h in hints),
        docstring=ast.get_docstring(node) if reading.looks_at_docstring(node) else None,
        body=block_shape(node.body),
    )


def block_shape(body: Sequence[ast.stmt]) -> Shape:
    """The shape of statements in a function; what does nothing is left out."""
    return tuple(shape(s) for s in effective(body))


def effective(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Statements that do something when they are executed; `if TYPE_CHECKING` never is."""
    kept: list[ast.stmt] = []
    for statement in body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
                continue
            case ast.If(test=test) if last_name(test) == "TYPE_CHECKING":
                kept += effective(statement.orelse)
            case _ if type(statement).__name__ == "TypeAlias":
                # `type X = ...` is computed when somebody looks at it.
                continue
            case _:
                kept.append(statement)
    return kept


def shape(node: object) -> Shape:
    """The shape of any part of a syntax tree. Functions inside are named only, classes inside keep their own code."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return ("def", node.name)
        case ast.ClassDef():
            heads = tuple(shape(n) for n in (*node.bases, *node.keywords, *node.decorator_list))
            return ("class", node.name, heads, block_shape(node.body))
        case ast.AnnAssign(value=ast.expr() as value):
            return ("Assign", (shape(node.target),), shape(value))
        case ast.Assign():
            return ("Assign", tuple(shape(t) for t in node.targets), shape(node.value))
        case ast.Call(func=function, args=[kind, value], keywords=[]) if last_name(function) == "cast":
            return ("Call", shape(function), (type_shape(kind), shape(value)), ())
        case ast.Set(elts=items) if all(isinstance(item, ast.Constant) for item in items):
            # The order in which a set of constants is written is no order that it has.
            return ("Set", frozenset(shape(item) for item in items))
        case ast.Constant():
            return ("Constant", type(node.value).__name__, repr(node.value))
        case ast.AST():
            return (type(node).__name__, *(shape(getattr(node, f, None)) for f in node._fields if f not in _IGNORED))
        case list() if node and all(isinstance(item, ast.stmt) for item in node):
            return block_shape(node)
        case list():
            return tuple(shape(item) for item in node)
        case _:
            return node


def type_shape(node: ast.expr) -> Shape:
    """The shape of a type that is computed when it is met: an alias, the first argument of `cast`.

    `Optional[X]`, `Union[X, None]` and `X | None` are one, `List[X]` and `list[X]` too. What is quoted on one side only
    is not the same, for a name may be there for type checkers only; nor is a text in `"X" | None`, which breaks.
    """
    match node:
        case ast.Constant(value=str() as text):
            try:
                return ("quoted", type_shape(ast.parse(text, mode="eval").body))
            except (SyntaxError, ValueError):
                return ("quoted", text)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right) if not _is_text(left) and not _is_text(right):
            return ("union", tuple(dict.fromkeys((*_united(left), *_united(right)))))
        case ast.Subscript() if last_name(node.value) == "Optional":
            return ("union", tuple(dict.fromkeys((*_united(node.slice), shape(ast.Constant(None))))))
        case ast.Subscript() if last_name(node.value) == "Union":
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return ("union", tuple(dict.fromkeys(member for item in items for member in _united(item))))
        case ast.Subscript(value=ast.Name(id=name)) if name in _GENERIC:
            return ("of", shape(ast.Name(name.lower())), type_shape(node.slice))
        case ast.Subscript():
            return ("of", shape(node.value), type_shape(node.slice))
        case ast.Tuple():
            return tuple(type_shape(item) for item in node.elts)
        case _:
            return shape(node)


def _united(node: ast.expr) -> Sequence[Shape]:
    """Members of a union, those of unions inside it too."""
    match type_shape(node):
        case ("union", tuple() as members):
            return members
        case one:
            return (one,)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def hint_shape(node: ast.expr | None) -> Shape:
    """The shape of an annotation; `Optional[X]`, `Union[X, None]`, `X | None` and `"X | None"` are one."""
    match node:
        case ast.Constant(value=str() as text):
            try:
                return hint_shape(ast.parse(text, mode="eval").body)
            except (SyntaxError, ValueError):
                return text
        case ast.BinOp(op=ast.BitOr()):
            return ("union", frozenset(_members(node)))
        case ast.Subscript() if last_name(node.value) in {"Optional", "Union"}:
            return ("union", frozenset(_members(node)))
        case ast.Subscript():
            return ("of", hint_shape(node.value), hint_shape(node.slice))
        case ast.Tuple():
            return tuple(hint_shape(item) for item in node.elts)
        case ast.Attribute() | ast.Name():
            name = last_name(node)
            return name.lower() if name in _GENERIC else name
        case _:
            return shape(node)


def _members(node: ast.expr) -> Iterator[Shape]:
    match node:
        case ast.BinOp(op=ast.BitOr()):
            yield from _members(node.left)
            yield from _members(node.right)
        case ast.Subscript() if last_name(node.value) in {"Optional", "Union"}:
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            for item in items:
                yield from _members(item)
            if last_name(node.value) == "Optional":
                yield shape(ast.Constant(None))
        case _:
            yield hint_shape(node)


_IGNORED = frozenset({"ctx", "type_comment", "kind"})
_GENERIC = frozenset({"Dict", "List", "Tuple", "Set", "FrozenSet", "Type"})
"""Names of `typing` for what the builtins are called in lower case."""


def keeps_annotations(node: ast.ClassDef, module: Module) -> bool:
    """Do the annotations in this class body make fields: a dataclass, attrs, pydantic, NamedTuple, TypedDict...?

    Bases defined in the same file are followed; of other bases only the well-known ones count.
    """
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if any(_FIELD_DECORATORS.search(last_name(d)) for d in current.decorator_list):
            return True
        for base in (*current.bases, *(k.value for k in current.keywords)):
            name = last_name(base)
            if name in _FIELD_BASES or name.endswith(("Model", "Settings")):
                return True
            scope = module.scopes.get(dotted(base))
            if scope is not None and isinstance(scope.node, ast.ClassDef) and name not in seen:
                seen.add(name)
                waiting.append(scope.node)
    return False


def is_only_for_types(scope: Scope) -> bool:
    """Is it a `TypedDict` or a `Protocol`, whose body nothing looks at unless by name?"""
    node = scope.node
    return isinstance(node, ast.ClassDef) and any(last_name(base) in {"TypedDict", "Protocol"} for base in node.bases)


def docstring_lines(node: FunctionNode | ast.ClassDef | ast.Module) -> range:
    """Lines of the docstring, none where there is none."""
    match node.body:
        case [ast.Expr(value=ast.Constant(value=str())) as first, *_]:
            return range(first.lineno, (first.end_lineno or first.lineno) + 1)
        case _:
            return range(0)
