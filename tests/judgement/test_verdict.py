from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.values_for_tests import (
    added,
    change,
    changed,
    difference,
    examination,
    failing_test,
    finding,
    gap,
    removed,
    verdict,
)

from assay.judgement.verdict import judge
from assay.values.finding import Finding, Level, Location, Policy, Verdict

HELD = finding(difference())
NOTED = finding(difference(plausible=False), id="aaaa00")
BLOCKED = finding(failing_test(), id="bbbb00")


def says(judged: Verdict) -> tuple[str, int, bool]:
    """What a reader and a pipeline see first."""
    return judged.level.word, judged.exit_status, judged.want_of_evidence


def test_nothing_found_and_nothing_left_out_is_clear() -> None:
    """`clear` always means that much."""
    assert says(verdict()) == ("clear", 0, False)


def test_a_notice_stops_nobody() -> None:
    """It is worth knowing."""
    assert says(verdict(NOTED)) == ("notice", 0, False)


def test_the_heaviest_finding_is_the_verdict() -> None:
    """One block outweighs any number of holds."""
    assert says(verdict(NOTED, HELD)) == ("hold", 1, False)
    assert says(verdict(NOTED, HELD, BLOCKED)) == ("block", 1, False)


def test_a_verdict_with_gaps_is_never_clear() -> None:
    """A gap is no acquittal."""
    assert says(verdict(gaps=(gap(),))) == ("notice", 0, False)


def test_nothing_established_is_a_hold_for_want_of_evidence() -> None:
    """There is changed code, and nobody knows what it does."""
    assert says(verdict(established=frozenset())) == ("hold", 4, True)
    assert says(verdict(NOTED, established=frozenset(), gaps=(gap(),))) == ("hold", 4, True)


def test_something_established_about_another_unit_does_not_count() -> None:
    """Only changed units matter."""
    assert says(verdict(established=frozenset({"elsewhere.f"}))) == ("hold", 4, True)


def test_a_gap_that_policy_counts_holds() -> None:
    """Others stay notices."""
    policy = Policy(counted_gaps=frozenset({"dependencies"}))
    assert says(verdict(gaps=(gap("dependencies"),), policy=policy)) == ("hold", 4, True)
    assert says(verdict(gaps=(gap("data"),), policy=policy)) == ("notice", 0, False)


def test_findings_win_over_gaps() -> None:
    """A change that does harm is held for what it does."""
    policy = Policy(counted_gaps=frozenset({"not-reached"}))
    assert says(verdict(HELD, gaps=(gap(), gap("internal")), established=frozenset(), policy=policy)) == (
        "hold",
        1,
        False,
    )


def test_a_failure_of_assay_itself_is_never_a_pass() -> None:
    """What it would have found is unknown."""
    assert says(verdict(gaps=(gap("internal"),))) == ("hold", 3, True)
    assert says(verdict(gaps=(gap("internal"),), established=frozenset())) == ("hold", 3, True)


def test_a_change_without_code_units_is_clear_or_with_gaps_a_notice() -> None:
    """There was nothing to run."""
    assert says(verdict(change=change(), established=frozenset())) == ("clear", 0, False)
    assert says(verdict(change=change(), established=frozenset(), gaps=(gap("data"),))) == ("notice", 0, False)


def test_code_that_cannot_even_be_read_is_no_change_without_code() -> None:
    """A syntax error hides every unit of its file; native code has none that we could name."""
    for slug in ("syntax-error", "native"):
        assert says(verdict(change=change(), established=frozenset(), gaps=(gap(slug),))) == ("hold", 4, True)


def test_units_that_were_only_added_or_removed_are_worth_a_notice() -> None:
    """There is nothing to compare, so nobody can say `clear`."""
    assert says(verdict(change=change(added(), removed()), established=frozenset())) == ("notice", 0, False)


def test_an_added_unit_beside_changed_ones_leaves_a_verdict_clear() -> None:
    """The changed ones that use it were compared."""
    assert says(verdict(change=change(changed(), added()))) == ("clear", 0, False)


def test_findings_are_ranked_by_level_then_kind_then_place() -> None:
    """Failing tests first, plain calls before altered ones, then as the tree is read."""
    raising = finding(difference(kind="raises-instead"), id="c00001")
    plain_call = finding(difference(unperturbed=True), id="c00002")
    earlier = finding(difference(), id="c00003", where=Location(path="a.py", line=1))
    judged = verdict(NOTED, raising, HELD, earlier, plain_call, BLOCKED)
    order = [found.id for found, _ in judged.levels]
    assert order == [BLOCKED.id, "c00002", "c00003", HELD.id, "c00001", NOTED.id]


FINDINGS = st.lists(st.sampled_from([HELD, NOTED, BLOCKED]), max_size=4)
GAPS = st.lists(st.sampled_from([gap(), gap("internal"), gap("syntax-error"), gap("data")]), max_size=4)
POLICIES = st.builds(
    Policy, expect_same=st.booleans(), counted_gaps=st.sampled_from([frozenset(), frozenset({"data"})])
)
ESTABLISHED = st.sampled_from([frozenset(), frozenset({"billing.invoice.round_total"})])


@given(FINDINGS, GAPS, POLICIES, ESTABLISHED)
def test_exit_status_and_level_always_agree(
    findings: list[Finding], gaps: list[Any], policy: Policy, established: frozenset[str]
) -> None:
    """0 means clear or notice, 1 that a finding holds, 3 and 4 a hold for want of evidence."""
    judged = judge(examination(*findings, gaps=tuple(gaps), established=established), policy)
    holds = any(level >= Level.HOLD for _, level in judged.levels)
    assert (judged.exit_status == 1) == holds
    assert (judged.exit_status == 0) == (judged.level <= Level.NOTICE)
    assert judged.want_of_evidence == (judged.exit_status in (3, 4))
    assert judged.level != Level.CLEAR or not (gaps or findings)


@given(FINDINGS, GAPS, ESTABLISHED, st.randoms())
def test_the_order_in_which_things_were_seen_does_not_matter(
    findings: list[Finding], gaps: list[Any], established: frozenset[str], chance: Any
) -> None:
    """A verdict is a function of what was seen, and what was seen is a set."""
    shuffled = chance.sample(findings, len(findings))
    one = judge(examination(*findings, gaps=tuple(gaps), established=established), Policy())
    other = judge(examination(*shuffled, gaps=tuple(gaps), established=established), Policy())
    assert (one.level, one.exit_status, one.levels) == (other.level, other.exit_status, other.levels)
