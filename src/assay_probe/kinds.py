"""The family a value belongs to: what decides whether an altered argument is plausible."""

import collections
import datetime
import decimal
import enum
import fractions
import functools
import io
import pathlib
import types

from assay_probe.heirs import HEIR, is_heir
from assay_probe.variants import is_a


class Choice(enum.Enum):
    """An enumeration for code that asks about any."""

    FIRST = 1
    SECOND = "second"


class Marks(enum.Flag):
    """A set of flags, which code that asks about enumerations or about collections may meet."""

    LEFT = 1
    RIGHT = 2


def kind_of(value):
    """The family of a value, in a word or two."""
    plain = {bool: "bool", int: "int", float: "float", str: "text", bytes: "bytes", type(None): "none"}
    if type(value) in plain:
        return plain[type(value)]
    if is_a(value, datetime.datetime):
        return "naive datetime" if value.tzinfo is None else "aware datetime"
    if is_heir(value):
        return HEIR
    if type(value) in (Choice, Marks):
        return "enum"
    families = (
        (enum.Enum, "enum " + type(value).__qualname__),
        (str, "text"),
        (bool, "bool"),
        (int, "int"),
        (float, "float"),
        (bytes, "bytes"),
        (bytearray, "bytearray"),
        (list, "list"),
        (tuple, "tuple"),
        (collections.OrderedDict, "ordered mapping"),
        (dict, "dict"),
        (types.MappingProxyType, "mapping"),
        ((set, frozenset), "set"),
        (pathlib.PurePath, "path"),
        (datetime.date, "date"),
        (datetime.timedelta, "duration"),
        (decimal.Decimal, "decimal"),
        (fractions.Fraction, "fraction"),
        (io.IOBase, "stream"),
        (type, "class"),
        ((types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial), "callable"),
    )
    for family, name in families:
        if is_a(value, family):
            return name
    if hasattr(type(value), "__next__"):
        return "iterator"
    return "object " + type(value).__qualname__
