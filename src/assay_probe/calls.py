"""A call at an observation point, as it arrived: arguments by name, defaults applied, ready to be made again."""

import gc
import types

from assay_probe import encoding
from assay_probe.variants import OPAQUE, is_a

CHAIN_FRAMES = 14
_PLAIN = frozenset((int, float, str, bytes, bool, type(None), complex))


class Call:
    """The live arguments of one call; `make` calls the original function with whatever they are by then."""

    __slots__ = ("_double_star", "_named", "_positional", "_star", "arguments", "function")
    left_out = ()
    """Parameters that have a default and were not given, where calls have base's form: here everything has a name."""

    def __init__(self, point, function, positional, star, named, double_star):
        code = point.code
        names = code.co_varnames[: code.co_argcount]
        self.function = function
        self._positional, self._named = names, tuple(named)
        rest = code.co_argcount + code.co_kwonlyargcount
        self.arguments = dict(zip(names, positional))
        self._star = self._double_star = None
        if star is not None:
            self._star = "*" + code.co_varnames[rest]
            rest += 1
            self.arguments[self._star] = star
        self.arguments.update(named)
        if double_star is not None:
            self._double_star = "**" + code.co_varnames[rest]
            self.arguments[self._double_star] = double_star

    def make(self):
        """Call the original function with the arguments as they are now."""
        arguments = self.arguments
        positional = [arguments[name] for name in self._positional]
        if self._star:
            positional.extend(arguments[self._star])
        named = {name: arguments[name] for name in self._named}
        if self._double_star:
            named.update(arguments[self._double_star])
        return self.function(*positional, **named)

    def tree(self):
        """The arguments written down together, so that what they share is visible."""
        return encoding.encode_call(self.arguments)

    def literals(self, *, show=True):
        """`[name, literal or None, shown]` of each argument; together at most a few thousand characters.

        With `show` code of the target may run, its `__repr__`; only for children.
        """
        out, room = [], 4000
        for name, value in self.arguments.items():
            literal = encoding.literal(value)
            shown = encoding.shown(value, 120) if show else ""
            if literal is not None and len(literal) > room:
                literal = None
            room -= len(literal or "") + len(shown)
            out.append([name, literal, shown])
        return out


class Functions:
    """The original functions behind the observation points; those without a closure are made once."""

    def __init__(self):
        self._made = {}

    def of(self, point, cells, frame):
        """The function of which a call begins in `frame`; `cells` holds what it closes over."""
        closure, namespace = cells.__closure__, frame.f_globals
        key = (point.id, id(namespace)) if closure is None else None
        function = self._made.get(key) if key else None
        if function is None:
            if closure is not None:
                by_name = dict(zip(cells.__code__.co_freevars, closure))
                closure = tuple(by_name[name] for name in point.code.co_freevars)
            function = types.FunctionType(point.code, namespace, point.code.co_name, None, closure)
            if point.form is not None:
                copy_defaults(function, frame.f_code)
            if key:
                self._made[key] = function
        return function


_DEFAULTS = {}
"""Defaults that are plain, by identity of the trampoline: looking for them goes through every object there is."""


def copy_defaults(function, trampoline):
    """Give the function the defaults of whatever was defined with this trampoline as its code."""
    known = _DEFAULTS.get(id(trampoline))
    if known is None:
        known = trampoline, *_defaults_of(trampoline)
        if all(map(is_plain, (*(known[1] or ()), *(known[2] or {}).values()))):
            _DEFAULTS[id(trampoline)] = known
    function.__defaults__, function.__kwdefaults__ = known[1:]


def _defaults_of(trampoline):
    for referrer in gc.get_referrers(trampoline):
        if isinstance(referrer, types.FunctionType) and referrer.__code__ is trampoline:
            return referrer.__defaults__, referrer.__kwdefaults__
    return None, None


def chain(frame, root):
    """`[path, line of def, name]` of the project's frames from this one outwards."""
    out = []
    while frame is not None and len(out) < CHAIN_FRAMES:
        code = frame.f_code
        if code.co_filename.startswith(root + "/"):
            out.append([code.co_filename[len(root) + 1 :], code.co_firstlineno, code.co_name])
        frame = frame.f_back
    return out


def is_plain(value):
    """Is it a value that nobody can alter?"""
    return type(value) in _PLAIN or (type(value) is tuple and all(is_plain(item) for item in value))


class OpenCall:
    """A call whose arguments are named by base's parameters, whatever the function at hand calls them.

    Arguments that were not given have no name here, so that a default that head changed is no difference
    before the call.
    """

    __slots__ = ("_given", "arguments", "function", "left_out")
    tree = Call.tree
    literals = Call.literals

    def __init__(self, point, function, positional, named):
        self.function = function
        self.arguments, self._given = {}, []
        form = [(name, kind) for name, kind, _ in point.form]
        plain = [name for name, kind in form if kind in ("positional", "plain")]
        star = next((name for name, kind in form if kind == "star"), "args")
        for index, value in enumerate(positional):
            name = plain[index] if index < len(plain) else "*%s[%d]" % (star, index - len(plain))
            self._given.append((name, None))
            self.arguments[name] = value
        for name, value in named.items():
            own = "**%s" % name if name in self.arguments else name
            self._given.append((own, name))
            self.arguments[own] = value
        self.left_out = tuple(
            name
            for name, kind, has_default in point.form
            if has_default and kind in ("plain", "keyword") and name not in self.arguments
        )

    def make(self):
        """Call the original function in the form in which it was called, and with what was given besides by name."""
        positional = [self.arguments[name] for name, keyword in self._given if keyword is None]
        named = {keyword: self.arguments[name] for name, keyword in self._given if keyword is not None}
        named.update((name, self.arguments[name]) for name in self.left_out if name in self.arguments)
        return self.function(*positional, **named)


def shape(value, depth=2):
    """A coarse description: type, sign and size, character classes, keys. Calls of one shape are much alike."""
    kind = type(value).__name__
    if is_a(value, (bool, type(None))):
        return repr(value)
    if type(value) is int:
        digits = len(str(abs(value))) if abs(value) < 10**30 else 31
        return "i%d%s" % (min(digits, 6), "-" if value < 0 else "")
    if type(value) is float:
        return "fi" if value == value and abs(value) < 1e15 and value == int(value) else "fx"  # noqa: PLR0124 - nan
    if type(value) is str:
        classes = {("a" if c.isalpha() else "0" if c.isdigit() else c) for c in value[:80]}
        return "s%d%s" % (min(len(value).bit_length(), 8), "".join(sorted(classes))[:14])
    if depth and type(value) is dict:
        return (
            kind + "{" + ",".join(sorted(str(k)[:12] + shape(x, depth - 1) for k, x in list(value.items())[:6])) + "}"
        )
    if depth and type(value) in (list, tuple):
        return (
            kind + str(min(len(value), 4)) + "[" + ",".join(dict.fromkeys(shape(x, depth - 1) for x in value[:5])) + "]"
        )
    if depth and not is_a(value, (*OPAQUE, types.GeneratorType)):
        try:
            own = object.__getattribute__(value, "__dict__")
        except Exception:
            return kind
        if isinstance(own, dict):
            parts = (
                "s" if isinstance(x, str) else shape(x, 0)
                for _, x in sorted(own.items(), key=lambda pair: str(pair[0]))[:12]
            )
            return kind + "<" + ",".join(parts) + ">"
    return kind
