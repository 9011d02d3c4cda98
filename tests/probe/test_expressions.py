"""Live values written as code: what a person would write, and nothing that does not give the value back."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import decimal
import enum
import fractions
import io
import json
import json.decoder
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

import assay_probe.expressions as untyped

expressions: Any = untyped


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Line:
    text: str
    amount: decimal.Decimal = decimal.Decimal(0)
    tags: list[str] = dataclasses.field(default_factory=list)


class Account:
    """Its constructor's arguments are where one looks for them."""

    def __init__(self, owner: str, limit: int = 5) -> None:
        self._owner, self.limit = owner, limit


class Odd:
    """What it was made of is gone."""

    def __init__(self, text: str) -> None:
        self.n = len(text)


class Growing(Account):
    """Changed since it was made."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.seen: list[str] = []


class Pair(NamedTuple):
    left: int
    right: Colour


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": [1, 2.5]}, "{'a': [1, 2.5]}"),
        (float("inf"), 'float("inf")'),
        (decimal.Decimal("1.50"), "Decimal('1.50')"),
        (fractions.Fraction(1, 3), "Fraction(1, 3)"),
        (datetime.date(2024, 2, 29), "datetime.date(2024, 2, 29)"),
        (
            datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),  # noqa: UP017 - spelt as repr spells it
            "datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)",
        ),
        (zoneinfo.ZoneInfo("UTC"), "zoneinfo.ZoneInfo(key='UTC')"),
        (uuid.UUID(int=1), "UUID('00000000-0000-0000-0000-000000000001')"),
        (Colour.RED, "Colour.RED"),
        (Pair(1, Colour.RED), "Pair(left=1, right=Colour.RED)"),
        (Line("a"), "Line(text='a', tags=[])"),
        (Account("me", 7), "Account(owner='me', limit=7)"),
        (Account("me"), "Account(owner='me')"),
        (collections.OrderedDict(a=Colour.RED), "OrderedDict({'a': Colour.RED})"),
        (collections.deque([1]), "deque([1])"),
        (frozenset({1}), "frozenset({1})"),
        (pathlib.Path("a/b"), "Path('a/b')"),
        (re.compile("a+", re.IGNORECASE), "re.compile('a+', 2)"),
        (io.StringIO("text"), "io.StringIO('text')"),
        (iter([1, 2]), "iter([1, 2])"),
        (types.SimpleNamespace(a=1), "SimpleNamespace(a=1)"),
        (ValueError("no"), "ValueError('no')"),
        (len, "len"),
        (Account, "Account"),
        (datetime.datetime, "datetime"),
    ],
)
def test_values_are_written_as_a_person_would(value: object, code: str) -> None:
    """And evaluating what was written gives an equal value."""
    found = expressions.expression(value)
    assert found is not None
    assert found.code == code
    expressions.evaluate(found.code, found.imports)


@pytest.mark.parametrize(
    "value",
    [Odd("abc"), (n for n in [1]), lambda: 1, Growing("me").seen.append, object, io.StringIO],
    ids=["forgotten", "generator", "lambda", "bound", "object", "class"],
)
def test_what_was_not_given_back_is_not_written(value: object) -> None:
    """A constructor that forgets its argument, and what has no name; classes of the library have one."""
    found = expressions.expression(value)
    assert (found is None) == (not isinstance(value, type))


def test_an_object_that_was_changed_after_it_was_made_is_not_written() -> None:
    """The same constructor call would give another object."""
    account = Growing("me")
    assert expressions.expression(account) is not None
    account.seen.append("x")
    assert expressions.expression(account) is None


def test_names_are_imported_from_the_shortest_public_module() -> None:
    """`json.JSONDecoder`, not `json.decoder.JSONDecoder`."""
    found = expressions.name_of(json.decoder.JSONDecoder)
    assert found is not None
    assert (found.code, found.imports) == ("JSONDecoder", ("from json import JSONDecoder",))


class Frozen(datetime.datetime):
    """As a frozen clock makes them: its constructor tells nothing."""

    def __new__(cls, *given: Any, **named: Any) -> Any:
        return super().__new__(cls, *given, **named)


@contextlib.contextmanager
def frozen_clock() -> Iterator[None]:
    """As libraries freeze it: the name in the module means their class."""
    real = datetime.datetime
    setattr(datetime, "datetime", Frozen)  # noqa: B010 - assigning to the name of a class is no statement for mypy
    try:
        yield
    finally:
        setattr(datetime, "datetime", real)  # noqa: B010


def test_a_moment_of_a_frozen_clock_is_written_as_a_plain_one() -> None:
    """Equal in all that Python compares; the test that is made of it is run before anybody sees it."""
    for world in (contextlib.nullcontext(), frozen_clock()):
        with world:
            found = expressions.expression([Frozen(2020, 2, 2)])
        assert found is not None
        assert (found.code, found.imports) == ("[datetime.datetime(2020, 2, 2, 0, 0)]", ("import datetime",))
