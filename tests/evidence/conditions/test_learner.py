"""Learns exactly this condition, says approximate when it is, and knows nothing of base and head."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evidence.conditions.cuts import roundest
from assay.evidence.conditions.generic import Constants, questions_about
from assay.evidence.conditions.learner import Observed, Pool, judge, learn, negated
from assay.evidence.conditions.things import Thing

NUMBERS = (0, 1, -1, 2, 3, 7, 10, 11, 12, 25, 64, 99, 100, 101, 500, 1000, -5, -40, 2.5, 3.75, 0.5)
TEXTS = (
    "",
    "a",
    "A",
    "abc",
    " pad ",
    "pad  ",
    "  pad",
    "12",
    "-3",
    "é",
    "a_b",
    "x_",
    "_x",
    "a,b",
    "two words",
    "ABC",
    "4.5",
    "\n",
)
LISTS: tuple[list[Any], ...] = (
    [],
    [1],
    [1, 2],
    [2, 1],
    [1, 1],
    [1, None, 2],
    [None, 1],
    [3, 1, 2],
    [0],
    list(range(12)),
    [5, 5, 1],
)


def observed(values: Iterable[dict[str, Any]], truth: Callable[..., object]) -> list[Observed]:
    """Calls with their labels."""
    return [Observed(values=each, differs=bool(truth(**each)), key=repr(each)) for each in values]


def learned(calls: list[Observed], constants: Constants | None = None, **tests: float) -> str:
    """The best formula for these calls, from the library alone and the tests that are named."""
    constants = constants or Constants()
    asked = questions_about([dict(call.values) for call in calls], constants)
    found = learn(calls, Pool(tests={**asked.tests, **tests}, terms=asked.terms, numbers=constants.numbers))
    return found[0].text if found and found[0].fits else ""


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (lambda n: n < 0, "n < 0"),
        (lambda n: n > 10, "n > 10"),
        (lambda n: n == 100, "n == 100"),
        (lambda n: n % 1 == 0.5, "n % 1 == 0.5"),
        (lambda n: round(n, 1) != n, "round(n, 1) != n"),
    ],
)
def test_conditions_on_a_number(truth: Callable[..., object], expected: str) -> None:
    """Said with the numbers that the code knows."""
    calls = observed(({"n": n} for n in NUMBERS), truth)
    assert learned(calls, Constants(numbers=(10, 100))) == expected


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (lambda s: not s.isascii(), "not s.isascii()"),
        (lambda s: s != s.strip(), "s != s.strip()"),
        (lambda s: s.endswith("_"), "s.endswith('_')"),
        (lambda s: s == "", "s == ''"),
    ],
)
def test_conditions_on_a_text(truth: Callable[..., object], expected: str) -> None:
    """Classes of characters, ends, edges."""
    assert learned(observed(({"s": s} for s in TEXTS), truth)) == expected


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (lambda xs: len(xs) > 10, "len(xs) >= 11"),
        (lambda xs: None in xs[1:-1], "None in xs[1:-1]"),
        (lambda xs: len(set(xs)) != len(xs), "has_duplicates(xs)"),
    ],
)
def test_conditions_on_a_list(truth: Callable[..., object], expected: str) -> None:
    """A cut lies between the last other and the first differing call."""
    made: list[dict[str, Any]] = [*({"xs": xs} for xs in LISTS), {"xs": list(range(11))}, {"xs": list(range(10))}]
    assert learned(observed(made, truth)) == expected


def test_two_arguments_together() -> None:
    """Both halves are needed, and neither alone is said."""
    calls = observed(
        ({"x": n, "flag": flag} for n in NUMBERS for flag in (True, False)), lambda x, flag: x < 0 and flag
    )
    assert learned(calls) == "x < 0 and flag"


def test_what_the_code_says_goes_before_the_library() -> None:
    """At equal fit, the words of the code."""
    calls = observed(({"n": n} for n in NUMBERS), lambda n: n < 0)
    assert learned(calls, None, **{"abs(n) != n": 0.5}) == "abs(n) != n"


def test_a_part_is_never_stated_as_the_whole() -> None:
    """No formula that can be said fits, so the best part comes with its counts."""
    calls = [Observed(values={"n": n}, differs=n * n % 7 in (1, 5), key=str(n)) for n in range(60)]
    found = learn(calls, Pool(tests={"n % 2 == 0": 1.0, "n < 30": 1.0}))
    assert len(found) == 1
    assert not found[0].fits
    assert found[0].held_differing + found[0].held_others > 0


def test_nothing_is_learned_where_all_calls_are_alike() -> None:
    """All differ, or none does, or nothing can be asked."""
    for differs in (True, False):
        assert learn([Observed(values={"n": n}, differs=differs) for n in (1, 2)], Pool(tests={"n < 2": 1.0})) == ()
    assert learn([Observed(values={"n": n}, differs=n == 1) for n in (1, 2)], Pool(tests={})) == ()


def test_rivals_that_no_call_tells_apart_are_kept() -> None:
    """New experiments decide between them."""
    calls = observed(({"n": n} for n in (-2, -1, 1, 2)), lambda n: n < 0)
    found = learn(calls, Pool(tests={"n < 0": 1.0, "abs(n) != n": 1.5}))
    assert [formula.text for formula in found] == ["n < 0", "abs(n) != n"]


@given(st.permutations(NUMBERS))
def test_the_order_of_the_calls_does_not_matter(numbers: list[float]) -> None:
    """The same calls teach the same."""
    assert learned(observed(({"n": n} for n in numbers), lambda n: n < 0)) == "n < 0"


@given(st.integers(-100, 100))
def test_a_learned_cut_lies_between_unlike_neighbours(cut: int) -> None:
    """It is right about every call it was learned from."""
    calls = observed(({"n": n} for n in range(-120, 121, 7)), lambda n: n >= cut)
    text = learned(calls)
    assert judge(text, calls).fits


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_the_roundest_number_of_a_gap_lies_in_it(one: float, other: float) -> None:
    """Above the lower end, not above the upper one."""
    low, high = sorted((one, other))
    if low < high:
        assert low < roundest(low, high) <= high


@pytest.mark.parametrize(
    ("text", "opposite"), [("a < b", "a >= b"), ("a in b", "a not in b"), ("not a", "a"), ("f(a)", "not f(a)")]
)
def test_an_opposite_is_said_plainly(text: str, opposite: str) -> None:
    """Where a comparison has one."""
    assert negated(text) == opposite


def test_a_predicate_about_a_parameter_that_no_call_has_holds_nowhere() -> None:
    """Of no call at all, too."""
    fared = judge("n < 0", [Observed(values={"m": 1}, differs=True)])
    assert (fared.held_differing, fared.differing) == (0, 1)
    assert not judge("n < 0", []).differing


def test_objects_in_a_collection_are_asked_about_attributes_that_the_code_mentions() -> None:
    """Others of their attributes are no more than a coincidence."""
    yes, no = (Thing("Word", {"skips": skips, "name": "w"}) for skips in (True, False))
    calls = observed(
        [{"exprs": xs} for xs in ([yes], [yes, yes], [no, yes], [yes, no], [no])], lambda exprs: no in exprs
    )
    assert learned(calls, Constants(names=frozenset({"skips"}))) == "not all(x.skips for x in exprs)"
    assert not learned(calls)


def test_order_is_asked_of_tuples_as_of_lists() -> None:
    """A tuple equals no list, in whichever order its items are."""
    some = [*LISTS[:5], (1, 2), (2, 1), (3, 1, 2), (1, 2, 3), ()]
    calls = observed(({"xs": xs} for xs in some), lambda xs: list(xs) != sorted(xs))
    assert learned(calls) == "list(xs) != sorted(xs)"
    assert learned([call for call in calls if isinstance(call.values["xs"], list)]) == "xs != sorted(xs)"
