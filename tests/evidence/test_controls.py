"""A planted difference must be seen, or silence means nothing."""

from __future__ import annotations

from tests.evidence.making import POINT, arguments, experiment, raised, returned

from assay.evidence.controls import count_plants
from assay.values.experiment import Experiment, Outcome


def planted(what: str, outcome: Outcome, n: int = 0) -> Experiment:
    """A plant at a call."""
    return experiment(outcome, plant=what, m=-1, n=n)


def test_plants_that_show_are_counted() -> None:
    """In the result, in an argument, as an exception."""
    counted = count_plants(
        [
            experiment(returned(1)),
            planted("result", returned(2)),
            planted("argument", returned(1, before=arguments(x=[1]), after=arguments(x=[1, 2]))),
            planted("exception", raised("RuntimeError")),
        ]
    )
    assert (counted.n, counted.n_seen, counted.unseen) == (3, 3, ())


def test_a_plant_that_does_not_show_is_named() -> None:
    """Its point is blind to such a difference; one that shows softly only is no better."""
    counted = count_plants(
        [
            experiment(returned({"a": 1, "b": 2})),
            planted("result", returned({"b": 2, "a": 1})),
            planted("argument", returned({"a": 1, "b": 2})),
        ]
    )
    assert (counted.n, counted.n_seen) == (2, 0)
    assert counted.unseen == ((POINT, "result"), (POINT, "argument"))


def test_a_plant_is_compared_with_the_call_it_was_made_at() -> None:
    """Another call of the same test is another matter."""
    counted = count_plants([experiment(returned(2), n=1), experiment(returned(1)), planted("result", returned(2))])
    assert (counted.n, counted.n_seen) == (1, 1)


def test_where_the_call_itself_has_no_answer_nothing_can_be_planted() -> None:
    """It raised, or was never made."""
    counted = count_plants([experiment(raised()), planted("result", returned(2)), planted("result", returned(2), n=5)])
    assert (counted.n, counted.unseen) == (0, ())
