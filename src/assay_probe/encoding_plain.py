"""Leaves of an encoded value: what is written down exactly and has no inside.

None, True, False, integers below 2**63 and ordinary text stand for themselves in JSON. Every other leaf is
`["is", type, text]`, or `["long", type, beginning, length, checksum]` where its text has more than
300 characters (4,000 where it is the whole result).
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from math import isnan
from typing import Any
from weakref import ref
from zlib import crc32

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

Tree = object

LONGEST_TEXT = 300
LONGEST_RESULT = 4000
"""A text that is the whole result, or all that was written, is what people want to read."""
KEPT_TEXT = 200
_LARGEST_INT = 1 << 63

_QUALNAME: Callable[[type], str] = type.__dict__["__qualname__"].__get__
_MODULE: Callable[[type], object] = type.__dict__["__module__"].__get__
_NAMES: dict[int, tuple[ref[type], str]] = {}
"""What `type_name` answered, by identity of the type; a weak reference tells whether it is still that type."""
mro_of: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
names_of: Callable[[type], Any] = type.__dict__["__dict__"].__get__

# Nine digits are an address wherever they stand; fewer only where an object's default `repr` would put them.
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{9,}|(?<=at )0[xX][0-9a-fA-F]{5,}")
_strip = _ADDRESS.sub


def strip_addresses(text: str) -> str:
    """The text with every memory address, in either case, replaced by `0x`."""
    return _strip("0x", text) if "0x" in text or "0X" in text else text


def module_of(kind: type) -> str:
    """The module a class says it comes from; empty where it says nothing of use."""
    try:
        module = _MODULE(kind)
    except AttributeError:
        return ""
    return module if type(module) is str else ""


def qualname_of(kind: type) -> str:
    """The qualified name of a class, whatever its metaclass pretends."""
    return _QUALNAME(kind)


def has_base(kind: type, base: type) -> bool:
    """Is `base` among the classes of `kind`? By identity: `==` and `issubclass` would run a metaclass."""
    return any(cls is base for cls in mro_of(kind))


def package_name(module: object, name: str) -> str:
    """`package:name`, or the bare name for a builtin: a class that moves inside its package keeps its name."""
    if type(module) is not str or not module or module == "builtins":
        return name
    return module.partition(".")[0] + ":" + name


def type_name(kind: type) -> str:
    """The name under which a type is written down."""
    known = _NAMES.get(id(kind))
    if known is None or known[0]() is not kind:
        known = _NAMES[id(kind)] = ref(kind), package_name(module_of(kind), _QUALNAME(kind))
    return known[1]


def checksum(text: str) -> str:
    """Eight hexadecimal digits that stand for a long text."""
    return format(crc32(text.encode("utf-8", "surrogatepass")), "08x")


def leaf(kind: str, text: str) -> Tree:
    """A leaf of the named type with its exact text, shortened to beginning and checksum where it is long."""
    text = strip_addresses(text)
    if len(text) <= LONGEST_TEXT:
        return ["is", kind, text]
    return ["long", kind, text[:KEPT_TEXT], len(text), checksum(text)]


def encode_text(text: str, longest: int = LONGEST_TEXT) -> Tree:
    """Text stands for itself; lone surrogates, which no byte stream can carry, are escaped."""
    if "0x" in text or "0X" in text:
        text = _strip("0x", text)
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return leaf("surrogates", text.encode("utf-8", "backslashreplace").decode("utf-8"))
    if len(text) <= longest:
        return text
    return ["long", "str", text[:KEPT_TEXT], len(text), checksum(text)]


def encode_int(value: int) -> Tree:
    """Integers that JSON readers agree on stand for themselves; huge ones are known by length and checksum."""
    if -_LARGEST_INT < value < _LARGEST_INT:
        return value
    n_bits = value.bit_length()
    if n_bits <= 1000:
        return ["is", "int", repr(value)]
    start = value >> (n_bits - 64)
    return ["long", "int", f"{start:#x}", n_bits, checksum(hex(value))]


def encode_float(value: float) -> Tree:
    """All NaNs are one value; the sign of zero is kept."""
    return ["is", "float", "nan" if isnan(value) else repr(value)]


def _encode_complex(value: complex) -> Tree:
    return ["is", "complex", repr(value)]


def encode_bytes(value: bytes) -> Tree:
    """Bytes as their literal."""
    return _encode_octets("bytes", value)


def _encode_bytearray(value: bytearray) -> Tree:
    return _encode_octets("bytearray", bytes(value))


def _encode_octets(kind: str, value: bytes) -> Tree:
    if len(value) <= LONGEST_TEXT:
        return leaf(kind, repr(value))
    if b"0x" in value or b"0X" in value:
        value = strip_addresses(value.decode("latin-1")).encode("latin-1")
    return ["long", kind, repr(value[:KEPT_TEXT]), len(value), format(crc32(value), "08x")]


def _encode_itself(value: Tree) -> Tree:
    return value


def _encode_constant(value: object) -> Tree:
    return ["is", type(value).__name__, repr(value)]


PLAIN: dict[int, Callable[[Any], Tree]] = {
    id(type(None)): _encode_itself,
    id(bool): _encode_itself,
    id(int): encode_int,
    id(str): encode_text,
    id(float): encode_float,
    id(complex): _encode_complex,
    id(bytes): encode_bytes,
    id(bytearray): _encode_bytearray,
    id(type(...)): _encode_constant,
    id(type(NotImplemented)): _encode_constant,
}
"""Writers of exact builtin scalars, by identity of the type: hashing a class would run its metaclass."""
