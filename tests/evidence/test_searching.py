"""Digests of many texts give hints; only an experiment of its own is evidence."""

from __future__ import annotations

from dataclasses import replace

from tests.evidence.making import experiment

from assay.evidence.frames import Searched
from assay.evidence.searching import MOST_HINTS, agreeing, count_compared, hints


def searched(*digests: str, call: int = 0, texts: tuple[str, ...] = ("a b", "c", "dd", "e")) -> Searched:
    """The texts at one call of `split`, with what came of each."""
    return Searched(
        scenario="t.py::test_split",
        point="m.py::split",
        call=call,
        arrived_digest="d",
        tried=tuple(("text", repr(text)) for text in texts),
        digests=digests,
    )


def told(base: Searched, control: Searched, head: Searched) -> list[str | None]:
    """The texts that hint at a difference."""
    return [made.intervention.edits[0].literal for made in hints([base], [control], [head])]


def test_a_text_that_head_alone_answers_otherwise_is_a_hint_the_shortest_first() -> None:
    """The others agree."""
    base = searched("1", "2", "3", "4")
    assert told(base, base, searched("9", "2", "9", "4")) == ["'dd'", "'a b'"]


def test_what_base_does_not_agree_with_itself_about_is_no_hint() -> None:
    """Nor is what one of the runs did not come to, nor what ended base's process."""
    base = searched("1", "lost", "3", "4")
    assert told(base, searched("8", "lost", "3"), searched("9", "9", "3", "9")) == []


def test_an_experiment_finds_its_call_again() -> None:
    """By scenario, point, number and digest; its own number is the place of the text in the search."""
    base = searched("1", "2", "3", "4", call=7)
    (made,) = hints([base], [base], [searched("1", "9", "3", "4", call=7)])
    name = made.id
    assert (name.scenario, name.point, name.call, name.intervention) == (
        "t.py::test_split",
        "m.py::split",
        7,
        1_000_001,
    )
    assert made.arrived_digest == "d"
    assert made.intervention.edits[0].path == (("arg", "text"),)


def test_calls_take_turns_so_that_none_is_crowded_out() -> None:
    """Of many hints at one call and one at another both calls are among the first two."""
    texts = tuple("x" * n for n in range(1, 60))
    many, head = searched(*["1"] * 59, texts=texts), searched(*["2"] * 59, texts=texts)
    one, other = searched("1", call=1, texts=("longest of all",)), searched("2", call=1)
    found = hints([many, one], [many, one], [head, other])
    assert {made.id.call for made in found[:2]} == {0, 1}
    assert len(found) == MOST_HINTS


def test_texts_are_counted_where_both_sides_told() -> None:
    """A head that ran out of time compared fewer."""
    assert count_compared([searched("1", "2", "3")], [searched("1", "2")]) == 2
    assert count_compared([searched("1", "2", "3")], []) == 0


def test_texts_on_which_all_agree_tell_where_nothing_differs() -> None:
    """With the other arguments of the call, and the kind of ending that the digest names."""
    base = searched("returned||1", "raised|builtins.ValueError|2", "returned||3", "lost")
    head = searched("returned||1", "raised|builtins.ValueError|2", "returned||9", "lost")
    first = experiment(test="t.py::test_split", point="m.py::split", arguments=(("text", "'x'"), ("n", "3")))
    found = list(agreeing([base], [base], [head], {first.id: first}))
    assert [e.arguments for e in found] == [(("text", "'a b'"), ("n", "3")), (("text", "'c'"), ("n", "3"))]
    assert [e.outcome.kind for e in found] == ["returned", "raised"]
    assert found[1].outcome.raised is not None
    assert found[1].outcome.raised.type == "builtins.ValueError"
    assert len({e.arguments_digest for e in found}) == 2


def test_a_number_hints_as_a_text_does() -> None:
    """It stands for itself in the experiment."""
    tried = (("n", "71"), ("n", "-3.5"))
    base, head = (replace(searched(*digests), tried=tried) for digests in (("1", "2"), ("1", "9")))
    (made,) = hints([base], [base], [head])
    assert [(edit.operator, edit.literal) for edit in made.intervention.edits] == [("number.search", "-3.5")]
