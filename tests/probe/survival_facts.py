# mypy: ignore-errors
# ruff: noqa: ANN002, ANN003, ANN201, ANN202, ARG005
# Part of `encoding_facts`, which every interpreter from Python 3.9 on runs; its values keep to no type on purpose.
"""What is true of encoded values and of their texts whatever the values do to their reader."""

import ast
import builtins
import dataclasses
import gc
import json
import time
from decimal import Decimal

from tests.probe import hostile_values
from tests.probe.sample_values import Colour, Flavour, Money, Point, Slotted

from assay_probe.encoding import alias, digest, encode, encode_call, literal, shown, visible


@dataclasses.dataclass
class Made:
    n: int


class Told(Made):
    def __repr__(self) -> str:
        return "told"


def fact_nothing_of_the_target_runs():
    hostile_values.TOUCHED.clear()
    for value in hostile_values.biting_values():
        tree = encode(value)
        assert "(!" not in json.dumps(tree), tree
        digest(encode_call({"a": value, "b": [value]}))
        alias(value, {"a": [value]})
        literal(value)
        assert hostile_values.TOUCHED == [], (tree, hostile_values.TOUCHED)
    for value in hostile_values.biting_values():
        assert isinstance(visible(value), str)
        assert len(shown(value)) <= 200
        assert isinstance(encode(value, consume=True), (list, str))


def fact_no_value_is_too_large_too_deep_or_too_strange():
    for value in hostile_values.large_and_deep_values() + hostile_values.machinery():
        started = time.perf_counter()
        tree = encode(value, consume=True)
        assert len(json.dumps(tree, allow_nan=False)) < 200_000
        assert "(!" not in json.dumps(tree), tree
        assert digest(json.loads(json.dumps(tree))) == digest(tree)
        assert len(visible(value)) <= 400
        assert len(shown(value)) <= 200
        assert "\n" not in shown(value)
        assert literal(value) is None or len(literal(value)) <= 2000
        alias(value, {"a": value, "b": [value]})
        assert time.perf_counter() - started < 2, type(value)


def fact_patched_builtins_do_not_reach_the_encoder():
    names = (
        "len isinstance type id repr str sorted enumerate zip any all getattr iter next map list dict tuple set min max"
    )
    kept = {name: getattr(builtins, name) for name in names.split()}

    def patched(*_args, **_kwargs):
        raise RuntimeError("patched")

    value = {"a": [Money(Decimal(1)), Slotted(), Point(1, 2), {1, 2}, iter([1]), len, ValueError(1), b"1"]}
    expected = [encode(value), visible(value), shown(value), literal([1, {2: "x"}]), alias(value["a"], {"v": value})]
    try:
        for name in kept:
            setattr(builtins, name, patched)
        seen = [encode(value), visible(value), shown(value), literal([1, {2: "x"}]), alias(value["a"], {"v": value})]
    finally:
        for name, function in kept.items():
            setattr(builtins, name, function)
    assert seen == expected


def fact_a_new_class_is_not_taken_for_a_dead_one():
    for n in range(300):
        made = type("Made", (), {"__slots__": (f"s{n}",)} if n % 2 else {})()
        setattr(made, f"s{n}", n)
        assert encode(made)[2] == {f"s{n}": n}
        del made
        gc.collect(0)


def fact_literals_are_read_back_as_equal_values_of_the_same_types():
    for value in [1, -1.5, "a'b\n", b"\x00", None, True, [], (), (1,), {"k": [1, (2, 3)]}, {1, 2}, set(), ..., -0.0]:
        text = literal(value)
        assert repr(ast.literal_eval(text)) == repr(value), text
    assert ast.literal_eval(literal([float("inf"), -float("inf")])) == [float("inf"), -float("inf")]
    cycle = []
    cycle.append(cycle)
    none = [
        float("nan"),
        Money(1),
        frozenset(),
        bytearray(),
        Flavour.SWEET,
        [Colour.RED],
        cycle,
        "x" * 3000,
        Point(1, 2),
    ]
    assert [literal(value) for value in [*none, 10**5000, list(range(1000)), object()]] == [None] * 12
    assert literal({"b", "a"}) == "{'a', 'b'}"


def fact_a_person_sees_one_line_and_a_caller_sees_what_is_printed():
    assert visible(Money(3)) == "3 EUR"
    assert visible(ValueError("no such thing")) == "no such thing"
    assert [visible(value) for value in (1, "x", None, [1, {"k": 2}], iter([]), len, Money, object())] == [""] * 8
    assert [visible(value) for value in (Point(1, 2), Made(1))] == [""] * 2
    assert visible([1, Point(1, 2), Made(2), Money(3)]) == "[1, <Point>, <Made>, <Money>]"
    assert visible([Told(1)]) == "[told]"
    assert visible(type("Bad", (), {"__str__": lambda self: 1 / 0})()) == "!ZeroDivisionError"
    assert len(visible(type("Long", (), {"__str__": lambda self: "x" * 9999})())) <= 400
    assert shown(Money(1)) == "Money(_cache={}, amount=1, currency='EUR')"
    assert shown({"a": [1, "two"]}) == "{'a': [1, 'two']}"
    assert shown(type("Lines", (), {"__repr__": lambda self: "a\n  b"})()) == "a b"
    assert shown(type("Bad", (), {"__repr__": lambda self: 1 / 0})()) == "<Bad whose repr raises ZeroDivisionError>"
    assert shown("x" * 500, 20).endswith("...")
    assert len(shown("x" * 500, 20)) == 20
