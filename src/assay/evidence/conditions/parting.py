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
from assay.evidence.conditions.spelling import UNSPELT, spell
from assay.evidence.conditions.things import UndefinedError, read_call
from assay.evidence.jobs import Placement
from assay.evidence.ways import same_lines
from assay.values.change import SIDES
from assay.values.experiment import Experiment
from assay.values.finding import Difference, Parting

LONGEST, LONGEST_VALUE = 100, 60


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
        decided=_decided(versions, (ours, theirs), difference.base),
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


@dataclass(frozen=True, slots=True)
class _Answer:
    """A test of one version, with its answer for the example and the values that it read."""

    text: str
    held: bool
    values: tuple[str, ...]


def _decided(versions: Sequence[_Version], lines: Sequence[int | None], example: Experiment) -> str:
    """What each side's test came to, and from which values, as far as that can be told."""
    answers = [_answer_at(version, line, example) for version, line in zip(versions, lines, strict=True)]
    told = [(side, answer) for side, answer in zip(SIDES, answers, strict=True) if answer is not None]
    if not told:
        return ""
    values = dict.fromkeys(value for _, answer in told for value in answer.values)
    sides = [f"`{answer.text}` is {str(answer.held).lower()} on {side}" for side, answer in told]
    if len({(answer.text, answer.held) for _, answer in told}) < len(told):
        sides = [f"`{told[0][1].text}` is {str(told[0][1].held).lower()} on both sides"]
    return " and ".join(sides) + (f", where {', '.join(values)}" if values else "")


def _answer_at(version: _Version, line: int | None, example: Experiment) -> _Answer | None:
    """The innermost test that led to this line and can be answered."""
    if line is None:
        return None
    tests = [
        node.test
        for node in ast.walk(version.function.node)
        if isinstance(node, (ast.If, ast.While)) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    scope, values = ModuleScope(version.project, version.module), read_call(example)
    return next((told for test in reversed(tests) if (told := _answer(test, values, scope)) is not None), None)


def _answer(test: ast.expr, values: Mapping[str, object], scope: ModuleScope) -> _Answer | None:
    try:
        predicate = compile_tree(test, frozenset(values), scope)
    except NotInLanguageError:
        return None
    held = predicate.holds(values)
    if held is None:
        return None
    read: list[ast.expr] = [node for node in ast.walk(test) if isinstance(node, ast.Name) and node.id in values]
    if isinstance(test, ast.Compare):
        read = [test.left, *test.comparators]
    parts = [(ast.unparse(node), _value(node, values, scope)) for node in read]
    told = tuple(f"{name} is {shown}" for name, shown in parts if shown and shown != name)
    return _Answer(predicate.text[:LONGEST], held, tuple(dict.fromkeys(told)))


def _value(node: ast.expr, values: Mapping[str, object], scope: ModuleScope) -> str:
    try:
        value = compile_tree(node, frozenset(values), scope).value(values)
    except (NotInLanguageError, UndefinedError):
        return ""
    told = spell(value)
    return "" if told == UNSPELT else told if len(told) <= LONGEST_VALUE else f"{told[:LONGEST_VALUE]}..."
