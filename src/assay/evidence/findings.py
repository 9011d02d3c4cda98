"""From grouped differences and broken promises to findings: one claim each, at the place a reader would look."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from assay.evidence.differences import may_hold
from assay.evidence.jobs import Placement
from assay.evidence.promises import Broken
from assay.values.change import Unit
from assay.values.experiment import Experiment, ExperimentId, ObservationPoint
from assay.values.finding import Difference, DifferenceKind, Explanation, FailingTest, Finding, Location

INVESTIGATOR = "behaviour"
GROUPS_A_UNIT = 4
_CLAIMS: Mapping[DifferenceKind, str] = {
    "answers-differently": "answers differently",
    "raises-instead": "raises {head} where it returned",
    "accepts-instead": "accepts what it refused with {base}",
    "breaks-inside": "breaks with {head} where it refused with {base}",
    "hangs-instead": "does not come back where it answered",
    "raises-otherwise": "refuses with {head} instead of {base}",
    "tells-otherwise": "refuses with the same {base}, which tells something else",
    "leaves-arguments-differently": "leaves its arguments, or its object, otherwise",
    "writes-differently": "writes something else",
    "iterator-instead": "gives an iterator where it gave a list",
    "details": "differs in details",
}


def findings_of(
    groups: Sequence[Difference],
    placements: Mapping[str, Placement],
    placements_changed: Sequence[Placement],
    explanations: Mapping[ExperimentId, Explanation] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """One finding for each group that says something new about its unit; the rest would only repeat it."""
    findings: list[Finding] = []
    told: dict[str, list[Difference]] = {}
    for difference in sorted(groups, key=lambda d: (not may_hold(d), _distance(placements[d.base.id.point].point))):
        placement = placements[difference.base.id.point]
        unit = unit_of(difference, placement, placements_changed)
        if unit is None or _says_nothing(difference):
            continue
        known = told.setdefault(unit.point.id, [])
        if len(known) >= GROUPS_A_UNIT or any(_repeats(difference, other) for other in known):
            continue
        known.append(difference)
        findings.append(_finding(difference, placement, unit, explanations.get(difference.base.id, Explanation())))
    return tuple(findings)


def _says_nothing(difference: Difference) -> bool:
    """Is it a detail, such as other words, on an input that nobody gives or that base never answered?"""
    return difference.kind == "details" and not (difference.plausible and difference.defined)


def _distance(point: ObservationPoint) -> tuple[bool, bool]:
    """What a user can call comes before what only the project can, and the changed unit itself before its callers."""
    return (not point.public, not point.changed)


def unit_of(difference: Difference, placement: Placement, changed: Sequence[Placement]) -> Placement | None:
    """The changed unit that the difference speaks about: the point itself, what it touched, or what it stands above.

    A function inside another that changed is a part of it: what a caller of both shows may be either's doing.
    """
    if placement.point.changed:
        return placement
    touched = difference.base.touched | difference.head.touched or placement.above
    inner = [other for other in changed if other.point.id in touched]
    if not inner:
        return None
    around = (other for other in inner if inner[-1].point.name.startswith(f"{other.point.name}.<locals>."))
    return next(around, inner[-1])


def _repeats(difference: Difference, other: Difference) -> bool:
    """Does a lighter or equal group at another point, or of the same kind, only say again what is known?"""
    if may_hold(difference) and not may_hold(other):
        return False
    if difference.kind == "details":
        return True
    if difference.base.id.point != other.base.id.point:
        return True
    return not may_hold(difference) and may_hold(other) and difference.kind == other.kind


def _finding(difference: Difference, placement: Placement, unit: Placement, told: Explanation) -> Finding:
    place = unit.head or unit.base
    assert place is not None
    through = "" if placement is unit else f", seen through {placement.point.name}()"
    name = unit.point.name.rsplit(".", 1)[-1]
    claim = _CLAIMS[difference.kind].format(base=_exception(difference.base), head=_exception(difference.head))
    return Finding(
        id=identify(
            "difference",
            unit.point.id,
            placement.point.id,
            difference.kind,
            str(difference.base.id),
            *(edit.shown for edit in difference.base.intervention.edits),
            *(f"{place.path} {place.base} {place.head}" for place in difference.disagreements),
        ),
        investigator=INVESTIGATOR,
        claim=f"{name}() {claim}{through}",
        where=_location(place),
        unit=unit.subject or unit.point.name,
        observed_at=placement.point.name,
        evidence=(difference,),
        arguments=difference.base.arguments if placement is unit else dict(difference.base.inner).get(unit.point.id),
        condition=told.condition,
        parting=told.parting,
    )


def findings_of_broken(
    broken: Iterable[Broken],
    runs: Mapping[str, int],
    edited: frozenset[str],
    changed: Sequence[Placement],
    told: Mapping[str, Explanation] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """One finding for each unit that explains tests which break; those that head `edited` stand apart.

    A test is told once, of the unit by which most of them go. `told` says when each unit answers differently, by its
    point: it is why its tests break, and such a unit comes first.
    """
    findings: list[Finding] = []
    every = tuple(broken)
    for is_edited in (False, True):
        left = [promise for promise in every if (promise.test in edited) == is_edited]
        while left:
            place = _most_telling(left, changed, told)
            members = [p for p in left if place is None or place.point.id in p.units]
            why = Explanation() if place is None else told.get(place.point.id, Explanation())
            findings.append(_broken_finding(members, place, runs, why, changed, is_edited=is_edited))
            left = [promise for promise in left if promise not in members]
    return tuple(findings)


def _most_telling(
    broken: Sequence[Broken], changed: Sequence[Placement], told: Mapping[str, Explanation]
) -> Placement | None:
    """Of the units that these tests reach the one that is known to answer differently, then that most of them reach."""
    counts = [(place, sum(place.point.id in promise.units for promise in broken)) for place in changed]
    reached = [(place, n) for place, n in counts if n]
    return max(reached, key=lambda pair: (pair[0].point.id in told, pair[1]), default=(None, 0))[0]


def _broken_finding(
    members: Sequence[Broken],
    placement: Placement | None,
    runs: Mapping[str, int],
    why: Explanation,
    changed: Sequence[Placement],
    *,
    is_edited: bool,
) -> Finding:
    first = members[0]
    place = None if placement is None else placement.head or placement.base
    name = first.test if placement is None else placement.point.name
    more = f", and {len(members) - 1} more" if len(members) > 1 else ""
    return Finding(
        id=identify("test", name, first.test, first.detail),
        investigator=INVESTIGATOR,
        claim=f"{first.test} passes on base and fails on head{more}",
        where=Location(path=first.path, line=max(1, first.line)) if place is None else _location(place),
        unit=name,
        observed_at=name,
        covers=tuple(
            other.subject or other.point.name
            for other in changed
            if other is not placement and any(other.point.id in promise.units for promise in members)
        ),
        evidence=tuple(
            FailingTest(
                test=promise.test,
                detail=promise.detail,
                edited_by_head=is_edited,
                runs=runs.get(promise.test, 1),
                removed_name=promise.removed_name,
            )
            for promise in members[:3]
        ),
        condition=why.condition,
        parting=why.parting,
    )


def told_of_units(
    groups: Iterable[Difference], explanations: Mapping[ExperimentId, Explanation]
) -> Mapping[str, Explanation]:
    """When each point answers differently, by its id: of its groups the first that says it."""
    found: dict[str, Explanation] = {}
    for group in groups:
        told = explanations.get(group.base.id)
        if told is not None and told.condition is not None and group.kind != "details":
            found.setdefault(group.base.id.point, told)
    return found


def _location(unit: Unit) -> Location:
    return Location(path=unit.path, line=unit.first_line)


def identify(*parts: str) -> str:
    """A short name that the same finding has each time."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _exception(experiment: Experiment) -> str:
    raised = experiment.outcome.raised
    return "" if raised is None else raised.type.rsplit(".", 1)[-1]
