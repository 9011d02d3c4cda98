"""Live values as Python expressions that a person would write: literals, constructors, enums, dates, classes by name.

An expression is believed only after it was evaluated and gave an equal tree, so guesses cost nothing but time.
"""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import inspect
import io
import pathlib
import re
import sys
import types
import uuid

from assay_probe import encoding
from assay_probe.places import attributes
from assay_probe.variants import is_a

LONGEST = 1200
DEEPEST = 6
MOST_ITEMS = 60
_BY_REPR = (
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
    decimal.Decimal,
    fractions.Fraction,
    uuid.UUID,
    range,
    bytearray,
)
_CLOCK = ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo")
_PLAINER = (
    (datetime.datetime, lambda base, value: base(*(getattr(value, name) for name in _CLOCK))),
    (datetime.date, lambda base, value: base(value.year, value.month, value.day)),
    (datetime.timedelta, lambda base, value: base(value.days, value.seconds, value.microseconds)),
    (decimal.Decimal, lambda base, value: base(value)),
    (fractions.Fraction, lambda base, value: base(value)),
)
"""Tests freeze the clock with subclasses of these; a test of their own works as well with the real ones, as they were
when the probe began: while the clock is frozen, `datetime.datetime` is the frozen one."""
_NAMED = (type, types.FunctionType, types.BuiltinFunctionType)


class Unwritable(Exception):
    """No expression is known for a value."""


class Expression:
    """Source text, and the import statements that it needs."""

    __slots__ = ("code", "imports")

    def __init__(self, code, imports):
        self.code, self.imports = code, imports

    def to_json(self):
        """`[code, [import statement, ...]]`."""
        return [self.code, sorted(self.imports)]


def expression(value):
    """The value as an expression that was seen to give an equal value, or None."""
    literal = encoding.literal(value)
    if literal is not None and "1e999" not in literal:
        return Expression(literal, ())
    found = _attempt(value, _Writer())
    if found is None and _has_relative(value, 0):
        found = _attempt(value, _Writer(plainer=True))
    return found


def _attempt(value, writer):
    try:
        code = writer.write(value, 0)
        if len(code) > LONGEST:
            return None
        again = evaluate(code, writer.imports)
        if writer.plainer:
            same = bool(again == value)
        else:
            same = encoding.digest(encoding.encode(again)) == encoding.digest(encoding.encode(value))
    except BaseException:
        return None
    return Expression(code, tuple(writer.imports)) if same else None


def _has_relative(value, depth):
    """Is it, or holds it, an object of a class below one that everybody knows, such as a date of a frozen clock?"""
    if type(value) in (list, tuple, dict) and depth < DEEPEST:
        inside = list(value.values()) if type(value) is dict else value
        return any(_has_relative(item, depth + 1) for item in inside[:MOST_ITEMS])
    return any(is_a(value, base) and type(value) is not base for base, _ in _PLAINER)


def evaluate(code, imports):
    """The value of an expression of our own making, in the target's interpreter."""
    namespace = {}
    for statement in imports:
        exec(statement, namespace)
    return eval(code, namespace)


def name_of(value):
    """A class or function by the shortest public name under which it can be imported, or None."""
    writer = _Writer()
    try:
        return Expression(writer.named(value), tuple(writer.imports))
    except Exception:
        return None


def home_of(module, name):
    """The shortest public module from which a module's name can be imported, or None."""
    try:
        return _home(module, name)
    except Exception:
        return None


class _Writer:
    """An expression in the making, and what it imports."""

    def __init__(self, plainer=False):
        self.plainer = plainer
        """Are dates and numbers of a subclass written as of the class that everybody knows?"""
        self.imports = set()
        self._bound = {}

    def write(self, value, depth):
        """Source for the value, or `Unwritable`."""
        if depth > DEEPEST:
            raise Unwritable
        kind = type(value)
        literal = encoding.literal(value)
        if literal is not None and "1e999" not in literal:
            return literal
        if kind is float:
            return 'float("%r")' % value
        if isinstance(value, _NAMED):
            return self.named(value)
        if isinstance(value, enum.Enum):
            return "%s.%s" % (self.named(kind), value.name)
        if kind.__module__ in ("datetime", "decimal", "fractions", "uuid", "zoneinfo", "builtins") and isinstance(
            value, _BY_REPR
        ):
            return self._by_repr(value, kind)
        for base, known in _PLAINER if self.plainer else ():
            if isinstance(value, base) and kind is not base:
                return self._by_repr(known(base, value), base)
        container = self._container(value, kind, depth)
        return container if container is not None else self._object(value, kind, depth)

    def named(self, value):
        """A class or function by name."""
        module, qualname = value.__module__, value.__qualname__
        if "<" in qualname or not isinstance(module, str) or module == "__main__":
            raise Unwritable
        first, _, rest = qualname.partition(".")
        if module == "builtins":
            return qualname
        home = _home(module, first)
        found = getattr(sys.modules[home], first)
        for part in rest.split(".") if rest else ():
            found = getattr(found, part)
        if found is not value:
            raise Unwritable
        self._bind(first, "from %s import %s" % (home, first))
        return qualname

    def _bind(self, name, statement):
        if self._bound.setdefault(name, statement) != statement:
            raise Unwritable
        self.imports.add(statement)

    def _by_repr(self, value, kind):
        text = repr(value)
        if kind.__module__ in ("datetime", "zoneinfo"):
            for module in ("datetime", "zoneinfo"):
                if module + "." in text:
                    self._bind(module, "import " + module)
        elif kind.__module__ != "builtins":
            self._bind(kind.__name__, "from %s import %s" % (kind.__module__, kind.__name__))
        return text

    def _items(self, values, depth):
        values = list(values)
        if len(values) > MOST_ITEMS:
            raise Unwritable
        return [self.write(value, depth + 1) for value in values]

    def _container(self, value, kind, depth):
        if kind is list:
            return "[%s]" % ", ".join(self._items(value, depth))
        if kind is tuple:
            items = self._items(value, depth)
            return "(%s%s)" % (", ".join(items), "," if len(items) == 1 else "")
        if kind in (set, frozenset):
            inside = "{%s}" % ", ".join(sorted(self._items(value, depth)))
            return inside if kind is set else "frozenset(%s)" % inside
        if kind is dict:
            return self._pairs(value, depth)
        if kind is collections.OrderedDict or kind is collections.Counter:
            self._bind(kind.__name__, "from collections import " + kind.__name__)
            return "%s(%s)" % (kind.__name__, self._pairs(value, depth))
        if kind is collections.defaultdict:
            self._bind("defaultdict", "from collections import defaultdict")
            return "defaultdict(%s, %s)" % (self.write(value.default_factory, depth + 1), self._pairs(value, depth))
        if kind is collections.deque:
            self._bind("deque", "from collections import deque")
            return "deque([%s])" % ", ".join(self._items(value, depth))
        if kind is types.SimpleNamespace:
            self._bind("SimpleNamespace", "from types import SimpleNamespace")
            return "SimpleNamespace(%s)" % self._keywords(vars(value), depth)
        return None

    def _pairs(self, value, depth):
        keys, items = self._items(value.keys(), depth), self._items(value.values(), depth)
        return "{%s}" % ", ".join("%s: %s" % pair for pair in zip(keys, items))

    def _keywords(self, members, depth):
        return ", ".join("%s=%s" % (name, self.write(item, depth + 1)) for name, item in members.items())

    def _object(self, value, kind, depth):
        if isinstance(value, pathlib.PurePath):
            name = "Path" if isinstance(value, pathlib.Path) else kind.__name__
            self._bind(name, "from pathlib import " + name)
            return "%s(%r)" % (name, str(value))
        if isinstance(value, re.Pattern):
            self._bind("re", "import re")
            flags = re.RegexFlag(value.flags) & ~(re.RegexFlag.UNICODE if isinstance(value.pattern, str) else 0)
            return "re.compile(%r%s)" % (value.pattern, ", " + str(int(flags)) if flags else "")
        if kind in (io.StringIO, io.BytesIO) and value.tell() == 0:
            self._bind("io", "import io")
            return "io.%s(%r)" % (kind.__name__, value.getvalue())
        if kind is type(iter([])):
            items = value.__reduce__()[1]
            return "iter(%s)" % self.write(list(items[0])[value.__reduce__()[-1] :], depth + 1)
        name = self.named(kind)
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return "%s(%s)" % (name, self._keywords(dict(zip(kind._fields, value)), depth))
        if isinstance(value, BaseException):
            return "%s(%s)" % (name, ", ".join(self._items(value.args, depth)))
        for base in (str, bytes, int, float, list, tuple, dict, set):
            if isinstance(value, base):
                return "%s(%s)" % (name, self.write(base(value), depth + 1))
        return "%s(%s)" % (name, self._keywords(self._parameters(value, kind), depth))

    def _parameters(self, value, kind):
        """What the constructor would have to be given, read from fields and from attributes of the same names."""
        own = dict(attributes(value))
        if dataclasses.is_dataclass(kind):
            given = {f.name: (f.name, f.default) for f in dataclasses.fields(kind) if f.init}
        elif hasattr(kind, "__attrs_attrs__"):
            given = {
                getattr(a, "alias", None) or a.name.lstrip("_"): (a.name, a.default)
                for a in kind.__attrs_attrs__
                if a.init
            }
        else:
            given = {}
            for name, parameter in inspect.signature(kind).parameters.items():
                if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                    continue
                if parameter.kind is parameter.POSITIONAL_ONLY:
                    raise Unwritable
                found = next((n for n in (name, "_" + name, "_%s__%s" % (kind.__name__, name)) if n in own), None)
                if found is None and parameter.default is parameter.empty:
                    raise Unwritable
                given[name] = (found, parameter.default)
        return {
            name: own[found]
            for name, (found, default) in given.items()
            if found is not None and found in own and own[found] is not default
        }


def _home(module, name):
    """The shortest public module from which the name gives the same thing as its own module does."""
    parts = module.split(".")
    found = getattr(sys.modules[module], name)
    homes = [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
    for home in homes:
        private = any(part.startswith("_") for part in home.split("."))
        if not private and getattr(sys.modules.get(home), name, None) is found:
            return home
    return module
