"""Two outcomes of one call: which kind of difference is it, and is it hard or soft?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.making import BLOCKED, DIED, HUNG, PENDING, arguments, experiment, raised, returned, tree

from assay.evidence.classify import contrast, is_comparable, is_defined, noise
from assay.values.experiment import Outcome
from assay.values.finding import DifferenceKind

INNER = raised("AttributeError", "no attribute 'x'", purposeful=False)
REFUSED = raised("ValueError", "no")


def left(before: list[int], after: list[int], value: object = None) -> Outcome:
    """A call that returned and left its argument changed."""
    same = before == after
    return returned(
        value, before=None if same else arguments(items=before), after=None if same else arguments(items=after)
    )


class Refusal(ValueError):
    """An exception that tells what it refuses."""


def refusing(**told: object) -> Outcome:
    """A refusal whose attributes say why."""
    error = Refusal("no")
    vars(error).update(told)
    return raised("bill.Refusal", "no", value=tree(error))


CASES: list[tuple[str, Outcome, Outcome, DifferenceKind | None]] = [
    ("equal", returned([1]), returned([1]), None),
    ("other value", returned([1]), returned([2]), "answers-differently"),
    ("other type", returned(1), returned(1.0), "answers-differently"),
    ("None instead", returned([]), returned(None), "answers-differently"),
    ("order of keys", returned({"a": 1, "b": 2}), returned({"b": 2, "a": 1}), "details"),
    ("iterator of the same", returned([1, 2]), Outcome(kind="returned", value=["iter", "generator", [1, 2], "", {}]),
     "iterator-instead"),
    ("raises", returned(1), REFUSED, "raises-instead"),
    ("stumbles", returned(1), INNER, "raises-instead"),
    ("hangs", returned(1), HUNG, "hangs-instead"),
    ("dies", returned(1), DIED, "hangs-instead"),
    ("argument left otherwise", left([1], [1, 2]), left([1], [1]), "leaves-arguments-differently"),
    ("argument changed on head only", left([1], [1]), left([1], [2]), "leaves-arguments-differently"),
    ("argument left the same", left([1], [1, 2]), left([1], [1, 2]), None),
    ("value before arguments", left([1], [1, 2], 1), left([1], [1], 2), "answers-differently"),
    ("output", returned(1, output="a"), returned(1, output="b"), "writes-differently"),
    ("text of an object", returned(1, text="a"), returned(1, text="b"), "answers-differently"),
    ("other exception", REFUSED, raised("KeyError", "no"), "raises-otherwise"),
    ("other text", REFUSED, raised("ValueError", "never"), "details"),
    ("another position", refusing(position=3), refusing(position=4), "tells-otherwise"),
    ("other fields", refusing(errors={"a": "is missing"}), refusing(errors={"b": "is missing"}), "tells-otherwise"),
    ("another sentence", refusing(errors={"a": "is missing"}), refusing(errors={"a": "not there"}), "details"),
    ("another private attribute", refusing(_at=3), refusing(_at=4), "details"),
    ("tells the same", refusing(position=3), refusing(position=3), None),
    ("the same refusal", REFUSED, raised("ValueError", "no"), None),
    ("breaks inside", REFUSED, INNER, "breaks-inside"),
    ("stumbles otherwise", INNER, raised("TypeError", purposeful=False), "raises-otherwise"),
    ("stumbled, now refuses", INNER, REFUSED, "raises-otherwise"),
    ("accepts", REFUSED, returned(1), "accepts-instead"),
    ("accepts what broke", INNER, returned(1), "accepts-instead"),
    ("refused, now hangs", REFUSED, HUNG, "hangs-instead"),
    ("base hung", HUNG, returned(1), None),
    ("base died", DIED, REFUSED, None),
    ("base blocked", BLOCKED, returned(1), None),
    ("another effect", BLOCKED, replace(BLOCKED, shown="os.remove 'a'"), "writes-differently"),
    ("the same effect", BLOCKED, BLOCKED, None),
    ("a global", returned(1, output="sets the global N to 1"), returned(1, output="sets the global N to 2"), "writes-differently"),
    ("a global of head's", returned(1, output="a"), returned(1, output="a\nsets the global CACHE to 2"), None),
    ("a file more", returned(1, output="a"), returned(1, output="a\nwrites the file b"), "writes-differently"),
    ("head blocked", returned(1), BLOCKED, None),
    ("head waits", returned(1), PENDING, None),
    ("both wait", PENDING, PENDING, None),
]  # fmt: skip


def test_an_iterator_that_stumbles_while_it_is_read_is_no_answer() -> None:
    """It only came back before it did anything."""

    def ending(name: str) -> Outcome:
        return Outcome(kind="returned", value=["iter", "generator", [], name, {}])

    assert not is_defined(ending("!ZeroDivisionError"))
    assert not is_defined(ending("!IndexError"))
    assert is_defined(ending("!ValueError"))
    assert is_defined(ending(""))


def test_what_an_exception_tells_of_chance_is_masked() -> None:
    """Base told another position the second time."""
    masked = noise(refusing(position=3), refusing(position=5))
    assert masked == frozenset({"exception.position"})
    assert contrast(refusing(position=3), refusing(position=4), masked) is None


@pytest.mark.parametrize(("base", "head", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_kinds_of_difference(base: Outcome, head: Outcome, kind: DifferenceKind | None) -> None:
    """The first that applies: value, arguments, output, text, then what is soft."""
    seen = contrast(base, head)
    assert (seen and seen.kind) == kind
    if seen is not None:
        assert seen.disagreements
        soft = kind in ("details", "raises-otherwise")
        assert all(item.soft for item in seen.disagreements) == soft


outcomes = st.sampled_from([outcome for case in CASES for outcome in case[1:3]])
hidden = st.sampled_from([None, frozenset({"output", "text", "exception text"})])


@given(one=outcomes, masks=hidden)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_an_outcome_agrees_with_itself(one: Outcome, masks: frozenset[str] | None) -> None:
    """Whatever it is."""
    assert contrast(one, one, masks or frozenset()) is None


@given(one=outcomes, other=outcomes)
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_what_base_does_not_agree_with_itself_about_is_masked_or_lost(one: Outcome, other: Outcome) -> None:
    """Two runs of base that ended so make noise, under which they agree."""
    paths = noise(one, other)
    if paths is None:
        assert one.kind != other.kind or one.raised != other.raised
    else:
        assert contrast(one, other, paths) is None


@pytest.mark.parametrize(
    ("outcome", "defined"),
    [
        (returned(None), True),
        (REFUSED, True),
        (INNER, False),
        (raised("json.JSONDecodeError", purposeful=False, internal=False), False),
        (HUNG, False),
        (DIED, False),
        (BLOCKED, True),
        (PENDING, False),
    ],
)
def test_base_is_defined_where_it_returned_or_meant_to_refuse(outcome: Outcome, defined: bool) -> None:
    """An accident of the interpreter, or of a library, promises nothing."""
    assert is_defined(outcome) == defined
    assert is_comparable(experiment(outcome)) == (outcome.kind not in ("blocked", "pending"))


@pytest.mark.parametrize(
    ("first", "second", "paths"),
    [
        (returned(1), returned(1), set()),
        (returned(1), returned(2), {"result"}),
        (returned({"a": [1, 2]}), returned({"a": [1, 3]}), {"result['a'][]"}),
        (returned(1, output="a"), returned(1, output="b"), {"output"}),
        (returned(1, text="a"), returned(1, text="b"), {"text"}),
        (left([1], [2]), left([1], [3]), {"items[]"}),
        (left([1], [1]), left([1], [3]), {"items[]"}),
        (REFUSED, raised("ValueError", "yes"), {"exception text"}),
        (REFUSED, raised("ValueError", "no"), set()),
        (REFUSED, raised("KeyError", "no"), None),
        (REFUSED, returned(1), None),
        (HUNG, HUNG, set()),
        (returned(1), HUNG, None),
    ],
)
def test_paths_of_noise(first: Outcome, second: Outcome, paths: set[str] | None) -> None:
    """None where the two cannot be compared at all."""
    found = noise(first, second)
    assert (None if found is None else set(found)) == paths


def test_noise_of_an_exception_that_nobody_described() -> None:
    """Such an outcome can only be forged."""
    forged = Outcome(kind="raised")
    # wrong: it ends the whole examination, as a fault of Assay.
    with pytest.raises(AssertionError):
        noise(forged, forged)


class Point:
    """An object that a call fills."""


def restored(state: object, **attributes: object) -> Outcome:
    """A call that fills an object from a state."""
    point = Point()
    before = arguments(self=point, state=state)
    vars(point).update(attributes)
    after = arguments(self=point, state=state)
    return returned(None, before=before, after=after) if attributes else returned(None)


@pytest.mark.parametrize(
    ("base", "head", "kind"),
    [
        (restored((3, "a"), x=3), restored((3, "a")), "leaves-arguments-differently"),
        (restored((3, "a"), x=3, _hash=None), restored((3, "a"), _hash=None), "leaves-arguments-differently"),
        (restored({"x": 3}, x=3), restored({"x": 3}), "leaves-arguments-differently"),
        (restored((3, "a"), x=3), restored((3, "a"), _x=3), "details"),
        (restored((3, "a"), debug=False), restored((3, "a")), "details"),
        (restored((3, "a"), x=3, y="a"), restored((3, "a"), x=3), "details"),
        (restored((None,), x=None), restored((None,)), "details"),
    ],
)
def test_what_base_keeps_of_its_arguments_and_head_loses(base: Outcome, head: Outcome, kind: DifferenceKind) -> None:
    """Nothing else is kept instead: only then is an attribute that one side has more than a matter of schema."""
    found = contrast(base, head)
    assert found is not None
    assert found.kind == kind


def test_what_base_cannot_do_twice_says_nothing() -> None:
    """Head may; that head cannot what base can is a difference."""
    stumbles, again = (returned(1, text=f"use() -> 1\nmade again: {how}") for how in ("AttributeError", "as before"))
    assert contrast(stumbles, again) is None
    assert contrast(again, stumbles) is not None


def test_masked_paths_are_skipped() -> None:
    """One noisy field of a result does not hide the others."""
    base, head = returned({"id": 1, "n": 2}), returned({"id": 9, "n": 2})
    mask = frozenset({"result['id']"})
    assert contrast(base, head, mask) is None
    seen = contrast(base, returned({"id": 9, "n": 3}), mask)
    assert seen is not None
    assert [item.path for item in seen.disagreements] == ["result['n']"]


def test_trees_of_anything_can_be_contrasted() -> None:
    """They come from the target."""
    odd: list[Any] = [None, 3, ["seq"], ["map", "dict", 1, [[1]]], {"x": []}, ["call", 5], tree([1])]
    for one in odd:
        for other in odd:
            contrast(
                Outcome(kind="returned", value=one, after=other), Outcome(kind="returned", value=other, before=one)
            )
