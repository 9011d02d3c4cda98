"""What the bodies of modules and classes bind to names, and which of these names a change gave another meaning."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from assay.change.normalise import effective, hint_shape, keeps_annotations, shape, type_shape
from assay.change.project import Target, imported
from assay.change.syntax import Module, Scope, blocks, dotted, last_name

METADATA = frozenset(
    {"__all__", "__version__", "__author__", "__email__", "__copyright__", "__license__", "__date__", "__doc__"}
    | {"__version_info__", "__title__", "__url__", "__description__", "__docformat__", "__lazy_modules__", "__slots__"}
    | {"TYPE_CHECKING", "__test__", "__build__", "__status__", "__credits__", "__maintainer__"}
)
"""Names that describe a module or class; unless code reads them they change nothing that is not seen elsewhere."""

_VERSION = re.compile(r"_{0,2}(?:version|release|build|date)(?:_(?:info|time|tuple|date))?_{0,2}", re.IGNORECASE)

Same = Callable[[object, object], bool]


@dataclass(frozen=True, slots=True)
class Binding:
    """Everything that gives one name its value, in order."""

    shapes: tuple[object, ...]
    nodes: tuple[ast.AST, ...]


@dataclass(slots=True)
class Body:
    """What a body binds, and what it does besides."""

    names: dict[str, Binding] = field(default_factory=dict)
    effects: list[tuple[object, ast.stmt]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedName:
    """A name of a module or class body that may mean something else at head."""

    scope: str
    """Qualified name of the class, "" for the module."""
    name: str
    origin: str
    """The name that was really edited; another one where this one is computed from it."""
    base: Binding | None
    head: Binding | None
    because: str = ""
    """For a computed name: the changed name that it is computed from."""
    makes_fields: bool
    """Is it a field of a dataclass or the like, so that building an instance reads it?"""

    @property
    def label(self) -> str:
        """As `ChangedUnit.why` names it."""
        return f"class attribute {self.scope}.{self.origin}" if self.scope else f"reads {self.origin}"

    @property
    def is_import(self) -> bool:
        """Is it a name that only imports bind, or bound?"""
        shapes = (*(self.base.shapes if self.base else ()), *(self.head.shapes if self.head else ()))
        return all(isinstance(s, Target) for s in shapes)


def body_of(scope: Scope, module: Module) -> Body:
    """The bindings of one body."""
    body = Body()
    fields = isinstance(scope.node, ast.ClassDef) and keeps_annotations(scope.node, module)
    found: dict[str, list[tuple[object, ast.AST]]] = {}
    for node in scope.node.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            qualname = f"{scope.qualname}.{node.name}".strip(".")
            found[node.name] = [(Target(module.name, qualname), node)]
    if isinstance(scope.node, ast.Module) and (text := ast.get_docstring(scope.node)):
        found["__doc__"] = [(text, scope.node.body[0])]
    statements = list(scope.statements)
    if fields:
        for node in statements:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.setdefault(node.target.id, []).append((("field", hint_shape(node.annotation)), node))
    for node in effective(statements):
        names = list(_bound(node))
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, target in imported(node, module).items():
                found.setdefault(name, []).append((target, node))
        elif not names or _alters_import(node, names, found):
            body.effects.append((shape(node), node))
            continue
        for name in names:
            found.setdefault(name, []).append((_shape_of(node), node))
    body.names = {name: Binding(tuple(s for s, _ in found[name]), tuple(n for _, n in found[name])) for name in found}
    return body


def changed_names(base: Module, head: Module, same: Same) -> list[ChangedName]:
    """Names whose binding differs, then names computed from them in the same file.

    `same` tells whether two shapes mean the same, imports of moved code included.
    """
    found: list[ChangedName] = []
    for qualname in head.scopes:
        if not _is_untouched(qualname, base, head):
            old, new = body_of(base.scopes[qualname], base), body_of(head.scopes[qualname], head)
            node = head.scopes[qualname].node
            fields = isinstance(node, ast.ClassDef) and keeps_annotations(node, head)
            for name in sorted(old.names.keys() | new.names.keys()):
                before, after = old.names.get(name), new.names.get(name)
                expected = _is_method(before, after) if qualname else is_version(name, before, after)
                if not expected and not _equal(before, after, same):
                    found.append(
                        ChangedName(
                            scope=qualname, name=name, origin=name, base=before, head=after, makes_fields=fields
                        )
                    )
    return [*found, *_computed(found, head)]


def changed_effects(base: Module, head: Module) -> list[ast.stmt]:
    """Statements of module and class bodies that bind no name and stand on one side only."""
    changed: list[ast.stmt] = []
    for qualname in head.scopes:
        if _is_untouched(qualname, base, head):
            continue
        old = body_of(base.scopes[qualname], base).effects
        new = body_of(head.scopes[qualname], head).effects
        fewer, more = Counter(s for s, _ in old), Counter(s for s, _ in new)
        changed += [node for s, node in new if more[s] > fewer[s]]
        changed += [node for s, node in old if fewer[s] > more[s]]
    return changed


def _is_untouched(qualname: str, base: Module, head: Module) -> bool:
    """Is it a class that base lacks, or that stands there line by line?"""
    if qualname not in base.scopes:
        return True
    old, new = base.scopes[qualname].node, head.scopes[qualname].node
    if isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef):
        return base.source(old) == head.source(new)
    return False


def _alters_import(node: ast.stmt, names: list[str], found: Mapping[str, list[tuple[object, ast.AST]]]) -> bool:
    """Is it `logging.basicConfig()` or `module.NAME = 1`: something done to what another module owns?"""
    plain = isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets)
    return not plain and all(
        name in found and isinstance(found[name][0][1], (ast.Import, ast.ImportFrom)) for name in names
    )


def changed_versions(base: Module, head: Module) -> Iterator[tuple[str, str, str]]:
    """Names of versions with their value before and after, as source text."""
    old, new = body_of(base.scopes[""], base).names, body_of(head.scopes[""], head).names
    for name in sorted(old.keys() & new.keys()):
        if old[name].shapes != new[name].shapes and is_version(name, old[name], new[name]):
            before, after = (_value(binding) for binding in (old[name], new[name]))
            if before is not None and after is not None:
                yield name, ast.unparse(before), ast.unparse(after)


def is_version(name: str, before: Binding | None, after: Binding | None) -> bool:
    """Is it `__version__ = "1.2"` on both sides? A release counts it up, and that says nothing of what code does."""
    values = [_value(binding) for binding in (before, after) if binding is not None]
    return (
        len(values) == 2
        and _VERSION.fullmatch(name) is not None
        and all(v and _counts_releases(name, v) for v in values)
    )


def _value(binding: Binding) -> ast.expr | None:
    node = binding.nodes[0] if len(binding.nodes) == 1 else None
    return node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None


def _counts_releases(name: str, node: ast.expr) -> bool:
    """Any constant of `__version__`; of `version` only "1.2", (1, 2) or version_info(1, 2, "final"), not a plain 2."""
    match node:
        case ast.Constant(value=value):
            return name.startswith("__") or (isinstance(value, str) and re.match(r"v?\d+\.\d", value) is not None)
        case ast.Tuple(elts=[ast.Constant(), _, *_] as items) | ast.Call(args=[ast.Constant(), _, *_] as items):
            return all(isinstance(item, ast.Constant) for item in items)
        case _:
            return False


def _shape_of(node: ast.stmt) -> object:
    """The shape of a statement that binds names; an alias of types may be spelled in several ways."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and _names_types(node):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return ("Assign", tuple(shape(target) for target in targets), type_shape(node.value))
    return shape(node)


def is_alias_of_types(binding: Binding) -> bool:
    """Is it `Number = int | float`, `T = TypeVar("T")`, `X: TypeAlias = ...`: a name for annotations?"""
    return _names_types(binding.nodes[-1])


def _names_types(node: ast.AST) -> bool:
    if isinstance(node, ast.AnnAssign):
        return last_name(node.annotation) == "TypeAlias"
    value = node.value if isinstance(node, ast.Assign) else None
    words = {
        "TypeVar",
        "ParamSpec",
        "TypeVarTuple",
        "NewType",
        "Union",
        "Optional",
        "Callable",
        "Literal",
        "Tuple",
        "Type",
    }
    match value:
        case ast.Call() | ast.Subscript():
            return last_name(value) in words | {"Dict", "List", "Mapping", "Sequence", "dict", "list", "tuple", "type"}
        case ast.BinOp(op=ast.BitOr()):
            return True
        case _:
            return False


def _equal(before: Binding | None, after: Binding | None, same: Same) -> bool:
    if before is None or after is None:
        return False
    pairs = zip(before.shapes, after.shapes, strict=False)
    return len(before.shapes) == len(after.shapes) and all(same(one, other) for one, other in pairs)


def _is_method(before: Binding | None, after: Binding | None) -> bool:
    """Is it a method, or a nested class, that was added or removed? Those are units and scopes of their own."""
    only = before or after
    return (before is None or after is None) and only is not None and isinstance(only.shapes[0], Target)


def _computed(changed: list[ChangedName], module: Module) -> Iterator[ChangedName]:
    """Names whose value is computed from changed ones when the module is imported."""
    known = {(c.scope, c.name): c for c in changed if c.head is not None}
    if not known:
        return
    bodies = {qualname: body_of(scope, module) for qualname, scope in module.scopes.items()}
    while True:
        fresh: dict[tuple[str, str], ChangedName] = {}
        for scope, body in bodies.items():
            for name, binding in body.names.items():
                if (scope, name) in known or isinstance(binding.shapes[0], Target):
                    continue
                source = next((c for read in sorted(_loads(binding)) for c in _sources(known, scope, read)), None)
                if source is not None:
                    fresh[scope, name] = ChangedName(
                        scope=scope,
                        name=name,
                        origin=name if scope else source.origin,
                        because=source.name,
                        base=None,
                        head=binding,
                        makes_fields=False,
                    )
        if not fresh:
            return
        known |= fresh
        yield from fresh.values()


def _sources(known: Mapping[tuple[str, str], ChangedName], scope: str, read: str) -> Iterator[ChangedName]:
    for place in dict.fromkeys((scope, "")):
        found = known.get((place, read))
        # What a function, a class or an import means is seen where it is called.
        if found is not None and found.head is not None and not isinstance(found.head.shapes[0], Target):
            yield found


def _loads(binding: Binding) -> set[str]:
    """Names that are read when the value is computed; an annotation is read only where it makes a field."""
    is_field = any(isinstance(one, tuple) and one[:1] == ("field",) for one in binding.shapes)
    roots = (
        node.value if isinstance(node, ast.AnnAssign) and node.value is not None and not is_field else node
        for node in binding.nodes
        if isinstance(node, ast.stmt)
    )
    nodes = (n for root in roots for n in ast.walk(root))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _bound(node: ast.stmt) -> Iterator[str]:
    """Names that a statement binds, rebinds or alters by assignment or by a method call."""
    match node:
        case ast.Assign(targets=targets):
            yield from (name for target in targets for name in _targets(target))
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield from _targets(target)
        case ast.Delete(targets=targets):
            yield from (name for target in targets for name in _targets(target))
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value))) if dotted(value):
            yield dotted(value).partition(".")[0]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.For() | ast.AsyncFor():
            yield from _targets(node.target)
            yield from _inside(node)
        case ast.With() | ast.AsyncWith():
            yield from (name for item in node.items if item.optional_vars for name in _targets(item.optional_vars))
            yield from _inside(node)
        case ast.Import() | ast.ImportFrom():
            return
        case _:
            yield from _inside(node)


def _inside(node: ast.stmt) -> Iterator[str]:
    for block in blocks(node):
        for inner in effective(block):
            if isinstance(inner, (ast.Import, ast.ImportFrom)):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in inner.names)
            yield from _bound(inner)


def _targets(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            yield from (name for item in items for name in _targets(item))
        case ast.Starred(value=value):
            yield from _targets(value)
        case _:
            if name := dotted(node).partition(".")[0]:
                yield name
