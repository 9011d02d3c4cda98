"""Values as text: what a caller sees, what a person reads, what Python reads back."""

from __future__ import annotations

import builtins
import collections
import types
from itertools import islice
from math import isfinite, isnan
from zlib import crc32

from assay_probe.encoding_objects import attributes_of
from assay_probe.encoding_plain import PLAIN, mro_of, names_of, qualname_of, strip_addresses, type_name

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

MAX_VISIBLE = 400
MAX_LITERAL = 2000
MAX_NESTING = 30
MAX_PARTS = 300
MAX_MEMBERS = 40

_CONTAINERS = {id(cls): cls for cls in (list, tuple, dict, set, frozenset)}
_SILENT = {id(cls) for cls in (type(len), type(lambda: 0), type(builtins), type([].append), type([].append.__call__))}
_NAMED_TUPLES = collections.ChainMap.__init__.__code__.co_filename
"""The file in which the methods of named tuples are written."""
_ATOMS = {id(cls) for cls in (int, str, bytes, bool, type(None), type(...))}
_BRACKETS = {list: "[]", tuple: "()", dict: "{}", set: "{}", frozenset: ("frozenset({", "})")}


def visible(value):
    """What a caller sees who prints the value: at most 400 characters, without addresses.

    Empty where the tree says it all (plain scalars and containers of them) or where printing says nothing
    (iterators, functions, classes, objects without a text of their own). `!TypeName` where printing raises. Of a
    container the first 300 parts are printed, those of a set sorted, and those that say nothing by their type.
    """
    kind = type(value)
    if id(kind) in _CONTAINERS:
        text = "" if _is_plain(value, 4) else _Seen(MAX_VISIBLE * 4, MAX_PARTS).write(value, 6)
    elif _says_nothing(kind):
        text = ""
    else:
        try:
            text = str.__str__(str(value))
        except Exception as error:
            text = "!" + type_name(type(error))
    text = strip_addresses(text)
    if len(text) <= MAX_VISIBLE:
        return text
    return "%s...#%08x" % (text[: MAX_VISIBLE - 20], crc32(text.encode("utf-8", "backslashreplace")))


def _says_nothing(kind):
    if id(kind) in PLAIN or id(kind) in _SILENT:
        return True
    printer = teller = None
    for cls in mro_of(kind):
        names = names_of(cls)
        if "__next__" in names or cls is type:
            return True
        if printer is None:
            printer = names.get("__str__")
        if teller is None:
            teller = names.get("__repr__")
    return printer is object.__str__ and (teller is object.__repr__ or _is_generated(teller))


def _is_generated(teller):
    """Was it made out of the fields of its class, of which the tree tells: by `dataclass`, `namedtuple`, attrs?"""
    while type(teller) is types.FunctionType and "__wrapped__" in teller.__dict__:
        teller = teller.__dict__["__wrapped__"]
    file = teller.__code__.co_filename if type(teller) is types.FunctionType else ""
    return file.startswith("<") or file == _NAMED_TUPLES


def _is_plain(value, depth):
    """Is this a scalar, or a builtin container of nothing else?"""
    kind = type(value)
    if id(kind) in PLAIN:
        return True
    if depth == 0 or id(kind) not in _CONTAINERS:
        return False
    if kind is dict:
        return all(_is_plain(key, depth - 1) and _is_plain(item, depth - 1) for key, item in islice(value.items(), 60))
    return all(_is_plain(item, depth - 1) for item in islice(value, 60))


def shown(value, limit=200):
    """One line for people. An object's own `repr` is used, and done without where it raises."""
    text = _Line(limit, MAX_PARTS).write(value, 4)
    text = strip_addresses(" ".join(text.split()) if "\n" in text else text)
    return text if len(text) <= limit else text[: max(limit - 3, 0)] + "..."


class _Line:
    """A line in the making: how long its parts may be, and how many may still come."""

    __slots__ = ("left", "limit")

    def __init__(self, limit, parts):
        self.limit = limit
        self.left = parts

    def write(self, value, depth):
        """The value in Python's words, containers to the given depth."""
        self.left -= 1
        kind = type(value)
        try:
            if id(kind) in PLAIN:
                return self.scalar(value, kind)
            if id(kind) in _CONTAINERS:
                return self.container(value, kind, depth)
            if _has_own_repr(kind):
                return str.__str__(repr(value))
            return self.bare_object(value, kind, depth)
        except Exception as error:
            return "<%s whose repr raises %s>" % (qualname_of(kind), qualname_of(type(error)))

    def scalar(self, value, kind):
        """A scalar, never longer than a line by much."""
        if kind is int and value.bit_length() > 4 * self.limit:
            return "<int of %d bits>" % value.bit_length()
        if (kind is str or kind is bytes or kind is bytearray) and len(value) > self.limit:
            return repr(value[: self.limit]) + "..."
        return repr(value)

    def container(self, value, kind, depth):
        """A builtin container; one that is too deep, or comes too late, by its brackets alone."""
        opening, closing = _BRACKETS[kind]
        if not value:
            return repr(value)
        if depth == 0 or self.left <= 0:
            return opening + "..." + closing
        if (kind is set or kind is frozenset) and len(value) > MAX_MEMBERS:
            # Which members come first depends on the hash seed.
            return "%s%d members%s" % (opening, len(value), closing)
        parts = []
        room = self.limit
        for item in value.items() if kind is dict else value:
            if kind is dict:
                parts.append("%s: %s" % (self.write(item[0], depth - 1), self.write(item[1], depth - 1)))
            else:
                parts.append(self.write(item, depth - 1))
            room -= len(parts[-1])
            if (room <= 0 or self.left <= 0) and kind is not set and kind is not frozenset:
                break
        if kind is set or kind is frozenset:
            parts.sort()
        if len(parts) < len(value):
            parts.append("...")
        comma = "," if kind is tuple and len(value) == 1 else ""
        return opening + ", ".join(parts) + comma + closing

    def bare_object(self, value, kind, depth):
        """An object without a `repr` of its own, by its attributes."""
        name = qualname_of(kind).rpartition(".")[2]
        found = attributes_of(value, kind)
        if not found or depth == 0 or self.left <= 0:
            return "<%s>" % name
        parts = ["%s=%s" % (key, self.write(found[key], min(depth, 2) - 1)) for key in sorted(found)[:8]]
        return "%s(%s%s)" % (name, ", ".join(parts), ", ..." if len(found) > 8 else "")


class _Seen(_Line):
    """What says nothing is there by its type alone: else an attribute more would be another text."""

    __slots__ = ()

    def write(self, value, depth):
        """The value in Python's words, containers to the given depth."""
        kind = type(value)
        is_known = id(kind) in PLAIN or id(kind) in _CONTAINERS
        if not is_known and (_says_nothing(kind) or not _has_own_repr(kind)):
            self.left -= 1
            return "<%s>" % qualname_of(kind).rpartition(".")[2]
        return super().write(value, depth)


def _has_own_repr(kind):
    for cls in mro_of(kind):
        teller = names_of(cls).get("__repr__")
        if teller is not None:
            return teller is not object.__repr__
    return False


def literal(value):
    """Python source that `ast.literal_eval` reads back as an equal value of the same types, or None."""
    parts = []
    try:
        room = _write_literal(value, parts, MAX_LITERAL, 0)
    except (ValueError, RecursionError):
        return None
    return "".join(parts) if room >= 0 else None


def _write_literal(value, parts, room, nesting):
    """Append the source and return the room that is left; negative where it did not fit or cannot be written."""
    kind = type(value)
    if id(kind) in _ATOMS:
        if (kind is str or kind is bytes) and len(value) > room:
            return -1
        text = "..." if value is ... else repr(value)
    elif kind is float:
        text = _float_literal(value)
    elif kind is complex:
        text = repr(value)
        text = "" if "n" in text or "-0" in text else text
    elif id(kind) in _CONTAINERS and kind is not frozenset and nesting < MAX_NESTING:
        return _write_container(value, kind, parts, room, nesting)
    else:
        text = ""
    if not text:
        return -1
    parts.append(text)
    return room - len(text)


def _float_literal(value):
    if isnan(value):
        return ""
    return repr(value) if isfinite(value) else ("1e999" if value > 0 else "-1e999")


def _write_container(value, kind, parts, room, nesting):
    if kind is set:
        return _write_set(value, parts, room, nesting)
    opening, closing = {list: "[]", tuple: "()", dict: "{}"}[kind]
    parts.append(opening)
    room -= 2
    for n, item in enumerate(value.items() if kind is dict else value):
        if n:
            parts.append(", ")
            room -= 2
        if kind is dict:
            room = _write_literal(item[0], parts, room, nesting + 1)
            parts.append(": ")
            item, room = item[1], room - 2
        if room >= 0:
            room = _write_literal(item, parts, room, nesting + 1)
        if room < 0:
            return -1
    if kind is tuple and len(value) == 1:
        closing = ",)"
        room -= 1
    parts.append(closing)
    return room


def _write_set(value, parts, room, nesting):
    if not value:
        parts.append("set()")
        return room - 5
    members = []
    for item in value:
        inside = []
        room = _write_literal(item, inside, room - 2, nesting + 1)
        if room < 0:
            return -1
        members.append("".join(inside))
    members.sort()
    parts.append("{%s}" % ", ".join(members))
    return room
