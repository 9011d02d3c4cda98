"""Writers for values of the standard library, of numpy and of pandas, known by where their class says it comes from.

Nothing is imported here for their sake: an object of a module exists only after the target imported it.
"""

from __future__ import annotations

import builtins
import datetime
import gc
import re
import sys
from itertools import islice

from assay_probe.encoding_containers import tail, write_pairs
from assay_probe.encoding_objects import attributes_of, write_opaque
from assay_probe.encoding_plain import (
    checksum,
    encode_bytes,
    has_base,
    leaf,
    module_of,
    mro_of,
    names_of,
    qualname_of,
    type_name,
)

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

MAX_CHECKED_ITEMS = 1_000_000

OPAQUE_MODULES = frozenset(
    (
        *("_asyncio", "asyncio", "concurrent", "_multiprocessing", "multiprocessing", "_thread", "threading"),
        *("_socket", "socket", "_ssl", "ssl", "select", "selectors", "subprocess"),
        *("_contextvars", "contextvars", "_weakref", "weakref", "_random", "random"),
        *("_io", "mmap", "logging", "_sqlite3", "sqlite3", "code"),
    )
)
"""Top modules whose objects are machinery: locks, threads, sockets, processes, loggers, generators of chance."""

_DATE = datetime.date
_DATETIME = datetime.datetime
_TIME = datetime.time
_DELTA = datetime.timedelta


def _reader(cls, *names):
    getters = [names_of(cls)[name].__get__ for name in names]
    return lambda value: [get(value) for get in getters]


_ymd = _reader(_DATE, "year", "month", "day")
_hms = _reader(_DATETIME, "hour", "minute", "second", "microsecond", "fold", "tzinfo")
_time_hms = _reader(_TIME, "hour", "minute", "second", "microsecond", "fold", "tzinfo")
_delta_parts = _reader(_DELTA, "days", "seconds", "microseconds")


def _finish(walk, value, base, tree, depth, path):
    """A subclass of a library value keeps the library's tree inside its own."""
    kind = type(value)
    return tree if kind is base else ["sub", type_name(kind), tree, walk.attributes(value, kind, depth, path)]


def write_date(walk, value, depth, path):
    """A date."""
    return _finish(walk, value, _DATE, ["is", "date", "%04d-%02d-%02d" % tuple(_ymd(value))], depth, path)


def write_datetime(walk, value, depth, path):
    """A datetime with its fold and its zone; a zone's own code is not asked."""
    text = "%04d-%02d-%02d" % tuple(_ymd(value))
    tree = _clock(walk, "datetime", text + "T", _hms(value), depth, path)
    return _finish(walk, value, _DATETIME, tree, depth, path)


def write_time(walk, value, depth, path):
    """A time of day."""
    return _finish(walk, value, _TIME, _clock(walk, "time", "", _time_hms(value), depth, path), depth, path)


def _clock(walk, kind, text, parts, depth, path):
    text += "%02d:%02d:%02d.%06d" % tuple(parts[:4]) + (" fold=1" if parts[4] else "")
    if parts[5] is None:
        return ["is", kind, text]
    return ["obj", kind, {"at": text, "tzinfo": walk.visit(parts[5], depth, path + ".tzinfo")}]


def write_delta(walk, value, depth, path):
    """A duration."""
    text = "%d days %d.%06d s" % tuple(_delta_parts(value))
    return _finish(walk, value, _DELTA, ["is", "timedelta", text], depth, path)


def write_timezone(walk, value, depth, path):
    """A fixed zone; its class cannot be subclassed."""
    return leaf("timezone", repr(value))


def write_pattern(walk, value, depth, path):
    """A compiled regular expression."""
    return ["obj", "Pattern", {"pattern": walk.visit(value.pattern, depth, path + ".pattern"), "flags": value.flags}]


def write_match(walk, value, depth, path):
    """A match: what was searched, and where the groups are."""
    inside = {"re": value.re, "string": value.string, "regs": value.regs}
    return ["obj", "Match", {name: walk.attribute(name, item, depth, path) for name, item in inside.items()}]


def write_range(walk, value, depth, path):
    """A range or a slice, by its three numbers."""
    names = ("start", "stop", "step")
    inside = {name: walk.attribute(name, getattr(value, name), depth, path) for name in names}
    return ["obj", type(value).__name__, inside]


def write_memory(walk, value, depth, path):
    """The bytes that a view shows; a released one shows none."""
    try:
        return ["obj", "memoryview", {"bytes": encode_bytes(value.tobytes()), "format": value.format}]
    except ValueError:
        return ["opaque", "memoryview"]


def write_view(walk, value, depth, path):
    """What a view of a dict shows: keys and items in any order, values in theirs."""
    name = qualname_of(type(value))
    owner = gc.get_referents(value)
    inner = owner[0] if owner else None
    if not has_base(type(inner), dict):
        return ["obj", name, {"of": walk.visit(inner, depth, path + ".of")}]
    length = dict.__len__(inner)
    items = list(islice(dict.items(inner), walk.width))
    if name.endswith("_values"):
        return ["seq", name, length, walk.items([item for _, item in items], depth, path)]
    if name.endswith("_keys"):
        items = [(key, None) for key, _ in items]
    return ["map", name, length, write_pairs(walk, items, depth, path)]


def write_partial(walk, value, depth, path):
    """A partial application."""
    cls = _class_from(value, "functools", "partial")
    parts = _reader(cls, "func", "args", "keywords")(value)
    inside = {}
    for name, part in zip(("func", "args", "keywords"), parts):
        inside[name] = walk.attribute(name, part, depth, path)
    inside.update(walk.attributes(value, type(value), depth, path))
    return ["obj", type_name(type(value)), inside]


def _class_from(value, module, name):
    for cls in mro_of(type(value)):
        if qualname_of(cls) == name and module_of(cls).partition(".")[0] == module:
            return cls
    raise LookupError(name)


def _write_text(walk, value, depth, path):
    """A value of the standard library that says all about itself as text, by the library's own `__str__`."""
    kind = type(value)
    for cls in mro_of(kind):
        root = module_of(cls).partition(".")[0]
        if root in _SAY_ALL and "__str__" in names_of(cls):
            tree = leaf(type_name(cls), names_of(cls)["__str__"](value))
            own = module_of(kind).partition(".")[0] == root
            return (
                leaf(type_name(kind), tree[2])
                if own and tree[0] == "is"
                else _finish(walk, value, cls, tree, depth, path)
            )
    raise LookupError(kind)


_SAY_ALL = frozenset({"decimal", "ipaddress", "pathlib"})


def _write_fraction(walk, value, depth, path):
    found = attributes_of(value, type(value))
    text = "%s/%s" % (found.pop("_numerator"), found.pop("_denominator"))
    tree = leaf("fractions:Fraction", text)
    return tree if not found else ["sub", type_name(type(value)), tree, {}]


def _write_uuid(walk, value, depth, path):
    return leaf(type_name(type(value)), "%032x" % attributes_of(value, type(value))["int"])


def _write_zone(walk, value, depth, path):
    cls = _class_from(value, "zoneinfo", "ZoneInfo")
    key = (
        names_of(cls)["key"].__get__(value) if "key" in names_of(cls) else attributes_of(value, type(value)).get("_key")
    )
    return leaf(type_name(type(value)), key if type(key) is str else "")


def _write_array(walk, value, depth, path):
    walk.track(value, path)
    cls = _class_from(value, "array", "array")
    items = names_of(cls)["tolist"](value)
    node = ["seq", "array", len(items), walk.items(items[: walk.width], depth, path), {"typecode": value.typecode}]
    if len(items) > walk.width:
        node.append(tail(items[walk.width : MAX_CHECKED_ITEMS]))
    return node


def _write_reduced(walk, value, depth, path):
    """A small C object whose pickling recipe is all there is to it."""
    cls = next(cls for cls in mro_of(type(value)) if "__reduce__" in names_of(cls))
    recipe = names_of(cls)["__reduce__"](value)
    return ["obj", type_name(type(value)), {"args": walk.visit(recipe[1], depth, path + ".args")}]


def _write_cached_function(walk, value, depth, path):
    name = attributes_of(value, type(value)).get("__qualname__")
    return ["fn", name if type(name) is str else "", {}]


def _write_element(walk, value, depth, path):
    walk.track(value, path)
    cls = next(cls for cls in mro_of(type(value)) if "__getstate__" in names_of(cls) and cls is not object)
    state = names_of(cls)["__getstate__"](value)
    inside = {
        name.lstrip("_"): walk.attribute(name.lstrip("_"), item, depth, path) for name, item in sorted(state.items())
    }
    return ["obj", type_name(type(value)), inside]


def _write_row(walk, value, depth, path):
    cls = _class_from(value, "sqlite3", "Row")
    items = [names_of(cls)["__getitem__"](value, n) for n in range(names_of(cls)["__len__"](value))]
    return ["seq", type_name(type(value)), len(items), walk.items(items[: walk.width], depth, path)]


def _write_hash(walk, value, depth, path):
    return ["obj", "hash", {"name": value.name, "hexdigest": value.hexdigest()}]


def _write_alias(walk, value, depth, path):
    """A type expression such as `list[int]`."""
    found = attributes_of(value, type(value))
    inside = {}
    for name in ("__origin__", "__args__"):
        part = found[name] if name in found else getattr(value, name, None)
        inside[name.strip("_")] = walk.attribute(name.strip("_"), part, depth, path)
    return ["obj", type_name(type(value)), inside]


def _write_record(walk, value, depth, path):
    found = attributes_of(value, type(value))
    names = [name for name in ("args", "levelname", "levelno", "msg", "name") if name in found]
    return ["obj", "LogRecord", {name: walk.attribute(name, found[name], depth, path) for name in names}]


def _write_ndarray(walk, value, depth, path):
    walk.track(value, path)
    cls = _class_from(value, "numpy", "ndarray")
    dtype, shape = _reader(cls, "dtype", "shape")(value)
    flat = names_of(cls)["ravel"](value)
    inside = {"dtype": str(dtype), "shape": walk.attribute("shape", shape, depth, path)}
    # Numpy's own subclasses know better than ndarray what their items are (masked ones are None).
    known = type(flat) if module_of(type(flat)).partition(".")[0] == "numpy" else cls
    items = known.tolist(flat[: walk.width])
    inside["items"] = ["seq", "list", len(items), walk.items(items, depth, path + ".items")]
    if flat.size > walk.width:
        rest = flat[walk.width : MAX_CHECKED_ITEMS]
        inside["rest"] = tail(rest.tolist()) if dtype.hasobject else checksum(repr(rest.tobytes()))
    return _finish(walk, value, cls, ["obj", "numpy:ndarray", inside], depth, path)


def _write_frame(walk, value, depth, path):
    walk.track(value, path)
    names = value.columns.tolist()
    data = []
    for n, name in enumerate(names[: walk.width]):
        key = f"{n} {name}" if type(name) is str else str(n)
        data.append([key, _column(walk, value.iloc[:, n], depth, f"{path}[{key!a}]")])
    inside = {"columns": walk.attribute("columns", names, depth, path), "data": ["map", "columns", len(names), data]}
    inside["index"] = walk.attribute("index", value.index.tolist(), depth, path)
    return ["obj", "pandas:DataFrame", inside]


def _write_series(walk, value, depth, path):
    walk.track(value, path)
    inside = {"name": walk.attribute("name", value.name, depth, path), "values": _column(walk, value, depth, path)}
    inside["index"] = walk.attribute("index", value.index.tolist(), depth, path)
    return ["obj", "pandas:Series", inside]


def _write_markup(walk, value, depth, path):
    return leaf(type_name(type(value)), sys.modules["lxml.etree"].tostring(value, encoding="unicode"))


def _column(walk, series, depth, path):
    items = series.tolist()
    node = ["seq", "pandas:" + str(series.dtype), len(items), walk.items(items[: walk.width], depth, path + ".values")]
    return [*node, None, tail(items[walk.width : MAX_CHECKED_ITEMS])] if len(items) > walk.width else node


def _write_index(walk, value, depth, path):
    return _column(walk, value, depth, path)


LIBRARY = {
    ("_hashlib", "HASH"): _write_hash,
    ("array", "array"): _write_array,
    ("decimal", "Decimal"): _write_text,
    ("fractions", "Fraction"): _write_fraction,
    ("functools", "_lru_cache_wrapper"): _write_cached_function,
    ("functools", "partial"): write_partial,
    ("ipaddress", "_IPAddressBase"): _write_text,
    ("logging", "LogRecord"): _write_record,
    ("numpy", "ndarray"): _write_ndarray,
    ("operator", "attrgetter"): _write_reduced,
    ("operator", "itemgetter"): _write_reduced,
    ("operator", "methodcaller"): _write_reduced,
    **dict.fromkeys([("pandas", "DataFrame"), ("pandas.core.frame", "DataFrame")], _write_frame),
    **dict.fromkeys([("pandas", "Index"), ("pandas.core.indexes.base", "Index")], _write_index),
    **dict.fromkeys([("pandas", "Series"), ("pandas.core.series", "Series")], _write_series),
    ("pandas.api.extensions", "ExtensionArray"): _write_index,
    ("pandas.core.arrays.base", "ExtensionArray"): _write_index,
    ("lxml.etree", "_Element"): _write_markup,
    ("pathlib", "PurePath"): _write_text,
    ("pathlib._local", "PurePath"): _write_text,
    ("sqlite3", "Row"): _write_row,
    ("types", "GenericAlias"): _write_alias,
    ("types", "UnionType"): _write_alias,
    ("typing", "_GenericAlias"): _write_alias,
    ("typing", "Union"): _write_alias,
    ("uuid", "UUID"): _write_uuid,
    ("xml.etree.ElementTree", "Element"): _write_element,
    ("zoneinfo", "ZoneInfo"): _write_zone,
}
"""Writers by module and name of a class; subclasses included."""

EXACT = {
    _DATE: write_date,
    _DATETIME: write_datetime,
    _TIME: write_time,
    _DELTA: write_delta,
    datetime.timezone: write_timezone,
    re.Pattern: write_pattern,
    re.Match: write_match,
    range: write_range,
    slice: write_range,
    memoryview: write_memory,
    type({}.keys()): write_view,
    type({}.values()): write_view,
    type({}.items()): write_view,
    type(type.__dict__): write_view,
}
"""Writers by class; subclasses included."""


def library_writer(kind):
    """The writer for a type of a library, or for a subclass of one; None for a type of the project."""
    if module_of(kind).partition(".")[0] in OPAQUE_MODULES and qualname_of(kind) not in ("LogRecord", "Row"):
        return write_opaque
    for cls in mro_of(kind):
        write = LIBRARY.get((module_of(cls), qualname_of(cls)))
        if write is not None:
            return write
    return None
