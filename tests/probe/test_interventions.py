"""Where a call can be altered, in which order, and that the same edit can be made again on another version."""

from __future__ import annotations

import collections
import copy
import dataclasses
import enum
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import assay_probe.applying as untyped_applying
import assay_probe.encoding as untyped_encoding
import assay_probe.interventions as untyped
import assay_probe.operators as untyped_operators
import assay_probe.places as untyped_places

interventions: Any = untyped
places: Any = untyped_places
applying: Any = untyped_applying
encoding: Any = untyped_encoding
Context: Any = untyped_operators.Context
NOTHING = Context()
MATERIAL = Context((2, 0.25), ("JPY",), ("ada lovelace",))
Amount = collections.namedtuple("Amount", "value currency")  # noqa: PYI024 - the kind without types is what is meant


class Colour(enum.Enum):
    """A value that has attributes, none of which may be altered."""

    RED = 1


class Order:
    """An object with attributes, some of them private, and a flag of its class."""

    strict = False
    limit = 10

    def __init__(self) -> None:
        self.lines = [{"price": 1, "name": "a"}, {"price": 2, "name": "b"}]
        self.total = 3
        self._paid = False
        self.colour = Colour.RED


class Slotted:
    """An object without a dictionary."""

    __slots__ = ("size",)

    def __init__(self) -> None:
        self.size = 1


@dataclasses.dataclass(frozen=True)
class Frozen:
    """An object that lets nobody set anything."""

    width: int = 4


def words(arguments: dict[str, Any], **options: Any) -> list[str]:
    """The places of a call as a reader would write them."""
    return [places.words_for(path) for path, _ in places.places(arguments, **options)]


def test_places_come_outermost_first() -> None:
    """Arguments, their items and public or private attributes, items of those."""
    assert words({"order": Order(), "n": 1}) == [
        "order",
        "n",
        "order._paid",
        "order.colour",
        "order.lines",
        "order.total",
        "order.lines[0]",
        "order.lines[1]",
        "order.lines[0]['price']",
        "order.lines[0]['name']",
        "order.lines[1]['price']",
        "order.lines[1]['name']",
    ]


def test_class_level_flags_are_places_where_the_change_names_them() -> None:
    """They are set on the instance, so that no other one sees them."""
    order = Order()
    assert words({"self": order}, flags=["strict", "limit", "lines", "nothing"], depth=0) == [
        "self",
        "self.limit",
        "self.strict",
    ]
    made = applying.apply({"self": order}, edit([("arg", "self"), ("flag", "strict")], literal="True"), NOTHING)
    assert made[2] == "self.strict: False -> True"
    assert (order.strict, Order.strict) == (True, False)


def test_slots_and_frozen_objects_have_places_too() -> None:
    """What their own code forbids the interpreter still allows."""
    assert words({"a": Slotted(), "b": Frozen()}) == ["a", "b", "a.size", "b.width"]
    arguments: dict[str, Any] = {"a": Slotted(), "b": Frozen()}
    applying.apply(arguments, edit([("arg", "a"), ("attr", "size")], literal="7"), NOTHING)
    applying.apply(arguments, edit([("arg", "b"), ("attr", "width")], literal="8"), NOTHING)
    assert (arguments["a"].size, arguments["b"].width) == (7, 8)


def test_what_two_arguments_share_and_what_contains_itself_is_entered_once() -> None:
    """So that places are finite."""
    ring: list[Any] = [1]
    ring.append(ring)
    assert words({"a": ring, "b": ring}) == ["a", "b", "a[0]", "a[1]"]


def test_large_calls_have_a_limit() -> None:
    """A few items of each container speak for it."""
    assert len(words({"rows": [[i] * 100 for i in range(100)]}, limit=50)) == 50
    assert len(words({"row": list(range(1000))})) == 9
    assert len(words({"table": {str(i): i for i in range(1000)}})) == 11


def test_members_of_named_tuples_are_no_places() -> None:
    """`Amount(1, "EUR")` is replaced as a whole."""
    # wrong: rows of a database and results of `urlsplit` are named tuples; nothing inside them is ever altered.
    assert words({"amount": Amount(1, "EUR")}) == ["amount"]


def test_a_general_path_has_no_positions() -> None:
    """The systematic pass ticks off places by it, and plausibility knows kinds by it."""
    path = (("arg", "order"), ("attr", "lines"), ("item", 3), ("key", "price"))
    assert places.words_for(path) == "order.lines[3]['price']"
    assert places.words_for(places.general(path)) == "order.lines['*']['*']"


def edit(
    path: list[tuple[str, Any]], operator: str = "number.edge", variant: int = 0, literal: str | None = None
) -> Any:
    """An edit as it comes from a plan: over the wire."""
    data = {"path": path, "op": operator, "variant": variant, "literal": literal}
    return places.Edit.from_json(json.loads(json.dumps(data)))


@pytest.mark.parametrize(
    ("path", "literal", "after"),
    [
        ([("arg", "n")], "7", {"n": 7}),
        ([("arg", "rows"), ("item", 1)], "None", {"rows": [[1, (2, 3)], None]}),
        ([("arg", "rows"), ("item", 0), ("item", 1), ("item", 0)], "'x'", {"rows": [[1, ("x", 3)], [4]]}),
        ([("arg", "table"), ("key", "a"), ("key", 1)], "[]", {"table": {"a": {1: []}, "b": 2}}),
        ([("arg", "pair"), ("item", 1)], "0", {"pair": (1, 0)}),
        ([("arg", "*rest"), ("item", 0)], "9", {"*rest": (9, 2)}),
        ([("arg", "**named"), ("key", "k")], "9", {"**named": {"k": 9}}),
    ],
)
def test_an_edit_alters_one_place(path: list[tuple[str, Any]], literal: str, after: dict[str, Any]) -> None:
    """Through lists, tuples, mappings; all else stays as it is."""
    arguments = {
        "n": 1,
        "rows": [[1, (2, 3)], [4]],
        "table": {"a": {1: 1}, "b": 2},
        "pair": (1, 2),
        "*rest": (1, 2),
        "**named": {"k": 1},
    }
    before = copy.deepcopy(arguments)
    applying.apply(arguments, edit(path, literal=literal), NOTHING)
    assert arguments == {**before, **after}


def test_a_list_stays_the_same_list() -> None:
    """Whoever else holds it sees the alteration, as it would see the caller's."""
    rows = [1, 2]
    arguments = {"rows": rows}
    applying.apply(arguments, edit([("arg", "rows"), ("item", 0)], literal="5"), NOTHING)
    assert (arguments["rows"] is rows, rows) == (True, [5, 2])


def test_an_edit_tells_kinds_and_words() -> None:
    """Kinds before and after, one line for people, and kinds at and inside the place by general path."""
    arguments = {"rows": [1, 2]}
    assert applying.apply(arguments, edit([("arg", "rows")], literal="['a', None, 2]"), NOTHING) == (
        "list",
        "list",
        "rows: [1, 2] -> ['a', None, 2]",
        {"rows": ["list"], "rows['*']": ["text", "none", "int"]},
    )


def test_an_argument_may_be_given_as_its_sibling_is() -> None:
    """`None` in one place, and what stands beside it in its own."""
    arguments = {"start": 5, "stop": None}
    applying.apply(arguments, edit([("arg", "stop")], "argument.sibling:start"), NOTHING)
    assert arguments == {"start": 5, "stop": 5}


@pytest.mark.parametrize(
    "broken",
    [
        edit([("arg", "gone")], literal="1"),
        edit([("arg", "n"), ("item", 0)], literal="1"),
        edit([("arg", "rows"), ("item", 9)], literal="1"),
        edit([("arg", "rows"), ("attr", "size")], literal="1"),
        edit([("arg", "n")], "no.such.operator"),
        edit([("arg", "n")], literal="not a literal"),
        edit([("arg", "n")], literal="__import__('os')"),
        edit([("arg", "stop")], "argument.sibling:gone"),
    ],
)
def test_an_edit_that_does_not_fit_is_no_experiment(broken: Any) -> None:
    """Head may have other arguments; a forged plan may have anything. It raises, and the child says `lost`."""
    with pytest.raises(Exception, match=r".*"):
        applying.apply({"n": 1, "rows": [1], "stop": None}, broken, NOTHING)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)
CALLS = st.dictionaries(st.sampled_from(["a", "b", "c"]), PLAIN, min_size=1)


@given(arguments=CALLS, seed=st.integers(0, 3))
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_a_chosen_edit_makes_the_same_of_equal_arguments_elsewhere(arguments: dict[str, Any], seed: int) -> None:
    """What chance had a part in travels as a literal; the rest is rebuilt from the live value."""
    planner = interventions.Planner(seed)
    for edits in choose(planner, arguments, 60):
        here, there = copy.deepcopy(arguments), copy.deepcopy(arguments)
        told = [attempt(here, each) for each in edits]
        travelled = [places.Edit.from_json(json.loads(json.dumps(each.to_json()))) for each in edits]
        assert told == [attempt(there, each) for each in travelled]
        assert encoding.digest(encoding.encode_call(here)) == encoding.digest(encoding.encode_call(there))


def attempt(arguments: dict[str, Any], each: Any) -> Any:
    """What the edit tells, or why it could not be made."""
    try:
        return applying.apply(arguments, each, MATERIAL)
    except Exception as error:  # noqa: BLE001 - any of them
        return type(error).__name__


@given(arguments=CALLS, seed=st.integers(0, 3))
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_choosing_leaves_the_arguments_alone_and_is_repeatable(arguments: dict[str, Any], seed: int) -> None:
    """The parent chooses on live values; the same seed chooses the same."""
    before = encoding.digest(encoding.encode_call(arguments))
    chosen = [
        [[each.to_json() for each in edits] for edits in choose(interventions.Planner(seed), arguments, 50)]
        for _ in range(2)
    ]
    assert chosen[0] == chosen[1]
    assert encoding.digest(encoding.encode_call(arguments)) == before


def choose(planner: Any, arguments: dict[str, Any], n: int, call: int = 0, **given_here: Any) -> Any:
    """Lists of edits for one call, all of which are made."""
    names, flags = given_here.get("names", frozenset()), given_here.get("flags")
    chosen = planner.choose("p", f"t|{call}", arguments, MATERIAL, names, flags, n)
    for key, _ in chosen:
        planner.note(key)
    return [edits for _, edits in chosen]


@given(n=st.integers(1, 40), seed=st.integers(0, 5))
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_each_operator_is_tried_once_at_each_argument_before_any_is_tried_twice(n: int, seed: int) -> None:
    """However the experiments are shared out over calls."""
    planner = interventions.Planner(seed)
    tried: list[tuple[Any, str]] = []
    for call in range(400 // n):
        arguments = {"number": 3, "text": "a b", "items": [1, 2], "flag": True, "mapping": {"k": 1}}
        tried.extend(
            (edits[0].path, edits[0].operator)
            for edits in choose(planner, arguments, n, call)
            if len(edits) == 1
            and len(edits[0].path) == 1
            and not edits[0].operator.startswith(("argument.", "copy.", "then."))
        )
    made, known = planner.pairs("p")
    assert known - made <= 1  # what fills a sequence with values that are no literals waits for another draw
    simple = [pair for pair in tried if pair[1] != "sequence.fill"]
    assert len(set(simple)) == len(set(simple[: known - 1])) == known - 1


def test_named_slots_come_with_the_arguments_and_the_others_after_them() -> None:
    """Slots that the changed code names are part of the systematic pass; in slots few operators are used."""
    arguments = {"order": Order()}
    chosen = [
        edits[0] for edits in choose(interventions.Planner(0), arguments, 14, names=frozenset({"_paid", "total"}))
    ]
    first = {places.words_for(each.path) for each in chosen[:8]}
    assert {"order", "order._paid", "order.total"} >= first
    operators = {each.operator for each in chosen if len(each.path) > 1 and each.path[1][0] == "attr"}
    assert operators <= {
        "boolean.flip",
        "none",
        "none.given",
        "number.edge",
        "text.edge",
        "sequence.empty",
        "mapping.empty",
    }


def test_arguments_of_one_kind_are_altered_together() -> None:
    """Two moments both lose their zones, two lists both become iterators."""
    chosen = choose(interventions.Planner(0), {"a": [1], "b": [2], "c": None}, 200)
    pairs = {tuple((each.path[0][1], each.operator) for each in edits) for edits in chosen if len(edits) > 1}
    assert (("a", "sequence.iterator"), ("b", "sequence.iterator")) in pairs
    siblings = {each.operator for edits in chosen for each in edits if each.operator.startswith("argument.")}
    assert siblings == {"argument.sibling:a"}


GIVEN = Context(texts=("fields", "sep"), given={"fields": ["['a']", "()"], "other": ["1"], "end": ["2"]})


def given_by(arguments: dict[str, Any], left_out: tuple[str, ...] = ()) -> set[str]:
    """What is done to a call with what other calls give, in words."""
    planner = interventions.Planner(0)
    chosen = planner.choose("p", "t|0", arguments, GIVEN, frozenset(), None, 300, left_out)
    wanted = [each for _, edits in chosen for each in edits if each.operator in ("argument.given", "keywords.given")]
    return {applying.apply(copy.deepcopy(arguments), each, GIVEN)[2] for each in wanted}


def test_a_parameter_gets_what_other_calls_give_it() -> None:
    """Not what it has already."""
    assert given_by({"fields": ["a"], "x": 1}) == {"fields: ['a'] -> ()"}


def test_keywords_that_the_code_names_are_given() -> None:
    """`other` and `end` stand in tests, but the code asks for neither."""
    assert given_by({"**options": {"sep": ";"}}) == {
        "**options: {'sep': ';'} -> {'sep': ';', 'fields': ['a']}",
        "**options: {'sep': ';'} -> {'sep': ';', 'fields': ()}",
    }
    assert given_by({"**options": {"fields": None}}) == set()


def test_a_parameter_that_was_left_out_is_given_and_taken_back() -> None:
    """Where calls have base's form, a parameter that head dropped has no place until it is given."""
    assert given_by({"x": 1}, ("end",)) == {"end, not given before: 2"}
    arguments = {"x": 1}
    given = edit([("arg", "end")], "argument.given", literal="2")
    assert applying.undoing(arguments, given) == (given.path, None)
    assert applying.apply(arguments, given, GIVEN)[:2] == ("none", "int")
    assert arguments == {"x": 1, "end": 2}


def test_an_item_of_star_arguments_is_an_argument() -> None:
    """It is altered with the arguments, before what stands inside of them."""
    chosen = choose(interventions.Planner(0), {"*args": (3,), "rows": [[5]]}, 40)
    paths = [places.words_for(edits[0].path) for edits in chosen]
    assert paths.index("*args[0]") < paths.index("rows[0]")
    assert paths.count("*args[0]") > paths.count("rows[0]")


def asked_of(arguments: dict[str, Any], asked: dict[str, list[str]]) -> set[str]:
    """What is done to a call for the kinds that its code asks about, in words."""
    context = Context(asked=asked)
    chosen = interventions.Planner(0).choose("p", "t|0", arguments, context, frozenset(), None, 300)
    wanted = [each for _, edits in chosen for each in edits if each.operator == "value.asked"]
    return {applying.apply(copy.deepcopy(arguments), each, context)[2] for each in wanted}


def test_an_argument_becomes_what_the_code_asks_it_about() -> None:
    """A kind that it has already is no other one."""
    assert asked_of({"period": 60, "name": "a"}, {"period": ["duration", "int"]}) == {
        "period: 60 -> datetime.timedelta(seconds=60)"
    }


def test_what_head_asks_no_more_may_stand_anywhere_near() -> None:
    """At the arguments and the items of the first level, not in objects."""
    told = asked_of({"zones": {"BRST": -3, "deep": {"x": 1}}, "order": Order()}, {"": ["none"]})
    assert {words for words in told if "zones" in words} == {
        "zones: {'BRST': -3, 'deep': {'x': 1}} -> None", "zones['BRST']: -3 -> None", "zones['deep']: {'x': 1} -> None",
    }  # fmt: skip
    assert not any("order." in words for words in told)
