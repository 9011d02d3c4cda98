"""A coincidence is never stated as a law: it is approximate, or nothing is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.evidence.making import FakeSource, difference, edit, experiment, placement, raised, returned

from assay.change.project import Project
from assay.evidence.conditions.answers import Answers
from assay.evidence.conditions.asking import Case, ask
from assay.evidence.conditions.explain import Fresh, Hypothesis, Labelled, calls_like, condition_of, learn_about
from assay.evidence.conditions.generic import Constants, questions_about
from assay.evidence.conditions.learner import Formula, Observed, Pool, learn
from assay.evidence.conditions.proposals import Carrier
from assay.evidence.conditions.things import Thing
from assay.evidence.conditions.weight import is_shown, least_differing, says_all
from assay.values.change import SIDES
from assay.values.finding import Condition

TESTED = Fresh(differing=0, others=60)


def said(calls: Iterable[Observed], **tests: float) -> Condition | None:
    """The condition for these calls, with these questions alone."""
    every, pool = tuple(calls), Pool(tests=tests)
    return condition_of(Hypothesis(formulas=learn(every, pool), calls=every, pool=pool), TESTED)


def of_a_test(name: str, *, differing: int, others: int, **values: object) -> list[Observed]:
    """Calls of one test: alike but for `n`, which is below 0 where they differ."""
    made = [*range(-differing, 0), *range(others)]
    return [Observed(values={"n": n, **values}, differs=n < 0, key=f"{name} {n}", origin=name) for n in made]


def test_what_one_test_brings_along_is_approximate() -> None:
    """All that differs came from one test, whose object is its own in many ways; nobody altered the one that is told."""
    calls = [
        *of_a_test("a", differing=6, others=0, depth=3),
        *of_a_test("b", differing=0, others=9, depth=1),
        *of_a_test("c", differing=0, others=9, depth=2),
    ]
    found = said(calls, **{"depth == 3": 0.8})
    assert found is not None
    assert (found.text, found.grade, found.held_differing, found.held_others) == ("depth == 3", "approximate", 6, 0)


def test_what_comes_and_goes_with_an_alteration_is_sufficient() -> None:
    """One test is enough where altering its call shows it."""
    found = said([*of_a_test("a", differing=6, others=4), *of_a_test("b", differing=0, others=9)], **{"n < 0": 0.8})
    assert found is not None
    assert (found.text, found.grade) == ("n < 0", "sufficient")


def test_what_calls_of_several_tests_agree_with_is_sufficient() -> None:
    """Objects are seldom altered, and a dozen tests that agree are no coincidence."""
    calls = [call for n in range(3) for call in of_a_test(f"yes{n}", differing=1, others=0, kind="Pow")]
    calls += [call for n in range(3) for call in of_a_test(f"no{n}", differing=0, others=2, kind="Add")]
    found = said(calls, **{"kind == 'Pow'": 0.8})
    assert found is not None
    assert (found.text, found.grade) == ("kind == 'Pow'", "sufficient")


def test_a_second_question_that_only_tells_tests_apart_makes_the_whole_approximate() -> None:
    """The first comes and goes with an alteration; the second keeps the others of another test away."""
    own = of_a_test("a", differing=6, others=6, depth=3)
    others = [Observed(values={"n": n, "depth": 1}, differs=False, key=f"b{n}", origin="b") for n in range(-6, 6)]
    assert is_shown("n < 0", own, None)
    assert not is_shown("n < 0 and depth == 3", [*own, *others], None)
    found = said([*own, *others], **{"n < 0": 0.8, "depth == 3": 0.8})
    assert found is not None
    assert found.grade == "approximate"


def test_either_of_two_questions_must_be_shown_by_calls_that_the_other_does_not_tell() -> None:
    """Else it is no more than what those calls happen to have."""
    both = [
        Observed(values={"a": a, "b": b}, differs=a or b, key=f"{a}{b}", origin="t")
        for a in (True, False)
        for b in (True, False)
    ]
    assert is_shown("a or b", both, None)
    assert not is_shown("a or b", [call for call in both if call.values["a"] or not call.values["b"]], None)


def test_one_differing_call_bears_a_formula_only_where_that_says_all_there_is_to_it() -> None:
    """Of an object many things are true that are true of no other, and other arguments were not tried with it."""
    assert said(of_a_test("a", differing=1, others=50, items=[]), **{"n < 0": 0.8}) is None
    assert said(of_a_test("a", differing=2, others=50), **{"n < 0": 0.8}) is None
    assert said(of_a_test("a", differing=3, others=50), **{"n < 0": 0.8}) is not None
    found = said(of_a_test("a", differing=1, others=50), **{"n == -1": 0.8})
    assert found is not None
    assert (found.text, found.held_differing, found.grade) == ("n == -1", 1, "sufficient")


def test_a_formula_says_all_where_it_names_the_value_of_the_only_parameter() -> None:
    """Or that it is empty. What hangs off it is another matter."""
    calls = [Observed(values={"xs": []}, differs=True)]
    assert all(says_all(text, calls) for text in ("xs == 3", "xs is None", "len(xs) == 0", "not xs", "xs == -1"))
    assert not any(says_all(text, calls) for text in ("len(xs.args) == 0", "xs < 3", "xs % 10 == 0", "3 in xs"))
    assert not says_all("xs == 3", [Observed(values={"xs": 3, "ys": 4}, differs=True)])


def test_joined_questions_need_more_calls_where_nothing_tested_them() -> None:
    """Each is said to matter."""
    joined = Formula(text="a and b", cost=2.1, held_differing=1, differing=1, held_others=0, others=9)
    calls = [Observed(values={"a": True, "b": True}, differs=True)]
    assert least_differing(joined, calls, is_tested=False) > least_differing(joined, calls, is_tested=True) > 1


def test_which_number_a_hash_is_is_never_asked() -> None:
    """That one is kept already may be what matters."""
    samples: list[dict[str, object]] = [{"expr": Thing("Add", {"_mhash": n, "size": 4})} for n in (None, 7, 20, 31)]
    asked = questions_about(samples, Constants(numbers=(10,), names=frozenset({"_mhash", "size"})))
    about = [text for text in (*asked.tests, *asked.terms) if "_mhash" in text]
    assert "expr._mhash is None" in about
    assert not [text for text in about if "%" in text or "<" in text or text == "expr._mhash"]
    assert "expr.size" in asked.terms


def test_where_no_call_that_agrees_ends_as_the_example_does_all_that_agree_are_the_others() -> None:
    """Base refused nothing else: what tells a mended call from all others is that it was refused."""
    refused = difference("accepts-instead", base=experiment(raised("ZeroDivisionError"), digest="refused"))
    agreed = (experiment(returned(1), digest="one"), experiment(raised("TypeError"), digest="two"))
    calls = calls_like(refused, [refused], Labelled(agreed=agreed), placement(), plausible_only=False)
    assert [(call.key, call.differs) for call in calls] == [("refused", True), ("one", False), ("two", False)]
    alike = (*agreed, experiment(raised("ZeroDivisionError"), digest="three"))
    calls = calls_like(refused, [refused], Labelled(agreed=alike), placement(), plausible_only=False)
    assert [(call.key, call.differs) for call in calls] == [("refused", True), ("three", False)]


def test_what_is_right_about_all_calls_is_said_in_place_of_what_is_right_about_usual_ones() -> None:
    """Whole numbers alone were given by tests, and fractions fail in the same way."""
    found = learned({"-1": True, "2": True, "3": True, "-1.5": False, "2.5": False})
    assert (found.formulas[0].text, found.plausible_only) == ("not isinstance(value, str)", False)


def test_calls_that_nobody_makes_do_not_blur_what_is_said_of_usual_ones() -> None:
    """Where all calls together take more words, or have no words at all."""
    found = learned({"1": True, "2": True, "3": True, "'odd'": False})
    assert found.plausible_only
    assert found.is_right


def learned(differing: Mapping[str, bool]) -> Hypothesis:
    """What is learned of a value: texts agree, and these differ; True where somebody who uses the code would give it."""
    alike = [
        difference(base=experiment(returned(1), digest=text, arguments=(("value", text),)), plausible=plausible)
        for text, plausible in differing.items()
    ]
    agreed = [experiment(returned(1), digest=text, arguments=(("value", repr(text)),)) for text in "abcd"]
    projects = [Project(FakeSource(), side) for side in SIDES]
    return learn_about(alike[0], alike, Labelled(agreed=tuple(agreed)), placement(), projects, Answers())


def test_what_shows_only_around_the_call_is_said_by_what_is_done_there() -> None:
    """The arguments are those of calls that agree."""
    copied, used = (edit("self", operator=operator) for operator in ("copy.first", "then.use"))
    alike = [difference(base=experiment(returned(1), copied, digest=text)) for text in "abc"]
    plain = difference(base=experiment(returned(1), digest="plain"))
    agreed = [experiment(returned(1), digest=text) for text in "abcdefg"]
    agreed += [experiment(returned(1), used, digest=text) for text in "abc"]
    projects = [Project(FakeSource(), side) for side in SIDES]
    seen = Labelled(agreed=tuple(agreed))
    learned = learn_about(alike[0], [*alike, plain], seen, placement(), projects, Answers())
    found = condition_of(learned)
    assert found is not None
    assert found.text == "a copy of self that was made before is looked at afterwards"
    assert (found.expression, found.grade, found.held_differing, found.others) == (None, "sufficient", 3, 10)
    told = learn_about(plain, [*alike, plain], seen, placement(), projects, Answers())
    assert [call.key for call in told.calls] == ["plain", *"abcdefg"]


def test_what_is_done_around_more_calls_that_agree_than_differ_is_no_condition() -> None:
    """Something else about the call decides there."""
    copied = edit("self", operator="copy.first")
    alike = [difference(base=experiment(returned(1), copied, digest=text)) for text in "abc"]
    agreed = [experiment(returned(1), copied, digest=text) for text in "defg"]
    agreed += [experiment(returned(1), digest=str(n)) for n in range(40)]
    projects = [Project(FakeSource(), side) for side in SIDES]
    learned = learn_about(alike[0], alike, Labelled(agreed=tuple(agreed)), placement(), projects, Answers())
    assert condition_of(learned) is None


def test_two_groups_at_one_point_ask_for_experiments_of_their_own() -> None:
    """Under equal names those of one were made and those of the other were not."""
    calls = tuple(Observed(values={"amount": n}, differs=n > 10, key=str(n)) for n in range(8, 20))
    pool = Pool(tests={"amount > 10": 0.8})
    hypothesis = Hypothesis(formulas=learn(calls, pool), calls=calls, pool=pool)
    carriers = [Carrier(experiment=experiment(), values={"amount": 10})]
    cases = [Case(difference(), hypothesis, placement(), carriers, (), number) for number in range(2)]
    one, other = ({e.id for e in ask(case, 0, 0) if e.intervention.edits} for case in cases)
    assert one
    assert other
    assert not one & other
