"""What may be said of a group: a formula with enough behind it, else what was made of an argument, else nothing."""

from __future__ import annotations

from collections.abc import Iterable

from assay.evidence.conditions.explain import Fresh, Hypothesis, condition_of
from assay.evidence.conditions.learner import Observed, Pool, learn
from assay.values.finding import Condition

ITERATOR = frozenset({"hook gives an iterator"})


def said(calls: Iterable[Observed], fresh: Fresh | None = None, **tests: float) -> Condition | None:
    """The condition for these calls, with these questions alone."""
    every, pool = tuple(calls), Pool(tests=tests)
    return condition_of(Hypothesis(formulas=learn(every, pool), calls=every, pool=pool), fresh)


def calls(*, differing: int, others: int, altered: int = 0) -> list[Observed]:
    """Calls of which all that differ, and so many others, were given a hook that gives an iterator."""
    return [
        *(Observed(values={"n": -n - 1}, differs=True, key=f"d{n}", altered=ITERATOR) for n in range(differing)),
        *(
            Observed(values={"n": n}, differs=False, key=f"o{n}", altered=ITERATOR if n < altered else frozenset())
            for n in range(others)
        ),
    ]


def test_what_was_made_of_an_argument_is_said_where_its_value_tells_nothing() -> None:
    """A callback is no value that a predicate could be asked about."""
    found = said(calls(differing=4, others=50))
    assert found is not None
    assert (found.text, found.expression, found.grade) == ("hook gives an iterator", None, "sufficient")
    assert (found.held_differing, found.differing, found.held_others, found.others) == (4, 4, 0, 50)


def test_a_few_others_make_it_approximate_and_many_make_it_nothing() -> None:
    """With the counts that a reader weighs it by."""
    found = said(calls(differing=4, others=50, altered=2))
    assert found is not None
    assert (found.held_others, found.grade) == (2, "approximate")
    assert said(calls(differing=4, others=50, altered=25)) is None
    assert said(calls(differing=1, others=50)) is None


def test_a_predicate_is_preferred() -> None:
    """It can be asked about any call."""
    every, pool = tuple(calls(differing=4, others=50)), Pool(tests={"n < 0": 0.8})
    found = condition_of(Hypothesis(formulas=learn(every, pool), calls=every, pool=pool))
    assert found is not None
    assert (found.text, found.expression) == ("n < 0", "n < 0")


def test_a_predicate_that_is_only_nearly_right_gives_way_to_what_was_made_of_an_argument() -> None:
    """Where that is right more often."""
    every, pool = tuple(calls(differing=4, others=50)), Pool(tests={"n < 2": 0.8})
    found = condition_of(Hypothesis(formulas=learn(every, pool), calls=every, pool=pool))
    assert found is not None
    assert (found.text, found.held_others) == ("hook gives an iterator", 0)


def test_two_questions_joined_need_more_than_two_differing_calls() -> None:
    """One call satisfies many things by chance, whatever the others do."""
    tested = Fresh(differing=1, others=60)
    joined = [Observed(values={"a": a, "b": b}, differs=a and b, key=f"{a}{b}{n}") for n in range(9) for a, b in SIDES]
    some = [call for call in joined if not call.differs]
    every = [call for call in joined if call.differs]
    assert said([*every[:1], *some], tested, a=0.9, b=0.9) is None
    found = said([*every[:3], *some], tested, a=0.9, b=0.9)
    assert found is not None
    assert found.text == "a and b"


SIDES = ((True, True), (True, False), (False, True), (False, False))
