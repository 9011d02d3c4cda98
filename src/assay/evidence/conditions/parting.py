"""Where the ways part: the first line that one version runs in the example and the other does not, and why."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.change.project import Project
from assay.change.syntax import Function, Module
from assay.codebase.calls import locate
from assay.evidence.conditions.bodies import ModuleScope
from assay.evidence.conditions.language import NotInLanguageError, compile_tree
from assay.evidence.conditions.things import Thing, UndefinedError, read_call
from assay.evidence.jobs import Placement
from assay.evidence.ways import same_lines
from assay.values.experiment import Experiment
from assay.values.finding import Difference, Parting

LONGEST = 100


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of the function, with the lines of it that ran."""

    module: Module
    function: Function
    text: Sequence[str]
    ran: frozenset[int]
    project: Project

    @property
    def first(self) -> int:
        return self.function.first_line


def parting_of(difference: Difference, placement: Placement, projects: Sequence[Project]) -> Parting | None:
    """Where the two runs of the example part; None where both run the same lines, or their lines are not known."""
    versions = []
    for unit, project, experiment in zip(
        (placement.base, placement.head), projects, (difference.base, difference.head), strict=True
    ):
        found = None if unit is None else locate(unit, project)
        if found is None or unit is None:
            return None
        module, function = found
        text = project.text(unit.path).splitlines()[function.first_line - 1 : function.last_line]
        ran = frozenset(n for n in experiment.lines if function.first_line <= n <= function.last_line)
        versions.append(_Version(module, function, text, ran, project))
    base, head = versions
    if not base.ran or not head.ran:
        return None
    ours, theirs = _alone(base, head), _alone(head, base)
    if ours is None and theirs is None:
        return None
    return Parting(
        base=_shown(base, ours),
        head=_shown(head, theirs),
        decided=_decided(base, ours, difference.base) or _decided(head, theirs, difference.base),
    )


def _alone(version: _Version, other: _Version) -> int | None:
    """The first line that ran here and has no equal that ran there."""
    same = same_lines(tuple(version.text), tuple(other.text), version.first, other.first)
    return next((line for line in sorted(version.ran) if same.get(line) not in other.ran), None)


def _shown(version: _Version, line: int | None) -> str:
    """`path:line  source`; empty where this version runs nothing of its own."""
    if line is None:
        return ""
    text = version.text[line - version.first].strip()
    return f"{version.module.path}:{line}  {text[:LONGEST]}"


def _decided(version: _Version, line: int | None, example: Experiment) -> str:
    """The test that led to this line, with its answer and the values that it compared, where both can be told."""
    if line is None:
        return ""
    tests = [
        node.test
        for node in ast.walk(version.function.node)
        if isinstance(node, (ast.If, ast.While)) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    values = read_call(example)
    for test in reversed(tests):
        told = _answer(test, values, ModuleScope(version.project, version.module))
        if told:
            return told
    return ""


def _answer(test: ast.expr, values: Mapping[str, object], scope: ModuleScope) -> str:
    try:
        predicate = compile_tree(test, frozenset(values), scope)
    except NotInLanguageError:
        return ""
    held = predicate.holds(values)
    if held is None:
        return ""
    parts = []
    if isinstance(test, ast.Compare):
        for side in (test.left, *test.comparators):
            shown = _value(side, values, scope)
            if shown and shown != ast.unparse(side):
                parts.append(f"{ast.unparse(side)} is {shown}")
    return f"{predicate.text[:LONGEST]} is {held}" + (f": {', '.join(parts)}" if parts else "")


def _value(node: ast.expr, values: Mapping[str, object], scope: ModuleScope) -> str:
    try:
        value = compile_tree(node, frozenset(values), scope).value(values)
    except (NotInLanguageError, UndefinedError):
        return ""
    return "" if isinstance(value, Thing) else repr(value)[:60]
