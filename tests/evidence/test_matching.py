"""Which call on head is the same as one on base: by arguments, else by order where they differ in soft ways only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.making import POINT, TEST, arguments, by_id, call, edit, experiment, returned

from assay.evidence.frames import RecordedCall
from assay.evidence.matching import Matched, match_calls, match_experiments


def told(matched: Matched) -> list[str]:
    """Pairs as `base -> head`, by number and arguments."""
    return [
        f"{p.base.id.call}{p.base.arguments_digest} -> {p.head.id.call}{p.head.arguments_digest}" for p in matched.pairs
    ]


def calls(text: str, **members: Any) -> list[RecordedCall]:
    """Calls in order, each a letter for its arguments."""
    return [call(n=n, digest=letter, **members) for n, letter in enumerate(text)]


def test_calls_with_equal_arguments_are_paired_in_order() -> None:
    """A loop that calls twice with the same pairs the first with the first."""
    matched = match_calls(calls("aab"), calls("aab"))
    assert told(matched) == ["0a -> 0a", "1a -> 1a", "2b -> 2b"]
    assert (matched.n_base, matched.n_arguments_differ, matched.fraction) == (3, 0, 1.0)


def test_calls_that_head_adds_or_leaves_out_do_no_harm() -> None:
    """A rewrite may call an inner function more often, or less."""
    assert told(match_calls(calls("abc"), calls("xabc"))) == ["0a -> 1a", "1b -> 2b", "2c -> 3c"]
    fewer = match_calls(calls("abc"), calls("ac"))
    assert told(fewer) == ["0a -> 0a", "2c -> 1c"]
    assert (fewer.n_base, fewer.n_arguments_differ) == (3, 0)


def test_an_aligned_call_whose_arguments_differ_is_counted() -> None:
    """Something before it differs, and that is where to look."""
    matched = match_calls(calls("abc"), calls("axc"))
    assert told(matched) == ["0a -> 0a", "2c -> 2c"]
    assert (matched.n_arguments_differ, matched.fraction) == (1, 1.0)


def test_an_aligned_call_whose_arguments_differ_softly_is_paired() -> None:
    """The order of keys is no reason to look away."""
    base = call(digest="a", unaltered=arguments(x={"k": 1, "l": 2}))
    softly = call(digest="b", unaltered=arguments(x={"l": 2, "k": 1}))
    harder = call(digest="b", unaltered=arguments(x={"l": 2, "k": 3}))
    assert told(match_calls([base], [softly])) == ["0a -> 0b"]
    assert told(match_calls([base], [harder])) == []


def test_calls_of_other_tests_and_points_are_strangers() -> None:
    """Even with equal arguments."""
    other = calls("a", test="tests/test_bill.py::test_other") + calls("a", point="bill.py::other")
    matched = match_calls(calls("a"), other)
    assert matched.pairs == ()


def test_a_point_that_head_never_calls_in_a_test_is_left_out_of_the_count() -> None:
    """The test may not have run there."""
    matched = match_calls(calls("ab") + calls("c", test="t.py::second"), calls("ab"))
    # wrong: nobody can tell a test that did not run from a head that no longer calls the function in it.
    assert (matched.n_base, matched.fraction) == (2, 1.0)


def test_a_call_of_base_whose_number_head_has_used_up_is_not_counted() -> None:
    """`b` is left over on base; on head only a call with another number is."""
    matched = match_calls(calls("ab"), calls("ya"))
    # wrong: the arguments of an aligned call differ, but `n_arguments_differ` does not say so.
    assert (told(matched), matched.n_arguments_differ) == (["0a -> 1a"], 0)


words = st.text(alphabet="abc", max_size=6)


@given(base=words, head=words)
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_no_call_is_paired_twice(base: str, head: str) -> None:
    """And only with one of equal arguments; whatever can be paired is."""
    matched = match_calls(calls(base), calls(head))
    assert len({p.base.id for p in matched.pairs}) == len({p.head.id for p in matched.pairs}) == len(matched.pairs)
    assert all(p.base.arguments_digest == p.head.arguments_digest for p in matched.pairs)
    assert len(matched.pairs) == sum(min(base.count(letter), head.count(letter)) for letter in "abc")
    assert 0 <= matched.fraction <= 1


def test_experiments_are_paired_by_name() -> None:
    """Plants are controls and have no partner; what head did not make is missing."""
    base = by_id(
        experiment(), experiment(None, edit(), m=1), experiment(None, edit(), m=2), experiment(plant="result", m=-1)
    )
    head = by_id(experiment(), experiment(None, edit(), m=1))
    matched = match_experiments(base, head)
    assert [pair.base.id.intervention for pair in matched.pairs] == [0, 1]
    assert (matched.n_base, round(matched.fraction, 2)) == (3, 0.67)


def test_experiments_of_an_aligned_call_count_where_its_arguments_agree_but_for_soft_ways() -> None:
    """Judged once for a call, by the arguments as they arrived."""
    arrived = arguments(x={"k": 1, "l": 2})
    base = by_id(experiment(unaltered=arrived), experiment(None, edit(), m=1))
    for theirs, n_pairs, n_differing in (
        (arguments(x={"l": 2, "k": 1}), 2, 0),
        (arguments(x={"l": 2, "k": 7}), 0, 2),
        (None, 0, 2),
    ):
        first = experiment(unaltered=theirs, aligned=True, digest="h")
        head = by_id(first, experiment(None, edit(), m=1, aligned=True, digest="h"))
        matched = match_experiments(base, head)
        assert (len(matched.pairs), matched.n_arguments_differ) == (n_pairs, n_differing)


def test_where_head_lost_the_unaltered_call_the_altered_one_carries_its_arguments() -> None:
    """The first experiment that head made at the call has them."""
    arrived = arguments(x=1)
    base = by_id(experiment(unaltered=arrived), experiment(None, edit(), m=1))
    head = by_id(experiment(None, edit(), m=1, aligned=True, digest="h", unaltered=arrived))
    assert len(match_experiments(base, head).pairs) == 1


def test_nothing_made_is_wholly_matched() -> None:
    """A fraction of nothing is no alarm."""
    assert match_experiments({}, {}).fraction == 1.0
    assert match_calls([], calls("a")).fraction == 1.0
    only = replace(call(returned(1)).experiment, aligned=False)
    assert (only.id.scenario, only.id.point) == (TEST, POINT)


def test_a_call_with_what_base_gave_is_the_same_whatever_head_gave() -> None:
    """Its arguments agree just before it is made."""
    kept = edit("amount", "argument.kept", literal="10")
    base = by_id(experiment(), experiment(None, kept, m=1, digest="k"))
    head = by_id(
        experiment(digest="h", aligned=True, unaltered=arguments(amount="x")),
        experiment(None, kept, m=1, digest="k", aligned=True),
    )
    matched = match_experiments(base, head)
    assert [pair.base.id.intervention for pair in matched.pairs] == [1]
    assert matched.n_arguments_differ == 1
