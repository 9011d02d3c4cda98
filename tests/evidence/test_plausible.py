"""Would a caller of this code base give such an argument? Kinds seen in its tests, hints, defaults and neighbours say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.evidence.making import edit, experiment, point, raised, returned

from assay.evidence.plausible import implausible_because
from assay.values.experiment import Edit, Experiment

SEEN = {
    "amount": frozenset({"int"}),
    "name": frozenset({"text", "none"}),
    "rows": frozenset({"list"}),
    "rows['*']": frozenset({"int"}),
    "options": frozenset({"dict"}),
    "when": frozenset({"naive datetime"}),
    "order": frozenset({"object Order"}),
    "order.paid": frozenset({"bool"}),
    "order.note": frozenset({"text", "none"}),
    "order._style": frozenset({"int", "none"}),
}


def altered(words: str, kinds: str, operator: str = "number.edge", **members: Any) -> Experiment:
    """An experiment after which these kinds stand at this place."""
    at = words.partition("[")[0]
    return experiment(
        members.pop("outcome", None),
        edit(at, operator, after_kind=kinds),
        kinds_after=((words, frozenset({kinds})),),
        **members,
    )


@pytest.mark.parametrize(
    ("words", "kind", "why"),
    [
        ("amount", "int", ""),
        ("amount", "float", "amount was never a float in base's tests"),
        ("amount", "none", "amount was never None in base's tests"),
        ("amount", "iterator", "amount was never an iterator in base's tests"),
        ("name", "none", ""),
        ("name", "path", ""),
        ("name", "bytes", "name was never a bytes in base's tests"),
        ("rows", "tuple", ""),
        ("rows", "iterator", ""),
        ("rows", "set", "rows was never a set in base's tests"),
        ("rows['*']", "int", ""),
        ("rows['*']", "text", "rows['*'] was never a text in base's tests"),
        ("options['*']", "text", ""),
        ("options", "ordered mapping", ""),
        ("options", "list", "options was never a list in base's tests"),
        ("when", "aware datetime", ""),
        ("when", "date", "when was never a date in base's tests"),
        ("new", "int", "new was never an int in base's tests"),
    ],
)
def test_kinds_seen_in_the_tests_and_their_neighbours(words: str, kind: str, why: str) -> None:
    """An item of a container that was never seen with items is a first, and passes."""
    assert implausible_because(altered(words, kind), point(), SEEN) == why


@pytest.mark.parametrize(
    ("hint", "allowed"),
    [
        ("int", {"int", "bool"}),
        ("float", {"float", "int"}),
        ("str", {"text", "path"}),
        ("Optional[str]", {"text", "path", "none"}),
        ("str | None", {"text", "path", "none"}),
        ("list", {"list", "tuple", "iterator"}),
        ("Sequence", {"list", "tuple", "iterator"}),
        ("Iterable", {"list", "tuple", "iterator", "set"}),
        ("Mapping", {"dict", "ordered mapping", "mapping"}),
        ("os.PathLike", {"text", "path"}),
        ("datetime.datetime", {"naive datetime", "aware datetime"}),
        ("date", {"date"}),
        ("timedelta", {"duration"}),
        ("Decimal", {"decimal"}),
        ("bytes", {"bytes"}),
        ("Printer", set()),
        ("interesting", set()),
    ],
)
def test_a_hint_allows_its_kinds(hint: str, allowed: set[str]) -> None:
    """Whatever the tests gave."""
    at = point(hints=(("x", hint),))
    kinds = "int bool float text path none list tuple iterator set dict mapping date duration decimal bytes"
    every = [*kinds.split(), "ordered mapping", "naive datetime", "aware datetime"]
    assert {kind for kind in every if not implausible_because(altered("x", kind), at, {})} == allowed


@pytest.mark.parametrize(
    ("hint", "kind"),
    [
        ("Callable[[str], None]", "none"),
        ("list[int | None]", "none"),
        ("dict[str, int]", "text"),
        ("Callable[[int], bool]", "int"),
    ],
)
def test_what_stands_inside_a_hint_counts_as_the_hint(hint: str, kind: str) -> None:
    """`Callable[[str], None]` says nothing of `None` in its own place."""
    # wrong: these are implausible, and a difference on them holds a change.
    assert implausible_because(altered("x", kind), point(hints=(("x", hint),)), {}) == ""


@pytest.mark.parametrize(
    ("default", "allowed"),
    [
        ("None", {"none"}),
        ("True", {"bool"}),
        ("0", {"int"}),
        ("-1", {"int"}),
        ("1.5", {"float", "int"}),
        ("1e-9", {"float", "int"}),
        ("'a'", {"text", "path"}),
        ('"a"', {"text", "path"}),
        ("()", {"tuple", "list", "iterator"}),
        ("[]", {"tuple", "list", "iterator"}),
        ("{}", {"dict", "mapping"}),
        ("LIMIT", set()),
        ("object()", set()),
    ],
)
def test_a_default_allows_its_kind(default: str, allowed: set[str]) -> None:
    """The author gives it to whoever gives nothing."""
    at = point(defaults=(("x", default),))
    every = ["int", "bool", "float", "text", "path", "none", "list", "tuple", "iterator", "set", "dict", "mapping"]
    assert {kind for kind in every if not implausible_because(altered("x", kind), at, {})} == allowed


@pytest.mark.parametrize(
    ("operator", "why"),
    [
        ("number.special", "not a number, infinite, or minus zero"),
        ("callback.none", "a callback that does nothing"),
        ("text.subclass", "a text of a class of its own"),
        ("mapping.add", "a key that nobody uses"),
        ("number.step", ""),
    ],
)
def test_some_alterations_nobody_makes(operator: str, why: str) -> None:
    """Whatever kinds were seen."""
    assert implausible_because(altered("amount", "int", operator), point(), SEEN) == why


@pytest.mark.parametrize(
    ("path", "operator", "after", "why"),
    [
        (("attr", "paid"), "boolean.flip", "bool", ""),
        (("flag", "strict"), "boolean.flip", "bool", ""),
        (("attr", "note"), "none", "none", ""),
        (("attr", "paid"), "none", "none", "the state of an object was altered"),
        (("attr", "paid"), "none.given", "bool", ""),
        (("attr", "note"), "text.edge", "text", "the state of an object was altered"),
        (("attr", "total"), "number.edge", "int", "the state of an object was altered"),
        (("set", "style"), "number.constant", "int", ""),
        (("set", "style"), "none", "none", ""),
        (("set", "style"), "text.edge", "text", "the state of an object was altered"),
    ],
)
def test_of_an_objects_state_only_flags_and_unset_slots_may_differ(
    path: tuple[str, str], operator: str, after: str, why: str
) -> None:
    """Booleans flip; `None` only where the tests left a slot unset."""
    made = experiment(None, edit((("arg", "order"), path), operator, after_kind=after))
    assert implausible_because(made, point(), SEEN) == why


def test_a_slot_may_hold_what_base_compares_it_with() -> None:
    """Its own code is ready for that value, whatever the tests do."""
    inside = replace(edit("order", "value.compared", after_kind="text"), path=(("arg", "order"), ("attr", "state")))
    assert implausible_because(experiment(None, inside), point(), SEEN) == ""


def test_an_object_may_be_given_as_its_own_text_where_base_takes_it() -> None:
    """A name in place of the thing it names; where base stumbles over it nobody gives it."""
    taken = altered("order", "text", "object.text", outcome=returned(1))
    refused = altered("order", "text", "object.name", outcome=raised("ValueError"))
    assert implausible_because(taken, point(), SEEN) == ""
    assert implausible_because(refused, point(), SEEN) == "order was never a text in base's tests"


@pytest.mark.parametrize(
    ("field", "kinds", "why"),
    [
        ("note", {"text", "none"}, "order.note held only values of one or two kinds in base's tests"),
        ("total", {"text", "int", "float"}, ""),
        ("parent", {"object Order", "none"}, ""),
    ],
)
def test_an_object_is_put_where_such_a_one_or_anything_stood(field: str, kinds: set[str], why: str) -> None:
    """Its class made it; whether anybody would, the tests tell."""
    made = experiment(
        None,
        edit("order", "object.nested"),
        kinds_after=(("order", frozenset({"object Order"})), (f"order.{field}", frozenset({"object Order"}))),
    )
    seen = {**SEEN, f"order.{field}": frozenset(kinds)}
    assert implausible_because(made, point(), seen) == why


@pytest.mark.parametrize(
    ("name", "public", "why"),
    [
        ("m.py::total", True, ""),
        ("m.py::_total", False, "head's own callers no longer give such arguments"),
        ("m.py::_Made.__setstate__", False, ""),
        ("m.py::_make.<locals>.slots_setstate", False, ""),
        ("m.py::_load", False, ""),
    ],
)
def test_what_base_gave_is_given_to_head_where_others_give_it_too(name: str, public: bool, why: str) -> None:
    """From outside, or out of what was kept."""
    made = experiment(None, edit("amount", "argument.kept", literal="1"))
    assert implausible_because(made, point(name, public=public), SEEN) == why


def test_a_call_as_the_tests_make_it_is_plausible() -> None:
    """It was made."""
    assert implausible_because(experiment(), point(), {}) == ""


def test_every_edit_of_an_experiment_must_be_plausible() -> None:
    """One that is not is named."""
    both = experiment(
        None,
        edit("amount"),
        edit("name"),
        kinds_after=(("amount", frozenset({"int"})), ("name", frozenset({"int"}))),
    )
    assert implausible_because(both, point(), SEEN) == "name was never an int in base's tests"


@pytest.mark.parametrize(
    ("words", "kind", "why"),
    [
        ("amount", "decimal", ""),
        ("amount", "fraction", "amount was never a fraction in base's tests"),
        ("rows['*']", "none", ""),
        ("rows", "decimal", "rows was never a decimal in base's tests"),
    ],
)
def test_what_the_code_asks_about_may_come(words: str, kind: str, why: str) -> None:
    """A question about a parameter holds for it alone; one that head dropped, for whatever the call gives."""
    at = point(asked=(("amount", frozenset({"decimal"})), ("", frozenset({"none"}))))
    assert implausible_because(altered(words, kind), at, SEEN) == why


def test_an_input_that_runs_an_untested_branch_of_base_is_foreseen() -> None:
    """Somebody wrote the branch for it, and the change took it away."""
    at = point(branches=frozenset({7}))
    assert implausible_because(altered("amount", "text", lines=frozenset({6, 7})), at, SEEN) == ""
    assert implausible_because(altered("amount", "text", lines=frozenset({6, 8})), at, SEEN) != ""


@pytest.mark.parametrize(
    ("kinds", "why"), [(("dict", "dict"), ""), (("dict", "none"), "the state of an object was altered")]
)
def test_a_slot_is_foreseen_with_the_kind_that_stands_there(kinds: tuple[str, str], why: str) -> None:
    """An object without parameters may come; one whose parameters are None may not."""
    path = (("arg", "order"), ("attr", "parameters"))
    slot = Edit(path=path, operator="mapping.empty", before_kind=kinds[0], after_kind=kinds[1])
    made = experiment(None, slot, lines=frozenset({7}))
    assert implausible_because(made, point(branches=frozenset({7})), SEEN) == why


@pytest.mark.parametrize(("kind", "is_plausible"), [("text", True), ("int", False), ("none", True)])
def test_an_object_made_anew_holds_what_such_objects_held(kind: str, is_plausible: bool) -> None:
    """Its constructor takes what it gets; the tests tell what it is given."""
    made = experiment(None, edit("order", "object.remade"), kinds_after=(("order.note", frozenset({kind})),))
    assert (not implausible_because(made, point(), SEEN)) == is_plausible
