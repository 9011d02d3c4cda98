"""Before anything runs: where to look, which tests to try first, and what alterations are made of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assay.change.kinds import is_test, places_of
from assay.codebase.tests import corpus, find_tests, rank_tests
from assay.evidence.jobs import Material, Placement
from assay.evidence.points import Places, place_caller, place_changed
from assay.evidence.reach import Recorded
from assay.evidence.selection import rank_callers
from assay.values.change import Change, Side, Unit
from assay.values.finding import Gap
from assay.values.lab import Lab, Source

CORPUS = 240
MAX_CALLERS = 6
_OPTION_FILES = ("pyproject.toml", "pytest.ini", ".pytest.ini", "setup.cfg", "tox.ini")
_KEPT = re.compile(r"--(import-mode|asyncio-mode|ds|dc)[= ]([\w.]+)|--pyargs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The static side of an examination of behaviour."""

    places: Places
    changed: tuple[Placement, ...]
    files: tuple[str, ...]
    """Test files, the most likely ones first."""
    options: tuple[str, ...]
    """pytest options of the project without which its tests cannot be collected."""
    corpus: tuple[str, ...]
    edited_tests: frozenset[str]
    """Test files that head edits or deletes."""
    gaps: tuple[Gap, ...]


def survey(change: Change, lab: Lab) -> Survey:
    """Read what the files alone can tell."""
    places = Places(lab.source, change.files, lab.source_roots)
    changed, gaps = [], []
    for unit in change.comparable:
        assert unit.base is not None
        placement = place_changed(places, unit, material_of(lab.source, unit.base, unit.head, unit.names))
        if placement is None:
            gaps.append(_unplaced(unit.unit))
        else:
            changed.append(placement)
    tests = find_tests(lab.source.paths("base"), lab.source)
    files = tuple(path for path, _ in rank_tests(tests, [unit.unit for unit in change.comparable], lab.source))
    return Survey(
        places=places,
        changed=tuple(changed),
        files=files,
        options=options_of(lab.source),
        corpus=corpus(files[:12], lab.source, CORPUS),
        edited_tests=frozenset(pair.base_path for pair in change.tests if pair.base_path is not None),
        gaps=tuple(gaps),
    )


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

    ranked = rank_callers(recorded.base.calls, usable)
    wanted = _interleave([ranked.get(placement.point.id, ()) for placement in survey.changed])[:MAX_CALLERS]
    callers = [caller for path, line, _ in wanted if (caller := made[path, line]) is not None]
    return tuple(replace(caller, material=_material_of_caller(source, caller, survey.changed)) for caller in callers)


def material_of(source: Source, base: Unit, head: Unit | None, names: Iterable[str]) -> Material:
    """Constants of both versions, names on the changed lines."""
    numbers: dict[int | float, None] = {}
    texts: dict[str, None] = {}
    sides: list[tuple[Side, Unit | None]] = [("base", base), ("head", head)]
    for side, unit in sides:
        if unit is None:
            continue
        for node in ast.walk(ast.parse(source.text(side, unit.path) or "")):
            if isinstance(node, ast.Constant) and unit.first_line <= node.lineno <= unit.last_line:
                if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
                    numbers[node.value] = None
                elif isinstance(node.value, str) and 0 < len(node.value) <= 60:
                    texts[node.value] = None
    return Material(numbers=tuple(numbers)[:80], texts=tuple(texts)[:80], names=tuple(sorted(names)))


def _material_of_caller(source: Source, caller: Placement, changed: Sequence[Placement]) -> Material:
    assert caller.base is not None
    own = material_of(source, caller.base, caller.head, ())
    numbers = [*(n for p in changed for n in p.material.numbers), *own.numbers]
    texts = [*(t for p in changed for t in p.material.texts), *own.texts]
    return Material(numbers=tuple(dict.fromkeys(numbers))[:100], texts=tuple(dict.fromkeys(texts))[:100])


def _interleave(ranked: Sequence[Sequence[tuple[str, int, str]]]) -> list[tuple[str, int, str]]:
    longest = max(map(len, ranked), default=0)
    return list(dict.fromkeys(frames[i] for i in range(longest) for frames in ranked if i < len(frames)))


def options_of(source: Source) -> tuple[str, ...]:
    """Options in `addopts` without which files could not be collected; the others are left out."""
    for path in _OPTION_FILES:
        text = source.text("base", path) or ""
        if "addopts" in text:
            found = text[text.index("addopts") :][:1000]
            return tuple(match.group(0).replace(" ", "=") for match in _KEPT.finditer(found))
    return ()


def _unplaced(unit: Unit) -> Gap:
    return Gap(
        slug="unobservable",
        unit=unit.name,
        reason=f"{unit.name} is not where base's source says it is.",
        remedy="Report this to the authors of Assay with the file.",
    )
