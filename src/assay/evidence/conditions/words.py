"""What a predicate may call: pure, bounded, and known to us. Everything else is undefined."""

from __future__ import annotations

import datetime
import math
import operator
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath

from assay.evidence.conditions.things import Thing, UndefinedError

LONGEST = 20_000
"""Texts and collections longer than this are not made."""
MOST_BITS = 20_000

BUILTIN_TYPES: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range)
}
_TEXTS, _SEQUENCES = (str, bytes), (list, tuple, range)
_FAMILIES: Mapping[str, tuple[type, ...]] = {
    **{name: (kind,) for name, kind in BUILTIN_TYPES.items()},
    "NoneType": (type(None),),
    "datetime": (datetime.datetime,),
    "date": (datetime.date,),
    "timedelta": (datetime.timedelta,),
    "Decimal": (Decimal,),
    "Fraction": (Fraction,),
    "Number": (int, float, complex, Decimal, Fraction),
    "Real": (int, float, Fraction),
    "Rational": (int, Fraction),
    "Integral": (int,),
    "Mapping": (dict,),
    "MutableMapping": (dict,),
    "Sequence": (*_TEXTS, *_SEQUENCES),
    "MutableSequence": (list,),
    "Set": (set, frozenset),
    "Iterable": (*_TEXTS, *_SEQUENCES, dict, set, frozenset),
    "Collection": (*_TEXTS, *_SEQUENCES, dict, set, frozenset),
    "Container": (*_TEXTS, *_SEQUENCES, dict, set, frozenset),
    "Sized": (*_TEXTS, *_SEQUENCES, dict, set, frozenset),
    "PathLike": (PurePath,),
    "Path": (PurePath,),
    "PurePath": (PurePath,),
    "basestring": (str,),
    "object": (object,),
}
_ABSTRACT = frozenset(
    {"Number", "Real", "Rational", "Integral", "Mapping", "MutableMapping", "Sequence", "MutableSequence", "Set"}
    | {"Iterable", "Collection", "Container", "Sized", "PathLike", "object", "Hashable", "Callable", "Iterator"}
)


def is_instance(value: object, name: str) -> bool:
    """Is the value one of the class with this bare name?

    Raises:
        UndefinedError: only the object's bases could tell.
    """
    kinds = _FAMILIES.get(name)
    if not isinstance(value, Thing):
        if kinds is None and name in _ABSTRACT:
            raise UndefinedError(name)
        return kinds is not None and isinstance(value, kinds)
    if name in (value.kind, "object"):
        return True
    if name == "Iterator" or value.family == "iterator":
        return value.family == "iterator" and name in ("Iterator", "Iterable", "Generator")
    if value.family in ("inner", "leaf") and kinds is not None:
        return value.family == "inner" and is_instance(value.inner, name)
    if value.family == "object" and kinds is not None and name not in _ABSTRACT and name not in ("Path", "datetime"):
        return False
    raise UndefinedError(f"is {value.kind} a {name}")


def truth(value: object) -> bool:
    """Truth as Python has it; of an object it is not known."""
    if isinstance(value, Thing):
        if value.family == "inner":
            return bool(value.inner)
        if value.family in ("function", "class"):
            return True
        raise UndefinedError("the truth of an object")
    return bool(value)


def plain(value: object) -> object:
    """The value, or the plain one inside a subclass of a builtin; an object raises `UndefinedError`."""
    if isinstance(value, Thing):
        if value.family == "inner":
            return value.inner
        raise UndefinedError(f"the value of {value.kind}")
    return value


def equal(left: object, right: object) -> bool:
    """Equality of plain values and members of enumerations; objects are unlike None and otherwise not known."""
    if left is right:
        return True
    things = [value for value in (left, right) if isinstance(value, Thing)]
    if things and (left is None or right is None):
        return False
    if len(things) == 2 and all(thing.family == "enum" for thing in things):
        return (things[0].kind, things[0].name) == (things[1].kind, things[1].name)
    return bool(plain(left) == plain(right))


def multiply(left: object, right: object) -> object:
    """Product, within bounds."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, bytes, list, tuple)) and isinstance(other, int) and len(one) * other > LONGEST:
            raise UndefinedError("too long")
    return operator.mul(left, right)


def power(left: object, right: object) -> object:
    """Power, within bounds."""
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * max(right, 0) > MOST_BITS:
        raise UndefinedError("too large")
    if isinstance(left, (Decimal, Fraction)) and isinstance(right, (int, float)) and abs(right) > 1000:
        raise UndefinedError("too large")
    return operator.pow(left, right)


def shift(left: object, right: object) -> object:
    """Shift to the left, within bounds."""
    if isinstance(right, int) and right > MOST_BITS:
        raise UndefinedError("too large")
    return operator.lshift(left, right)


def remainder(left: object, right: object) -> object:
    """Remainder; texts are not formatted."""
    if isinstance(left, (str, bytes)):
        raise UndefinedError("formatting")
    return operator.mod(left, right)


def nesting(value: object) -> int:
    """How deep lists and tuples lie in one another, 1 for a flat one. That something is no list is another question."""
    if not isinstance(value, (list, tuple)):
        raise UndefinedError("how deep what is no list lies")
    return 1 + max((nesting(item) for item in value if isinstance(item, (list, tuple))), default=0)


def has_duplicates(items: object) -> bool:
    """Is any item equal to one before it?"""
    seen: list[object] = []
    for item in list(items):  # type: ignore[call-overload]
        if any(equal(item, other) for other in seen):
            return True
        seen.append(item)
    return False


def _length(value: object) -> int:
    return len(plain(value))  # type: ignore[arg-type]


def _range(*numbers: int) -> range:
    made = range(*numbers)
    if len(made) > LONGEST:
        raise UndefinedError("too long")
    return made


def _text(value: object) -> str:
    if value is None or isinstance(value, (str, int, float, Decimal, Fraction, PurePath)):
        return str(value)
    raise UndefinedError("text of an object")


def _callable(value: object) -> bool:
    if isinstance(value, Thing):
        if value.family in ("function", "class"):
            return True
        raise UndefinedError("callable")
    return False


def _over(function: Callable[..., object]) -> Callable[..., object]:
    def called(*values: object, **named: object) -> object:
        return function(*(plain(value) for value in values), **named)

    return called


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    **{f.__name__: _over(f) for f in (abs, min, max, sum, sorted, round, divmod, ord, chr)},
    **{f.__name__: _over(f) for f in (int, float, list, tuple, set, frozenset, dict, enumerate, zip, reversed)},
    **{f"math.{f.__name__}": _over(f) for f in (math.isnan, math.isinf, math.isfinite, math.floor, math.ceil)},
    **{f"math.{f.__name__}": _over(f) for f in (math.log, math.log10, math.log2, math.sqrt, math.fabs, math.trunc)},
    **{f"math.{f.__name__}": _over(f) for f in (math.copysign, math.gcd, math.exp)},
    "unicodedata.category": _over(unicodedata.category),
    "unicodedata.combining": _over(unicodedata.combining),
    "bool": truth,
    "len": _length,
    "range": _range,
    "str": _text,
    "callable": _callable,
    "nesting": nesting,
    "has_duplicates": has_duplicates,
    "Decimal": _over(Decimal),
    "decimal.Decimal": _over(Decimal),
    "timedelta": datetime.timedelta,
    "datetime.timedelta": datetime.timedelta,
}
"""Functions by the name under which a predicate calls them."""

_TEXT_METHODS = frozenset(
    [
        "isdigit",
        "isdecimal",
        "isnumeric",
        "isalpha",
        "isalnum",
        "isspace",
        "isupper",
        "islower",
        "istitle",
        "isidentifier",
        "isascii",
        "isprintable",
        "startswith",
        "endswith",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "rsplit",
        "splitlines",
        "lower",
        "upper",
        "title",
        "casefold",
        "capitalize",
        "swapcase",
        "count",
        "find",
        "rfind",
        "index",
        "rindex",
        "partition",
        "rpartition",
        "removeprefix",
        "removesuffix",
        "encode",
        "decode",
        "replace",
        "join",
    ]
)
METHODS: Mapping[type, frozenset[str]] = {
    str: _TEXT_METHODS - {"decode"},
    bytes: _TEXT_METHODS - {"encode"},
    list: frozenset({"count", "index", "copy"}),
    tuple: frozenset({"count", "index"}),
    dict: frozenset({"get", "keys", "values", "items", "copy"}),
    set: frozenset({"issubset", "issuperset", "isdisjoint", "union", "intersection", "difference"}),
    frozenset: frozenset({"issubset", "issuperset", "isdisjoint", "union", "intersection", "difference"}),
    int: frozenset({"bit_length"}),
    float: frozenset({"is_integer"}),
    datetime.datetime: frozenset(["date", "time", "weekday", "isoweekday", "toordinal", "replace", "utcoffset"]),
    datetime.date: frozenset(["weekday", "isoweekday", "toordinal", "replace"]),
    datetime.timedelta: frozenset({"total_seconds"}),
    Decimal: frozenset(["is_nan", "is_infinite", "is_finite", "is_signed", "is_zero", "as_tuple", "adjusted"]),
}
FIELDS: Mapping[type, frozenset[str]] = {
    datetime.datetime: frozenset(["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"]),
    datetime.date: frozenset(["year", "month", "day"]),
    datetime.timedelta: frozenset(["days", "seconds", "microseconds"]),
    Fraction: frozenset({"numerator", "denominator"}),
    int: frozenset({"real", "imag", "numerator", "denominator"}),
    range: frozenset({"start", "stop", "step"}),
}


def attribute(value: object, name: str) -> object:
    """An attribute that is data."""
    if isinstance(value, Thing):
        if name in value.attributes:
            return value.attributes[name]
        if value.family == "inner" and not isinstance(value.inner, Thing):
            return attribute(value.inner, name)
        raise UndefinedError(f".{name} of {value.kind}")
    if name in FIELDS.get(type(value), ()):
        return getattr(value, name)
    if isinstance(value, tuple) and name == "exponent" and type(value).__name__ == "DecimalTuple":
        return value[2]
    raise UndefinedError(f".{name} of {type(value).__name__}")


def method(value: object, name: str) -> Callable[..., object]:
    """A method that changes nothing and costs little."""
    value = plain(value)
    if name not in METHODS.get(type(value), ()):
        raise UndefinedError(f".{name}()")

    def called(*arguments: object, **named: object) -> object:
        given = [plain(argument) for argument in arguments]
        if name in ("replace", "join") and isinstance(value, (str, bytes)):
            longest = max((len(a) for a in given if isinstance(a, (str, bytes, list, tuple))), default=1)
            if (len(value) + 1) * longest > LONGEST * 10:
                raise UndefinedError("too long")
        found: object = getattr(value, name)(*given, **named)
        return list(found) if name in ("keys", "values", "items") else found  # type: ignore[call-overload]

    return called
