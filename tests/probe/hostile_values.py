# mypy: ignore-errors
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202, ARG005
# Runs on Python 3.9 and keeps to no type on purpose.
"""Objects that harm those who look at them. Python 3.9 syntax: the zoo visits every interpreter.

`TOUCHED` collects the name of every method of a hostile object that somebody called.
"""

import collections
import ctypes
import decimal
import functools
import io
import itertools
import queue
import re
import sys
import threading
import types
import weakref

TOUCHED = []


def _bite(name):
    def method(self, *args, **kwargs):
        TOUCHED.append(name)
        raise RuntimeError("bitten by " + name)

    return method


BITING = (
    *("__repr__", "__str__", "__eq__", "__ne__", "__lt__", "__bool__", "__len__", "__iter__", "__contains__"),
    *("__getattr__", "__getattribute__", "__getitem__", "__call__", "__index__", "__int__", "__float__", "__format__"),
    *("__reduce__", "__reduce_ex__", "__getstate__", "__length_hint__", "__fspath__", "__bytes__"),
    *("__instancecheck__", "__subclasscheck__", "__dir__", "__sizeof__", "__enter__", "__await__", "__buffer__"),
    *("items", "keys", "values", "get", "copy", "isoformat", "utcoffset", "as_tuple", "tell", "fileno"),
)


def _namespace():
    namespace = {name: _bite(name) for name in BITING}
    namespace["__hash__"] = _bite("__hash__")
    namespace["__class__"] = property(_bite("__class__"))
    return namespace


class BitingMeta(type):
    """A metaclass that bites when its classes are compared, hashed, printed or asked for their kin."""

    __hash__ = _bite("meta __hash__")
    __eq__ = _bite("meta __eq__")
    __repr__ = _bite("meta __repr__")
    __instancecheck__ = _bite("meta __instancecheck__")
    __subclasscheck__ = _bite("meta __subclasscheck__")
    __getattribute__ = _bite("meta __getattribute__")
    __call__ = type.__call__


def biting(*bases):
    """A class on the given bases all of whose methods bite, made by a metaclass that bites too."""
    return type.__new__(BitingMeta, "Biting", bases or (object,), _namespace())


def _made(cls, *args):
    return type.__call__(cls, *args)


def biting_values():
    """Values whose every method bites; none of them may be called by whoever writes them down."""
    with_slots = type.__new__(BitingMeta, "Slotted", (), {"__slots__": ("a", "_b")})
    slotted = _made(with_slots)
    object.__setattr__(slotted, "a", [1])
    values = [_made(biting()), slotted, biting(), with_slots]
    builtin = (int, str, float, bytes, bytearray, complex, list, tuple, dict, set, frozenset)
    values += [_made(biting(base)) for base in builtin]
    containers = (collections.OrderedDict, collections.defaultdict, collections.deque, collections.Counter)
    values += [base.__new__(biting(base)) for base in containers]
    values.append(decimal.Decimal.__new__(biting(decimal.Decimal), "1.5"))
    values.append(Exception.__new__(biting(Exception), "x"))
    values.append(OSError.__new__(biting(OSError), 2, "x"))
    values.append(io.StringIO.__new__(biting(io.StringIO)))
    values.append(types.ModuleType.__new__(biting(types.ModuleType)))
    values.append(functools.partial.__new__(biting(functools.partial), len))
    hostile_dict = _made(biting())
    object.__setattr__(hostile_dict, "__dict__", _made(biting(dict)))
    values.append(hostile_dict)
    inner = _made(biting())
    values += [[inner], (inner,), {"k": inner}, collections.deque([inner]), types.MappingProxyType({"k": inner})]
    values += [{"k": inner}.values(), {"k": inner}.items(), functools.partial(len, inner), weakref.ref(inner)]
    values += [types.SimpleNamespace(x=inner), ValueError(inner), iter([inner]), map(inner, [1]), slice(inner, inner)]
    values += [types.MethodType(len, inner), re.compile("x"), (lambda x=inner: inner), itertools.repeat(inner)]
    values.append(weakref.proxy(inner))
    # Alive as long as the references to it.
    values.append(inner)
    return values


def large_and_deep_values():
    """Values that end the recursion, the memory or the patience of a careless reader."""
    deep = []
    for _ in range(10_000):
        deep = [deep]
    deep_dict = {}
    for _ in range(10_000):
        deep_dict = {"k": deep_dict}
    cycle = []
    cycle.append(cycle)
    tuple_cycle = ([],)
    tuple_cycle[0].append(tuple_cycle)
    knot = {}
    knot["self"] = knot
    knot["items"] = [knot, (knot,)]
    wide = tuple([()] * 10)
    for _ in range(30):
        wide = (wide,) * 10
    values = [deep, deep_dict, cycle, tuple_cycle, knot, wide, list(range(1_000_000)), set(range(100_000))]
    values += ["x" * 5_000_000, b"x" * 5_000_000, 1 << 5_000_000, -(1 << 100_000), {i: [i] for i in range(100_000)}]
    values += [float("nan"), float("inf"), -0.0, complex("nan"), decimal.Decimal("sNaN"), "\ud800", "\x00", b"\xff"]
    return values


def machinery():
    """Values whose inside belongs to the machine."""
    lock = threading.Lock()
    closed = io.StringIO()
    closed.close()
    detached = io.TextIOWrapper(io.BytesIO())
    detached.detach()
    released = memoryview(b"x")
    released.release()
    frame = sys._getframe()
    values = [lock, threading.RLock(), threading.current_thread(), threading.Event(), threading.local(), queue.Queue()]
    values += [
        closed,
        detached,
        released,
        memoryview(b"abc"),
        frame.f_code,
        frame,
        ctypes.c_int(5),
        ctypes.c_char_p(b"x"),
    ]
    values += [weakref.WeakKeyDictionary(), weakref.WeakSet(), object(), type, len, [].append, str.upper, int.__add__]
    values += [sys.stdout, sys.stderr, sys, sys.implementation, sys.flags, sys.version_info, types, NotImplemented, ...]
    values += [property(len), staticmethod(len), classmethod(len), super(ValueError, ValueError()), ctypes.py_object(1)]
    values += [io.StringIO.__new__(io.StringIO), io.TextIOWrapper.__new__(io.TextIOWrapper), _uninitialised(io.FileIO)]
    values += [(i for i in ()), iter(int, 1), zip(), itertools.count(), itertools.chain(), reversed([1]), enumerate([])]
    values += [type("Empty", (), {"__slots__": ()})(), _coroutine(), _async_generator(), _cell(), _traceback()]
    return values


def _uninitialised(cls):
    return cls.__new__(cls)


def _coroutine():
    async def wait():
        return 1

    waiting = wait()
    waiting.close()
    return waiting


def _async_generator():
    async def count():
        yield 1

    return count()


def _cell():
    x = 1
    return (lambda: x).__closure__[0]


def _traceback():
    try:
        int("x")
    except ValueError as error:
        return error.__traceback__
    return None
