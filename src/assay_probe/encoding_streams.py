"""Writers of iterators and of streams: what can still be read, and what was written."""

from __future__ import annotations

import builtins
import io
import types
from itertools import islice

from assay_probe.encoding_objects import attributes_of
from assay_probe.encoding_plain import (
    LONGEST_RESULT,
    PLAIN,
    encode_bytes,
    encode_text,
    has_base,
    module_of,
    mro_of,
    names_of,
    type_name,
)

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

MAX_READ = 100

_plain = PLAIN.get
_suspended = getattr(types.GeneratorType.__dict__.get("gi_suspended"), "__get__", None)
_frame_of = types.GeneratorType.__dict__["gi_frame"].__get__
_buffer_of = io.TextIOWrapper.__dict__["buffer"].__get__
_flush = io.TextIOWrapper.__dict__["flush"]
_mode_of = io.FileIO.__dict__["mode"].__get__
_RAW = {
    cls: (names_of(cls)["raw"].__get__, names_of(cls)["tell"])
    for cls in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom)
}


def write_iterator(walk, value, depth, path):
    """An iterator: its items where reading is asked for, else how far it has come."""
    walk.track(value, path)
    kind = type(value)
    attributes = walk.attributes(value, kind, depth, path)
    if not walk.consume or walk.quiet or not _is_iterable(kind):
        return ["iter", type_name(kind), None, _state(value, kind), attributes]
    items = []
    end = ""
    try:
        for n, item in enumerate(islice(value, MAX_READ + 1)):
            if n == MAX_READ:
                end = "more"
                break
            write = _plain(id(type(item)))
            items.append(walk.visit(item, depth, f"{path}[{n}]") if write is None else write(item))
    except BaseException as error:
        if module_of(type(error)).startswith("assay_probe"):
            # The engine's own signal, not an answer of the target.
            raise
        end = "!" + type_name(type(error))
    return ["iter", type_name(kind), items, end, attributes]


def _is_iterable(kind):
    return any("__iter__" in names_of(cls) for cls in mro_of(kind))


def _state(value, kind):
    if kind is types.GeneratorType:
        frame = _frame_of(value)
        if frame is None:
            return "finished"
        begun = _suspended(value) if _suspended else frame.f_lasti >= 0
        return "begun" if begun else "fresh"
    for cls in mro_of(kind):
        hint = names_of(cls).get("__length_hint__")
        if type(hint) is types.MethodDescriptorType:
            try:
                return "%s left" % hint(value)
            except Exception:
                return ""
    return ""


def write_memory_stream(walk, value, depth, path):
    """A `StringIO` or `BytesIO`, read back whole."""
    walk.track(value, path)
    base = io.StringIO if has_base(type(value), io.StringIO) else io.BytesIO
    try:
        written, position = base.getvalue(value), base.tell(value)
    except ValueError:
        return ["out", type_name(type(value)), None, None]
    text = encode_text(written, LONGEST_RESULT) if base is io.StringIO else _as_text(written)
    node = ["out", type_name(type(value)), text, position]
    attributes = {} if type(value) is base else walk.attributes(value, type(value), depth, path)
    return [*node, attributes] if attributes else node


def write_text_stream(walk, value, depth, path):
    """A text stream: over bytes in memory it is read back, over a file it is known by name and position."""
    walk.track(value, path)
    try:
        buffer = _buffer_of(value)
    except (ValueError, AttributeError):
        return ["out", type_name(type(value)), None, None]
    if not has_base(type(buffer), io.BytesIO):
        return ["obj", type_name(type(value)), _file(buffer)]
    try:
        if walk.consume or _flushes_in_c(type(buffer)):
            _flush(value)
        written = io.BytesIO.getvalue(buffer)
        return ["out", type_name(type(value)), _as_text(written), io.BytesIO.tell(buffer)]
    except ValueError:
        return ["out", type_name(type(value)), None, None]


def _flushes_in_c(kind):
    flush = next(names_of(cls)["flush"] for cls in mro_of(kind) if "flush" in names_of(cls))
    return type(flush) is types.MethodDescriptorType


def _as_text(written):
    try:
        return encode_text(written.decode("utf-8"), LONGEST_RESULT)
    except UnicodeDecodeError:
        return encode_bytes(written)


def write_file(walk, value, depth, path):
    """A file of the system: name, mode, position."""
    walk.track(value, path)
    return ["obj", type_name(type(value)), _file(value)]


def _file(value):
    """Descriptors without a name belong to the test run; their position says nothing."""
    raw, position = value, None
    for cls, (raw_of, tell) in _RAW.items():
        if has_base(type(value), cls):
            try:
                raw, position = raw_of(value), tell(value)
            except (ValueError, OSError, AttributeError):
                return {"closed": True}
    if not has_base(type(raw), io.FileIO):
        return {}
    name = attributes_of(raw, type(raw)).get("name")
    if type(name) is not str:
        return {}
    found = {"name": encode_text(name), "mode": _mode_of(raw)}
    if type(position) is int:
        found["position"] = position
    return found


STREAMS = {
    io.StringIO: write_memory_stream,
    io.BytesIO: write_memory_stream,
    io.TextIOWrapper: write_text_stream,
    io.FileIO: write_file,
    **dict.fromkeys(_RAW, write_file),
}
"""Writers by class; subclasses included."""
