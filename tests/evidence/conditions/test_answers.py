"""An answer is asked for once for each combination of the values that the question reads."""

from __future__ import annotations

from collections.abc import Mapping

from assay.evidence.conditions.answers import Answers


def test_calls_that_are_alike_where_it_matters_share_an_answer() -> None:
    """What else they were given is nothing to the question."""
    asked: list[object] = []

    def is_large(values: Mapping[str, object]) -> bool:
        asked.append(values["n"])
        return values["n"] == 9

    answers = Answers()
    calls: list[Mapping[str, object]] = [{"n": 1, "m": 1}, {"n": 9, "m": 1}, {"n": 1, "m": 2}]
    assert list(answers.ask("n == 9", ["n"], calls, is_large)) == [False, True, False]
    assert list(answers.ask("n == 9", ["n"], [{"n": 9, "m": 3}], is_large)) == [True]
    assert asked == [1, 9]


def test_values_that_are_equal_but_written_otherwise_are_asked_about_each() -> None:
    """True is not 1 here, and 1 is not 1.0; an absent value is none of them."""
    answers = Answers()
    calls: list[Mapping[str, object]] = [{"n": 1}, {"n": True}, {"n": 1.0}, {}]
    kinds = list(answers.ask("kind", ["n"], calls, lambda values: type(values.get("n")).__name__))
    assert kinds == ["int", "bool", "float", "NoneType"]
