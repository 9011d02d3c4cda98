"""Does the change itself announce what was measured? Asked of every experiment that differs, never of a whole unit.

A claim covers the calls for which its predicate holds. A test of head that fails on base covers the very calls that it
makes, calls inside the same learned condition, and calls that go the same way through both versions; all of them only
where they end in the same kind of way. What is covered in part is not announced. A data file that the change edits
announces that calls give back what stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from assay.evidence.campaign import Seen
from assay.evidence.conditions.explain import has_steps
from assay.evidence.conditions.language import NotInLanguageError, Predicate, compile_text
from assay.evidence.conditions.things import Thing, read_call
from assay.evidence.given_back import GivenBack
from assay.evidence.tree_nodes import read
from assay.evidence.ways import Way
from assay.values.change import Claim
from assay.values.experiment import Experiment, Outcome
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
    """A call in a test of head that fails on base."""

    test: str
    call: Experiment
    """As head ends it."""
    difference: Difference | None
    """How it ends differently on base; None where base never comes to it, as where the test cannot be imported."""


WayOf: TypeAlias = Callable[[Difference], Way]
SAME_WAY = "calls that go the same way through both versions"
GIVEN_BACK = "calls that give back what stands in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cover:
    """One thing that announces, and which calls it covers."""

    by_test: bool
    source: str
    says: str
    covers: Callable[[Difference], bool]


def _nowhere(_difference: Difference) -> Way:
    return ()


def _nothing_given_back(_difference: Difference) -> str:
    return ""


def announce(
    findings: Iterable[Finding],
    measured: Measured,
    claims: Sequence[Claim],
    shown: Sequence[Shown],
    way_of: WayOf = _nowhere,
    given_back: GivenBack = _nothing_given_back,
) -> tuple[Finding, ...]:
    """The findings, each with how it lies to what the change says of itself, where that says anything about it."""
    told = (_announced(finding, measured, claims, shown, way_of) for finding in findings)
    return tuple(_of_data(finding, measured, given_back) for finding in told)


def _of_data(finding: Finding, measured: Measured, given_back: GivenBack) -> Finding:
    """The finding, announced where every call that differs gives back what stands in files that the change edits."""
    first = finding.evidence[0]
    if finding.announced or not isinstance(first, Difference):
        return finding
    path = given_back(first)
    group = _group(first, measured) if path else []
    if not path or not all(map(given_back, group)):
        return finding
    announcement = Announcement(
        standing="inside", by="data", source=path, says=GIVEN_BACK, covered=len(group), differing=len(group)
    )
    return replace(finding, announcement=announcement)


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


def _announced(
    finding: Finding, measured: Measured, claims: Sequence[Claim], shown: Sequence[Shown], way_of: WayOf
) -> Finding:
    first = finding.evidence[0]
    if not isinstance(first, Difference):
        return finding
    group = _group(first, measured)
    if first.in_head_tests and first.unperturbed:
        # The very call of a test of head. What differs around it in another way has a group of its own.
        group = [first]
    agreed = [e for e in measured.agreed if e.id.point == first.base.id.point]
    covers = [*_by_tests(finding, first, agreed, shown, way_of), *_by_claims(finding, group, agreed, claims)]
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
    shown_case = outside
    if outside is None and most.says == SAME_WAY:
        told = [cover for cover in covers if cover.says != SAME_WAY]
        shown_case = next((d for d in group if not any(cover.covers(d) for cover in told)), None)
    return replace(
        finding,
        announcement=Announcement(
            standing="inside" if outside is None else "beyond",
            by="test" if by_tests else "claim",
            source=most.source,
            says=most.says,
            covered=len(covered),
            differing=len(group),
            case="" if shown_case is None else _call(finding.observed_at, shown_case.base),
        ),
    )


def _group(first: Difference, measured: Measured) -> list[Difference]:
    """What differs in the same kind of way as the example of a finding."""
    return [d for d in measured.differences if _kind(d) == _kind(first) and d.plausible == first.plausible] or [first]


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


def _by_tests(
    finding: Finding, first: Difference, agreed: Sequence[Experiment], shown: Sequence[Shown], way_of: WayOf
) -> Iterator[_Cover]:
    """Tests of head whose calls end as the group's do: each covers its call, the condition and the way around it."""
    alone = {e.arguments_digest for e in agreed if not has_steps(e)}

    def covering(covers: Callable[[Difference], bool]) -> Callable[[Difference], bool]:
        """What shows after an earlier call only is nothing that a test of one call announces."""
        return lambda d: covers(d) and not (has_steps(d.base) and d.base.arguments_digest in alone)

    alike = [one for one in shown if _is_like(one, first)]
    digests = {one.call.arguments_digest for one in alike}
    if alike:
        own = covering(lambda d: d.base.arguments_digest in digests)
        yield _Cover(by_test=True, source=alike[0].test, says="the call that it makes", covers=own)
    predicate = _of_condition(finding.condition, [first.base, *(one.call for one in alike)])
    inside = [one for one in alike if predicate is not None and _holds(predicate, one.call)]
    if predicate is not None and inside:
        covers = covering(_covered_by(predicate))
        yield _Cover(by_test=True, source=inside[0].test, says=predicate.text, covers=covers)
    ways = [
        (one.test, _ending(one.difference), way_of(one.difference))
        for one in shown
        if one.difference is not None and _ending(one.difference)[0] == first.kind
    ]
    known = {(ending, way) for _, ending, way in ways if way}
    going = [test for test, ending, way in ways if way and ending == _ending(first)]
    if going:
        covers = covering(lambda d: (_ending(d), way_of(d)) in known)
        yield _Cover(by_test=True, source=going[0], says=SAME_WAY, covers=covers)


def _is_like(one: Shown, first: Difference) -> bool:
    """Does the test's call, made at the same point, end as this difference does, as far as it got on base?"""
    if one.call.id.point != first.base.id.point:
        return False
    if one.difference is not None:
        return _kind(one.difference) == _kind(first)
    return ending_of(one.call.outcome) == ending_of(first.head.outcome)


def _ending(difference: Difference) -> tuple[str, ...]:
    """How a call ended on both sides, as far as it tells one kind of difference from another."""
    return (difference.kind, *ending_of(difference.base.outcome), *ending_of(difference.head.outcome))


def ending_of(outcome: Outcome) -> tuple[str, str]:
    """The kind of outcome: the exception, or the type of the answer; None, True and False are each a kind.

    An iterator that breaks while it is read has raised.
    """
    if outcome.raised is not None:
        return outcome.kind, outcome.raised.type
    node = read(outcome.value)
    if node.tag == "iter" and node.text.startswith("!"):
        return "raised", node.text[1:]
    return outcome.kind, node.text if node.type in ("NoneType", "bool") else f"{node.tag} {node.type}"


def _of_condition(condition: Condition | None, calls: Sequence[Experiment]) -> Predicate | None:
    """A learned condition as something that can be asked, where nothing that agrees lies inside it."""
    if condition is None or condition.expression is None:
        return None
    if condition.grade == "approximate" or condition.others < LEAST_OTHERS:
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
    return predicate.holds(read_call(experiment)) is True


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
    """The call as Python would spell it, with what is known of values that are no literals."""
    known = read_call(experiment)
    arguments = ", ".join(
        f"{key}={value if value is not None else _shown(known.get(key.lstrip('*')))}"
        for key, value in experiment.arguments
    )
    return f"{name.rpartition('.')[2]}({arguments})"[:300]


def _shown(value: object) -> str:
    return "..." if value is None or isinstance(value, Thing) else repr(value)


def _gap(reason: str, remedy: str) -> Gap:
    return Gap(slug="claim", reason=reason, remedy=remedy)
