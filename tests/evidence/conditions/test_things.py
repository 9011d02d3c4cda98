"""Arguments arrive as literals or trees, and predicates see what can be told of them."""

from __future__ import annotations

import datetime
import enum
import types
import zoneinfo
from decimal import Decimal
from typing import Any

import pytest
from tests.evidence.making import arguments

from assay.evidence.conditions.generic import Constants, questions_about
from assay.evidence.conditions.things import UNKNOWN, Thing, Zone, read_arguments, read_literal


class Colour(enum.Enum):
    RED = 1


def seen(value: object) -> Any:
    """The value as a predicate sees it when only its tree came."""
    return read_arguments([("it", None)], arguments(it=value))["it"]


PLAIN = (
    *(1, "x", None, 2.5, b"a", [1, (2, "b")], {"a": {1, 2}}, Decimal("1.50"), frozenset({1})),
    *(datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 1, 2, 3, 4)),  # noqa: DTZ001 - naive on purpose
    datetime.timedelta(days=-1, seconds=3),
)


@pytest.mark.parametrize("value", PLAIN)
def test_plain_values_come_back_as_they_were(value: object) -> None:
    """From their trees."""
    assert seen(value) == value
    assert type(seen(value)) is type(value)


def test_an_object_is_its_class_and_its_attributes() -> None:
    """And what is inside a member of an enumeration, or a moment with a zone."""
    thing = seen(types.SimpleNamespace(width=3))
    assert (thing.kind, thing.attributes["width"]) == ("SimpleNamespace", 3)
    assert (seen(Colour.RED).family, seen(Colour.RED).name) == ("enum", "RED")
    aware = seen(datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC))
    assert aware.tzinfo is datetime.UTC
    assert isinstance(seen(datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))).tzinfo, Zone)


def test_what_two_arguments_share_is_seen_in_both() -> None:
    """References are followed; what was cut off is unknown."""
    shared = [1, 2]
    both = read_arguments([("a", None), ("b", None)], arguments(a=shared, b=shared))
    assert both == {"a": [1, 2], "b": [1, 2]}
    assert isinstance(seen(list(range(200))), Thing)


def test_objects_that_know_one_another_are_each_read_once() -> None:
    """A tree whose nodes know their parent and their neighbours is met on more ways than there are seconds."""
    parent = types.SimpleNamespace(children=[types.SimpleNamespace() for _ in range(30)])
    for child in parent.children:
        child.parent, child.siblings = parent, parent.children
    one, other, *_ = seen(parent).attributes["children"]
    assert one.attributes["parent"].kind == "SimpleNamespace"
    assert one.attributes["parent"] is other.attributes["parent"]
    assert one.attributes["siblings"] is other.attributes["siblings"]


@pytest.mark.parametrize("text", ["__import__('os')", "1 +", "x", "(" * 3000, "[" * 500 + "]" * 500])
def test_a_forged_literal_is_unknown(text: str) -> None:
    """Nothing is evaluated."""
    assert read_literal(text) is UNKNOWN


def test_stars_are_taken_off() -> None:
    """`*names` is the parameter `names`."""
    assert read_arguments([("*names", "(1,)")]) == {"names": (1,)}


def test_objects_that_know_one_another_are_told_apart_in_a_few_characters() -> None:
    """Written out, a chain of pairs that share their ends would be a text of a million parts."""
    ends: list[types.SimpleNamespace] = []
    for tip in (1, 2):
        node = types.SimpleNamespace(tip=tip)
        for _ in range(20):
            node = types.SimpleNamespace(left=node, right=node)
        ends.append(node)
    one, other = (seen(end) for end in ends)
    assert len(repr(one)) < 60
    assert repr(one) != repr(other)
    assert one.attributes["left"].attributes["right"].kind == "SimpleNamespace"
    assert "left" in one.attributes
    assert "top" not in one.attributes


def test_things_that_are_alike_are_written_alike() -> None:
    """So that a question is asked once about all calls that were given the same."""
    assert repr(seen(types.SimpleNamespace(a=1))) == repr(seen(types.SimpleNamespace(a=1)))
    assert repr(seen(types.SimpleNamespace(a=1))) != repr(seen(types.SimpleNamespace(a=2)))


def test_moments_of_unknown_zones_are_no_stumbling_block() -> None:
    """Neither in a set, which asks for their hash, nor where questions are looked for by comparing what varies."""
    zones = [zoneinfo.ZoneInfo(name) for name in ("Asia/Tokyo", "Europe/Oslo")]
    moments = [datetime.datetime(2020, 2, 2, hour, tzinfo=zone) for hour, zone in enumerate(zones)]
    assert seen({"at": {moments[0]}, moments[1]: 1}) is not None
    things = [seen(types.SimpleNamespace(at=moment)) for moment in moments]
    asked = questions_about([{"it": thing} for thing in things], Constants())
    assert any(text.startswith("it.at") for text in asked.tests)
