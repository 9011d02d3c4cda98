"""What may be done to dates, decimals, enumerations, callbacks, iterators and instances of classes."""

import datetime
import decimal
import enum
import functools
import io
import types

from assay_probe import built
from assay_probe.variants import OPAQUE, identity, is_a, no_value

_DAY = datetime.timedelta(days=1)


def for_object(value):
    """Operators for everything that is no plain value and no container."""
    for family, operators_of in _FAMILIES:
        if is_a(value, family):
            return operators_of(value)
    if is_a(value, type):
        return [*built.for_class(value), no_value()]
    if is_a(value, OPAQUE):
        return [no_value()]
    if built.is_form(value):
        return built.for_form(value)
    if type(value) in (io.StringIO, io.BytesIO) and not value.closed:
        return _for_stream(value)
    if is_a(value, io.IOBase):
        return []
    if hasattr(type(value), "__next__"):
        return [("iterator.list", [lambda: list(value)]), ("iterator.empty", [lambda: iter(())])]
    return _for_instance(value)


def _for_stream(value):
    """A stream in memory: another one that holds an altered text, read from its beginning."""
    kind, text = type(value), value.getvalue()
    is_text = kind is io.StringIO
    mark, end, twice = ("\ufeff", "\n", "\r\n") if is_text else (b"\xef\xbb\xbf", b"\n", b"\r\n")
    contents = [mark + text, text.replace(end, twice), text + end, text.rstrip(end), text[: len(text) // 2], end + text]
    return [
        ("stream.content", [functools.partial(kind, content) for content in contents if content != text]),
        ("stream.empty", [kind]),
    ]


def _for_moment(value):
    utc = datetime.timezone.utc
    east = datetime.timezone(datetime.timedelta(hours=9))
    west = datetime.timezone(datetime.timedelta(hours=-7))
    zones = [
        lambda: value.replace(tzinfo=utc if value.tzinfo is None else None),
        lambda: value.replace(tzinfo=west),
        lambda: value.replace(tzinfo=east),
    ]
    values = [
        lambda: datetime.datetime.max,
        lambda: datetime.datetime.min,
        lambda: value.replace(microsecond=999999),
        lambda: value + _DAY,
        lambda: value.replace(month=12, day=31),
        lambda: value.replace(month=2, day=28),
    ]
    steps = [
        lambda: value + _DAY,
        lambda: value - _DAY,
        lambda: value + datetime.timedelta(seconds=1),
        lambda: value.replace(hour=0, minute=0, second=0, microsecond=0),
    ]
    return [("date.zone", zones), ("date.value", values), ("date.step", steps), no_value()]


def _for_date(value):
    values = [
        lambda: datetime.date.max,
        lambda: datetime.date.min,
        lambda: value.replace(day=1),
        lambda: value.replace(month=12, day=31),
        lambda: datetime.date(2024, 2, 29),
    ]
    return [
        ("date.value", values),
        ("date.step", [lambda: value + _DAY, lambda: value - _DAY]),
        ("date.kind", [lambda: datetime.datetime(value.year, value.month, value.day)]),
        no_value(),
    ]


def _for_duration(value):
    # Other signs and magnitudes before neighbours: few calls see all of them.
    values = [
        lambda: datetime.timedelta(0),
        lambda: value * 1000 if abs(value.days) < 10**5 else value,
        lambda: -value,
        lambda: datetime.timedelta(days=366),
        lambda: value + datetime.timedelta(milliseconds=500),
        lambda: datetime.timedelta.max,
        lambda: datetime.timedelta(days=31),
        lambda: value + datetime.timedelta(microseconds=1),
    ]
    steps = [lambda: value + _DAY, lambda: value - _DAY, lambda: value * 2]
    return [("duration.value", values), ("duration.step", steps), no_value()]


def _for_decimal(value):
    edges = [
        lambda: decimal.Decimal(0),
        lambda: -value,
        lambda: value + decimal.Decimal("0.5"),
        lambda: value + decimal.Decimal("0.005"),
    ]
    return [
        ("number.edge", edges),
        ("number.special", [lambda: decimal.Decimal("NaN"), lambda: decimal.Decimal("Infinity")]),
        ("number.float", [lambda: float(value)]),
        ("number.integer", [lambda: int(value)]),
        no_value(),
    ]


def _for_member(value):
    members = list(type(value).__members__.values())[:12]
    return [("enum.member", [functools.partial(identity, member) for member in members])]


def _for_callback(value):
    return [
        ("callback.iterator", [lambda: _to_iterator(value)]),
        ("callback.none", [lambda: lambda *_a, **_k: None]),
        no_value(),
    ]


def _to_iterator(callback):
    @functools.wraps(callback)
    def one_shot(*args, **kwargs):
        result = callback(*args, **kwargs)
        return iter(result) if isinstance(result, (list, tuple)) else result

    return one_shot


def _for_instance(value):
    out = [("object.text", [lambda: str(value)])]
    try:
        name = object.__getattribute__(value, "__dict__").get("name")
    except AttributeError:
        name = None
    if isinstance(name, str):
        out.append(("object.name", [lambda: name]))
    if hasattr(type(value), "__iter__") and hasattr(type(value), "__len__"):
        out.append(("object.iterator", [lambda: iter(value)]))
    out.append(("object.empty", [lambda: type(value)()]))
    out += built.combined(value) + built.nested(value) + built.remade(value)
    out.append(no_value())
    return out


_FAMILIES = (
    (datetime.datetime, _for_moment),
    (datetime.date, _for_date),
    (datetime.timedelta, _for_duration),
    (decimal.Decimal, _for_decimal),
    (enum.Enum, _for_member),
    ((types.FunctionType, types.MethodType, functools.partial), _for_callback),
)
