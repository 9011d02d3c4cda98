"""An answer is asked for once for each combination of the values that the question reads."""

from __future__ import annotations

from collections.abc import Mapping

from assay.evidence.conditions.answers import Answers, Sample


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


def test_calls_that_bring_a_question_the_same_are_asked_as_one_and_told_apart_by_their_bits() -> None:
    """An experiment alters one thing, so most of what a question reads is what other calls have too."""
    asked: list[object] = []

    def is_big(values: Mapping[str, object]) -> bool:
        asked.append(values["amount"])
        return values["amount"] == 100

    calls = [{"amount": 100, "currency": "JPY"}, {"amount": 1, "currency": "JPY"}, {"amount": 100, "currency": "EUR"}]
    answers = Answers()
    told = list(Sample(calls, answers).ask("amount == 100", {"amount"}, is_big))
    assert told == [(True, 0b101), (False, 0b010)]
    # Another sample of calls at the same point knows the answers already.
    assert list(Sample(calls[1:], answers).ask("amount == 100", {"amount"}, is_big)) == [(False, 0b01), (True, 0b10)]
    assert asked == [100, 1]


def test_an_expression_is_read_once_and_one_that_cannot_be_said_stays_so() -> None:
    """The parameters decide what an expression can say, the point what its other names mean."""
    answers, names = Answers(), frozenset({"amount"})
    assert answers.predicate("amount > 3", names, None) is answers.predicate("amount > 3", names, None)
    assert answers.predicate("__import__('os')", names, None) is None
