"""One side of a code base: its modules, parsed as they are asked for, and what their imports mean."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from assay.change.kinds import kind_of, places_of
from assay.change.layout import module_name, modules_of, roots_of
from assay.change.syntax import PARSED_FILES, Module, Scope, blocks, dotted, parse
from assay.values.change import Side
from assay.values.lab import Source

LONGEST_CHAIN = 6
"""Re-exports are followed this far."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an imported name means: an attribute of a module, or the module itself where `name` is empty."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Imports:
    """What a file imports, wherever in the file."""

    names: Mapping[str, Target]
    """By local name; `import a.b` binds `a`."""
    stars: tuple[str, ...]
    """Modules of `from x import *`."""
    modules: frozenset[str]
    """Every module that is named, with the modules that imported names may be."""


class Project:
    """The modules of one side."""

    def __init__(self, source: Source, side: Side) -> None:
        self.side = side
        self.source = source
        self.paths = tuple(source.paths(side))
        self.places = places_of(self.paths)
        self.roots = roots_of(source, side)
        self._by_name = modules_of(self.paths, self.roots)
        self._modules: dict[str, Module | SyntaxError | None] = {}

    def parsed(self, path: str | None) -> Module | SyntaxError | None:
        """The module, why it cannot be parsed, or None where there is no such text."""
        if path is None:
            return None
        if path not in self._modules:
            text = self.source.text(self.side, path)
            self._modules[path] = None if text is None else parse(path, module_name(path, self.roots), text)
        return self._modules[path]

    def module(self, path: str | None) -> Module | None:
        """The module where it can be parsed."""
        found = self.parsed(path)
        return found if isinstance(found, Module) else None

    def path_of(self, name: str) -> str | None:
        """The file that is imported as `name`."""
        return self._by_name.get(name)

    def text(self, path: str) -> str:
        """The text of a file, empty where it has none."""
        return self.source.text(self.side, path) or ""

    def code_mentioning(self, *words: str) -> Iterator[str]:
        """Paths of code (no tests, nothing around it) whose text holds every one of the words."""
        for path in self.paths:
            if path.endswith(".py"):
                text = self.source.text(self.side, path)
                if text and all(word in text for word in words) and kind_of(path, self.places) == "code":
                    yield path

    def imports(self, module: Module) -> Imports:
        """What a file imports."""
        return read_imports(module)

    def canonical(self, target: Target) -> Target:
        """Where a name is really defined, through re-exports and submodules."""
        for _ in range(LONGEST_CHAIN):
            module = self.module(self.path_of(target.module))
            if not target.name or module is None:
                return target
            head, _, rest = target.name.partition(".")
            imported = top_imports(module).get(head)
            if imported is None:
                submodule = f"{target.module}.{head}"
                if self.path_of(submodule) is None or _binds(module, head):
                    return target
                imported = Target(submodule)
            target = _join(imported, rest)
        return target

    def resolve(self, module: Module, expression: str) -> Target:
        """What a dotted expression at the top of `module` means."""
        head, _, rest = expression.partition(".")
        imported = self.imports(module).names.get(head)
        if imported is None:
            return Target(module.name, expression)
        return self.canonical(_join(imported, rest))

    def starred(self, module: Module, name: str) -> Iterator[Target]:
        """What a name may mean that comes from `from x import *`."""
        for origin in read_imports(module).stars:
            other = self.module(self.path_of(origin))
            if other is not None and (name in top_imports(other) or _binds(other, name)):
                yield self.canonical(Target(origin, name))

    def bases(self, module: Module, qualname: str) -> Iterator[tuple[Module, Scope]]:
        """Classes of the project from which a class inherits, nearest first, without itself."""
        waiting = [(module, qualname)]
        seen: set[tuple[str, str]] = set()
        while waiting:
            current, name = waiting.pop(0)
            scope = current.scopes.get(name)
            if scope is None or not isinstance(scope.node, ast.ClassDef) or (current.path, name) in seen:
                continue
            seen.add((current.path, name))
            if (current, name) != (module, qualname):
                yield current, scope
            for base in scope.node.bases:
                target = self.resolve(current, dotted(base))
                owner = current if target.module == current.name else self.module(self.path_of(target.module))
                if owner is not None:
                    nested = f"{name.rpartition('.')[0]}.{target.name}".strip(".")
                    waiting.append((owner, nested if nested in owner.scopes and owner is current else target.name))


@lru_cache(maxsize=PARSED_FILES)
def read_imports(module: Module) -> Imports:
    """Every import of a file, with relative ones made absolute."""
    names: dict[str, Target] = {}
    stars: list[str] = []
    modules: set[str] = set()
    waiting: list[ast.stmt] = [*reversed(module.tree.body)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
            names.update(_plain(node))
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(node, module)
            modules.add(origin)
            modules.update(f"{origin}.{alias.name}" for alias in node.names)
            stars += [origin for alias in node.names if alias.name == "*"]
            names.update(imported(node, module))
        else:
            waiting += [statement for block in blocks(node) for statement in reversed(block)]
    return Imports(names, tuple(stars), frozenset(modules))


@lru_cache(maxsize=PARSED_FILES)
def top_imports(module: Module) -> Mapping[str, Target]:
    """Names that the module itself binds by imports, inside `try` and `if` too."""
    names: dict[str, Target] = {}
    waiting: list[ast.stmt] = list(module.tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(imported(node, module))
        elif isinstance(node, (ast.If, ast.Try)):
            waiting = [*node.body, *(s for h in getattr(node, "handlers", ()) for s in h.body), *node.orelse, *waiting]
    return names


def imported(node: ast.Import | ast.ImportFrom, module: Module) -> dict[str, Target]:
    """Local names with what they mean."""
    if isinstance(node, ast.Import):
        return _plain(node)
    origin = absolute(node, module)
    return {alias.asname or alias.name: Target(origin, alias.name) for alias in node.names if alias.name != "*"}


def of_typing(target: Target) -> Target:
    """The target, where abstract classes of `collections.abc` count as what `typing` hands on of them."""
    is_handed_on = target.module in ("collections.abc", "typing_extensions") and target.name != "Set"
    return Target("typing", target.name) if is_handed_on else target


def absolute(node: ast.ImportFrom, module: Module) -> str:
    """The absolute name of the module that `from ... import` names."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".") if module.name else []
    parts = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _plain(node: ast.Import) -> dict[str, Target]:
    return {
        a.asname or a.name.partition(".")[0]: Target(a.name if a.asname else a.name.partition(".")[0])
        for a in node.names
    }


def _join(target: Target, rest: str) -> Target:
    return Target(target.module, f"{target.name}.{rest}".strip("."))


def _binds(module: Module, name: str) -> bool:
    if name in module.scopes or any(f.qualname == name for f in module.functions):
        return True
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for statement in module.scopes[""].statements
        for node in ast.walk(statement)
    )
