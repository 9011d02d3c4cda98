"""The walk through a live value that writes it down; the grammar of the tree is in `encoding`.

No code of the target runs here: a type is known by the identity of the classes in its `__mro__`, never by
`isinstance`, which asks the object's `__class__`; attributes come from the interpreter's own descriptors, items from
the methods of the builtin base. Reading an iterator, where that is asked for, is the one exception.
"""

from __future__ import annotations

import builtins
import enum
import types
from collections import deque
from weakref import CallableProxyType, ProxyType, ref

from assay_probe import encoding_containers as containers
from assay_probe import encoding_objects as objects
from assay_probe.encoding_library import EXACT, library_writer
from assay_probe.encoding_plain import PLAIN, mro_of, type_name
from assay_probe.encoding_streams import STREAMS, write_iterator

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

MAX_ATTRIBUTES = 120
MIN_SHARE = 64

_plain = PLAIN.get
_FOUND = {}
"""What `_find_writer` found, by identity of the type; a weak reference tells whether it is still that type."""


class Walk:
    """One walk: what was met, and what may still be written."""

    __slots__ = ("consume", "left", "quiet", "seen", "width")

    def __init__(self, consume, width, nodes):
        self.consume = consume
        self.width = width
        self.left = nodes * 2
        self.quiet = 0
        """Above zero below private attributes, where no iterator is read."""
        self.seen = {}
        """Path and object (kept alive, so that its identity stays its own) by identity."""

    def visit(self, value, depth, path):
        """The tree of a value that stands at `path`."""
        kind = type(value)
        write = _plain(id(kind))
        if write is not None:
            return write(value)
        known = self.seen.get(id(value))
        if known is not None:
            return ["ref", known[0]]
        if depth <= 0 or self.left <= 0:
            return ["cut", type_name(kind)]
        # No value takes more than half of what is left, so that what stands beside it is written down too.
        left = self.left - 1
        share = self.left = left >> 1 if left > MIN_SHARE else left
        try:
            write = _WRITERS.get(id(kind)) or writer_for(kind)
            tree = write(self, value, depth - 1, path)
        except Exception as error:
            # Whatever an object does to its reader is a property of the object.
            tree = ["opaque", f"{type_name(kind)} (!{type_name(type(error))})"]
        self.left += left - share
        return tree

    def track(self, value, path):
        """Remember a value that has an identity worth comparing."""
        self.seen[id(value)] = (path, value)

    def attribute(self, name, value, depth, path):
        """The tree of one attribute."""
        write = _plain(id(type(value)))
        if write is not None:
            return write(value)
        if name[:1] != "_":
            return self.visit(value, depth, f"{path}.{name}")
        self.quiet += 1
        tree = self.visit(value, depth, f"{path}.{name}")
        self.quiet -= 1
        return tree

    def attributes(self, value, kind, depth, path, apart=()):
        """What hangs off an object: `__dict__` and slots, by name, those aside that are written down `apart`."""
        found = objects.attributes_of(value, kind)
        for name in apart:
            del found[name]
        self.left -= len(found)
        out = {}
        for name in sorted(found)[:MAX_ATTRIBUTES]:
            item = found[name]
            write = _plain(id(type(item)))
            out[name] = self.attribute(name, item, depth, path) if write is None else write(item)
        return out

    def items(self, items, depth, path):
        """The trees of items that stand at `path[0]`, `path[1]`, ..."""
        self.left -= len(items)
        out = []
        for n, item in enumerate(items):
            write = _plain(id(type(item)))
            out.append(self.visit(item, depth, f"{path}[{n}]") if write is None else write(item))
        return out

    def iterator(self, value, depth, path):
        """The tree of an iterator."""
        return write_iterator(self, value, depth, path)


def writer_for(kind):
    """The writer for a type that is not itself in the table."""
    known = _FOUND.get(id(kind))
    if known is not None and known[0]() is kind:
        return known[1]
    write = _find_writer(kind)
    _FOUND[id(kind)] = (ref(kind), write)
    return write


def _find_writer(kind):
    """The writer of the first class in the `__mro__` that has one, or of the library the type comes from."""
    mro = mro_of(kind)
    for cls in mro:
        if cls is enum.Enum:
            return objects.write_enum
        if cls is BaseException:
            return objects.write_exception
    for cls in mro:
        write = _WRITERS.get(id(cls))
        if write is not None:
            return write
    return library_writer(kind) or objects.write_object


def is_mutable(kind):
    """May a value of this type change, so that it matters which one it is?"""
    if id(kind) in PLAIN:
        return False
    return not any(id(cls) in _FIXED for cls in mro_of(kind))


_BY_CLASS = {
    **EXACT,
    **STREAMS,
    list: containers.write_list,
    tuple: containers.write_tuple,
    dict: containers.write_dict,
    set: containers.write_set,
    frozenset: containers.write_frozenset,
    deque: containers.write_deque,
    str: objects.scalar_subclass(str, str.__str__),
    int: objects.scalar_subclass(int, int.__int__),
    float: objects.scalar_subclass(float, float.__float__),
    complex: objects.scalar_subclass(complex, lambda value: complex.__add__(value, 0)),
    bytes: objects.scalar_subclass(bytes, lambda value: bytes.__getitem__(value, slice(None))),
    bytearray: objects.scalar_subclass(bytearray, lambda value: bytearray.__getitem__(value, slice(None))),
    type: objects.write_class,
    types.ModuleType: objects.write_module,
    types.FunctionType: objects.write_function,
    types.MethodType: objects.write_method,
    types.BuiltinFunctionType: objects.write_builtin,
    types.MethodWrapperType: objects.write_descriptor,
    types.MethodDescriptorType: objects.write_descriptor,
    types.WrapperDescriptorType: objects.write_descriptor,
    types.ClassMethodDescriptorType: objects.write_descriptor,
    types.GeneratorType: write_iterator,
    types.CoroutineType: objects.write_opaque,
    types.AsyncGeneratorType: objects.write_opaque,
    types.CodeType: objects.write_opaque,
    types.FrameType: objects.write_opaque,
    types.TracebackType: objects.write_opaque,
    ref: objects.write_opaque,
    ProxyType: objects.write_opaque,
    CallableProxyType: objects.write_opaque,
}
_WRITERS = {id(cls): write for cls, write in _BY_CLASS.items()}
_FIXED = frozenset(
    id(cls)
    for cls in (*EXACT, str, int, float, complex, bytes, tuple, frozenset, type, enum.Enum, types.ModuleType)
    if cls is not memoryview
) | {id(types.FunctionType), id(types.MethodType), id(types.BuiltinFunctionType)}
