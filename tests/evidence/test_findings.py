"""One claim each, at the place a reader would look, and nothing said twice."""

from __future__ import annotations

from typing import Any

import pytest
from tests.evidence.making import POINT, difference, edit, experiment, placement, raised, returned

from assay.evidence.findings import (
    GROUPS_A_UNIT,
    findings_of,
    findings_of_broken,
    identify,
    told_of_units,
)
from assay.evidence.promises import Broken
from assay.reports.sentences import claim_alone
from assay.values.experiment import Experiment
from assay.values.finding import Condition, Difference, DifferenceKind, Explanation, FailingTest, Finding

CALLER, OTHER = "shop.py::checkout", "shop.py::preview"
UNIT = placement(POINT, line=20)
PLACEMENTS = {
    POINT: UNIT,
    CALLER: placement(CALLER, changed=False),
    OTHER: placement(OTHER, changed=False),
}


def told(*groups: Difference) -> list[str]:
    """Findings as `unit @ observed: claim`."""
    return [f"{f.unit} @ {f.observed_at}: {f.claim}" for f in findings(*groups)]


def findings(*groups: Difference) -> tuple[Finding, ...]:
    """What is found when `total` is the only changed unit."""
    return findings_of(groups, PLACEMENTS, [UNIT])


def at(point: str, n: int = 0, **members: Any) -> Experiment:
    """An experiment at a point that ran the changed unit."""
    return experiment(returned(1), edit(), point=point, n=n, touched=frozenset({POINT}), **members)


CLAIMS: list[tuple[DifferenceKind, Experiment, Experiment, str]] = [
    ("answers-differently", experiment(), experiment(), "total() answers differently"),
    ("raises-instead", experiment(), experiment(raised("KeyError")), "total() raises KeyError where it returned"),
    ("accepts-instead", experiment(raised("KeyError")), experiment(), "total() accepts what it refused with KeyError"),
    ("breaks-inside", experiment(raised("KeyError")), experiment(raised("NameError")),
     "total() breaks with NameError where it refused with KeyError"),
    ("hangs-instead", experiment(), experiment(), "total() does not come back where it answered"),
    ("raises-otherwise", experiment(raised("KeyError")), experiment(raised("a.b.Gone")),
     "total() refuses with Gone instead of KeyError"),
    ("leaves-arguments-differently", experiment(), experiment(), "total() leaves its arguments, or its object, otherwise"),
    ("writes-differently", experiment(), experiment(), "total() writes something else"),
    ("iterator-instead", experiment(), experiment(), "total() gives an iterator where it gave a list"),
    ("details", experiment(), experiment(), "total() differs in details"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "base", "head", "claim"), CLAIMS, ids=[case[0] for case in CLAIMS])
def test_claims(kind: DifferenceKind, base: Experiment, head: Experiment, claim: str) -> None:
    """In words, with the exceptions' names."""
    (found,) = findings(difference(kind, base, head))
    assert found.claim == claim
    assert (found.unit, found.observed_at, found.where.path, found.where.line) == (
        "bill.total",
        "bill.total",
        "bill.py",
        20,
    )
    assert found.evidence[0] == difference(kind, base, head)


def test_what_a_caller_shows_is_told_of_the_unit() -> None:
    """The finding stands at the changed unit and says through whom it was seen."""
    assert told(difference(base=at(CALLER), head=at(CALLER))) == [
        "bill.total @ shop.checkout: total() answers differently, seen through shop.checkout()"
    ]


def test_what_a_caller_shows_of_a_function_inside_another_is_told_of_the_outer_one_where_both_changed() -> None:
    """Head's loop may be to blame as well as the closure that it calls, and only the outer one has a name elsewhere."""
    inner = placement(f"{POINT}.<locals>.rounded", line=22)
    both = experiment(returned(1), edit(), point=CALLER, touched=frozenset({POINT, inner.point.id}))
    (found,) = findings_of([difference(base=both, head=both)], PLACEMENTS, [UNIT, inner])
    assert found.unit == "bill.total"
    alone = experiment(returned(1), edit(), point=CALLER, touched=frozenset({inner.point.id}))
    (found,) = findings_of([difference(base=alone, head=alone)], PLACEMENTS, [UNIT, inner])
    assert found.unit == "bill.total.<locals>.rounded"


def test_a_difference_that_touched_no_changed_unit_is_nobodys() -> None:
    """Nothing can be said of whom it speaks."""
    stray = experiment(returned(1), edit(), point=CALLER)
    assert told(difference(base=stray, head=stray)) == []


def test_other_words_where_nobody_gave_a_defined_answer_say_nothing() -> None:
    """`None` for `self` ends in two texts of the same accident."""
    assert told(difference("details", plausible=False)) == []
    assert told(difference("details", defined=False)) == []
    assert told(difference("details")) != []


def test_what_a_caller_shows_again_is_not_repeated() -> None:
    """Nor what a second caller shows."""
    groups = [difference(base=at(CALLER), head=at(CALLER)), difference(), difference(base=at(OTHER), head=at(OTHER))]
    assert told(*groups) == ["bill.total @ bill.total: total() answers differently"]


def test_what_may_hold_is_told_although_something_lighter_is_known() -> None:
    """And comes first."""
    light = difference(plausible=False)
    heavy = difference("raises-instead", base=at(CALLER), head=at(CALLER))
    assert [each.split(":")[0] for each in told(light, heavy)] == ["bill.total @ shop.checkout"]
    assert told(light) == ["bill.total @ bill.total: total() answers differently"]


def test_several_kinds_at_one_unit_are_several_findings() -> None:
    """As long as each says something new; details never do beside something else."""
    groups = [
        difference(),
        difference("raises-instead", head=experiment(raised("KeyError"))),
        difference("raises-instead", head=experiment(raised("TypeError"))),
        difference("raises-otherwise"),
        difference("details"),
    ]
    assert [each.split(": ")[1] for each in told(*groups)] == [
        "total() answers differently",
        "total() raises KeyError where it returned",
        "total() raises TypeError where it returned",
        "total() refuses with  instead of ",
    ]
    names = ("A", "B", "C", "D", "E", "F")
    many = [difference("raises-instead", head=experiment(raised(name))) for name in names]
    assert len(told(*many)) == GROUPS_A_UNIT


def test_a_lighter_group_of_the_same_kind_is_a_repetition() -> None:
    """The same answer on an implausible input is no news."""
    assert len(told(difference(), difference(plausible=False))) == 1
    assert len(told(difference(), difference("accepts-instead", plausible=False))) == 2


def test_a_difference_that_was_not_seen_again_hides_one_that_was() -> None:
    """The one at the unit comes first, though it weighs a notice only."""
    unsteady = difference(confirmed=False)
    steady = difference(base=at(CALLER), head=at(CALLER), confirmed=True)
    # wrong: the confirmed one, which holds the change, is left out as a repetition.
    assert [
        each.evidence[0].confirmed for each in findings(unsteady, steady) if isinstance(each.evidence[0], Difference)
    ] == [False]


def test_a_finding_has_the_same_name_each_time_and_others_have_other_names() -> None:
    """The name is what `assay replay` is given."""
    groups = [difference(base=experiment(None, edit(shown=text), m=1)) for text in ("a", "b")]
    names = [findings(each)[0].id for each in [*groups, *groups]]
    assert names[:2] == names[2:]
    assert len(set(names)) == 2
    assert all(len(name) == 12 for name in names)
    assert identify("ab", "c") != identify("a", "bc")


def broken(test: str = "t.py::test_a", units: str = POINT, **members: Any) -> Broken:
    """A promise that head does not keep."""
    given: dict[str, Any] = {"path": "t.py", "line": 7, "detail": "E", "units": frozenset(units.split()), **members}
    return Broken(test=test, **given)


def test_broken_promises_are_told_of_the_units_they_reach() -> None:
    """Tests that reach the same units are one finding."""
    promises = [broken("t.py::a"), broken("t.py::b"), broken("t.py::c"), broken("t.py::d")]
    (found,) = findings_of_broken(promises, {"t.py::a": 3}, frozenset(), [UNIT])
    assert found.claim == "t.py::a passes on base and fails on head, and 3 more"
    assert (found.unit, found.where.path, found.where.line) == ("bill.total", "bill.py", 20)
    tests = [each for each in found.evidence if isinstance(each, FailingTest)]
    assert [(each.test, each.runs, each.edited_by_head) for each in tests] == [
        ("t.py::a", 3, False),
        ("t.py::b", 1, False),
        ("t.py::c", 1, False),
    ]


def test_a_broken_promise_that_reaches_no_changed_unit_is_told_of_the_test() -> None:
    """A constant, a configuration, an import."""
    (found,) = findings_of_broken([broken(units="elsewhere.py::f", removed_name="total")], {}, frozenset(), [UNIT])
    assert (found.unit, found.where.path, found.where.line) == ("t.py::test_a", "t.py", 7)
    (evidence,) = found.evidence
    assert isinstance(evidence, FailingTest)
    assert evidence.removed_name == "total"


def test_edited_tests_are_told_apart_from_those_that_head_left_alone() -> None:
    """The old form of an edited test failing is a notice."""
    promises = [broken("t.py::a"), broken("new.py::b", path="new.py")]
    found = findings_of_broken(promises, {}, frozenset({"new.py::b"}), [UNIT])
    edited = [each.edited_by_head for f in found for each in f.evidence if isinstance(each, FailingTest)]
    assert sorted(edited) == [False, True]


def test_a_test_that_breaks_is_told_once() -> None:
    """A test that goes through two changed units breaks because of either; of the one that more of them reach it is told."""
    second, third = placement("bill.py::round", line=40), placement("bill.py::tax", line=60)
    both, other = broken("t.py::a", f"{POINT} bill.py::round"), broken("t.py::b", "bill.py::round bill.py::tax")
    (found,) = findings_of_broken([both, other], {}, frozenset(), [UNIT, second, third])
    assert found.unit == "bill.round"
    assert found.covers == ("bill.total", "bill.tax")
    assert found.claim == "t.py::a passes on base and fails on head, and 1 more"
    assert claim_alone(found) == f"{found.claim}; reaches bill.total, bill.tax too"


def test_tests_that_share_no_unit_are_findings_of_their_own() -> None:
    """Each may have a cause of its own."""
    second = placement("bill.py::round", line=40)
    tests = [broken("t.py::a"), broken("t.py::b", "bill.py::round")]
    found = findings_of_broken(tests, {}, frozenset(), [UNIT, second])
    assert [(each.unit, each.covers) for each in found] == [("bill.total", ()), ("bill.round", ())]


def test_the_unit_that_is_seen_to_differ_is_told_first() -> None:
    """More tests reach the other, which answers as before."""
    second = placement("bill.py::round", line=40)
    tests = [broken("t.py::a", f"{POINT} bill.py::round"), broken("t.py::b")]
    found = findings_of_broken(tests, {}, frozenset(), [UNIT, second], {"bill.py::round": Explanation()})
    assert [(each.unit, each.covers) for each in found] == [("bill.round", ("bill.total",)), ("bill.total", ())]


def test_a_broken_promise_says_when_its_unit_differs() -> None:
    """The calls that differ are why the test breaks; details say nothing of it."""
    condition = Condition(text="n < 0", expression="n < 0", held_differing=3, differing=3, held_others=0, others=9)
    detail, group = difference(kind="details", base=experiment(None, edit(), m=2)), difference()
    told = told_of_units([detail, group], {d.base.id: Explanation(condition=condition) for d in (detail, group)})
    assert told_of_units([detail], {detail.base.id: Explanation(condition=condition)}) == {}
    (found,) = findings_of_broken([broken()], {}, frozenset(), [UNIT], told)
    assert found.condition == condition
    (silent,) = findings_of_broken([broken()], {}, frozenset(), [UNIT])
    assert silent.condition is None
