"""Values by type: for the tests of a pair, a few ordinary ones; for what Assay never saw, many of every kind."""

from __future__ import annotations

import dataclasses
import datetime
import math
import random
import types
import typing
from decimal import Decimal

from assay.evidence.conditions.things import Thing

Anything: typing.TypeAlias = typing.Any

_INTEGERS = (0, 1, -1, 2, 3, 7, 10, 11, 12, 64, 100, 101, 255, 256, 400, 429, 503, 1000, 1024, 1900, 2000, -10, -100)
_LARGE = (2**31 - 1, 2**31, 2**53, 2**53 + 1, 2**63)
_FLOATS = (0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 1.0, 0.1, 0.25, 3.75, 1e9, 1e16, 99.99, 1e300, math.inf, math.nan)
_TEXTS = (
    "",
    "a",
    "A",
    "abc",
    "Hello World",
    "  pad ",
    "12",
    "-3",
    "4.5",
    "1e5",
    "²",
    "é",
    "中文",
    "a,b",
    "timeout",
    "\n",
    " ",
)
_TEXTS_TOO = (
    "ABC",
    "abc123",
    "1_000",
    "+7",
    "o'brien",
    "x.txt",
    "text",
    "a  b",
    "JPY",
    "EUR",
    "retries",
    "a-b c",
    "\t",
)
_CHARACTERS = "abcXYZ019 _-.,:/@'\"\n\tßéÅ中²٣"
_ZONES = (None, None, datetime.UTC, datetime.timezone(datetime.timedelta(hours=2)))

_SAMPLES: dict[object, tuple[str, ...]] = {
    int: ("5", "12", "40"),
    float: ("2.0", "3.25", "10.0"),
    str: ("'abc'", "'Hello World'", "'x1'"),
    bool: ("True", "False", "True"),
    Decimal: ("Decimal('10.00')", "Decimal('2.50')", "Decimal('0.10')"),
    datetime.datetime: (
        "datetime.datetime(2024, 5, 6, 7, 8, 9)",
        "datetime.datetime(2023, 1, 31)",
        "datetime.datetime(2020, 2, 29)",
    ),
    datetime.date: ("datetime.date(2024, 5, 6)", "datetime.date(2023, 1, 31)", "datetime.date(2021, 8, 15)"),
    typing.Any: ("1", "[2]", "'a'"),
}


def tests(kinds: list[object]) -> str:
    """A test file with three ordinary calls; what comes back is looked at and not prescribed."""
    lines = ["import datetime", "from decimal import Decimal", "", "import subject", ""]
    for n in range(3):
        given = ", ".join(sample(kind, (n + place) % 3) for place, kind in enumerate(kinds))
        lines += ["", f"def test_call_{n}():", f"    subject.f({given})", ""]
    return "\n".join(lines)


def sample(kind: Anything, n: int) -> str:
    """One ordinary value as source."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in _SAMPLES:
        return _SAMPLES[kind][n]
    if origin in (typing.Union, types.UnionType):
        return "None" if type(None) in inner and n == 2 else sample(next(i for i in inner if i is not type(None)), n)
    if origin is list:
        return f"[{', '.join(sample(inner[0], (n + i) % 3) for i in range(n + 1))}]"
    if origin is tuple:
        return f"({', '.join(sample(i, n) for i in inner)})"
    if origin is dict:
        return f"{{{', '.join(f'{sample(inner[0], (n + i) % 3)}: {sample(inner[1], i)}' for i in range(2))}}}"
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, {})
        return f"subject.{kind.__name__}({', '.join(f'{name}={sample(hint, n)}' for name, hint in hints.items())})"
    return repr(None)


def call(kinds: list[object], draw: random.Random, start: tuple[object, ...] | None) -> tuple[object, ...]:
    """Arguments: anew, or with one of them anew or near what it was."""
    if start is None:
        return tuple(value(kind, draw) for kind in kinds)
    place = draw.randrange(len(kinds))
    made = list(start)
    made[place] = near(kinds[place], start[place], draw)
    if draw.random() < 0.2 and len(kinds) > 1:
        other = draw.randrange(len(kinds))
        if kinds[other] == kinds[place]:
            made[place] = made[other]
        elif kinds[place] is int and hasattr(made[other], "__len__"):
            made[place] = len(typing.cast("str", made[other]))
    return tuple(made)


def value(kind: Anything, draw: random.Random, depth: int = 0) -> Anything:
    """Any value of a type."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is bool:
        return draw.random() < 0.5
    if kind is int:
        if draw.random() < 0.1:
            return draw.choice(_LARGE) * draw.choice((1, -1))
        return draw.choice(_INTEGERS) if draw.random() < 0.5 else draw.randint(-60, 60)
    if kind is float:
        return draw.choice(_FLOATS) if draw.random() < 0.4 else round(draw.uniform(-60, 60), draw.randrange(4))
    if kind is str:
        if draw.random() < 0.55:
            return draw.choice(_TEXTS + _TEXTS_TOO)
        return "".join(draw.choice(_CHARACTERS) for _ in range(draw.randrange(9)))
    if kind is Decimal:
        return Decimal(draw.randint(-2000, 2000)).scaleb(-draw.randrange(5))
    if kind is datetime.datetime:
        day = datetime.datetime(2020, 1, 1, tzinfo=draw.choice(_ZONES)) + datetime.timedelta(days=draw.randrange(1900))
        return day.replace(hour=draw.choice((0, 12, 23)), microsecond=draw.choice((0, 0, 1, 500000)))
    if kind is datetime.date:
        return datetime.date(2019, 1, 1) + datetime.timedelta(days=draw.randrange(2200))
    if kind is typing.Any:
        if depth < 4 and draw.random() < 0.5:
            return [value(kind, draw, depth + 1) for _ in range(draw.randrange(4))]
        return draw.choice((0, 1, 2, "a", None))
    if origin in (typing.Union, types.UnionType):
        return value(draw.choice(inner), draw, depth)
    if origin is list:
        size = draw.choice((0, 1, 1, 2, 2, 3, 4, 6, 9, 11, 13))
        items = [value(inner[0], draw, depth + 1) for _ in range(min(size, 5) if inner[0] is typing.Any else size)]
        return items + items[:1] if draw.random() < 0.25 else items
    if origin is tuple:
        return tuple(value(i, draw, depth + 1) for i in inner)
    if origin is dict:
        made = {value(inner[0], draw): value(inner[1], draw) for _ in range(draw.randrange(4))}
        return (
            {**made, draw.choice(("timeout", "retries", "a")): value(inner[1], draw)} if draw.random() < 0.5 else made
        )
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, {})
        return kind(**{name: value(hint, draw, depth + 1) for name, hint in hints.items()})  # type: ignore[operator]
    return None


def near(kind: Anything, old: Anything, draw: random.Random) -> Anything:
    """A value near another one of its type."""
    if draw.random() < 0.25:
        return value(kind, draw)
    if kind is int and isinstance(old, int):
        return draw.choice((old + 1, old - 1, -old, old * 2, old * 10, 0))
    if kind is float and math.isfinite(old):
        return draw.choice((old + 0.5, old - 0.5, -old, float(math.floor(old)), math.floor(old) + 0.5))
    if kind is str and isinstance(old, str):
        place = draw.randrange(len(old) + 1)
        edits = (old[:place] + draw.choice(_CHARACTERS) + old[place:], old[:place] + old[place + 1 :], old.upper())
        return draw.choice((*edits, old.strip(), old[:place], old + " "))
    if typing.get_origin(kind) is list and old:
        place = draw.randrange(len(old))
        inner = typing.get_args(kind)[0]
        edits = (old[:place] + old[place + 1 :], [*old, old[place]], old[::-1], sorted(old, key=repr), old[:10])
        return draw.choice((*edits, [*old[:place], near(inner, old[place], draw), *old[place + 1 :]]))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, {})
        name = draw.choice(list(hints))
        return dataclasses.replace(old, **{name: near(hints[name], getattr(old, name), draw)})
    return value(kind, draw)


def seen_as(held: Anything) -> object:
    """The value as a predicate of Assay sees it: an object is its class and its attributes."""
    if dataclasses.is_dataclass(held) and not isinstance(held, type):
        return Thing(type(held).__name__, {f.name: getattr(held, f.name) for f in dataclasses.fields(held)})
    return held
