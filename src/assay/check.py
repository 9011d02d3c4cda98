"""The walk forwards: a change gives facts, facts lead to evidence, evidence to findings, findings to a verdict."""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from assay.errors import AssayError
from assay.evidence.coverage import gaps_of_change
from assay.evidence.reproducers.findings import with_reproducers
from assay.investigators import behaviour, reality
from assay.judgement.verdict import judge
from assay.values.change import Change
from assay.values.experiment import Effort
from assay.values.finding import Examination, Finding, Gap, Later, Policy, Verdict
from assay.values.lab import Lab

Investigator: TypeAlias = Callable[[Change, Lab], Iterator[Finding | Gap | Effort | Later]]

INVESTIGATORS: Mapping[str, Investigator] = {
    "reality": reality.investigate,
    "behaviour": behaviour.investigate,
}


def check(change: Change, lab: Lab, policy: Policy) -> Verdict:
    """Examine the change, then judge what was seen."""
    return judge(examine(change, lab), policy)


def examine(change: Change, lab: Lab, *, wants_tests: bool = False) -> Examination:
    """Let every investigator look. What stops one of them is a gap, and the others go on.

    With `wants_tests` findings wait for their tests, whatever the budget is.
    """
    findings: list[Finding] = []
    gaps: list[Gap] = list(gaps_of_change(change))
    effort = Effort()
    waiting = deque((name, investigate(change, lab)) for name, investigate in INVESTIGATORS.items())
    while waiting:
        name, looking = waiting.popleft()
        try:
            for seen in looking:
                match seen:
                    case Finding():
                        findings.append(seen)
                        lab.tell(f"{seen.where.path}:{seen.where.line}  {seen.claim}")
                    case Gap():
                        gaps.append(seen)
                    case Effort():
                        effort = _together(effort, seen)
                    case Later():
                        waiting.append((name, looking))
                        break
        except AssayError as error:
            gaps.append(Gap(slug=error.slug, reason=f"{error.what} {error.why}".strip(), remedy=error.next_step))
        except Exception as error:  # noqa: BLE001 - the one boundary: a fault of ours is a gap that carries its traceback
            gaps.append(_internal(f"The investigator {name}", error))
    try:
        written = with_reproducers(lab, change, findings, patient=wants_tests)
    except Exception as error:  # noqa: BLE001 - findings without their tests are worth more than none
        written = tuple(findings)
        gaps.append(_internal("Writing tests", error))
    return Examination(
        change=change,
        findings=written,
        gaps=tuple(dict.fromkeys(gaps)),
        effort=replace(effort, seconds=lab.clock.elapsed_s()),
        established=effort.observed,
        seed=lab.seed,
    )


def together(change: Change, examinations: Sequence[Examination]) -> Examination:
    """What was seen of several projects of one change, as one examination."""
    efforts = [one.effort for one in examinations]
    stages: Counter[str] = Counter()
    operators: Counter[str] = Counter()
    for effort in efforts:
        stages.update(dict(effort.stages))
        operators.update(dict(effort.by_operator))
    observed = frozenset[str]().union(*(effort.observed for effort in efforts))
    return replace(
        examinations[0],
        change=change,
        findings=tuple(finding for one in examinations for finding in one.findings),
        gaps=tuple(dict.fromkeys(gap for one in examinations for gap in one.gaps)),
        established=frozenset[str]().union(*(one.established for one in examinations)),
        effort=Effort(
            experiments=sum(effort.experiments for effort in efforts),
            matched=sum(effort.matched for effort in efforts),
            compared=sum(effort.compared for effort in efforts),
            searched=sum(effort.searched for effort in efforts),
            noisy=sum(effort.noisy for effort in efforts),
            masked=sum(effort.masked for effort in efforts),
            seconds=max(effort.seconds for effort in efforts),
            plants=sum(effort.plants for effort in efforts),
            plants_seen=sum(effort.plants_seen for effort in efforts),
            observed_units=len(observed),
            calls_held=sum(effort.calls_held for effort in efforts),
            unknown_receivers=sum(effort.unknown_receivers for effort in efforts),
            kept_runs=sum(effort.kept_runs for effort in efforts),
            stages=tuple(stages.items()),
            by_operator=tuple(operators.most_common()),
            observed=observed,
        ),
    )


def _together(one: Effort, other: Effort) -> Effort:
    """What two investigators spent: the experiments of the one that made some, the calls that both held."""
    most = max(one, other, key=lambda effort: effort.experiments + len(effort.stages))
    return replace(
        most,
        calls_held=one.calls_held + other.calls_held,
        unknown_receivers=one.unknown_receivers + other.unknown_receivers,
    )


def _internal(part: str, error: Exception) -> Gap:
    return Gap(
        slug="internal",
        reason=f"{part} failed: {type(error).__name__}: {error}",
        remedy="This is a fault of Assay; report it with the traceback in the report.",
        detail=traceback.format_exc(),
    )
