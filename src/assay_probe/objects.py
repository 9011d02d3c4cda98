"""What may be done to dates, decimals, enumerations, callbacks, iterators and instances of classes."""

import datetime
import decimal
import enum
import functools
import io
import types

from assay_probe.variants import OPAQUE, identity, no_value

_DAY = datetime.timedelta(days=1)


def for_object(value):
    """Operators for everything that is no plain value and no container."""
    if isinstance(value, datetime.datetime):
        east = datetime.timezone(datetime.timedelta(hours=9))
        west = datetime.timezone(datetime.timedelta(hours=-7))
        return [
            (
                "date.zone",
                [
                    lambda: (
                        value.replace(tzinfo=datetime.timezone.utc)
                        if value.tzinfo is None
                        else value.replace(tzinfo=None)
                    ),
                    lambda: value.replace(tzinfo=west),
                    lambda: value.replace(tzinfo=east),
                ],
            ),
            (
                "date.value",
                [
                    lambda: datetime.datetime.max,
                    lambda: datetime.datetime.min,
                    lambda: value.replace(microsecond=999999),
                    lambda: value + datetime.timedelta(days=1),
                    lambda: value.replace(month=12, day=31),
                    lambda: value.replace(month=2, day=28),
                ],
            ),
            (
                "date.step",
                [
                    lambda: value + _DAY,
                    lambda: value - _DAY,
                    lambda: value + datetime.timedelta(seconds=1),
                    lambda: value.replace(hour=0, minute=0, second=0, microsecond=0),
                ],
            ),
            no_value(),
        ]
    if isinstance(value, datetime.date):
        return [
            (
                "date.value",
                [
                    lambda: datetime.date.max,
                    lambda: datetime.date.min,
                    lambda: value.replace(day=1),
                    lambda: value.replace(month=12, day=31),
                    lambda: datetime.date(2024, 2, 29),
                ],
            ),
            ("date.step", [lambda: value + _DAY, lambda: value - _DAY]),
            ("date.kind", [lambda: datetime.datetime(value.year, value.month, value.day)]),
            no_value(),
        ]
    if isinstance(value, datetime.timedelta):
        unit = datetime.timedelta
        return [
            (
                "duration.value",
                [
                    lambda: unit(0),
                    lambda: -value,
                    lambda: value + unit(microseconds=1),
                    lambda: value + unit(milliseconds=500),
                    lambda: unit.max,
                    lambda: unit(days=730),
                    lambda: value * 1000 if abs(value.days) < 10**5 else value,
                ],
            ),
            ("duration.step", [lambda: value + _DAY, lambda: value - _DAY, lambda: value * 2]),
            no_value(),
        ]
    if isinstance(value, decimal.Decimal):
        return [
            (
                "number.edge",
                [
                    lambda: decimal.Decimal(0),
                    lambda: -value,
                    lambda: value + decimal.Decimal("0.5"),
                    lambda: value + decimal.Decimal("0.005"),
                ],
            ),
            ("number.special", [lambda: decimal.Decimal("NaN"), lambda: decimal.Decimal("Infinity")]),
            ("number.float", [lambda: float(value)]),
            ("number.integer", [lambda: int(value)]),
            no_value(),
        ]
    if isinstance(value, enum.Enum):
        return [("enum.member", [functools.partial(identity, member) for member in list(type(value))[:12]])]
    if isinstance(value, (types.FunctionType, types.MethodType, functools.partial)):
        return [
            ("callback.iterator", [lambda: _to_iterator(value)]),
            ("callback.none", [lambda: lambda *_a, **_k: None]),
            no_value(),
        ]
    if isinstance(value, OPAQUE):
        return [no_value()]
    if isinstance(value, io.IOBase):
        return []
    if hasattr(type(value), "__next__"):
        return [("iterator.list", [lambda: list(value)]), ("iterator.empty", [lambda: iter(())])]
    return _for_instance(value)


def _to_iterator(callback):
    @functools.wraps(callback)
    def one_shot(*args, **kwargs):
        result = callback(*args, **kwargs)
        return iter(result) if isinstance(result, (list, tuple)) else result

    return one_shot


def _for_instance(value):
    out = [("object.text", [lambda: str(value)])]
    name = getattr(value, "__dict__", {}).get("name") if hasattr(value, "__dict__") else None
    if isinstance(name, str):
        out.append(("object.name", [lambda: name]))
    if hasattr(type(value), "__iter__") and hasattr(type(value), "__len__"):
        out.append(("object.iterator", [lambda: iter(value)]))
    out.append(("object.empty", [lambda: type(value)()]))
    out.append(no_value())
    return out
