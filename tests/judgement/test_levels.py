from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.values_for_tests import INSIDE, difference, disagreement, failing_test, finding, raised, returned

from assay.judgement.levels import TABLE, level_of, rule_of
from assay.values.finding import Level, Policy

REFACTORING = Policy(expect_same=True)


def level(*evidence: Any, policy: Policy | None = None, announced: bool = False) -> str:
    """The word for a finding that rests on this evidence."""
    said = INSIDE if announced else None
    return level_of(finding(*evidence, announcement=said), policy or Policy()).word


@pytest.mark.parametrize(
    "kind",
    [
        "answers-differently",
        "raises-instead",
        "hangs-instead",
        "leaves-arguments-differently",
        "writes-differently",
        "accepts-instead",
        "breaks-inside",
    ],
)
def test_a_defined_answer_that_changes_on_a_plausible_input_holds(kind: str) -> None:
    """Whether head answers, raises, hangs, writes or leaves its arguments otherwise."""
    assert level(difference(kind=kind)) == "hold"


@pytest.mark.parametrize("kind", ["raises-otherwise", "iterator-instead", "details"])
def test_where_both_refuse_or_hold_the_same_elements_it_is_a_notice(kind: str) -> None:
    """Few callers can tell, so nobody is stopped."""
    assert level(difference(kind=kind)) == "notice"


@pytest.mark.parametrize(
    "doubt",
    [
        {"plausible": False},
        {"confirmed": False},
        {"defined": False},
        {"needs_caller": True},
        {"disagreements": (disagreement(soft=True),)},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["answers-differently", "raises-instead", "accepts-instead", "breaks-inside"])
def test_each_doubt_alone_makes_a_difference_a_notice(kind: str, doubt: dict[str, Any]) -> None:
    """Implausible, seen once, undefined on base, private, or soft: never more than a notice."""
    assert level(difference(kind=kind, **doubt)) == "notice"


def test_one_hard_disagreement_among_soft_ones_holds() -> None:
    """Softness excuses only what is soft."""
    assert level(difference(disagreements=(disagreement(soft=True), disagreement(".total")))) == "hold"


def test_what_base_accepted_by_accident_and_head_accepts_is_a_notice() -> None:
    """Base died inside on this input: there was no answer that anyone could rely on."""
    seen = difference(
        raised("builtins.AttributeError", purposeful=False), returned("1"), kind="accepts-instead", defined=False
    )
    assert level(seen) == "notice"
    assert rule_of(seen).says.startswith("base died by accident")


def test_an_unedited_test_that_fails_three_times_blocks() -> None:
    """Only a change of code or of the test helps."""
    assert level(failing_test(runs=3)) == "block"


def test_an_unedited_test_that_fails_twice_holds_and_once_is_a_notice() -> None:
    """What holds was seen again; what was seen once may be a flaky test."""
    assert level(failing_test(runs=2)) == "hold"
    assert level(failing_test(runs=1)) == "notice"


def test_a_test_that_head_edited_is_a_notice_however_often_its_old_form_fails() -> None:
    """Its author saw it fail and changed it: a reader should see before and after."""
    assert level(failing_test(runs=3, edited_by_head=True)) == "notice"
    assert level(failing_test(runs=3, edited_by_head=True, removed_name="billing.old")) == "notice"


def test_a_removed_name_that_an_unedited_test_imports_holds_at_once_and_blocks_when_confirmed() -> None:
    """An import that fails is no matter of chance, so one run is enough to hold."""
    assert level(failing_test(runs=1, removed_name="billing.old")) == "hold"
    assert level(failing_test(runs=3, removed_name="billing.old")) == "block"


@pytest.mark.parametrize("evidence", [difference(), failing_test()], ids=["difference", "failing test"])
def test_what_is_announced_is_a_notice(evidence: Any) -> None:
    """A declared or tested intent covers it."""
    assert level(evidence, announced=True) == "notice"


def test_what_is_announced_in_part_is_unannounced() -> None:
    """Some of the calls that differ are covered, and one is not."""
    beyond = replace(INSIDE, standing="beyond", covered=40, case="round_total(amount=3)")
    assert level_of(finding(difference(), announcement=beyond), Policy()).word == "hold"


def test_policy_may_refuse_claims_but_not_tests() -> None:
    """A claim is words; a test of head was seen to fail on base."""
    strict = Policy(refuse_claims=True)
    assert level_of(finding(difference(), announcement=INSIDE), strict).word == "hold"
    assert level_of(finding(difference(), announcement=replace(INSIDE, by="test")), strict).word == "notice"


def test_the_heaviest_evidence_gives_the_level() -> None:
    """A finding may rest on several observations."""
    assert level(difference(plausible=False), difference()) == "hold"


def test_a_claimed_refactoring_is_held_by_any_plausible_difference() -> None:
    """Even where both raise, base had no defined answer, the unit is private, or an announcement covers it."""
    assert level(difference(kind="raises-otherwise"), policy=REFACTORING) == "hold"
    assert level(difference(kind="iterator-instead"), policy=REFACTORING) == "hold"
    assert level(difference(defined=False), policy=REFACTORING) == "hold"
    assert level(difference(needs_caller=True), policy=REFACTORING) == "hold"
    assert level(difference(), policy=REFACTORING, announced=True) == "hold"


def test_a_claimed_refactoring_is_not_held_by_what_may_not_be_real_or_matter() -> None:
    """Implausible input, a difference seen once, and soft kinds stay notices."""
    assert level(difference(plausible=False), policy=REFACTORING) == "notice"
    assert level(difference(confirmed=False), policy=REFACTORING) == "notice"
    assert level(difference(kind="details"), policy=REFACTORING) == "notice"


def test_policy_never_lowers_a_level() -> None:
    """True of every row of the table."""
    assert all(rule.level <= rule.of_refactoring for rule in TABLE)


def test_no_evidence_weighs_nothing() -> None:
    """Whatever was found is at least a notice."""
    assert all(rule.level >= Level.NOTICE for rule in TABLE)
