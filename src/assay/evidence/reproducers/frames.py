"""What the probe tells of calls and of trials, checked before it is used: code must parse, names must be names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import cast

from assay.evidence.frames import read_story
from assay.evidence.reproducers.call_alone import Altered, Frame, Harvest
from assay.evidence.reproducers.drafts import Saw, Source
from assay.values.experiment import ExperimentId, ScenarioResult
from assay.values.lab import Frame as WireFrame


def read_harvest(frames: Iterable[WireFrame]) -> dict[ExperimentId, Harvest]:
    """The calls that were described, by experiment. Malformed frames are dropped."""
    found: dict[ExperimentId, Harvest] = {}
    for frame in frames:
        if frame.get("t") == "harvest":
            try:
                harvest = _harvest(frame)
                name = ExperimentId(
                    scenario=harvest.scenario,
                    point=str(frame["point"]),
                    call=int(cast("int", frame["n"])),
                    intervention=int(cast("int", frame["m"])),
                )
                found.setdefault(name, harvest)
            except (TypeError, ValueError, KeyError, IndexError, SyntaxError, RecursionError):
                continue
    return found


def read_saw(frames: Iterable[WireFrame]) -> dict[str, Saw]:
    """What drafts showed, by key; a draft that ran more than once shows what it did last."""
    found: dict[str, Saw] = {}
    for frame in frames:
        if frame.get("t") == "saw":
            try:
                left = cast("Mapping[str, object]", frame["left"])
                found[str(frame["key"])] = Saw(
                    raised=_source(frame["raised"]),
                    bases=tuple(str(base) for base in cast("list[object]", frame["bases"])),
                    seen=_seen(frame["seen"]),
                    left={str(name): _seen(rows) for name, rows in left.items()},
                    out=str(frame["out"]),
                )
            except (TypeError, ValueError, KeyError, IndexError, SyntaxError, RecursionError):
                continue
    return found


def read_trials(frames: Iterable[WireFrame]) -> dict[str, ScenarioResult]:
    """How each file ended: its worst test speaks for it."""
    found: dict[str, ScenarioResult] = {}
    for result in read_story(frames).tests:
        known = found.get(result.path)
        if known is None or known.outcome == "passed":
            found[result.path] = result
    return found


def _harvest(frame: WireFrame) -> Harvest:
    edits = cast("list[Mapping[str, object]]", frame["edits"])
    home, scenario = frame["home"], frame["test"]
    if not isinstance(scenario, str) or not (home is None or isinstance(home, str)):
        raise TypeError("harvest")
    names = ((str(row[0]), _source(row[1])) for row in cast("list[list[object]]", frame["locals"]))
    return Harvest(
        scenario=scenario,
        arguments=tuple((str(row[0]), _source(row[1])) for row in cast("list[list[object]]", frame["arguments"])),
        edits=tuple(_altered(edit) for edit in edits),
        owner=_source(frame["owner"]),
        home=home,
        stack=tuple(_frame(row) for row in cast("list[list[object]]", frame["stack"])),
        names={name: source for name, source in names if source is not None},
    )


def _altered(edit: Mapping[str, object]) -> Altered:
    steps = cast("list[list[str | int]]", edit["path"])
    return Altered(
        path=tuple((str(kind), step) for kind, step in steps),
        old=_source(edit["old"]),
        new=_source(edit["new"]),
        twice=edit["twice"] is True,
    )


def _frame(row: list[object]) -> Frame:
    path, first_line, name, line, position = row
    numbers = None if position is None else tuple(int(n) for n in cast("list[int]", position))
    return Frame(
        path=str(path),
        first_line=int(cast("int", first_line)),
        name=str(name),
        line=int(cast("int", line)),
        position=cast("tuple[int, int, int, int] | None", numbers),
    )


def _seen(rows: object) -> tuple[tuple[str, Source], ...]:
    found = []
    for template, code, imports in cast("list[tuple[str, str, list[str]]]", rows):
        ast.parse(template.replace("{}", "it", 1), mode="eval")
        source = _source([code, imports])
        assert source is not None
        found.append((template, source))
    return tuple(found)


def _source(data: object) -> Source | None:
    """An expression that parses, with statements that import and do nothing else."""
    if data is None:
        return None
    code, imports = cast("tuple[str, list[str]]", data)
    ast.parse(code, mode="eval")
    for statement in imports:
        parsed = ast.parse(statement).body
        if len(parsed) != 1 or not isinstance(parsed[0], ast.Import | ast.ImportFrom):
            raise ValueError(statement)
    return Source(code=code, imports=tuple(imports))
