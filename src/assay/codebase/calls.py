"""Which functions of the project a function calls, as far as names tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from assay.change.project import Project
from assay.change.reads import own_nodes
from assay.change.syntax import Function, Module, dotted
from assay.values.change import Unit

_SELF = frozenset({"self", "cls"})


def locate(unit: Unit, project: Project) -> tuple[Module, Function] | None:
    """The parsed function of a unit; None where the project has it no more."""
    module = project.module(unit.path)
    found = (f for f in (module.functions if module else ()) if f.qualname == unit.qualname)
    candidates = sorted(found, key=lambda f: abs(f.first_line - unit.first_line))
    return (module, candidates[0]) if module is not None and candidates else None


def inside(module: Module, function: Function) -> list[Function]:
    """The function and those defined in it."""
    prefix = f"{function.qualname}.<locals>."
    inner = (f for f in module.functions if f.qualname.startswith(prefix))
    return [function, *(f for f in inner if function.first_line <= f.first_line <= function.last_line)]


def callees(module: Module, function: Function, project: Project) -> Iterator[tuple[Module, Function]]:
    """Functions that it, or a function in it, calls or reads as properties; each once, in order of appearance.

    `self.x()` is sought in the class and its bases, then as a method whose name is unique in the file.
    """
    seen: set[Function] = set()
    for part in inside(module, function):
        for node in sorted(own_nodes(part.node), key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0))):
            name = dotted(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and dotted(node.value) in _SELF:
                name = f"self.{node.attr}"
            for found in _named(name, module, part, project):
                if found[1] not in seen and found[1] is not function:
                    seen.add(found[1])
                    yield found


def enclosing_class(function: Function) -> str:
    """Qualified name of the class in which a method, or a function inside one, stands; "" outside of classes."""
    return (function.qualname.partition(".<locals>")[0]).rpartition(".")[0]


def _named(name: str, module: Module, caller: Function, project: Project) -> Iterator[tuple[Module, Function]]:
    head, _, rest = name.partition(".")
    if not name:
        return
    if head in _SELF | {"super"} and rest and "." not in rest:
        yield from _method(module, enclosing_class(caller), rest, project, own=head != "super")
    elif not rest and (nested := _by_qualname(module, f"{caller.qualname}.<locals>.{name}")):
        yield module, nested
    else:
        target = project.resolve(module, name)
        owner = module if target.module == module.name else project.module(project.path_of(target.module))
        if owner is None:
            return
        found = _by_qualname(owner, target.name) or _by_qualname(owner, f"{target.name}.__init__")
        if found is not None:
            yield owner, found
        elif rest and owner is module:
            yield from _unique(module, name.rpartition(".")[2])


def _method(module: Module, owner: str, name: str, project: Project, *, own: bool) -> Iterator[tuple[Module, Function]]:
    if own and (found := _by_qualname(module, f"{owner}.{name}")):
        yield module, found
        return
    for other, scope in project.bases(module, owner):
        if found := _by_qualname(other, f"{scope.qualname}.{name}"):
            yield other, found
            return
    yield from _unique(module, name)


def _unique(module: Module, name: str) -> Iterator[tuple[Module, Function]]:
    same = [f for f in module.functions if f.node.name == name and f.in_class]
    if len(same) == 1:
        yield module, same[0]


def _by_qualname(module: Module, qualname: str) -> Function | None:
    return next((f for f in reversed(module.functions) if f.qualname == qualname), None)
