"""What a call did, written down: value or exception, changed arguments, output."""

import linecache
import re
import sys
import types

from assay_probe import encoding

_RAISE = re.compile(r"\braise\b")
_RAISED = re.compile(r"\braise\s+([A-Za-z_][\w.]*)")
_ACCIDENTS = (
    AttributeError,
    NameError,
    TypeError,
    RecursionError,
    UnboundLocalError,
    IndexError,
    KeyError,
    AssertionError,
)
MAX_OUTPUT = 2000
TOLD_NODES = 300
"""So much of what an exception of the project holds is written down."""


class Blocked(BaseException):
    """An experiment tried to touch the world: write a file, open a socket, start a process."""


class Planted(RuntimeError):
    """The exception of a planted difference."""


def returned(value, consume):
    """Outcome of a call that came back; iterators are read to a limit only where nobody else will need them."""
    return {
        "kind": "returned",
        "value": encoding.encode(value, consume=consume),
        "text": encoding.visible(value),
        "shown": encoding.shown(value, 300),
    }


def seen(value):
    """Outcome of a test's own call, which goes on: no iterator is read, and no `__str__` of the target runs."""
    literal = encoding.literal(value)
    shown = literal[:300] if literal is not None else ""
    return {"kind": "returned", "value": encoding.encode(value), "text": "", "shown": shown}


def raised(error, root):
    """Outcome of a call that raised, and whether the project meant it."""
    if isinstance(error, Blocked):
        return {"kind": "blocked", "shown": str(error)}
    kind = type(error)
    where, purposeful = _origin(error, root)
    is_own = _is_own(kind, root)
    purposeful = purposeful or is_own
    text = encoding.visible(error)
    return {
        "kind": "raised",
        **({"value": encoding.encode(error, nodes=TOLD_NODES)} if is_own else {}),
        "shown": "%s: %s" % (kind.__name__, text[:200]),
        "raised": {
            "type": _name(kind),
            "bases": [_name(base) for base in kind.__mro__[:12]],
            "text": text[:300],
            "purposeful": purposeful,
            "internal": isinstance(error, _ACCIDENTS) and not purposeful,
            "where": where,
        },
    }


def _name(kind):
    return "%s.%s" % (kind.__module__, kind.__qualname__)


def _origin(error, root):
    """`path:line` of the innermost frame inside the project, and whether the innermost of all is a `raise` there."""
    where, purposeful = "", False
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(root + "/"):
            where = "%s:%d" % (name[len(root) + 1 :], trace.tb_lineno)
        if trace.tb_next is None:
            line = linecache.getline(name, trace.tb_lineno)
            purposeful = name.startswith(root + "/") and _RAISE.search(line) is not None
            purposeful = purposeful and not _is_other(error, line, trace.tb_frame)
        trace = trace.tb_next
    return where, purposeful


def _is_other(error, line, frame):
    """Does the line raise an exception of another class, so that this one came while that was being made?"""
    named = _RAISED.search(line)
    if named is None:
        return False
    first, *rest = named.group(1).split(".")
    wanted = frame.f_globals.get(first, frame.f_builtins.get(first))
    for name in rest:
        wanted = vars(wanted).get(name) if isinstance(wanted, (type, types.ModuleType)) else None
    return isinstance(wanted, type) and issubclass(wanted, BaseException) and not issubclass(type(error), wanted)


def _is_own(kind, root):
    """Does the project define this class of exceptions? Then somebody wrote the line that raised it."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(root + "/")


def plant_in_result(value, depth=3):
    """A copy of the result, or the result itself, with one nested item or public attribute changed."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, (int, float)):
        # One more than infinity, or than the largest numbers, is no other number; and nan is never equal to itself.
        more = value + 1
        return more if value < more else 0.5
    if isinstance(value, str):
        return value + "~"
    if isinstance(value, bytes):
        return value + b"~"
    if depth and type(value) in (list, tuple) and value:
        return type(value)([plant_in_result(value[0], depth - 1), *value[1:]])
    if depth and type(value) is dict and value:
        key = next(iter(value))
        return {**value, key: plant_in_result(value[key], depth - 1)}
    attributes = getattr(value, "__dict__", None)
    if depth and isinstance(attributes, dict) and not isinstance(value, type) and not callable(value):
        for name in sorted(attributes, key=str):
            if not str(name).startswith("_"):
                try:
                    object.__setattr__(value, name, plant_in_result(attributes[name], depth - 1))
                except Exception:
                    continue
                return value
    return ("planted", type(value).__qualname__)


def plant_in_argument(arguments):
    """Change one mutable argument as a careless function would; False where there is none.

    A module is written down by its name alone, so what changes in it is nobody's to see.
    """
    for value in arguments.values():
        if isinstance(value, types.ModuleType):
            continue
        if type(value) is list:
            value.append("planted")
            return True
        if type(value) is dict:
            value["planted"] = 1
            return True
        if type(value) is set:
            value.add("planted")
            return True
        attributes = getattr(value, "__dict__", None)
        if isinstance(attributes, dict) and not isinstance(value, type) and not callable(value):
            for name in sorted(attributes, key=str):
                if not str(name).startswith("_"):
                    try:
                        object.__setattr__(value, name, plant_in_result(attributes[name]))
                    except Exception:
                        continue
                    return True
    return False
