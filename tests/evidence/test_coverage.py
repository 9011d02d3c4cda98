"""What was not looked at is told, unit by unit, with what would help."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from tests.evidence.making import (
    PENDING,
    POINT,
    call,
    difference,
    experiment,
    pairs,
    placement,
    raised,
    result,
    returned,
    story,
)

from assay.evidence.campaign import Seen
from assay.evidence.controls import Planted
from assay.evidence.coverage import effort_of, gaps_of, gaps_of_change, observed_units
from assay.evidence.differences import Compared
from assay.evidence.frames import PointFacts
from assay.evidence.jobs import Scenarios
from assay.evidence.matching import Matched
from assay.evidence.probing import Probed
from assay.evidence.reach import Recorded
from assay.values.change import Change, Revision, Unread

UNIT = placement(POINT)
UNIT_MODULE = "bill"
PAIR = pairs((experiment(), experiment()))
NOTHING = Compared(differences=(), agreeing=Counter(), noisy=Counter(), masked=Counter(), compared=Counter())


def probed(**members: Any) -> Probed:
    """Experiments at `total`, all of them matched, none of them noisy."""
    given: dict[str, Any] = {
        "compared": NOTHING,
        "matched": PAIR,
        "planted": Planted(n=3, n_seen=3, unseen=()),
        "n_experiments": 40,
        "by_operator": Counter({"number.edge": 39, "as the tests call it": 1}),
        "points": {POINT: PointFacts(calls=1, experiments=40, kinds=(), pairs_tried=9, pairs_known=9)},
        "kinds": {},
        "by_point": {POINT: (40, 40)},
        "n_searched": 0,
        "complete": True,
        "head_complete": True,
    }
    return Probed(**{**given, **members})


def seen(matched: Matched = PAIR, probe: Probed | None = None, *, exhausted: bool = True, **base: Any) -> Seen:
    """One campaign in which the unit was called once and compared."""
    told = story(**{"calls": (call(),), "tests": (result(),), **base})
    recorded = Recorded(scenarios=Scenarios(runner="pytest"), base=told, head=story(), exhausted=exhausted)
    return Seen(
        recorded=recorded,
        calls=matched,
        unperturbed=NOTHING,
        probed=probe,
        groups=(),
        broken=(),
        explanations={},
        runs={},
        placements={POINT: UNIT},
    )


def told(*campaigns: Seen) -> list[str]:
    """Gaps as `slug: reason`."""
    return [f"{gap.slug}: {gap.reason}" for gap in gaps_of([UNIT], campaigns)]


UNCOMPARED = Matched(pairs=(), n_base=1, n_arguments_differ=1)
NO_CALL = Matched(pairs=(), n_base=0, n_arguments_differ=0)


def test_a_unit_that_was_compared_and_experimented_on_has_no_gap() -> None:
    """Then silence means something."""
    assert told(seen(probe=probed())) == []
    assert observed_units([UNIT], [seen(probe=probed())]) == {"bill.total"}


def test_a_unit_that_nothing_calls() -> None:
    """Where time was short, more of it may help."""
    assert told(seen(NO_CALL, calls=())) == [
        "not-reached: No test, docstring example or simple generated call reaches bill.total."
    ]
    assert told(seen(NO_CALL, exhausted=False, calls=())) == [
        "not-reached: No test, docstring example or simple generated call reaches bill.total in the time given."
    ]
    assert observed_units([UNIT], [seen(NO_CALL, calls=())]) == set()


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("ModuleNotFoundError: No module named 'msgspec'", "Install what it needs"),
        ("ImproperlyConfigured: no settings", "Import it by hand"),
    ],
)
def test_a_unit_whose_module_cannot_be_imported(error: str, remedy: str) -> None:
    """More time would not help."""
    gaps = list(gaps_of([UNIT], [seen(NO_CALL, exhausted=False, calls=())], {UNIT_MODULE: error}))
    assert [gap.reason for gap in gaps] == [f"Nothing reaches bill.total: {UNIT_MODULE} cannot be imported ({error})."]
    assert gaps[0].remedy.startswith(remedy)
    assert list(gaps_of([UNIT], [seen(probe=probed())], {UNIT_MODULE: error})) == [], "a test may make it importable"


def test_a_unit_whose_calls_have_no_partner() -> None:
    """Something before them differs, or head only makes a generator that nobody reads."""
    assert told(seen(UNCOMPARED)) == [
        "not-comparable: bill.total was called once on base, and its body never ran on head in the same tests."
    ]
    one = seen(UNCOMPARED)
    one = replace(one, recorded=replace(one.recorded, head=story(calls=(call(),))))
    assert told(one) == [
        "not-comparable: bill.total was called once on base, but no call on head has the same arguments."
    ]


def test_a_unit_that_is_reached_in_one_of_two_campaigns_is_reached() -> None:
    """Tests first, generated calls after them."""
    assert told(seen(NO_CALL, calls=()), seen(probe=probed())) == []


def test_a_unit_that_is_seen_through_a_caller_is_observed() -> None:
    """It ran during a call that was compared."""
    through = experiment(point="shop.py::checkout", touched=frozenset({POINT}))
    assert observed_units([UNIT], [seen(pairs((through, through)))]) == {"bill.total"}


GENERATED = "calls:bill.total"


def test_a_unit_that_only_generated_calls_reach_says_so() -> None:
    """Nobody gives such values, so silence about them is less than silence about a test's own."""
    generated = experiment(test=GENERATED), experiment(raised(), test=GENERATED, n=1)
    quiet = seen(pairs(*((each, each) for each in generated)))
    said = "generated-only: No test or docstring example calls bill.total; no difference in"
    assert told(quiet) == [f"{said} 2 experiments with generated values, of which base answered 1."]
    assert observed_units([UNIT], [quiet]) == {"bill.total"}
    refused = seen(pairs((generated[1], generated[1])))
    assert told(refused) == [f"{said} 1 experiment with generated values, of which base answered 0."]


def test_generated_calls_beside_an_example_or_with_a_difference_need_no_word() -> None:
    """The docstring's example is what somebody meant, and a difference speaks for itself."""
    generated, example = experiment(test=GENERATED), experiment(test="doctest:bill.total")
    assert told(seen(pairs((generated, generated), (example, example)))) == []
    other = difference(base=generated, head=experiment(returned(2), test=GENERATED))
    assert told(replace(seen(pairs((generated, other.head))), groups=(other,))) == []


def test_a_unit_whose_calls_all_wait_is_not_observed() -> None:
    """Its coroutine was matched with its partner, and neither said anything."""
    waiting = seen(pairs((experiment(PENDING), experiment(PENDING))))
    assert observed_units([UNIT], [waiting]) == frozenset()
    assert told(waiting) == [
        "no-answer: No call of bill.total came to an end that can be compared: waits for the event loop."
    ]


def test_a_unit_that_could_not_be_instrumented() -> None:
    """Whatever else is known."""
    unobserved = seen(probe=probed(), unobserved=((POINT, "is an asynchronous generator"),))
    assert told(unobserved) == ["unobservable: bill.total is an asynchronous generator."]


def test_a_module_that_came_from_elsewhere() -> None:
    """An installed copy was tested, not the tree."""
    installed = seen(NO_CALL, calls=(), origins={"bill": "/venv/lib/bill.py.so"})
    (reason,) = told(installed)
    assert reason == "wrong-origin: The tests import bill from /venv/lib/bill.py.so, not from the tree under test."


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"by_point": {POINT: (40, 31)}}, "unmatched: Only 31 of 40 experiments at bill.total have a partner on head."),
        ({"by_point": {POINT: (40, 32)}}, None),
        ({"by_point": {POINT: (40, 31)}, "head_complete": False},
         "budget: Time was over when head had made 31 of 40 experiments at bill.total."),
        ({"compared": Compared(differences=(), agreeing=Counter(), noisy=Counter({POINT: 5}), masked=Counter(), compared=Counter())},
         "noise: 5 of 40 experiments at bill.total end differently each time on base itself."),
        ({"compared": Compared(differences=(), agreeing=Counter(), noisy=Counter({POINT: 4}), masked=Counter(), compared=Counter())},
         None),
        ({"planted": Planted(n=3, n_seen=2, unseen=((POINT, "result"),))},
         "blind: A planted difference (result) at bill.total was not seen, so silence means nothing."),
        ({"planted": Planted(n=3, n_seen=2, unseen=(("other.py::f", "result"),))}, None),
        ({"complete": False, "points": {POINT: PointFacts(calls=1, experiments=4, kinds=(), pairs_tried=4, pairs_known=9)}},
         "budget: Time was over after 4 of 9 kinds of alteration at bill.total."),
        ({"points": {POINT: PointFacts(calls=1, experiments=40, kinds=(), pairs_tried=9, pairs_known=9, faults=(("NameError: x", 5),))}},
         "lost: 5 experiments at bill.total were lost beside 40 that were made: NameError: x."),
        ({"points": {POINT: PointFacts(calls=1, experiments=40, kinds=(), pairs_tried=9, pairs_known=9, faults=(("NameError: x", 4),))}},
         None),
        ({"complete": False}, None),
        ({"by_point": {}}, None),
        ({"by_point": {}, "points": {}, "complete": False},
         "budget: Time was over before the first experiment at bill.total."),
    ],
)  # fmt: skip
def test_what_stands_between_experiments_and_certainty(members: dict[str, Any], reason: str | None) -> None:
    """A fifth without a partner, a tenth of noise, a plant unseen, a systematic pass cut short."""
    assert told(seen(probe=probed(**members))) == ([] if reason is None else [reason])


def test_files_that_do_not_collect_are_grouped_by_cause() -> None:
    """With one example each."""
    files = [(f"t{n}.py", "Traceback\nE   ModuleNotFoundError: No module named 'attr'\n") for n in range(3)]
    gaps = list(gaps_of([], [seen(uncollected=(*files, ("odd.py", "")))]))
    assert [gap.reason for gap in gaps] == [
        "3 test files could not be collected on base: No module named 'attr' (t0.py).",
        "1 test file could not be collected on base: no reason given (odd.py).",
    ]
    assert gaps[0].remedy == "Install 'attr' in the target's environment."


def test_tests_that_fail_before_anything_was_changed() -> None:
    """By cause, the most frequent first; those that were stopped apart from them."""
    tests = [
        result("t.py::a", "failed", detail="E   ConnectionError: no network"),
        result("t.py::b", "error", detail="E   ConnectionError: no network"),
        result("t.py::c", "failed", detail="E   assay_probe.scenarios.TooSlow: assay: the test ran for more than 10 s"),
        result("t.py::d"),
    ]
    assert told(seen(probe=probed(), tests=tuple(tests))) == [
        "slow-tests: t.py::c ran for longer than a test may and was stopped.",
        "failing-on-base: 2 of 4 tests fail on base inside the sandbox: ConnectionError: no network (t.py::a).",
    ]


def test_effort_adds_up() -> None:
    """Calls of the tests and experiments, over all campaigns."""
    effort = effort_of([UNIT], [seen(probe=probed()), seen(probe=None)], [("reach", 1.5)], 3.0)
    assert (effort.experiments, effort.matched, effort.plants, effort.plants_seen) == (40 + 2, 1 + 2, 3, 3)
    assert effort.observed_units == 1
    assert effort.observed == {"bill.total"}
    assert (effort.stages, effort.seconds) == ((("reach", 1.5),), 3.0)
    assert dict(effort.by_operator) == {"number.edge": 39, "as the tests call it": 1}


def test_files_that_nobody_reads_are_gaps() -> None:
    """With reason and remedy as they were found."""
    unread = Unread(path="poetry.lock", slug="dependencies", reason="is a lock file.", remedy="Look at it.")
    sides = Revision(label="a", commit=None), Revision(label="b", commit=None)
    (gap,) = gaps_of_change(Change(base=sides[0], head=sides[1], files=(), units=(), unread=(unread,)))
    assert (gap.slug, gap.reason, gap.remedy, gap.unit) == (
        "dependencies",
        "poetry.lock: is a lock file.",
        "Look at it.",
        None,
    )
