"""A value made into one of another kind, for code that asks about that kind."""

import datetime
import decimal
import fractions
import math
import pathlib
import types

from assay_probe.heirs import heir_of
from assay_probe.kinds import Choice, Marks
from assay_probe.variants import is_a

_MOMENT = datetime.datetime(2024, 2, 29, 12, 30)


def _number(value):
    """The number that stands in a value, else 1."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 1
    if not math.isfinite(number):
        return 1
    return int(number) if number == int(number) else number


def _items(value):
    if is_a(value, (list, tuple, set, frozenset)):
        return list(value)
    return list(value) if is_a(value, dict) else [value]


def _text(value):
    return value if type(value) is str else value.decode("latin-1") if type(value) is bytes else str(value)


def _mapping(value):
    return dict(value) if is_a(value, dict) else {"a": value}


_MAKING = (
    ("none", lambda value: None),
    ("text", _text),
    ("bytes", lambda value: _text(value).encode("utf-8", "replace")),
    ("bool", bool),
    ("int", lambda value: int(_number(value))),
    ("float", lambda value: float(_number(value))),
    ("decimal", lambda value: decimal.Decimal(str(_number(value)))),
    ("fraction", lambda value: fractions.Fraction(_number(value))),
    ("list", _items),
    ("tuple", lambda value: tuple(_items(value))),
    ("set", lambda value: set(_items(value))),
    ("iterator", lambda value: iter(_items(value))),
    ("dict", _mapping),
    ("mapping", lambda value: types.MappingProxyType(_mapping(value))),
    ("path", lambda value: pathlib.Path(_text(value))),
    ("duration", lambda value: datetime.timedelta(seconds=_number(value))),
    ("date", lambda value: _MOMENT.date()),
    ("naive datetime", lambda value: _MOMENT),
    ("aware datetime", lambda value: _MOMENT.replace(tzinfo=datetime.timezone.utc)),
    ("class", type),
    ("heir", heir_of),
    ("list", lambda value: []),
    ("tuple", lambda value: ()),
    ("dict", lambda value: {}),
    ("set", lambda value: set()),
    ("text", lambda value: ""),
    ("enum", lambda value: Choice.FIRST),
    ("enum", lambda value: Marks.LEFT | Marks.RIGHT),
    ("bytearray", lambda value: bytearray(value if is_a(value, bytes) else _text(value).encode("utf-8", "replace"))),
)
"""Kinds as `kinds.kind_of` names them; the place in this table is the variant of an edit.

Who asks about a kind often asks for an empty value of it, so these come too.
"""


def variants_for(wanted):
    """Which variants make values of the wanted kinds."""
    return [number for number, (kind, _) in enumerate(_MAKING) if kind in wanted]


def converted(value, variant):
    """The value as that kind. Raises what its own methods raise."""
    return _MAKING[variant % len(_MAKING)][1](value)
