"""Does changed code do something else when it is asked the same?

Why it matters: a rewrite that reads better may round, sort, compare, cache or convert another way, and its own tests
share its author's misunderstanding.
How it knows: base's own tests run on both sides. At each call of a changed function, and of the callers through which
it is seen, the running program is forked, one thing about the live arguments is altered, the call is made, and what it
did is written down. The same experiment on base and on head must end alike.
Where only what a module does on import changed, base's tests run on both sides all the same.
When it is silent: code that no test, docstring example or simple generated call reaches; what sockets and other
processes would see of it; state that more than two calls together build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assay.evidence.announced import announce, measured, names_of, together, unheard
from assay.evidence.campaign import Seen, run_campaign
from assay.evidence.coverage import effort_of, gaps_of
from assay.evidence.differences import may_hold
from assay.evidence.faults import attempt
from assay.evidence.findings import findings_of, findings_of_broken, told_of_units
from assay.evidence.frames import unimported_in
from assay.evidence.given_back import DataFiles
from assay.evidence.head_tests import HeadTests, run_head_tests, shown_by
from assay.evidence.jobs import Placement, Scenarios, import_run
from assay.evidence.neighbourhood import Around, search_around, with_neighbourhood
from assay.evidence.probing import has_time, to_be_sure, within_budget
from assay.evidence.reach import NOTHING_KNOWN, Recorded, record, record_scripts
from assay.evidence.reachmap import recall, remember
from assay.evidence.scripts import GENERATED, scripted
from assay.evidence.selection import identifiers
from assay.evidence.survey import Survey, find_callers, survey
from assay.evidence.ways import Way, Ways
from assay.evidence.withdrawn import with_texts, withdrawn_tests
from assay.values.change import Change
from assay.values.experiment import Effort
from assay.values.finding import Difference, Finding, Gap
from assay.values.lab import Clock, Lab

REACH_SHARE, PLAN_SHARE, SCRIPTS_SHARE, AROUND_SHARE = 0.25, 0.17, 0.06, 0.2
"""Parts of the budget: tests, planning on base, docstring examples and generated calls, looking around mended calls."""
EXPERIMENTS_A_UNIT, EXPERIMENTS_AT_LEAST, EXPERIMENTS_AT_MOST = 400, 1000, 3000
PATIENCE_S = 1800.0
"""The budget of the deterministic form, which waits for a whole reach map."""


def investigate(change: Change, lab: Lab) -> Iterator[Finding | Gap | Effort]:
    """Yield findings, then what could not be looked at, then what it cost."""
    stages = Stages(lab.clock)
    surveyed = survey(change, lab)
    yield from surveyed.gaps
    seen: list[Seen] = []
    unimported: Mapping[str, str] = {}
    if surveyed.changed:
        imported = lab.run([import_run(surveyed.changed, _budget_s(lab) * REACH_SHARE)])[0]
        unimported = unimported_in(imported.frames)
    stages.end("set-up")
    for recorded, callers in _recordings(surveyed, lab, seen):
        stages.end("reach")
        result = _campaign(surveyed, recorded, callers, lab)
        stages.end("experiments")
        seen.append(result)
        yield from _broken(change, surveyed, result, lab)
        yield from _announced(change, surveyed, result, lab)
        stages.end("what head announces")
    names = [name for result in seen for name in names_of(result)]
    yield from unheard(change.claims, names, together(measured(result) for result in seen))
    yield from gaps_of(surveyed.changed, seen, unimported)
    yield effort_of(surveyed.changed, seen, stages.taken, lab.clock.elapsed_s())


def _broken(change: Change, surveyed: Survey, result: Seen, lab: Lab) -> Iterator[Finding]:
    """Tests of base that fail on head, told apart by whether head takes their promise back."""
    limit_s = to_be_sure(lab, _budget_s(lab) * REACH_SHARE)
    edited = withdrawn_tests(lab, change, result.broken, result.recorded.scenarios, limit_s)
    told = told_of_units(result.groups, result.explanations)
    broken = findings_of_broken(result.broken, result.runs, edited, surveyed.changed, told)
    yield from with_texts(broken, change, lab.source)


def _announced(change: Change, surveyed: Survey, result: Seen, lab: Lab) -> Iterator[Finding | Gap]:
    """The findings of one campaign, held against what head says of itself."""
    faults = list(result.faults)
    yield from attempt(
        "Comparing with what head announces",
        lambda: _held_against(change, surveyed, result, lab),
        findings_of(result.groups, result.placements, _units(surveyed), result.explanations),
        faults,
    )
    yield from faults


def _held_against(change: Change, surveyed: Survey, result: Seen, lab: Lab) -> tuple[Finding, ...]:
    ways = Ways(result.placements.values(), lab.source)

    def way_of(difference: Difference) -> Way:
        return ways.of(difference.base, difference.head)

    tests = _head_tests(change, surveyed, result, lab)
    shown = () if tests is None else shown_by(tests, result.placements)
    around = Around()
    if tests is not None and has_time(lab):
        limit_s = within_budget(lab, _budget_s(lab) * AROUND_SHARE)
        around = search_around(lab, tests, shown, result, way_of, surveyed.corpus, limit_s)
    findings = findings_of(
        (*result.groups, *around.groups),
        result.placements,
        _units(surveyed),
        {**result.explanations, **around.explanations},
    )
    everything = together([measured(result), around.measured])
    told = announce(findings, everything, change.claims, shown, way_of, DataFiles(change.files, lab.source).given_back)
    return with_neighbourhood(told, shown, around, result.placements)


class Stages:
    """Seconds that each stage took, stages of one name together."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._last_s = clock, 0.0
        self._taken: dict[str, float] = {}

    def end(self, name: str) -> None:
        """What has happened since the last stage belongs to this one."""
        now_s = self._clock.elapsed_s()
        self._taken[name] = round(self._taken.get(name, 0.0) + now_s - self._last_s, 2)
        self._last_s = now_s

    @property
    def taken(self) -> tuple[tuple[str, float], ...]:
        """`(stage, seconds)` in the order in which they first ended."""
        return tuple(self._taken.items())


def _recordings(surveyed: Survey, lab: Lab, seen: Sequence[Seen]) -> Iterator[tuple[Recorded, Sequence[Placement]]]:
    """The project's tests first; then, for units they did not reach, docstring examples and generated calls."""
    if surveyed.files and (surveyed.changed or surveyed.imports_otherwise):
        recorded = _record_tests(surveyed, lab)
        yield recorded, find_callers(surveyed, recorded, lab.source)
    reached = {call.experiment.id.point for one in seen for call in one.recorded.base.calls}
    missed = [placement for placement in surveyed.changed if placement.point.id not in reached]
    scripts = [script for placement in missed for script in _scripts(placement)]
    if scripts:
        lab.say(f"no test reaches {len(missed)} of the units; trying docstring examples and generated calls")
        yield record_scripts(lab, missed, scripted(lab, scripts), _budget_s(lab) * SCRIPTS_SHARE), ()


def _record_tests(surveyed: Survey, lab: Lab) -> Recorded:
    scenarios = Scenarios(
        runner=lab.runner, files=surveyed.files, options=surveyed.options, hints=identifiers(surveyed.changed)
    )
    known = recall(lab, surveyed.changed, surveyed.files)
    if known is not None and surveyed.imports_otherwise:
        # Tests that reach no unit may fail too.
        known = replace(known, is_whole=False, finished=frozenset(), ran=frozenset())
    recorded = record(
        lab,
        surveyed.changed,
        scenarios,
        _budget_s(lab) * REACH_SHARE,
        known=known or NOTHING_KNOWN,
        also=surveyed.one_sided,
        imports_otherwise=surveyed.imports_otherwise,
    )
    remember(lab, surveyed.changed, recorded)
    return recorded


def _scripts(placement: Placement) -> Iterator[tuple[str, str, str]]:
    unit = placement.base
    if unit is not None and not unit.is_nested:
        yield "doctest", unit.module, unit.qualname
        yield GENERATED, unit.module, unit.qualname


def _campaign(surveyed: Survey, recorded: Recorded, callers: Sequence[Placement], lab: Lab) -> Seen:
    wanted = EXPERIMENTS_A_UNIT * len(surveyed.changed)
    n = lab.experiments or max(EXPERIMENTS_AT_LEAST, min(EXPERIMENTS_AT_MOST, wanted))
    return run_campaign(lab, recorded, _units(surveyed), callers, surveyed.corpus, n, _budget_s(lab) * PLAN_SHARE)


def _head_tests(change: Change, surveyed: Survey, seen: Seen, lab: Lab) -> HeadTests | None:
    """Head's own tests on both sides, where something could hold the change or there is time to look around them."""
    if not change.tests or not (has_time(lab) or any(may_hold(group) for group in seen.groups)):
        return None
    return run_head_tests(
        lab,
        change,
        tuple(seen.placements.values()),
        surveyed.options,
        seen.broken,
        identifiers(surveyed.changed),
        to_be_sure(lab, _budget_s(lab) * REACH_SHARE),
    )


def _units(surveyed: Survey) -> tuple[Placement, ...]:
    """Those that both sides have come last: of several that a call runs it is the last that is spoken of."""
    return (*surveyed.one_sided, *surveyed.changed)


def _budget_s(lab: Lab) -> float:
    return lab.budget_s if lab.experiments is None else PATIENCE_S
