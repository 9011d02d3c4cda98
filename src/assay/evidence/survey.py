"""Before anything runs: where to look, which tests to try first, and what alterations are made of."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from assay.change.kinds import is_test, places_of
from assay.change.normalise import block_shape
from assay.change.project import Project
from assay.codebase.asked import no_longer_compared
from assay.codebase.calls import locate
from assay.codebase.given import values_and_objects
from assay.codebase.literals import (
    flags_for,
    keys_asked,
    literals_for,
    literals_of_change,
    slot_names,
    texts_of_one_version,
)
from assay.codebase.patterns import patterns_of_change
from assay.codebase.pytest_settings import read_pytest_settings
from assay.codebase.tests import corpus, find_tests, rank_tests
from assay.evidence.frames import RecordedCall
from assay.evidence.jobs import Compared, Material, Placement
from assay.evidence.points import Places, place_caller, place_changed, place_one_sided
from assay.evidence.reach import Recorded
from assay.evidence.selection import rank_callers
from assay.values.change import Change, ChangedUnit, FilePair, Side, Unit
from assay.values.finding import Gap
from assay.values.lab import Lab, Source

CORPUS = 240
MAX_CALLERS, MAX_ONE_SIDED = 6, 40
TESTS_READ = 12
SHORTEST_WORD = 3
FILES_BESIDE = 100
_CLASS = re.compile(r"^\s*class (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The static side of an examination of behaviour."""

    places: Places
    changed: tuple[Placement, ...]
    one_sided: tuple[Placement, ...]
    """Added and removed functions: nothing to compare, but their callers may answer otherwise."""
    files: tuple[str, ...]
    """Test files, the most likely ones first."""
    options: tuple[str, ...]
    """pytest options of the project that decide what its tests do."""
    corpus: tuple[str, ...]
    gaps: tuple[Gap, ...]
    imports_otherwise: bool
    """Does some changed file run other statements when it is imported, lack or add a definition? Did packages?"""


def survey(change: Change, lab: Lab) -> Survey:
    """Read what the files alone can tell."""
    places = Places(lab.source, change.files, lab.source_roots)
    base, head = Project(lab.source, "base"), Project(lab.source, "head")
    changed, gaps = [], []
    for unit in change.comparable:
        assert unit.base is not None
        placement = place_changed(places, unit, _material(unit, base, head))
        if placement is None:
            gaps.append(_unplaced(unit.unit))
        else:
            changed.append(placement)
    settings = read_pytest_settings(lab.source, lab.project)
    tests = find_tests(lab.source.paths("base"), settings, lab.project)
    if settings.doctests:
        # Examples in the docstrings of a changed file are tests of it, and pytest is meant to run them.
        own = {unit.base.path for unit in change.comparable if unit.base is not None}
        tests = (*tests, *sorted(own - set(tests)))
    units = [unit.unit for unit in change.comparable]
    names = {name for unit in change.comparable for name in unit.names}
    files = tuple(path for path, _ in rank_tests(tests, units, lab.source, files=change.files, names=names))
    return Survey(
        places=places,
        changed=with_values_given(changed, files[:TESTS_READ], lab.source),
        one_sided=_one_sided(change, places, base, head),
        files=files,
        options=settings.options,
        corpus=corpus(files[:TESTS_READ], lab.source, CORPUS),
        gaps=tuple(gaps),
        imports_otherwise=bool(change.bumps) or any(_imports_otherwise(pair, lab.source) for pair in change.files),
    )


def _one_sided(change: Change, places: Places, base: Project, head: Project) -> tuple[Placement, ...]:
    some = [unit for unit in change.units if unit.kind != "changed"][:MAX_ONE_SIDED]
    found = []
    for unit in some:
        project = head if unit.base is None else base
        literals = literals_for(unit.unit, project)
        material = Material(numbers=literals.numbers, texts=literals.texts)
        placed = place_one_sided(places, unit, material)
        if placed is not None:
            found.append(placed)
    return tuple(found)


def with_values_given(placements: Iterable[Placement], tests: Iterable[str], source: Source) -> tuple[Placement, ...]:
    """The placements with what the tests give to parameters of their names, and to keywords that their code names.

    And with how the tests make objects of the classes that stand near them.
    """
    every = tuple(placements)
    wanted = [tuple(dict.fromkeys((*p.point.parameters, *p.material.texts))) for p in every]
    names = {name for some in wanted for name in some if name.isidentifier()}
    positional = {}
    for p in every:
        *_, owner, last = ("", *p.point.name.split("."))
        is_method = p.point.parameters[:1] in (("self",), ("cls",))
        positional[owner if last == "__init__" else last] = p.point.parameters[is_method:]
    classes = _classes_beside(every, source)
    given, objects = values_and_objects(tests, source, names - {"self", "cls"}, positional, classes)
    for name, also in (pair for p in every for pair in _defaults(p)):
        # What head refuses to take at all it refuses whatever it is, and that callers may give the default is sure.
        given = {**given, name: tuple(dict.fromkeys((*also, *given.get(name, ()))))}
    made = tuple(objects.items())
    known = [tuple((name, given[name]) for name in some if name in given) for some in wanted]
    return tuple(
        replace(p, material=replace(p.material, given=own, made=made)) for p, own in zip(every, known, strict=True)
    )


def _classes_beside(placements: Iterable[Placement], source: Source) -> frozenset[str]:
    """Names of the classes in the folders of the placements."""
    folders = {placement.point.path.rpartition("/")[0] for placement in placements}
    files = [path for path in source.paths("base") if path.endswith(".py") and path.rpartition("/")[0] in folders]
    texts = (source.text("base", path) or "" for path in files[:FILES_BESIDE])
    return frozenset(name for text in texts for name in _CLASS.findall(text))


def _defaults(placement: Placement) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Literals for parameters of which head's signature may know nothing: their defaults, and another flag."""
    for name, text in placement.point.defaults if placement.form is not None else ():
        try:
            default = ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError):
            default = None
        yield name, (repr(default), *([repr(not default)] if isinstance(default, bool) else []))


def _imports_otherwise(pair: FilePair, source: Source) -> bool:
    if not pair.path.endswith(".py") or is_test(pair.path, places_of(source.paths("head"))):
        return False
    shapes = []
    for side, path in (("base", pair.base_path), ("head", pair.head_path)):
        text = source.text(cast("Side", side), path) if path else ""
        try:
            shapes.append(block_shape(ast.parse(text or "").body))
        except (SyntaxError, ValueError):
            return False
    return shapes[0] != shapes[1]


def find_callers(survey: Survey, recorded: Recorded, source: Source) -> tuple[Placement, ...]:
    """Functions above the changed units through which they can be observed: the nearest and the outermost."""
    paths = places_of(source.paths("base"))
    own = {(p.base.path, p.base.first_line) for p in survey.changed if p.base is not None}
    made: dict[tuple[str, int], Placement | None] = {}

    def usable(frame: tuple[str, int, str]) -> bool:
        path, line, _name = frame
        if (path, line) in own or is_test(path, paths):
            return False
        if (path, line) not in made:
            made[path, line] = place_caller(survey.places, path, line, Material())
        return made[path, line] is not None

    units = (*survey.changed, *survey.one_sided)
    calls = _calls_to_look_above(survey, recorded, own)
    ranked = rank_callers(calls, usable)
    wanted = _interleave([ranked.get(placement.point.id, ()) for placement in units])[:MAX_CALLERS]
    callers = [caller for path, line, _ in wanted if (caller := made[path, line]) is not None]
    project = Project(source, "base")
    dropped = frozenset[str]().union(*(kinds for p in survey.changed for name, kinds in p.point.asked if not name))
    branches = frozenset[int]().union(*(placement.point.branches for placement in survey.changed))
    placed = [
        replace(
            caller,
            material=_material_of_caller(caller, units, project),
            above=_below(caller, calls),
            point=replace(caller.point, asked=(*caller.point.asked, ("", dropped)), branches=branches),
        )
        for caller in callers
    ]
    return with_values_given(placed, survey.files[:TESTS_READ], source)


def _calls_to_look_above(
    survey: Survey, recorded: Recorded, own: Collection[tuple[str, int]]
) -> tuple[RecordedCall, ...]:
    """Base's calls, and head's calls of added functions, with the places that base has of what stands above them.

    Added and removed functions that a changed one calls are left out: what they do shows there.
    """
    ids = {placement.point.id for placement in survey.one_sided}
    calls = [
        *recorded.base.calls,
        *(
            replace(call, chain=tuple(frame for frame in map(survey.places.on_base, call.chain) if frame is not None))
            for call in recorded.head.calls
            if call.experiment.id.point in ids
        ),
    ]
    return tuple(
        call
        for call in calls
        if call.experiment.id.point not in ids or not any((path, line) in own for path, line, _ in call.chain)
    )


def _below(caller: Placement, calls: Iterable[RecordedCall]) -> frozenset[str]:
    """Points whose calls came by way of the caller."""
    unit = caller.base
    return frozenset(
        call.experiment.id.point
        for call in calls
        if unit is not None and any((path, line) == (unit.path, unit.first_line) for path, line, _ in call.chain)
    )


def _material(changed: ChangedUnit, base: Project, head: Project) -> Material:
    """Constants of both versions and of their callees, slots that the changed lines name, flags that the unit reads."""
    literals = literals_of_change(changed, base, head)
    flags = [
        flag
        for unit, project in ((changed.base, base), (changed.head, head))
        if unit is not None
        for flag in flags_for(unit, project)
    ]
    return Material(
        numbers=literals.numbers,
        texts=literals.texts,
        names=slot_names(changed, base, head),
        flags=tuple(dict.fromkeys(flags)),
        patterns=patterns_of_change(changed, base, head),
        compared=_no_longer_compared(changed, base, head),
        telling=texts_of_one_version(changed, base, head),
        keys=keys_asked(changed, base, head),
        words=tuple(sorted({name.lower() for name in changed.names if len(name) >= SHORTEST_WORD})),
    )


def _no_longer_compared(changed: ChangedUnit, base: Project, head: Project) -> tuple[Compared, ...]:
    ours = locate(changed.base, base) if changed.base is not None else None
    theirs = locate(changed.head, head) if changed.head is not None else None
    if ours is None or theirs is None:
        return ()
    found = no_longer_compared(ours[1].node, theirs[1].node)
    return tuple((name, dropped, others) for name, (dropped, others) in found.items())


def _material_of_caller(caller: Placement, changed: Sequence[Placement], project: Project) -> Material:
    """What the changed units are made of first, then the caller's own constants; slots that the changed lines name."""
    assert caller.base is not None
    own = literals_for(caller.base, project)
    numbers = [*(n for p in changed for n in p.material.numbers[:40]), *own.numbers]
    texts = [*(t for p in changed for t in p.material.texts[:40]), *own.texts]
    return Material(
        numbers=tuple(dict.fromkeys(numbers))[:100],
        texts=tuple(dict.fromkeys(texts))[:100],
        names=tuple(dict.fromkeys(name for p in changed for name in p.material.names)),
        patterns=tuple(dict.fromkeys(pair for p in changed for pair in p.material.patterns)),
        telling=tuple(dict.fromkeys(text for p in changed for text in p.material.telling)),
        keys=tuple({pair[0]: pair for p in changed for pair in p.material.keys}.values()),
        words=tuple(dict.fromkeys(word for p in changed for word in p.material.words)),
        compared=tuple({of[0]: of for p in changed for of in p.material.compared}.values()),
    )


def _interleave(ranked: Sequence[Sequence[tuple[str, int, str]]]) -> list[tuple[str, int, str]]:
    longest = max(map(len, ranked), default=0)
    return list(dict.fromkeys(frames[i] for i in range(longest) for frames in ranked if i < len(frames)))


def _unplaced(unit: Unit) -> Gap:
    return Gap(
        slug="unobservable",
        unit=unit.name,
        reason=f"{unit.name} is not where base's source says it is.",
        remedy="Report this to the authors of Assay with the file.",
    )
