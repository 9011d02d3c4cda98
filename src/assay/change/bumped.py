"""Where a change of installed packages can be seen: the functions that use what was bumped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assay.change.kinds import kind_of, places_of
from assay.change.project import Project, read_imports
from assay.change.read import unit_of
from assay.change.reads import lines_reading, reads_of
from assay.change.syntax import Function, Module
from assay.values.change import Change, ChangedUnit
from assay.values.environment import Bump
from assay.values.lab import Source

MOST_UNITS = 60
"""Functions beyond these are counted and not observed one by one."""
SHOWN = 6
"""Names in one sentence."""


def asks_otherwise(change: Change, source: Source) -> bool:
    """May head's environment hold other packages than base's?"""
    places = places_of(source.paths("head"))
    return any(kind_of(pair.path, places) in {"dependencies", "settings"} for pair in change.files)


def with_bumps(change: Change, source: Source, bumps: Sequence[Bump], project: str) -> Change:
    """The change with the functions of `project` that use a bumped package among its units."""
    own = {(unit.unit.path, unit.unit.qualname) for unit in change.units}
    users = [
        (bump, unit) for bump, unit in _users(source, bumps, project) if (unit.unit.path, unit.unit.qualname) not in own
    ]
    merged: dict[tuple[str, str], ChangedUnit] = {}
    for _, unit in users:
        key = (unit.unit.path, unit.unit.qualname)
        before = merged.get(key)
        merged[key] = unit if before is None else _both(before, unit)
    kept = list(merged.values())[:MOST_UNITS]
    asked = any(unread.slug == "dependencies" for unread in change.unread)
    remarks = list(_sentences(bumps, users))
    if asked and not bumps:
        remarks.append("What the project asks for changed; both environments hold the same packages.")
    if len(kept) < len(merged):
        remarks.append(f"Of {len(merged)} functions that use these packages {len(kept)} are observed one by one.")
    return replace(
        change,
        units=(*change.units, *kept),
        unread=tuple(unread for unread in change.unread if unread.slug != "dependencies"),
        remarks=(*change.remarks, *remarks),
        bumps=tuple(bump.words for bump in bumps),
        environments_compared=True,
    )


def _users(source: Source, bumps: Sequence[Bump], project: str) -> Iterator[tuple[Bump, ChangedUnit]]:
    """Functions that both sides have and that read a name imported from a bumped package, with that package."""
    old, new = Project(source, "base"), Project(source, "head")
    for path in new.code_mentioning("import"):
        text = new.text(path)
        near = [bump for bump in bumps if any(module in text for module in bump.modules)]
        module = new.module(path) if near and (not project or path.startswith(f"{project}/")) else None
        before = old.module(path) if module is not None else None
        if module is None or before is None:
            continue
        names = read_imports(module).names
        for bump in near:
            local = {name for name, target in names.items() if target.module.partition(".")[0] in bump.modules}
            yield from ((bump, unit) for unit in _readers(module, before, local, bump))


def _readers(module: Module, before: Module, local: set[str], bump: Bump) -> Iterator[ChangedUnit]:
    functions = {function.qualname: function for function in module.functions}
    counterparts = {(function.qualname, function.ordinal): function for function in before.functions}
    for function in module.functions_mentioning(*local) if local else ():
        other = counterparts.get((function.qualname, function.ordinal))
        read = sorted(local & reads_of(function, functions).names)
        if other is not None and read:
            yield ChangedUnit(
                kind="changed",
                base=unit_of(before, other),
                head=unit_of(module, function),
                why=tuple(f"reads {name} of {bump.words}" for name in read),
                base_lines=_lines(other, read),
                head_lines=_lines(function, read),
                names=frozenset(read),
            )


def _lines(function: Function, names: Sequence[str]) -> frozenset[int]:
    return frozenset[int]().union(*(lines_reading(function, name) for name in names))


def _both(one: ChangedUnit, other: ChangedUnit) -> ChangedUnit:
    """One unit that uses two packages."""
    return replace(
        one,
        why=tuple(dict.fromkeys((*one.why, *other.why))),
        base_lines=one.base_lines | other.base_lines,
        head_lines=one.head_lines | other.head_lines,
        names=one.names | other.names,
    )


def _sentences(bumps: Sequence[Bump], users: Sequence[tuple[Bump, ChangedUnit]]) -> Iterator[str]:
    """One for each package that functions use, and one for all others."""
    others = []
    for bump in bumps:
        names = list(dict.fromkeys(unit.unit.name for other, unit in users if other is bump))
        if names:
            yield f"Head's environment: {bump.words}; used by {_listed(names)}."
        else:
            others.append(bump.words)
    if others:
        yield f"Head's environment, in packages that no function of the project names: {_listed(others)}."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
