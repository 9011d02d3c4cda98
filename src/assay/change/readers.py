"""Which functions read a name, in its own file and in files that import it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assay.change.bindings import ChangedName
from assay.change.project import Project, Target
from assay.change.syntax import Function, FunctionNode, Module, Scope, dotted

MOST_READERS = 50
"""Readers of one name beyond these are not named."""
_CLASS_WORDS = frozenset({"self", "cls", "super", "type", "klass", "mcs"})


@dataclass(frozen=True, slots=True)
class Reads:
    """What a function itself reads; functions inside it read for themselves."""

    names: frozenset[str]
    """Global names."""
    attributes: frozenset[tuple[str, str]]
    """Attributes with the first word of what they are read from: ("self", "limit")."""


class Readers:
    """Finds readers at head; answers about a file are kept."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reads: dict[str, dict[Function, Reads]] = {}

    def of(self, changed: ChangedName, module: Module) -> list[tuple[Module, Function]]:
        """Functions that read a changed name of `module`, those of the same file first."""
        found = self._of_attribute(changed, module) if changed.scope else self._of_global(changed, module)
        unique = {(owner.path, function.first_line, function.qualname): (owner, function) for owner, function in found}
        return list(unique.values())[:MOST_READERS]

    def reads(self, module: Module) -> dict[Function, Reads]:
        """What each function of a file reads."""
        if module.path not in self._reads:
            self._reads[module.path] = reads_of(module)
        return self._reads[module.path]

    def _of_global(self, changed: ChangedName, module: Module) -> Iterator[tuple[Module, Function]]:
        name = changed.name
        yield from ((module, f) for f, reads in self.reads(module).items() if name in reads.names)
        if changed.name != changed.origin and changed.name.startswith("_"):
            return
        goal = Target(module.name, name)
        for path in self._importers(module, name):
            other = self._project.module(path)
            if other is None or other.path == module.path:
                continue
            imports = self._project.imports(other)
            local = {n for n, t in imports.names.items() if t.name == name or t.name.startswith(f"{name}.")}
            local = {n for n in local if self._project.canonical(imports.names[n]) == goal}
            if module.name in imports.stars:
                local.add(name)
            aliases = {n for n, t in imports.names.items() if self._means_module(t, module.name)}
            for function, reads in self.reads(other).items():
                if local & reads.names or any((alias, name) in reads.attributes for alias in aliases):
                    yield other, function

    def _means_module(self, target: Target, name: str) -> bool:
        canonical = self._project.canonical(target)
        return not canonical.name and (canonical.module == name or name.startswith(canonical.module + "."))

    def _importers(self, module: Module, name: str) -> Iterator[str]:
        last = module.name.rpartition(".")[2] or module.name
        folder = module.path.rpartition("/")[0]
        paths = self._project.code_mentioning(name, "import")
        return iter(sorted(paths, key=lambda p: (not p.startswith(folder), last not in p, p)))

    def _of_attribute(self, changed: ChangedName, module: Module) -> Iterator[tuple[Module, Function]]:
        name, owner = changed.name, changed.scope.rpartition(".")[2]
        related = self._relatives(module, changed.scope)
        for function, reads in self.reads(module).items():
            words = {word for word, n in reads.attributes if n == name}
            kin = any(function.qualname.startswith(f"{r}.") for r in related)
            if words - _CLASS_WORDS or (words and kin) or (changed.makes_fields and owner in reads.names):
                yield module, function
        for parent, scope in self._project.bases(module, changed.scope):
            for function, reads in self.reads(parent).items():
                inside = function.qualname.startswith(f"{scope.qualname}.")
                if inside and any(n == name and word in _CLASS_WORDS for word, n in reads.attributes):
                    yield parent, function
        for path in self._project.code_mentioning(name, owner):
            other = self._project.module(path)
            if other is None or other.path == module.path or not self._knows(other, owner, module):
                continue
            for function, reads in self.reads(other).items():
                if any(n == name for _, n in reads.attributes) or (changed.makes_fields and owner in reads.names):
                    yield other, function

    def _relatives(self, module: Module, qualname: str) -> set[str]:
        """The class and those of its file that inherit from it or from which it inherits."""
        above = {scope.qualname for owner, scope in self._project.bases(module, qualname) if owner is module}
        below = {
            other
            for other in module.scopes
            if other and any((o, s.qualname) == (module, qualname) for o, s in self._project.bases(module, other))
        }
        return {qualname} | above | below

    def _knows(self, other: Module, owner: str, module: Module) -> bool:
        imports = self._project.imports(other)
        return module.name in imports.modules or any(
            target.name == owner and self._project.canonical(target).module == module.name
            for target in imports.names.values()
        )


def reads_of(module: Module) -> dict[Function, Reads]:
    """What each function of a file itself reads."""
    owners = {f.qualname: f for f in module.functions}
    local = {f: _locals(f.node) for f in module.functions}
    answers: dict[Function, Reads] = {}
    for function in module.functions:
        hidden = set(local[function])
        around = owners.get(function.owner)
        while around is not None:
            hidden |= local[around]
            around = owners.get(around.owner)
        names: set[str] = set()
        attributes: set[tuple[str, str]] = set()
        for node in own_nodes(function.node):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in hidden:
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                attributes.add((dotted(node.value).partition(".")[0], node.attr))
        answers[function] = Reads(frozenset(names), frozenset(attributes))
    return answers


def own_nodes(node: FunctionNode) -> Iterator[ast.AST]:
    """All nodes of a function but those of functions inside it; annotations are left out."""
    args = node.args
    waiting: list[ast.AST] = [*node.decorator_list, *args.defaults, *(d for d in args.kw_defaults if d), *node.body]
    while waiting:
        current = waiting.pop()
        if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        yield current
        if isinstance(current, ast.AnnAssign):
            waiting += [current.target, *([current.value] if current.value else [])]
        else:
            waiting += ast.iter_child_nodes(current)


def lines_reading(function: Function, name: str) -> frozenset[int]:
    """Lines of a function on which a name or an attribute of that name stands."""
    return frozenset(
        node.lineno
        for node in own_nodes(function.node)
        if (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)
    )


def methods_of(module: Module, scope: Scope) -> list[Function]:
    """The functions directly in a class."""
    return [f for f in module.functions if f.owner == scope.qualname and f.in_class]


def _locals(node: FunctionNode) -> set[str]:
    args = node.args
    every: Iterable[ast.arg | None] = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
    found = {a.arg for a in every if a is not None}
    shared: set[str] = set()
    for inner in node.body:
        for current in _walk_own(inner):
            if isinstance(current, ast.Name) and isinstance(current.ctx, (ast.Store, ast.Del)):
                found.add(current.id)
            elif isinstance(current, (ast.Import, ast.ImportFrom)):
                found.update(a.asname or a.name.partition(".")[0] for a in current.names)
            elif isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found.add(current.name)
            elif isinstance(current, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
                found.update({current.name} if current.name else ())
            elif isinstance(current, (ast.Global, ast.Nonlocal)):
                shared.update(current.names)
    return found - shared


def _walk_own(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        for child in ast.iter_child_nodes(node):
            yield from _walk_own(child)
