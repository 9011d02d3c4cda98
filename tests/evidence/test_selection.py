"""Which calls are worth experiments, in which tests, and through which callers to look."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.making import POINT, call, placement, result

from assay.evidence.selection import (
    MAX_CALLS_A_POINT,
    MAX_PER_CALL,
    MIN_PER_CALL,
    choose_calls,
    identifiers,
    rank_callers,
    share_out,
)


def at(test: str, n: int = 0, lines: str = "", **members: Any) -> Any:
    """A call in a test of `t.py` that runs these lines."""
    return call(test=f"t.py::{test}", n=n, lines=frozenset(map(int, lines.split())), **members)


def chosen_calls(calls: list[Any], n: int = 24, results: Any = None, telling: str = "") -> list[str]:
    """Tests and numbers of the chosen calls at the one point."""
    lines = {POINT: frozenset(map(int, telling.split()))}
    quota = choose_calls(calls, results or {}, {POINT: n}, lines).quotas[POINT]
    return sorted(f"{test.removeprefix('t.py::')}{n}" for test, ns in (quota.calls or {}).items() for n in ns)


def test_tests_are_known_by_names_and_by_the_longer_words_in_them() -> None:
    """A private name says nothing where it stands, and its words may."""
    nested = placement("m.py::Builder._make_state.<locals>.slots_setstate")
    assert identifiers([nested]) == ("setstate", "slots", "slots_setstate")
    assert identifiers([placement("m.py::WordFilter._process")]) == ("WordFilter", "filter", "process")


def test_calls_that_run_changed_lines_come_first() -> None:
    """Then those that run other lines, then other shapes, then any."""
    calls = [at("a", lines="1"), at("b", lines="1 2"), at("c", lines="1 2"), at("d", lines="3"), at("e", shape="x")]
    assert chosen_calls(calls, n=12, telling="2") == ["b0"]
    assert chosen_calls(calls, n=24, telling="2") == ["b0", "e0"]
    assert chosen_calls(calls, n=36, telling="2") == ["a0", "b0", "e0"]
    assert len(chosen_calls(calls, n=600, telling="2")) == 5


def test_lines_of_head_count_too() -> None:
    """They are negative; a line that only head has tells as much."""
    calls = [at("a", lines="1"), at("b", lines="1 -7"), at("c", lines="1")]
    assert chosen_calls(calls, n=12, telling="-7") == ["b0"]


def test_calls_of_passing_tests_and_of_tests_themselves_come_first() -> None:
    """Fixtures and imports are run by many tests; a failing test says little."""
    calls = [at("failing"), at("a::setup"), at("fine")]
    results = {
        "t.py::failing": result("t.py::failing", "failed"),
        "t.py::a": result("t.py::a"),
        "t.py::fine": result("t.py::fine"),
    }
    assert chosen_calls(calls, n=12, results=results) == ["fine0"]
    assert chosen_calls(calls, n=24, results=results) == ["a::setup0", "fine0"]


def test_fast_telling_tests_run_first() -> None:
    """By what they tell in a second."""
    calls = [at("slow", lines="2"), at("fast", lines="2")]
    results = {f"t.py::{name}": result(f"t.py::{name}", seconds=s) for name, s in (("slow", 5.0), ("fast", 0.1))}
    assert choose_calls(calls, results, {POINT: 24}, {}).tests == ("t.py::fast", "t.py::slow")


def test_what_is_chosen_does_not_hang_on_milliseconds() -> None:
    """The same tests take another while each time, and runs of base that are kept are known by what was chosen."""
    calls = [at(name, lines="1") for name in "abcd"]
    taken = ({"a": 0.004, "b": 0.003, "c": 0.002, "d": 3.1}, {"a": 0.001, "b": 0.002, "c": 0.08, "d": 4.0})
    chosen = []
    for seconds in taken:
        results = {f"t.py::{name}": result(f"t.py::{name}", seconds=s) for name, s in seconds.items()}
        chosen.append(choose_calls(calls, results, {POINT: 36}, {POINT: frozenset({1})}))
    assert chosen[0] == chosen[1]
    assert chosen[0].tests == ("t.py::a", "t.py::b", "t.py::c")


def test_a_point_without_budget_has_no_quota() -> None:
    """And makes no test run."""
    chosen = choose_calls([at("a")], {}, {}, {})
    assert (chosen.quotas, chosen.tests) == ({}, ())


def test_experiments_are_shared_out_over_the_chosen_calls() -> None:
    """Never so few that the systematic pass would be cut short at a call, never so many that one call has them all."""
    few = choose_calls([at("a", n) for n in range(3)], {}, {POINT: 30}, {}).quotas[POINT]
    assert (few.experiments, few.per_call, sum(map(len, (few.calls or {}).values()))) == (30, 15, 2)
    one = choose_calls([at("a")], {}, {POINT: 1000}, {}).quotas[POINT]
    assert one.per_call == MAX_PER_CALL
    many = choose_calls([at("a", n) for n in range(100)], {}, {POINT: 10000}, {}).quotas[POINT]
    assert sum(map(len, (many.calls or {}).values())) == MAX_CALLS_A_POINT


@given(
    made=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.sampled_from(["", "1", "1 2", "3"])), max_size=30
    ),
    n=st.integers(1, 500),
)
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_whatever_the_calls_some_are_chosen_and_all_exist(made: list[tuple[str, int, str]], n: int) -> None:
    """No call twice, no call that was not made, and their tests are the tests that run."""
    calls = [at(test, number, lines) for test, number, lines in dict.fromkeys(made)]
    chosen = choose_calls(calls, {}, {POINT: n}, {POINT: frozenset({2})})
    if not calls:
        assert chosen.quotas == {}
        return
    quota = chosen.quotas[POINT]
    picked = [(test, number) for test, numbers in (quota.calls or {}).items() for number in numbers]
    assert 1 <= len(picked) <= max(1, n // MIN_PER_CALL)
    assert set(picked) <= {(c.experiment.id.scenario, c.experiment.id.call) for c in calls}
    assert set(chosen.tests) == {test for test, _ in picked}
    assert MIN_PER_CALL <= quota.per_call <= MAX_PER_CALL


NEAR, MIDDLE, OUTER, TEST_FRAME = (
    ("m.py", 5, "near"),
    ("m.py", 9, "middle"),
    ("m.py", 1, "outer"),
    ("t.py", 2, "test_a"),
)


def test_the_nearest_and_the_outermost_callers_are_ranked() -> None:
    """The most used first; frames that cannot be observed are passed over."""
    calls = [at("a", 0, chain=(NEAR, MIDDLE, OUTER, TEST_FRAME)), at("a", 1, chain=(MIDDLE, OUTER, TEST_FRAME)),
             at("a", 2, chain=(MIDDLE, TEST_FRAME)), at("b", chain=(TEST_FRAME,))]  # fmt: skip
    asked: list[tuple[str, int, str]] = []

    def usable(frame: tuple[str, int, str]) -> bool:
        asked.append(frame)
        return frame != TEST_FRAME

    assert rank_callers(calls, usable) == {POINT: (MIDDLE, NEAR, OUTER)}
    assert sorted(asked) == sorted({NEAR, MIDDLE, OUTER, TEST_FRAME}), "each is asked about once"


def test_changed_units_have_two_thirds_of_the_experiments() -> None:
    """All of them where there are no callers; never less than a systematic pass needs."""
    assert share_out(300, ["a", "b"], ["c", "d"]) == {"a": 100, "b": 100, "c": 50, "d": 50}
    assert share_out(300, ["a", "b"], []) == {"a": 150, "b": 150}
    assert share_out(1, ["a"], ["c"]) == {"a": 2 * MIN_PER_CALL, "c": MIN_PER_CALL}
