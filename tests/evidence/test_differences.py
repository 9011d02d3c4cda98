"""From pairs to differences: noise is masked and counted, groups are made, the simplest example speaks for its group."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

import pytest
from tests.evidence.making import (
    BLOCKED,
    HUNG,
    PENDING,
    POINT,
    by_id,
    difference,
    edit,
    experiment,
    pairs,
    point,
    raised,
    returned,
)

from assay.evidence.differences import Noise, compare_pairs, group, learn_noise, may_hold, with_messages_soft
from assay.values.experiment import Experiment, Outcome
from assay.values.finding import Difference

QUIET = Noise(lost=frozenset(), masks={}, point_masks={}, n_compared=0)
POINTS = {POINT: point()}


def made(outcome: Outcome, m: int = 0, **members: Any) -> Experiment:
    """The experiment of this number."""
    return experiment(outcome, *([edit()] if m else []), m=m, **members)


def compare(*both: tuple[Experiment, Experiment], noise: Noise = QUIET) -> Any:
    """Contrast pairs at the one point there is."""
    return compare_pairs(pairs(*both), noise, POINTS, {})


def test_what_differs_is_told_and_what_agrees_is_counted() -> None:
    """In the order of the pairs."""
    seen = compare(
        (made(returned(1)), made(returned(1))),
        (made(returned(1), 1), made(returned(2), 1)),
        (made(raised(), 2), made(raised(), 2)),
    )
    assert [each.base.id.intervention for each in seen.differences] == [1]
    assert (seen.agreeing[POINT], seen.compared[POINT], seen.noisy[POINT], seen.masked[POINT]) == (2, 3, 0, 0)


def test_which_number_a_hash_is_promises_nothing() -> None:
    """What shows when the object is used after it was hashed does, and so does a hash that raises."""
    name = "bill.py::Bill.__hash__"
    stale = made(returned(5, text="made again: as before"), 1, point=name)
    both = [
        (made(returned(1), point=name), made(returned(2), point=name)),
        (made(returned(1, text="made again: another answer"), 1, point=name), stale),
        (made(returned(1), 2, point=name), made(raised(), 2, point=name)),
    ]
    seen = compare_pairs(pairs(*both), QUIET, {name: point(name)}, {})
    assert [each.base.id.intervention for each in seen.differences] == [1, 2]
    assert (seen.agreeing[name], seen.masked[name]) == (1, 0)


def test_what_cannot_be_compared_is_neither_agreement_nor_difference() -> None:
    """A blocked effect, a coroutine that waits."""
    seen = compare((made(BLOCKED), made(returned(1))), (made(returned(1), 1), made(PENDING, 1)))
    assert (seen.differences, seen.compared[POINT], seen.agreeing[POINT]) == ((), 0, 0)


def test_where_base_hangs_nothing_is_said() -> None:
    """Base has no answer that head could miss."""
    seen = compare((made(HUNG), made(returned(1))))
    assert seen.differences == ()
    # wrong: it is counted as one more experiment that agreed.
    assert (seen.compared[POINT], seen.agreeing[POINT]) == (1, 1)


def test_base_against_base_tells_what_is_noise() -> None:
    """Lost: what ends another way, or was made once only. Masked: what differs within."""
    first = by_id(made(returned({"id": 1, "n": 2})), made(returned(1), 1), made(returned(1), 2), made(returned(5), 3))
    second = by_id(made(returned({"id": 9, "n": 2})), made(raised(), 1), made(returned(1), 2))
    noise = learn_noise(first, second)
    assert {name.intervention for name in noise.lost} == {1, 3}
    assert {name.intervention: set(paths) for name, paths in noise.masks.items()} == {0: {"result['id']"}}
    assert noise.point_masks == {POINT: {"result['id']"}}
    assert noise.n_compared == 4


def test_planted_differences_are_no_noise() -> None:
    """They are made on one run of base only."""
    plant = experiment(returned("planted"), plant="result", m=-1)
    assert learn_noise(by_id(plant), {}).n_compared == 0


def test_a_noisy_path_is_masked_at_the_whole_point_and_a_noisy_result_only_where_it_was_seen() -> None:
    """Else one random answer would silence all others."""
    noise = learn_noise(
        by_id(made(returned({"id": 1})), made(returned(5), 1)), by_id(made(returned({"id": 2})), made(returned(6), 1))
    )
    seen = compare(
        (made(returned({"id": 1})), made(returned({"id": 3}))),
        (made(returned(5), 1), made(returned(7), 1)),
        (made(returned({"id": 1, "n": 1}), 2), made(returned({"id": 4, "n": 2}), 2)),
        (made(returned(5), 3), made(returned(7), 3)),
        noise=noise,
    )
    assert [each.base.id.intervention for each in seen.differences] == [2, 3]
    assert [each.path for each in seen.differences[0].disagreements] == ["result['n']"]
    assert seen.masked[POINT] == 4


def test_lost_experiments_are_counted() -> None:
    """More than a tenth of them is a gap."""
    lost = Noise(lost=frozenset({made(returned(1), 1).id}), masks={}, point_masks={}, n_compared=2)
    seen = compare((made(returned(1), 1), made(returned(2), 1)), noise=lost)
    assert (seen.differences, seen.noisy[POINT], seen.compared[POINT]) == ((), 1, 0)


def test_a_difference_knows_what_decides_its_weight() -> None:
    """Was base defined, was the input plausible, was anything altered?"""
    (own,) = compare((made(returned(1)), made(returned(2)))).differences
    assert (own.unperturbed, own.defined, own.plausible, own.confirmed) == (True, True, True, False)
    odd = experiment(raised(purposeful=False), edit(), kinds_after=(("amount", frozenset({"set"})),))
    (other,) = compare((odd, made(returned(2), 1))).differences
    assert (other.unperturbed, other.defined, other.plausible) == (False, False, False)
    assert other.implausible_because == "amount was never a set in base's tests"


@pytest.mark.parametrize(
    ("members", "holds"),
    [
        ({}, True),
        ({"kind": "raises-instead"}, True),
        ({"kind": "accepts-instead"}, True),
        ({"kind": "details"}, False),
        ({"kind": "raises-otherwise"}, False),
        ({"kind": "iterator-instead"}, False),
        ({"plausible": False}, False),
        ({"defined": False}, False),
        ({"confirmed": True}, True),
    ],
)
def test_what_may_hold(members: dict[str, Any], holds: bool) -> None:
    """Once it is seen again."""
    assert may_hold(difference(**members)) == holds


def sized(text: str, *edits: Any, m: int = 1) -> Difference:
    """A difference on a call with an argument of this text."""
    base = experiment(returned(1), *edits, m=m, arguments=(("amount", text),))
    return difference(base=base, head=experiment(returned(2), *edits, m=m))


def test_the_simplest_example_speaks_for_its_group() -> None:
    """Fewest edits, then most literals, then the shortest; the counts are those of the group."""
    members = [sized("10", edit(), edit("rate"), m=1), sized("1000", edit(), m=2), sized("10", edit(), m=3)]
    (told,) = group(members, Counter({POINT: 7}))
    assert (told.base.id.intervention, told.n_differing, told.n_agreeing) == (3, 3, 7)
    (own,) = group([*members, sized("x" * 50, m=0)], {})
    assert own.base.id.intervention == 0


def test_groups_are_made_by_kind_exception_and_weight() -> None:
    """Gravest first: what may hold, then by kind, then the larger group."""
    broken = experiment(raised("KeyError"))
    other = experiment(raised("TypeError"))
    groups = group(
        [
            difference("details"),
            difference(),
            difference(),
            difference(plausible=False),
            difference("raises-instead", head=broken),
            difference("raises-instead", head=other),
            difference("raises-instead", head=other),
        ],
        {},
    )
    assert [
        (each.kind, each.head.outcome.raised and each.head.outcome.raised.type, each.n_differing) for each in groups
    ] == [
        ("raises-instead", "builtins.TypeError", 2),
        ("raises-instead", "builtins.KeyError", 1),
        ("answers-differently", None, 2),
        ("answers-differently", None, 1),
        ("details", None, 1),
    ]
    assert [may_hold(each) for each in groups] == [True, True, True, False, False]


def test_answers_of_another_shape_are_one_group() -> None:
    """`None` in place of a list, and a list with another item."""
    groups = group(
        [
            difference(head=experiment(returned(None), edit(), m=1)),
            difference(head=experiment(returned([1, 2]), edit(), m=2)),
        ],
        {},
    )
    # wrong: the issue asks for groups by exception *or shape of value*; two defects of one function are told as one.
    assert len(groups) == 1


def test_a_sentence_that_an_exception_tells_otherwise_is_soft_wherever_it_is_carried() -> None:
    """A form collects the messages of its validators; a word, which may be data, stays hard."""

    def told(head: str, base: str = "cannot be edited") -> Difference:
        (seen,) = compare((made(raised(text=base)), made(raised(text=head)))).differences
        return cast("Difference", seen)

    def carried(base: object, head: object) -> Difference:
        (seen,) = compare((made(returned(base)), made(returned(head)))).differences
        return cast("Difference", seen)

    sentence = carried(["cannot be edited"], ["cannot be edited."])
    assert with_messages_soft([told("cannot be edited."), sentence])[1].kind == "details"
    assert not may_hold(with_messages_soft([told("cannot be edited."), sentence])[1])
    assert with_messages_soft([sentence]) == (sentence,)
    more = carried(["cannot be edited", 1], ["cannot be edited.", 2])
    assert with_messages_soft([told("cannot be edited."), more])[1] == more
    word = carried(["a"], ["b"])
    assert with_messages_soft([told("b", "a"), word])[1] == word
