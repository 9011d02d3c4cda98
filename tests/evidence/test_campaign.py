"""From recorded calls to confirmed differences, played through with functions of one number in place of processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.evidence.fake_probe import Call, FakeProbe, Version
from tests.evidence.making import FakeLab, call, difference, experiment, placement, returned

from assay.evidence.campaign import Seen, _below_public, _weigh_private, run_campaign
from assay.evidence.jobs import Placement, Scenarios
from assay.evidence.reach import record
from assay.values.finding import Difference, DifferenceKind
from assay.values.lab import Frame, Run

UNIT, CALLER = "bill.py::total", "shop.py::checkout"
TEST = "t.py::test_total"
TWO_CALLS = {TEST: (Call(UNIT, 10), Call(UNIT, 20))}


def same(amount: int) -> object:
    """The old code."""
    return {"net": amount, "gross": amount * 2}


def campaign(
    probe: FakeProbe, callers: Sequence[Placement] = (), unit: Placement | None = None
) -> tuple[Seen, FakeLab]:
    """Record, then experiment, as the investigator does."""
    lab = FakeLab(answer=probe)
    changed = [unit or placement(UNIT)]
    recorded = record(lab, changed, Scenarios(runner="pytest", files=("t.py",)), 10.0)
    return run_campaign(lab, recorded, changed, callers, (), 100, 10.0), lab


def versions(head: Version, base: Version = same, **members: Any) -> FakeProbe:
    """One function in two versions, called twice by one test."""
    return FakeProbe(base={UNIT: base}, head={UNIT: head}, **{"tests": TWO_CALLS, **members})


def told(groups: Sequence[Difference]) -> list[str]:
    """Groups as `kind arguments: base -> head (counts)`."""
    return [
        f"{d.kind} {d.base.arguments[0][1]}: {d.base.outcome.shown} -> {d.head.outcome.shown}"
        f" ({d.n_differing}/{d.n_agreeing})" + (" confirmed" if d.confirmed else "")
        for d in groups
    ]


def test_equal_code_shows_nothing() -> None:
    """Calls, experiments and the control agree; the plants are seen."""
    seen, lab = campaign(versions(same))
    assert (seen.groups, seen.broken) == ((), ())
    assert seen.calls.fraction == 1.0
    assert seen.probed is not None
    assert (seen.probed.n_experiments, len(seen.probed.matched.pairs)) == (8, 8)
    assert (seen.probed.planted.n, seen.probed.planted.n_seen) == (2, 2)
    sides = [(run.side, run.job["mode"], run.hash_seed) for run in lab.asked]
    assert sides == [
        ("base", "record", 0),
        ("head", "record", 0),
        ("base", "plan", 0),
        ("base", "plan", 0),
        ("head", "replay", 0),
        ("head", "replay", 0),
        ("base", "replay", 1),
    ]


def test_a_difference_under_an_alteration_is_confirmed_in_fresh_processes() -> None:
    """Its simplest example stands for the group, with the counts of both."""
    seen, lab = campaign(versions(lambda n: same(n) if n > 0 else {"net": 0, "gross": 0}))
    assert told(seen.groups) == [
        "answers-differently -1: {'net': -1, 'gross': -2} -> {'net': 0, 'gross': 0} (2/8) confirmed"
    ]
    again = [run for run in lab.asked if run.job["mode"] == "replay" and run.hash_seed == 0]
    replayed: Any = [(run.side, run.job["plan"]) for run in again]
    confirming = [(side, plan) for side, plan in replayed if len(plan[TEST][UNIT][0]["experiments"]) == 1]
    assert [side for side, _ in confirming] == ["base", "head"]


def test_a_confirmed_difference_says_when_it_shows() -> None:
    """Learned from all experiments, tested with fresh ones, its cut where the two versions part."""
    seen, _ = campaign(versions(lambda n: same(n) if n >= 0 else {"net": 0, "gross": 0}))
    (told,) = seen.explanations.values()
    condition = told.condition
    assert condition is not None
    assert (condition.text, condition.grade) == ("amount < 0", "exact")
    assert condition.borders == ("amount=-1 differs", "amount=0 does not")
    assert condition.fresh >= 200


def test_an_example_is_made_smaller() -> None:
    """Nearer to zero, fewer digits, and seen twice in processes of their own."""
    seen, _ = campaign(versions(lambda n: same(n) if n < 15 else None, tests={TEST: (Call(UNIT, 3),)}))
    (found,) = seen.groups
    assert found.confirmed
    assert found.base.arguments[0][1] in ("15", "16", "17", "20", "30")


def test_a_difference_in_a_tests_own_call_is_seen_unperturbed() -> None:
    """Recorded again on both sides, it needs no experiment."""
    seen, _ = campaign(versions(lambda n: same(n) if n != 20 else None))
    (found,) = seen.groups
    assert (found.kind, found.unperturbed, found.confirmed) == ("answers-differently", True, True)
    assert found.base.arguments == (("amount", "20"),)


def test_what_base_does_not_agree_with_itself_about_is_no_difference() -> None:
    """The control runs under another hash seed."""
    probe = versions(same)

    def moody(amount: int) -> object:
        return {"net": amount, "id": probe.n_runs}

    probe.base, probe.head = {UNIT: moody}, {UNIT: moody}
    seen, _ = campaign(probe)
    assert seen.groups == ()
    assert seen.probed is not None
    assert seen.probed.compared.masked[UNIT] == 8


def test_a_difference_that_does_not_show_again_is_not_confirmed() -> None:
    """Here head changes its mind after the first replay."""
    probe = versions(same)
    probe.head = {UNIT: lambda n: same(n) if n > 0 or probe.n_runs > 5 else None}
    seen, _ = campaign(probe)
    assert [each.confirmed for each in seen.groups] == [False]


def test_another_example_speaks_for_its_group_where_the_first_does_not_show_again() -> None:
    """Zero differed once, for what came before it; minus one differs whenever it is given."""
    probe = versions(same)
    probe.head = {UNIT: lambda n: same(n) if n > 0 or (n == 0 and probe.n_runs > 6) else None}
    seen, _ = campaign(probe)
    assert told(seen.groups) == ["answers-differently -1: {'net': -1, 'gross': -2} -> None (4/6) confirmed"]


@pytest.mark.parametrize(
    ("base", "head", "kind"),
    [
        ("refuse", "accept", "accepts-instead"),
        ("accept", "refuse", "raises-instead"),
    ],
)
def test_refusals(base: str, head: str, kind: str) -> None:
    """What is refused below zero on one side is taken on the other."""

    def refuse(amount: int) -> object:
        if amount < 0:
            raise ValueError(amount)
        return same(amount)

    made: dict[str, Callable[[int], object]] = {"refuse": refuse, "accept": same}
    seen, _ = campaign(versions(made[head], made[base]))
    assert [(each.kind, each.base.arguments[0][1]) for each in seen.groups] == [(kind, "-1")]


def test_an_implausible_difference_is_told_but_not_made_again() -> None:
    """Nothing shows that such an input arrives."""
    probe = versions(lambda n: same(n) if n > 0 else None, kinds=("text",))
    seen, lab = campaign(probe)
    assert [(each.plausible, each.confirmed) for each in seen.groups] == [(False, False)]
    assert not [text for text in lab.said if "fresh processes" in text]


def test_a_broken_promise_is_seen_three_times() -> None:
    """Once while recording, twice again."""
    probe = versions(same, endings={("head", TEST): "failed"})
    seen, _ = campaign(probe)
    assert [promise.test for promise in seen.broken] == [TEST]
    assert seen.runs == {TEST: 3}
    assert seen.broken[0].units == {UNIT}


def test_where_nothing_is_reached_nothing_is_tried() -> None:
    """No experiments without a call."""
    seen, lab = campaign(versions(same, tests={TEST: ()}))
    assert seen.probed is None
    assert {run.job["mode"] for run in lab.asked} == {"record"}


def through_a_caller(head_of_caller: Version) -> FakeProbe:
    """A private unit that `checkout` calls; only the unit's own answer changed unless the caller's does too."""
    chain = (("shop.py", 1, "checkout"),)
    return FakeProbe(
        base={UNIT: same, CALLER: same},
        head={UNIT: lambda n: same(n) if n > 0 else None, CALLER: head_of_caller},
        tests={TEST: (Call(UNIT, 10, chain), Call(CALLER, 10))},
        touches={CALLER: (UNIT,)},
    )


PRIVATE = placement(UNIT, public=False)
PUBLIC_CALLER = placement(CALLER, changed=False)
OTHER_PARAMETER = replace(PUBLIC_CALLER, point=replace(PUBLIC_CALLER.point, parameters=("basket",)))
SAME_PARAMETER = replace(PUBLIC_CALLER, point=replace(PUBLIC_CALLER.point, parameters=("amount",)))


@pytest.mark.parametrize(
    ("head", "caller", "unit", "needs"),
    [
        (same, OTHER_PARAMETER, PRIVATE, True),
        (same, SAME_PARAMETER, PRIVATE, True),
        (lambda n: same(n) if n > 0 else None, OTHER_PARAMETER, PRIVATE, False),
        (same, OTHER_PARAMETER, placement(UNIT), False),
        (same, replace(OTHER_PARAMETER, point=replace(OTHER_PARAMETER.point, public=False)), PRIVATE, False),
    ],
    ids=["hidden", "hidden under the same edit", "the caller shows it", "the unit is public", "no public caller"],
)
def test_a_difference_at_a_private_unit_counts_where_a_public_caller_shows_it(
    head: Version, caller: Placement, unit: Placement, needs: bool
) -> None:
    """Or where no public caller was reached."""
    seen, _ = campaign(through_a_caller(head), [caller], unit)
    own = [each for each in seen.groups if each.base.id.point == UNIT]
    assert [(each.confirmed, each.needs_caller) for each in own] == [(True, needs)]


def test_the_same_edit_at_the_caller_may_show_what_its_own_experiments_did_not() -> None:
    """Where it has a parameter of the same name, the unit's edits are made at its calls too."""
    probe = through_a_caller(same)
    probe.head = {**probe.head, CALLER: lambda n: same(n) if n != -7 else None}
    probe.edits, probe.head = (1, 2), {UNIT: probe.head[CALLER], CALLER: probe.head[CALLER]}
    own_edits = probe.edits

    def planned_at_the_unit(run: Run) -> Sequence[Frame]:
        quota: Any = run.job.get("quota", {})
        probe.edits = (*own_edits, -7) if UNIT in quota else own_edits
        return [frame for frame in probe(run) if not (run.job["mode"] == "plan" and is_at_caller_with(frame, "-7"))]

    lab = FakeLab(answer=planned_at_the_unit)
    recorded = record(lab, [PRIVATE], Scenarios(runner="pytest", files=("t.py",)), 10.0)
    seen = run_campaign(lab, recorded, [PRIVATE], [SAME_PARAMETER], (), 100, 10.0)
    assert [(each.base.id.point, each.needs_caller) for each in seen.groups] == [(UNIT, False)]
    assert "looking for 1 differences at public callers" in lab.said


def is_at_caller_with(frame: Frame, literal: str) -> bool:
    """An experiment at the caller with this number."""
    plan: Any = frame.get("plan")
    return frame.get("point") == CALLER and bool(plan) and plan[0]["literal"] == literal


def test_calls_below_a_public_caller_are_known_by_their_chain() -> None:
    """A chain that leads through a caller's first line comes by way of it."""
    calls = [call(chain=(("shop.py", 1, "checkout"),)), call(n=1, test="t.py::alone", chain=(("shop.py", 9, "x"),))]
    assert _below_public(calls, [PUBLIC_CALLER]) == {("tests/test_bill.py::test_total", "bill.py::total")}
    assert _below_public(calls, [replace(PUBLIC_CALLER, base=None)]) == frozenset()


def test_a_soft_difference_at_a_public_caller_does_not_show_it() -> None:
    """Only what may hold there speaks for the unit below."""
    placements = {UNIT: PRIVATE, CALLER: PUBLIC_CALLER}
    own = difference(base=experiment(returned(1), test=TEST))
    below = frozenset({(TEST, UNIT)})
    kinds: list[tuple[DifferenceKind, bool]] = [("details", True), ("answers-differently", False)]
    for kind, needs in kinds:
        there = difference(kind, base=experiment(returned(1), point=CALLER, touched=frozenset({UNIT})))
        (weighed, _) = _weigh_private([own, there], [own, there], placements, below)
        assert weighed.needs_caller == needs
