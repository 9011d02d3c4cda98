"""Who calls a function, told from names."""

from __future__ import annotations

from assay.change.project import Project
from assay.change.syntax import Function, Module
from assay.change.uses import uses_of
from assay.codebase.calls import locate
from assay.values.change import Unit


def callers(unit: Unit, project: Project) -> tuple[Unit, ...]:
    """Functions outside of tests that use a unit by name, those of its own file first; twenty places are read."""
    located = locate(unit, project)
    if located is None:
        return ()
    found: dict[Unit, None] = {}
    for place in uses_of(*located, project):
        path, _, line = place.rpartition(":")
        module = project.module(path)
        function = _around(module, int(line)) if module is not None else None
        if module is not None and function is not None and function is not located[1]:
            found[_unit(module, function)] = None
    return tuple(found)


def _around(module: Module, line: int) -> Function | None:
    """The innermost function around a line."""
    around = [f for f in module.functions if f.first_line <= line <= f.last_line]
    return max(around, key=lambda f: f.first_line, default=None)


def _unit(module: Module, function: Function) -> Unit:
    return Unit(
        path=module.path,
        module=module.name,
        qualname=function.qualname,
        first_line=function.first_line,
        last_line=function.last_line,
    )
