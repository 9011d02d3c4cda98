"""Where a function's name is still used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from assay.change.project import Project, Target
from assay.change.syntax import Function, Module

MOST_USES = 20


def uses_of(module: Module, function: Function, project: Project) -> tuple[str, ...]:
    """`path:line` of places in `project` that use a function of `module` by name, at most twenty.

    Told from names alone. Special methods (`__len__`) are called by the language and give no answer.
    """
    name = function.node.name
    if "<locals>" in function.qualname or (name.startswith("__") and name.endswith("__")):
        return ()
    found: list[str] = []
    owner = function.owner.rpartition(".")[2]
    # A file that knows the function mentions its class, or its module or package, as well.
    doors = {owner} if owner else set(module.name.split(".")[-2:])
    for path in sorted(project.code_mentioning(name), key=lambda p: (p != module.path, p)):
        near = path == module.path or any(door in project.text(path) for door in doors)
        other = project.module(path) if near else None
        if other is None:
            continue
        lines = _of_method(other, module, name, owner, project) if owner else _of_function(other, module, name, project)
        found += [f"{path}:{line}" for line in sorted(set(lines))]
        if len(found) >= MOST_USES:
            break
    return tuple(found[:MOST_USES])


def _of_function(other: Module, module: Module, name: str, project: Project) -> Iterator[int]:
    if other.name == module.name:
        # Another definition of the name took its place.
        defined = {
            n.name for n in other.tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        }
        replaced = other is not module and name in defined | set(project.imports(other).names)
        local = set() if replaced else {name}
        aliases: set[str] = set()
    else:
        imports = project.imports(other)
        local = {n for n, t in imports.names.items() if t == Target(module.name, name)}
        local |= {name} if module.name in imports.stars else set()
        aliases = {n for n, t in imports.names.items() if project.canonical(t) == Target(module.name)}
    for node in ast.walk(other.tree):
        match node:
            case ast.Name(id=word) if word in local and isinstance(node.ctx, ast.Load):
                yield node.lineno
            case ast.Attribute(attr=attr, value=ast.Name(id=word)) if attr == name and word in aliases:
                yield node.lineno
            case ast.ImportFrom() if any(a.name == name for a in node.names) and local:
                yield node.lineno


def _of_method(other: Module, module: Module, name: str, owner: str, project: Project) -> Iterator[int]:
    related = (
        other.name == module.name
        or owner in project.imports(other).names
        or module.name in project.imports(other).modules
    )
    if not related:
        return
    still = other is not module and any(f.node.name == name and f.in_class for f in other.functions)
    for node in ast.walk(other.tree):
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Load) and not still:
            yield node.lineno
