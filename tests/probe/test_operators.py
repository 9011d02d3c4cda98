"""What may be done to a live value: every kind of value has its operators, and what they make can be made again."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import functools
import io
import math
import pathlib
import random
import types
from typing import Any

import pytest

import assay_probe.conversions as untyped_conversions
import assay_probe.kinds as untyped_kinds
import assay_probe.operators as untyped_operators
import assay_probe.texts as untyped_texts

conversions: Any = untyped_conversions
kinds: Any = untyped_kinds
operators: Any = untyped_operators
texts: Any = untyped_texts


class Colour(enum.Enum):
    """A kind with members."""

    RED = 1
    BLUE = 2


class Thing:
    """An object with a name."""

    def __init__(self, name: str = "thing") -> None:
        self.name, self.size, self.on = name, 3, True


class Bag:
    """An object that is iterated and measured."""

    def __iter__(self) -> Any:
        return iter([1])

    def __len__(self) -> int:
        return 1


VALUES: dict[str, list[Any]] = {
    "bool": [True, False],
    "none": [None],
    "int": [0, 1, -7, 10**6, 10**30, 2**70],
    "float": [0.0, -0.0, 1.5, 1e300, math.nan, math.inf],
    "text": ["", "a", "a b\nc", "é\U0001f600", "\x00", "x" * 3000, "\ud800"],
    "bytes": [b"", b"ab\xff"],
    "list": [[], [1], [1, 2, 3], [[1, 2], [3, 4]], [Thing()], [[]], [[], [1]]],
    "tuple": [(), (1, "a"), ((1, 2), (3, 4))],
    "dict": [{}, {"a": 1}, {1: {"b": 2}}, collections.defaultdict(list, a=[1])],
    "ordered mapping": [collections.OrderedDict(a=1, b=2)],
    "set": [set(), {1, 2}, frozenset({"a"})],
    "naive datetime": [datetime.datetime(2024, 2, 29, 12), datetime.datetime.max],  # noqa: DTZ001, DTZ901 - naive on purpose
    "aware datetime": [datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)],
    "date": [datetime.date(2024, 2, 29)],
    "duration": [datetime.timedelta(1), datetime.timedelta.max],
    "decimal": [decimal.Decimal("1.10"), decimal.Decimal("NaN"), decimal.Decimal("Infinity")],
    "enum Colour": [Colour.RED],
    "callable": [lambda x: [x], functools.partial(int), len, Bag().__iter__],
    "iterator": [iter([1, 2]), (x for x in "ab")],
    "object Thing": [Thing()],
    "object Bag": [Bag()],
    "path": [pathlib.PurePosixPath("/a/b.txt")],
    "fraction": [fractions.Fraction(1, 3)],
    "stream": [io.StringIO("a"), io.BytesIO(b"a")],
    "class": [Thing],
    "mapping": [types.MappingProxyType({"a": 1})],
}
NOTHING = operators.Context()
MATERIAL = operators.Context((2, 0.25, -3), ("JPY", "EUR"), ("ada lovelace", "x,y"))
ONE_OF_EACH = [(kind, value) for kind, values in VALUES.items() for value in values]
IDS = [f"{kind}-{number}" for kind, values in VALUES.items() for number in range(len(values))]


def draw(seed: int = 0) -> random.Random:
    """Chance, the same each time."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret


def listed(value: Any, context: Any = NOTHING) -> dict[str, list[Any]]:
    """The operators of a value, by name."""
    found = list(operators.operators(value, context, draw()))
    assert len(dict(found)) == len(found), "a name stands for one operator"
    return dict(found)


@pytest.mark.parametrize(("kind", "value"), ONE_OF_EACH, ids=IDS)
def test_every_value_has_a_kind(kind: str, value: Any) -> None:
    """One word, by which an altered argument is judged plausible."""
    assert kinds.kind_of(value) == kind


@pytest.mark.parametrize(("kind", "value"), ONE_OF_EACH, ids=IDS)
def test_operators_can_be_listed_for_every_value(kind: str, value: Any) -> None:
    """Nothing is called before an experiment asks for it; streams and what is opaque have few or none."""
    names = list(listed(value))
    if kind == "stream":
        assert names == ["stream.content", "stream.empty"]
    elif kind not in ("enum Colour", "iterator"):
        assert any(name.startswith("none") for name in names)
    if kind in ("bool", "int", "float", "text", "list", "tuple", "dict", "ordered mapping"):
        assert len(names) >= 2


@pytest.mark.parametrize(("kind", "value"), ONE_OF_EACH, ids=IDS)
def test_constants_of_the_unit_add_to_what_may_be_done(kind: str, value: Any) -> None:
    """Constants of both versions, their neighbours and powers are tried where a number or a text stands."""
    bare, with_constants = set(listed(value)), set(listed(value, MATERIAL))
    assert bare <= with_constants
    if kind in ("int", "float"):
        assert "number.constant" in with_constants - bare


@pytest.mark.parametrize(("kind", "value"), ONE_OF_EACH, ids=IDS)
def test_a_variant_builds_another_value_or_says_why_not(kind: str, value: Any) -> None:
    """What cannot be built raises an `Exception`, which costs one experiment."""
    n_built = 0
    for makers in listed(value).values():
        for make in makers:
            try:
                make()
            except Exception:  # noqa: BLE001, S112 - any of them, as in the probe
                continue
            n_built += 1
    assert n_built > 0 or kind == "stream"


@pytest.mark.parametrize(("kind", "value"), ONE_OF_EACH, ids=IDS)
def test_operators_that_chance_has_no_part_in_list_the_same_each_time(kind: str, value: Any) -> None:
    """An edit travels as a name and a number; head makes the same of the same value."""
    one, other = listed(value), dict(operators.operators(value, NOTHING, draw(99)))
    assert list(one) == list(other)
    for name, makers in one.items():
        if name not in operators.SEEDED:
            assert len(makers) == len(other[name])
            if kind not in ("iterator", "callable", "object Thing", "object Bag", "ordered mapping"):
                assert [outcome_of(make) for make in makers] == [outcome_of(make) for make in other[name]]


def outcome_of(make: Any) -> str:
    """What a maker makes, as text."""
    try:
        made = make()
    except Exception as error:  # noqa: BLE001 - any of them
        return type(error).__name__
    return repr(list(made)) if hasattr(type(made), "__next__") else f"{type(made).__name__} {made!r}"


def test_the_first_alterations_of_a_number_are_edges_and_steps() -> None:
    """Exactly these classes for a number without constants around it."""
    assert list(listed(3)) == [
        "number.edge",
        "number.step",
        "number.float",
        "number.text",
        "number.decimal",
        "number.fraction",
        "number.boolean",
        "none",
    ]
    assert [make() for make in listed(3)["number.step"]] == [4, 2, -3, 6, 30, 1, 3000]
    assert [make() for make in listed(10**12)["number.step"]][-1] == 5 * 10**11


@pytest.mark.parametrize(
    ("value", "operator", "made"),
    [
        (True, "boolean.flip", [False]),
        ([1, 2], "sequence.order", [[2, 1], [2, 1]]),
        ([1, 2], "sequence.shorter", [[2], [1], [1]]),
        ((1, 2), "sequence.kind", [[1, 2]]),
        ([1], "sequence.item", [[1, None], [1, 0], [1, ""]]),
        ([1, 2], "sequence.nested", [[1, 2, [1]], [[1, 2], 2]]),
        ((), "sequence.nested", [((),), ((),)]),
        ({"a": 1, "b": 2}, "mapping.drop", [{"b": 2}, {"a": 1}]),
        ({"a": 1}, "mapping.nested", [{"a": {"a": 1}}, {"a": [1, 1]}, {"a": [1]}, {"a": {}}]),
        ({"a": 1}, "mapping.empty", [{}]),
        ({1, 2}, "set.list", [[1, 2]]),
        (b"ab", "bytes.text", ["ab"]),
        ("a/b", "text.path", [pathlib.Path("a/b")]),
        (Colour.RED, "enum.member", [Colour.RED, Colour.BLUE]),
        (decimal.Decimal(2), "number.integer", [2]),
        (Thing("x"), "object.name", ["x"]),
        (datetime.date(2024, 3, 31), "date.kind", [datetime.datetime(2024, 3, 31)]),  # noqa: DTZ001 - naive on purpose
    ],
)
def test_what_an_operator_makes(value: Any, operator: str, made: list[Any]) -> None:
    """The whole list of its variants."""
    assert [make() for make in listed(value)[operator]] == made


def test_a_mapping_keeps_its_class_where_it_can() -> None:
    """An ordered mapping without a key is one still; what has a factory becomes a plain one."""
    ordered = collections.OrderedDict(a=1, b=2)
    dropped = listed(ordered)["mapping.drop"][0]()
    assert type(dropped) is collections.OrderedDict
    assert len(dropped) == 1
    # wrong: `dict.pop` leaves the key in the order of an ordered mapping, so whoever goes through it stumbles.
    with pytest.raises(KeyError):
        list(dropped.items())
    assert type(listed(collections.defaultdict(list, a=[1]))["mapping.drop"][0]()) is dict


def test_nothing_is_made_of_constants_that_are_not_there() -> None:
    """A replay has no material, because the report carries none."""
    # wrong: an argument that was None and was given a constant cannot be made again: `none.constant` travels without literal.
    assert listed(None)["none.constant"] == []
    assert "none.constant" not in operators.SEEDED
    assert len(listed(None, MATERIAL)["none.constant"]) == 5


def test_one_key_of_a_mapping_holds_what_another_holds() -> None:
    """So that a list stands where a text stood, as it may in a document."""
    made = [make() for make in listed({"a": "x", "b": ["y"]})["mapping.nested"]]
    assert {"a": ["y"], "b": ["y"]} in made


def test_options_that_the_code_asks_for_are_given_where_none_are() -> None:
    """A mapping with the key, in the place of None; it travels as a literal."""
    context = operators.Context(keys=[("strict", "False"), ("limit", "5")])
    made = [make() for make in listed(None, context)["none.key"]]
    assert made == [{"strict": True}, {"limit": 6}, {"limit": 0}]
    assert "none.key" not in listed(None)
    assert "none.key" in operators.SEEDED


def test_a_naive_moment_gets_a_zone_and_an_aware_one_loses_it() -> None:
    """The neighbours that callers confuse."""
    first = listed(datetime.datetime(2024, 1, 1))["date.zone"][0]()  # noqa: DTZ001 - naive on purpose
    assert first.tzinfo is not None
    assert listed(first)["date.zone"][0]().tzinfo is None


def test_a_callback_gives_an_iterator_in_place_of_a_list() -> None:
    """Once read it is empty."""
    given = listed(lambda x: [x, x])["callback.iterator"][0]()(1)
    assert (list(given), list(given)) == ([1, 1], [])


def test_the_values_listed_are_left_as_they_are() -> None:
    """Operators are listed in the observing process, on live values."""
    items, mapping, letters = [1, [2]], {"a": [1]}, iter("ab")
    for value in (items, mapping, letters):
        listed(value)
    assert (items, mapping, next(letters)) == ([1, [2]], {"a": [1]}, "a")


def test_bytes_are_edited_as_texts_are() -> None:
    """With as many characters as there are bytes; what the tests say in other letters is encoded."""
    listed = dict(operators.operators(b"a;b\xff", operators.Context((), (";", "日"), ("%41",)), random.Random(0)))  # noqa: S311 - nothing is kept secret
    assert {"bytes.edit", "bytes.token", "bytes.lines", "bytes.join", "bytes.constant", "bytes.corpus"} <= set(listed)
    assert [make() for make in listed["bytes.corpus"]] == [b"%41"]
    built = [make() for name, variants in listed.items() if name != "none" for make in variants]
    assert all(isinstance(value, bytes) for value in built[:-1])
    assert {make() for make in listed["bytes.constant"]} <= {b";", "日".encode()}


def test_half_of_the_edits_of_a_text_put_in_what_the_code_looks_for() -> None:
    """A sign is a constant of at most three characters; others are words."""
    draw = random.Random(0)  # noqa: S311 - nothing is kept secret
    assert texts.signs((";", "::", "JPY", "currency")) == [";", "::", "JPY"]
    edited = [texts.edit("abc", draw, ["¶"]) for _ in range(800)]
    assert sum("¶" in text for text in edited) > 40
    assert not any("¶" in texts.edit("abc", draw) for _ in range(800))


def test_a_tuple_gets_names_for_its_items() -> None:
    """Its class takes the items one by one, so that what is built by `type(x)(items)` fails."""
    made = dict(operators.operators((1, 2), NOTHING, random.Random(0)))["sequence.named"][0]()  # noqa: S311 - nothing is kept secret
    assert (made, made._fields) == ((1, 2), ("field_0", "field_1"))


@pytest.mark.parametrize("value", [5, 2.5, "7", "a", b"b", None, [1, 2], (), {"k": 1}, {3}, Thing()])
def test_a_value_is_made_into_every_other_kind(value: Any) -> None:
    """Whatever it is, what comes out is of the kind that was asked for."""
    every = [
        "none",
        "text",
        "bytes",
        "bytearray",
        "bool",
        "int",
        "float",
        "decimal",
        "fraction",
        "list",
        "tuple",
        "set",
        "dict",
        "mapping",
        "path",
        "duration",
        "date",
        "class",
    ]
    every += ["enum", "iterator", "naive datetime", "aware datetime"]
    made = {kind: conversions.converted(value, conversions.variants_for({kind})[0]) for kind in every}
    assert {kind: kinds.kind_of(new) for kind, new in made.items()} == {kind: kind for kind in every}


def test_a_number_keeps_its_size() -> None:
    """Sixty seconds are a minute."""
    duration, number = (conversions.variants_for({kind})[0] for kind in ("duration", "decimal"))
    assert conversions.converted(60, duration) == datetime.timedelta(minutes=1)
    assert conversions.converted("2.5", number) == decimal.Decimal("2.5")


@pytest.mark.parametrize(
    ("stream", "some"),
    [(io.StringIO("a=1\n"), ["\ufeffa=1\n", "a=1\r\n", ""]), (io.BytesIO(b"a\n"), [b"\xef\xbb\xbfa\n"])],
)
def test_a_stream_in_memory_holds_another_text(stream: Any, some: list[Any]) -> None:
    """With a mark before it, other ends of lines, or nothing; the stream at hand is not read."""
    stream.read(1)
    listed = dict(operators.operators(stream, NOTHING, random.Random(0)))  # noqa: S311 - nothing is kept secret
    contents = [make().read() for variants in listed.values() for make in variants]
    assert set(some) <= set(contents)
    assert stream.tell() == 1


def test_of_kinds_that_can_be_empty_an_empty_value_is_made_too() -> None:
    """Code that asks whether something is a list often asks whether anything is in it."""
    made = [conversions.converted("a", variant) for variant in conversions.variants_for({"list", "dict", "text"})]
    assert made == ["a", ["a"], {"a": "a"}, [], {}, ""]


def test_what_stands_between_quotes_or_brackets_is_emptied() -> None:
    """An attribute without a value, a call without arguments: in a document they are rarely met by chance."""
    draw = random.Random(1)  # noqa: S311 - nothing is kept secret
    made = {texts.edit('[a="x"] f(b)', draw) for _ in range(400)}
    assert {'[a=""] f(b)', '[a="x"] f()'} <= made
    assert {"a()", 'a""'} <= {texts.edit("a", draw) for _ in range(400)}


def test_a_mapping_is_given_keys_that_the_code_asks_for() -> None:
    """With another value than the code takes where there is none; keys that are there stay as they are."""
    context = operators.Context(keys=[["strict", "False"], ["kept", "1"], ["mode", "None"]])
    assert [variant() for variant in listed({"kept": 1}, context)["mapping.key"]] == [
        {"kept": 1, "strict": True},
        {"kept": 1, "mode": True},
        {"kept": 1, "mode": "x"},
        {"kept": 1, "mode": 1},
    ]
    assert "mapping.key" not in listed({"kept": 1})


@pytest.mark.parametrize(("value", "name"), [([7, 8], "sequence.length"), ("ab", "text.length")])
def test_lengths_lie_at_the_borders_of_the_numbers_that_the_code_knows(value: Any, name: str) -> None:
    """`len(items) > 10` is seen by a list of eleven alone."""
    known = operators.Context((10, True, 2.5, 0, -4, 10**6))
    assert [len(make()) for make in listed(value, known)[name]] == [11, 10, 9]
    assert name not in listed(value)
    assert [len(make()) for make in listed(value, operators.Context((2,)))[name]] == [3, 1]
