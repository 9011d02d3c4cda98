"""Does the change itself announce what was measured? Asked of every experiment that differs, never of a whole unit.

A claim covers the calls for which its predicate holds. A test of head that fails on base covers the very calls that it
makes, and calls inside the same learned condition that end in the same way. What is covered in part is not announced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assay.evidence.campaign import Seen
from assay.evidence.conditions.language import NotInLanguageError, Predicate, compile_text
from assay.evidence.conditions.things import read_arguments
from assay.values.change import Claim
from assay.values.experiment import Experiment
from assay.values.finding import Announcement, Condition, Difference, Finding, Gap

LEAST_OTHERS = 1
"""A condition that nothing else violates says no more than `True`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the experiments showed at all points."""

    differences: tuple[Difference, ...]
    agreed: tuple[Experiment, ...] = ()


def measured(seen: Seen) -> Measured:
    """All that one campaign showed, as the tests call and as the experiments do."""
    parts = [seen.unperturbed, *([seen.probed.compared] if seen.probed else [])]
    return together(Measured(differences=part.differences, agreed=part.agreed) for part in parts)


def together(parts: Iterable[Measured]) -> Measured:
    """Several measurements as one."""
    parts = tuple(parts)
    return Measured(
        differences=tuple(d for part in parts for d in part.differences),
        agreed=tuple(e for part in parts for e in part.agreed),
    )


def names_of(seen: Seen) -> tuple[str, ...]:
    """Dotted names of the points that were reached."""
    return tuple(placement.point.name for placement in seen.placements.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A call in a test of head that fails on base, which ends differently on the two sides."""

    test: str
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cover:
    """One thing that announces, and which calls it covers."""

    by_test: bool
    source: str
    says: str
    covers: Callable[[Difference], bool]


def announce(
    findings: Iterable[Finding], measured: Measured, claims: Sequence[Claim], shown: Sequence[Shown]
) -> tuple[Finding, ...]:
    """The findings, each with how it lies to what the change says of itself, where that says anything about it."""
    return tuple(_announced(finding, measured, claims, shown) for finding in findings)


def unheard(claims: Iterable[Claim], names: Iterable[str], measured: Measured) -> Iterator[Gap]:
    """Claims that announce nothing: about no changed function, without a predicate, or never observed.

    `names` are the dotted names of the changed units and of the callers through which they are seen.
    """
    known = tuple(names)
    for claim in claims:
        said = f"{claim.where} says `Changes: {claim.unit}{f' when {claim.when}' if claim.when else ''}`"
        if not any(is_about(claim, name) for name in known):
            yield _gap(f"{said}, but no changed function of that name was observed.", "Name the function in full.")
            continue
        here = [d for d in measured.differences if is_about(claim, _name_of(d.base, known))]
        calls = [d.base for d in here] + [e for e in measured.agreed if is_about(claim, _name_of(e, known))]
        predicate = _predicate(claim.when, calls)
        if predicate is None:
            yield _gap(
                f"{said}, which does not say when in terms of the parameters; that announces nothing.",
                "Write a Python expression over the parameters: `when amount > 3`.",
            )
        elif not any(_holds(predicate, d.base) for d in here):
            yield _gap(f"{said}: claimed, not observed.", "Add a test that makes such a call.")
        elif measured.agreed and all(_holds(predicate, e) for e in calls):
            yield _gap(f"{said}, which holds for every call, those that agree included; that announces nothing.", "")


def is_about(claim: Claim, name: str) -> bool:
    """Is this the function that the claim names, in full or by the end of its dotted name?"""
    return name == claim.unit or name.endswith(f".{claim.unit}")


def _announced(finding: Finding, measured: Measured, claims: Sequence[Claim], shown: Sequence[Shown]) -> Finding:
    first = finding.evidence[0]
    if not isinstance(first, Difference):
        return finding
    group = [d for d in measured.differences if _kind(d) == _kind(first) and d.plausible == first.plausible] or [first]
    agreed = [e for e in measured.agreed if e.id.point == first.base.id.point]
    covers = [*_by_tests(finding, first, shown), *_by_claims(finding, group, agreed, claims)]
    counted = [(sum(map(cover.covers, group)), cover) for cover in covers]
    if not counted:
        return finding
    tests = [cover for cover in covers if cover.by_test]
    own = [d for d in group if any(cover.covers(d) for cover in tests)]
    covered = own if len(own) == len(group) else [d for d in group if any(c.covers(d) for c in covers)]
    outside = next((d for d in group if d not in covered), None)
    by_tests = len(own) == len(group) or not any(not cover.by_test for cover in covers)
    most = max((pair for pair in counted if pair[1].by_test or not by_tests), key=lambda pair: pair[0])[1]
    if not covered and most.by_test:
        return finding
    return replace(
        finding,
        announcement=Announcement(
            standing="inside" if outside is None else "beyond",
            by="test" if by_tests else "claim",
            source=most.source,
            says=most.says,
            covered=len(covered),
            differing=len(group),
            case="" if outside is None else _call(finding.observed_at, outside.base),
        ),
    )


def _by_claims(
    finding: Finding, group: Sequence[Difference], agreed: Sequence[Experiment], claims: Sequence[Claim]
) -> Iterator[_Cover]:
    """Claims about the unit, or about the caller through which it is seen, that say when."""
    calls = [*(d.base for d in group), *agreed]
    for claim in claims:
        if not is_about(claim, finding.unit) and not is_about(claim, finding.observed_at):
            continue
        predicate = _predicate(claim.when, calls)
        if predicate is None or (agreed and all(_holds(predicate, e) for e in calls)):
            continue
        yield _Cover(by_test=False, source=claim.where, says=claim.when, covers=_covered_by(predicate))


def _covered_by(predicate: Predicate) -> Callable[[Difference], bool]:
    return lambda difference: _holds(predicate, difference.base)


def _by_tests(finding: Finding, first: Difference, shown: Sequence[Shown]) -> Iterator[_Cover]:
    """Tests of head whose calls differ in the same way: each covers its own call, or the condition around it."""
    alike = [one for one in shown if _kind(one.difference) == _kind(first)]
    digests = {one.difference.base.arguments_digest for one in alike}
    if not alike:
        return
    yield _Cover(
        by_test=True,
        source=alike[0].test,
        says="the call that it makes",
        covers=lambda difference: difference.base.arguments_digest in digests,
    )
    predicate = _of_condition(finding.condition, [first.base, *(one.difference.base for one in alike)])
    inside = [one for one in alike if predicate is not None and _holds(predicate, one.difference.base)]
    if predicate is not None and inside:
        yield _Cover(by_test=True, source=inside[0].test, says=predicate.text, covers=_covered_by(predicate))


def _of_condition(condition: Condition | None, calls: Sequence[Experiment]) -> Predicate | None:
    """A learned condition as something that can be asked, where nothing that agrees lies inside it."""
    if condition is None or condition.expression is None:
        return None
    if condition.held_others or condition.others < LEAST_OTHERS:
        return None
    return _predicate(condition.expression, calls)


def _predicate(text: str, calls: Sequence[Experiment]) -> Predicate | None:
    """The predicate over the parameters of these calls; None where it is none, or reads no parameter."""
    names = frozenset(name.lstrip("*") for call in calls for name, _ in call.arguments)
    if not text:
        return None
    try:
        predicate = compile_text(text, names)
    except NotInLanguageError:
        return None
    return predicate if predicate.names else None


def _holds(predicate: Predicate, experiment: Experiment) -> bool:
    return predicate.holds(read_arguments(experiment.arguments, experiment.unaltered)) is True


def _kind(difference: Difference) -> tuple[str, ...]:
    """Point, kind and exceptions: differences of one kind are announced together or not at all."""
    base, head = difference.base.outcome.raised, difference.head.outcome.raised
    types = (raised.type if raised is not None else "" for raised in (base, head))
    return (difference.base.id.point, difference.kind, *types)


def _name_of(experiment: Experiment, known: Sequence[str]) -> str:
    """The dotted name of the experiment's point."""
    qualname = experiment.id.point.partition("::")[2].partition("#")[0]
    return next((name for name in known if name == qualname or name.endswith(f".{qualname}")), qualname)


def _call(name: str, experiment: Experiment) -> str:
    arguments = ", ".join(f"{key}={'...' if value is None else value}" for key, value in experiment.arguments)
    return f"{name.rpartition('.')[2]}({arguments})"[:300]


def _gap(reason: str, remedy: str) -> Gap:
    return Gap(slug="claim", reason=reason, remedy=remedy)
