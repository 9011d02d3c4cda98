"""What the change says of itself, held against what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.evidence.making import difference, edit, experiment, raised, returned

from assay.evidence.announced import SAME_WAY, Measured, Shown, WayOf, announce, unheard
from assay.evidence.ways import Way
from assay.values.change import Claim
from assay.values.experiment import Intervention
from assay.values.finding import Announcement, Condition, Difference, Finding, Location

NAME = "bill.total"


def differs(amount: int, *, head: object = 2, kind: str = "answers-differently") -> Difference:
    """`total(amount)` ended differently."""
    made = experiment(returned(1), digest=f"d{amount}", n=amount, arguments=(("amount", str(amount)),))
    other = experiment(raised(str(head)) if kind == "raises-instead" else returned(head), n=amount)
    return difference(kind, made, other)  # type: ignore[arg-type] # one of two kinds


def found(seen: Difference, condition: Condition | None = None) -> Finding:
    """A finding that rests on this difference."""
    return Finding(
        id="3f2a9c",
        investigator="behaviour",
        claim="total() answers differently",
        where=Location(path="bill.py", line=1),
        unit=NAME,
        observed_at=NAME,
        evidence=(seen,),
        condition=condition,
    )


def said(
    differing: list[int],
    agreeing: list[int],
    *claims: str,
    shown: tuple[int, ...] = (),
    when: str | None = None,
    unit: str = NAME,
    way_of: WayOf = lambda _: (),
) -> Announcement | None:
    """How these differing and agreeing amounts lie to the claims, tests and condition."""
    group = tuple(differs(amount) for amount in differing)
    agreed = tuple(experiment(returned(1), n=a, arguments=(("amount", str(a)),)) for a in agreeing)
    condition = None
    if when is not None:
        condition = Condition(
            text=when,
            expression=when,
            held_differing=len(group),
            differing=len(group),
            held_others=0,
            others=9,
            grade="sufficient",
        )
    finding = found(group[0], condition)
    made = [differs(amount) for amount in shown]
    calls = [Shown(test="tests/t.py::test_new", call=d.base, difference=d) for d in made]
    told = [Claim(unit=unit, when=text, where="commit 1") for text in claims]
    return announce([finding], Measured(differences=group, agreed=agreed), told, calls, way_of)[0].announcement


def test_a_claim_that_covers_every_differing_call_announces_the_finding() -> None:
    """Inside: a notice, with the claim's own words."""
    assert said([5, 6], [1, 2], "amount > 4") == Announcement(
        standing="inside", by="claim", source="commit 1", says="amount > 4", covered=2, differing=2
    )


def test_a_call_outside_the_claim_is_shown() -> None:
    """Beyond: the usual way in which a fix that looks right goes wrong."""
    told = said([5, 6], [1], "amount == 5")
    assert told is not None
    assert (told.standing, told.covered, told.case) == ("beyond", 1, "total(amount=6)")


def test_a_claim_about_nothing_that_differs_leaves_the_finding_beyond() -> None:
    """It names the function, so a reader is told that it covers nothing."""
    told = said([5], [1], "amount > 99")
    assert told is not None
    assert (told.standing, told.covered) == ("beyond", 0)


def test_several_claims_cover_together() -> None:
    """Each call by one of them."""
    told = said([5, 6], [1], "amount == 5", "amount == 6")
    assert told is not None
    assert told.standing == "inside"


@pytest.mark.parametrize(
    "claim", ["True", "", "1 < 2", "amount == amount", "nonsense(amount)", "amount >", "price > 1"]
)
def test_what_says_nothing_announces_nothing(claim: str) -> None:
    """No predicate, one that reads no parameter, one that holds everywhere, one that cannot be read."""
    assert said([5, 6], [1, 2], claim) is None


def test_nothing_in_a_claim_is_ever_run(tmp_path: object) -> None:
    """It is a small language of our own."""
    assert said([5], [1], f"[open('{tmp_path}/x', 'w') for _ in [amount]] or amount") is None


def test_a_claim_may_name_the_end_of_the_name() -> None:
    """`total` for `bill.total`, but not `al`."""
    assert said([5], [1], "amount > 4", unit="total") is not None
    assert said([5], [1], "amount > 4", unit="al") is None


def test_a_test_of_head_announces_the_very_call_that_it_makes() -> None:
    """Another call of the same group is not announced by it."""
    told = said([5], [1], shown=(5,))
    assert told is not None
    assert (told.standing, told.by, told.source) == ("inside", "test", "tests/t.py::test_new")
    told = said([5, 6], [1], shown=(5,))
    assert told is not None
    assert (told.standing, told.case) == ("beyond", "total(amount=6)")


def test_a_test_of_head_announces_the_condition_around_its_call() -> None:
    """What was learned and measured, no more: a call inside it, with the same kind of outcome."""
    told = said([5, 6], [1], shown=(5,), when="amount > 4")
    assert told is not None
    assert (told.standing, told.says) == ("inside", "amount > 4")
    assert said([6], [1], shown=(3,), when="amount > 4") is None


def test_the_call_of_a_test_that_base_lacks_is_announced_whatever_differs_around_it() -> None:
    """It was found in that very test; what differs around it in another way is a finding of its own."""
    own = replace(differs(5), in_head_tests=True, unperturbed=True)
    shown = [Shown(test="t", call=own.base, difference=own)]
    for first, standing in ((own, "inside"), (differs(5), "beyond")):
        told = announce([found(first)], Measured(differences=(first, differs(6))), [], shown)[0].announcement
        assert told is not None
        assert told.standing == standing


def even_or_odd(seen: Difference) -> Way:
    """Even amounts go one way through the code, odd ones another."""
    return ((int(dict(seen.base.arguments)["amount"] or "0") % 2,),)


def test_a_test_of_head_announces_calls_that_go_its_way() -> None:
    """No condition is known; what it covers by the way alone is shown by an example."""
    told = said([4, 6, 8], [1], shown=(4,), way_of=even_or_odd)
    assert told is not None
    assert (told.standing, told.says, told.covered, told.case) == ("inside", SAME_WAY, 3, "total(amount=6)")


def test_a_call_that_goes_another_way_is_beyond() -> None:
    """Some other cause, which no test of head makes known."""
    told = said([4, 5, 6], [1], shown=(4,), way_of=even_or_odd)
    assert told is not None
    assert (told.standing, told.covered, told.case) == ("beyond", 2, "total(amount=5)")


def test_the_same_way_to_another_kind_of_answer_announces_nothing() -> None:
    """True where it was False is not what a test says that sees False where it was True."""
    made = replace(differs(4, head=True), base=experiment(returned(False), digest="d4", arguments=(("amount", "4"),)))
    back = replace(differs(6, head=False), base=experiment(returned(True), digest="d6", arguments=(("amount", "6"),)))
    finding = found(back)
    shown = [Shown(test="t", call=made.head, difference=made)]
    told = announce([finding], Measured(differences=(back,)), [], shown, even_or_odd)[0].announcement
    assert told is None


def test_what_shows_after_an_earlier_call_only_is_not_announced_by_one_call() -> None:
    """The same call alone agrees: it is what the first call left behind."""
    second = differs(6)
    edits = (edit("amount", "call.first"),)
    second = replace(second, base=replace(second.base, intervention=Intervention(edits=edits)))
    finding = found(second)
    alone = experiment(returned(1), digest="d6", arguments=(("amount", "6"),))
    seen = Measured(differences=(second, differs(4)), agreed=(alone,))
    told = announce([finding], seen, [], [Shown(test="t", call=differs(4).head, difference=differs(4))], even_or_odd)
    assert told[0].announcement is not None
    assert told[0].announcement.standing == "beyond"


def test_a_test_that_base_cannot_import_announces_the_very_call() -> None:
    """What base does with it is known from the experiment that makes the same call."""
    seen = differs(5)
    call = replace(seen.head, arguments_digest="d5")
    finding = found(seen)
    told = announce([finding], Measured(differences=(seen,)), [], [Shown(test="t", call=call, difference=None)])
    assert told[0].announcement is not None
    assert told[0].announced


def test_tests_count_before_claims() -> None:
    """Policy may refuse claims; what tests cover alone stands without them."""
    told = said([5], [1], "amount > 4", shown=(5,))
    assert told is not None
    assert told.by == "test"


def test_a_test_that_shows_another_kind_of_difference_announces_nothing() -> None:
    """That it now raises says nothing of other answers."""
    finding = found(differs(5))
    other = differs(5, head="ValueError", kind="raises-instead")
    shown = [Shown(test="t", call=other.head, difference=other)]
    assert announce([finding], Measured(differences=(differs(5),)), [], shown)[0].announcement is None


@pytest.mark.parametrize(
    ("claim", "unit", "reason"),
    [
        ("amount > 99", NAME, "commit 1 says `Changes: bill.total when amount > 99`: claimed, not observed."),
        ("True", NAME, "does not say when in terms of the parameters; that announces nothing."),
        ("amount < 99", NAME, "which holds for every call, those that agree included; that announces nothing."),
        ("amount > 4", "bill.other", "but no changed function of that name was observed."),
    ],
)
def test_claims_that_announce_nothing_are_gaps(claim: str, unit: str, reason: str) -> None:
    """A reader should not take them for announcements."""
    agreed = (experiment(returned(1), n=1, arguments=(("amount", "1"),)),)
    measured = Measured(differences=(differs(5),), agreed=agreed)
    gaps = list(unheard([Claim(unit=unit, when=claim, where="commit 1")], [NAME], measured))
    assert [gap.slug for gap in gaps] == ["claim"]
    assert gaps[0].reason.endswith(reason)


def test_a_claim_that_was_observed_is_no_gap() -> None:
    """It announces."""
    agreed = (experiment(returned(1), n=1, arguments=(("amount", "1"),)),)
    measured = Measured(differences=(differs(5),), agreed=agreed)
    assert list(unheard([Claim(unit=NAME, when="amount > 4", where="c")], [NAME], measured)) == []
