"""What may be done to one live value: classes of alteration, each with its variants.

`operators(value, context, draw)` lists `(name, variants)`; a variant is a function without arguments that builds the
new value. Variants of names in `SEEDED` depend on `draw` (a seeded generator) and on the context, and always build
plain values, which travel as literals. All others are the same list for equal values on any version, and
can be asked for again by their index.
"""

import collections
import datetime
import decimal
import enum
import fractions
import functools
import io
import math
import pathlib
import re
import types

EDGE_INTEGERS = (
    0,
    1,
    -1,
    2,
    3,
    10,
    11,
    12,
    13,
    99,
    100,
    101,
    111,
    112,
    1000,
    1023,
    1024,
    1025,
    2**20,
    2**31,
    2**63,
    10**20,
    -5,
)
EDGE_TEXTS = (
    "", " ", "0", "-1", "1.5", "é", "a" * 120, "\x00", "None", "\n", "%", "True", "1e5", "0.5", "False", "nan", "[1, 2]",
    "a b", "a,b", "(x)", "x=1", "a_b", "<b>", "--", "#", "john.doe", "a\nb\n", "٣", "ß", "x_",
)  # fmt: skip
EDIT_CHARACTERS = "@:/%^#?. -_'\"0Aé<>(),;\n|*[]"
SEPARATORS = ("", "", " ", "\n", ";", "; ", ",", ", ", "\n\n", ".")
SEEDED = frozenset(
    "number.constant number.power text.edit text.token text.lines text.join text.constant text.corpus sequence.fill".split()
)
OPAQUE = (
    type, types.FunctionType, types.ModuleType, types.BuiltinFunctionType, types.MethodType, types.CodeType, types.FrameType,
)  # fmt: skip
PLAIN = (int, float, str, bytes, bool, type(None))
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


class Context:
    """Material for alterations, the same on both sides: constants of both versions and their callees, texts of the tests."""

    def __init__(self, numbers=(), texts=(), corpus=()):
        self.numbers = tuple(numbers)
        self.texts = tuple(texts)
        self.corpus = tuple(corpus)


def operators(value, context, draw):
    """List `(operator, variants)` for a live value, most telling first; nothing for what must not be altered."""
    kind = type(value)
    if kind is bool:
        return [("boolean.flip", [lambda: not value]), _none()]
    if value is None:
        return _for_none(context)
    if kind is int:
        return _for_integer(value, context, draw)
    if kind is float:
        return _for_float(value, context, draw)
    if kind is str:
        return _for_text(value, context, draw)
    if kind is bytes:
        return [("bytes.edge", [lambda: b"", lambda: value + b"x", lambda: value[:-1], lambda: b"\xff"]),
                ("bytes.text", [lambda: value.decode("latin-1")]), _none()]  # fmt: skip
    if kind in (list, tuple):
        return _for_sequence(value, context, draw)
    if isinstance(value, dict):
        return _for_mapping(value)
    if isinstance(value, (set, frozenset)):
        return [("set.empty", [type(value)]), ("set.list", [lambda: sorted(value, key=repr)]),
                ("set.iterator", [lambda: iter(sorted(value, key=repr))]), _none()]  # fmt: skip
    return _for_object(value)


def _none():
    return ("none", [lambda: None])


def _const(*values):
    return [functools.partial(_identity, value) for value in values]


def _identity(value):
    return value


def _for_none(context):
    plain = [0, "", False, True, 1, [], {}, "x", 3]
    return [("none.given", _const(*plain)),
            ("none.constant", _const(*context.texts[:10], *context.numbers[:10]))]  # fmt: skip


def _for_integer(value, context, draw):
    small = abs(value) < 10**9
    steps = [
        lambda: value + 1,
        lambda: value - 1,
        lambda: -value,
        lambda: value * 2,
        lambda: value * 10,
        lambda: value // 2,
    ]
    if small:
        steps.append(lambda: value * 1000)
    out = [("number.edge", _const(*EDGE_INTEGERS)), ("number.step", steps)]
    integers = [c for c in context.numbers if isinstance(c, int) and not isinstance(c, bool)]
    if integers:
        out.append(("number.constant", _near(integers, draw, 1)))
        out.append(("number.power", _powers(integers, draw)))
    if abs(value) < 10**300:
        out.append(("number.float", [lambda: float(value), lambda: value + 0.5, lambda: value + 0.05]))
    out.append(("number.text", [lambda: str(value) if small else "1"]))
    out.append(("number.decimal", [lambda: decimal.Decimal(value)]))
    out.append(("number.fraction", [lambda: fractions.Fraction(value, 3)]))
    out.append(("number.boolean", [lambda: bool(value)]))
    out.append(_none())
    return out


def _for_float(value, context, draw):
    out = [("number.edge", _const(*(float(n) for n in EDGE_INTEGERS))),
           ("number.step", [lambda: value + 0.5, lambda: -value, lambda: value * 1000, lambda: value / 3, lambda: value + 1,
                            lambda: round(value, 1) + 0.005])]  # fmt: skip
    numbers = [c for c in context.numbers if not isinstance(c, bool)]
    if numbers:
        out.append(("number.constant", [functools.partial(float, v()) for v in _near(numbers, draw, 0.5)]))
    out.append(("number.special", _const(math.nan, math.inf, -math.inf, -0.0, 1e308, 1e-9)))
    out.append(("number.integer", [lambda: int(value) if math.isfinite(value) else 0]))
    out.append(("number.text", [lambda: str(value)]))
    out.append(_none())
    return out


def _near(constants, draw, step):
    constant = draw.choice(constants)
    return _const(*draw.sample([constant, constant + step, constant - step, -constant], 4))


def _powers(integers, draw):
    base = draw.choice([c for c in integers if 1 < abs(c) < 10**6] or [2])
    exponent = draw.choice((2, 3, 4, 5))
    return _const(base**exponent, base * 1000, base**exponent + 1, base**exponent - 1)


def _for_text(value, context, draw):
    seeds = context.corpus or (value or "x",)
    dictionary = context.texts
    out = [("text.edge", _const(*EDGE_TEXTS))]
    if dictionary:
        out.append(("text.constant", _const(draw.choice(dictionary), draw.choice(dictionary))))
    out.append(("text.edit", [lambda: _edit(value, draw)]))
    out.append(("text.token", [lambda: _edit_tokens(value, dictionary, seeds, draw)]))
    out.append(("text.join", [lambda: _join(value, seeds, draw)]))
    out.append(("text.lines", [lambda: _edit_lines(value, seeds, draw)]))
    out.append(("text.corpus", [lambda: draw.choice(seeds)]))
    if "\0" not in value:
        out.append(("text.path", [lambda: pathlib.Path(value)]))
    out.append(("text.bytes", [lambda: value.encode("utf-8", "replace")]))
    out.append(("text.list", [lambda: list(value)]))
    out.append(("text.subclass", [lambda: _Text(value)]))
    out.append(("text.number", _const(1)))
    out.append(_none())
    return out


class _Text(str):
    """A text of another class, as template and translation libraries hand about."""

    __slots__ = ()


def _edit(value, draw):
    i = draw.randrange(len(value) + 1)
    c = draw.choice(EDIT_CHARACTERS)
    return draw.choice(
        [value[:i] + value[i + 1 :], value[:i] + c + value[i:], value[:i], value[i:], value + value,
         value[:i] + c + value[i + 1 :], value[::-1], value.upper(), value.title(), value.swapcase(), value + " ", " " + value]
    )  # fmt: skip


def _edit_tokens(value, dictionary, seeds, draw):
    tokens = _TOKEN.findall(value[:2000])
    for _ in range(1 + int(draw.expovariate(0.7))):
        action, i = draw.randrange(6), draw.randrange(len(tokens) + 1)
        foreign = _TOKEN.findall(draw.choice(seeds)[:2000])
        if action == 0 and dictionary:
            tokens[i:i] = [" ", draw.choice(dictionary), " "]
        elif action == 1 and tokens:
            del tokens[i - 1]
        elif action == 2 and foreign:
            a = draw.randrange(len(foreign))
            tokens[i:i] = foreign[a : a + draw.randrange(1, 12)]
        elif action == 3 and tokens:
            tokens[i:i] = tokens[max(0, i - draw.randrange(1, 8)) : i]
        elif action == 4 and tokens and dictionary:
            tokens[i - 1] = draw.choice(dictionary)
        elif tokens:
            i = max(0, i - 1)
            tokens = tokens[i:] + [" "] * draw.randrange(2) + tokens[:i]
    return "".join(tokens)[:800]


def _edit_lines(value, seeds, draw):
    lines = value.splitlines(True) or [value]
    i, action = draw.randrange(len(lines)), draw.randrange(4)
    if action == 0:
        line = lines[i] if lines[i].endswith("\n") else lines[i] + "\n"
        lines[i:i] = [line] * draw.randrange(1, 3)
    elif action == 1 and len(lines) > 1:
        del lines[i]
    elif action == 2:
        lines[i:i] = [draw.choice(seeds) + "\n"]
    else:
        draw.shuffle(lines)
    return "".join(lines)[:1500]


def _join(value, seeds, draw):
    other, separator = draw.choice(seeds), draw.choice(SEPARATORS)
    return (value + separator + other if draw.random() < 0.5 else other + separator + value)[:1500]


def _for_sequence(value, context, draw):
    kind, items = type(value), list(value)
    other = tuple if kind is list else list
    out = [("sequence.iterator", [lambda: iter(value), lambda: (item for item in value)])]
    if items:
        out.append(("sequence.empty", [kind]))
        out.append(("sequence.shorter", [lambda: kind(items[1:]), lambda: kind(items[:-1]), lambda: kind(items[:1])]))
        out.append(
            (
                "sequence.repeat",
                [lambda: kind(items * 2), lambda: kind([items[0], *items]), lambda: kind(items[:1] * 3)],
            )
        )
    if len(items) > 1:
        out.append(("sequence.order", [lambda: kind(items[::-1]), lambda: kind(items[1:] + items[:1])]))
    out.append(("sequence.item", [lambda: kind([*items, None]), lambda: kind([*items, 0]), lambda: kind([*items, ""])]))
    out.append(("sequence.kind", [lambda: other(items)]))
    if items and _is_plain(items):
        out.append(("sequence.set", [lambda: set(items)]))
        out.append(("sequence.fill", [lambda: _fill(value, context, draw)]))
    out.append(_none())
    return out


def _is_plain(items):
    return all(
        isinstance(item, PLAIN) or (isinstance(item, (list, tuple)) and all(isinstance(x, PLAIN) for x in item))
        for item in items
    )


def _fill(value, context, draw):
    """The same operator on one column of a table of rows, or on every item of a flat list."""
    rows = all(isinstance(row, (list, tuple)) and row for row in value)
    column = draw.randrange(min(len(row) for row in value)) if rows else 0
    sample = value[0][column] if rows else value[0]
    choices = [entry for entry in operators(sample, context, draw) if not isinstance(sample, (list, tuple))]
    if not choices:
        return value
    name, variants = draw.choice(choices)
    variant = draw.randrange(len(variants))
    new, each = variants[variant](), draw.random() < 0.5

    def leaf(item):
        if not each:
            return new
        same = dict(operators(item, context, draw)).get(name)
        return same[variant % len(same)]() if same else item

    if rows:
        return type(value)(type(row)(leaf(x) if i == column else x for i, x in enumerate(row)) for row in value)
    return type(value)(leaf(item) for item in value)


def _for_mapping(value):
    keys = list(dict.keys(value))

    def without(key):
        copy = _copy_mapping(value)
        dict.pop(copy, key)
        return copy

    def having(key, item):
        copy = _copy_mapping(value)
        copy[key] = item
        return copy

    out = []
    if keys:
        out.append(("mapping.empty", [lambda: type(value)() if type(value) in (dict, collections.OrderedDict) else {}]))
        out.append(("mapping.drop", [functools.partial(without, key) for key in keys[:6]]))
        out.append(
            ("mapping.value", [functools.partial(having, key, item) for key in keys[:3] for item in (None, "", 1, [])])
        )
        out.append(("mapping.order", [lambda: dict(reversed(list(dict.items(value))))]))
    out.append(("mapping.add", [lambda: having("zz", 1), lambda: having("zz", None), lambda: having("", "x")]))
    out.append(("mapping.kind", [lambda: collections.OrderedDict(value), lambda: types.MappingProxyType(value)]))
    out.append(_none())
    return out


def _copy_mapping(value):
    return value.copy() if type(value) in (dict, collections.OrderedDict) else dict(value)


def _for_object(value):
    if isinstance(value, datetime.datetime):
        east = datetime.timezone(datetime.timedelta(hours=9))
        west = datetime.timezone(datetime.timedelta(hours=-7))
        return [("date.zone", [lambda: value.replace(tzinfo=datetime.timezone.utc) if value.tzinfo is None else value.replace(tzinfo=None),
                               lambda: value.replace(tzinfo=west), lambda: value.replace(tzinfo=east)]),
                ("date.value", [lambda: datetime.datetime.max, lambda: datetime.datetime.min,
                                lambda: value.replace(microsecond=999999), lambda: value + datetime.timedelta(days=1),
                                lambda: value.replace(month=12, day=31), lambda: value.replace(month=2, day=28)]), _none()]  # fmt: skip
    if isinstance(value, datetime.date):
        return [("date.value", [lambda: datetime.date.max, lambda: datetime.date.min, lambda: value.replace(day=1),
                                lambda: value.replace(month=12, day=31), lambda: datetime.date(2024, 2, 29)]),
                ("date.kind", [lambda: datetime.datetime(value.year, value.month, value.day)]), _none()]  # fmt: skip
    if isinstance(value, datetime.timedelta):
        unit = datetime.timedelta
        return [("duration.value", [lambda: unit(0), lambda: -value, lambda: value + unit(microseconds=1),
                                    lambda: value + unit(milliseconds=500), lambda: unit.max, lambda: unit(days=730),
                                    lambda: value * 1000 if abs(value.days) < 10**5 else value]), _none()]  # fmt: skip
    if isinstance(value, decimal.Decimal):
        return [("number.edge", [lambda: decimal.Decimal(0), lambda: -value, lambda: value + decimal.Decimal("0.5"),
                                 lambda: value + decimal.Decimal("0.005"), lambda: decimal.Decimal("NaN")]),
                ("number.float", [lambda: float(value)]), ("number.integer", [lambda: int(value)]), _none()]  # fmt: skip
    if isinstance(value, enum.Enum):
        return [("enum.member", [functools.partial(_identity, member) for member in list(type(value))[:12]])]
    if isinstance(value, (types.FunctionType, types.MethodType, functools.partial)):
        return [
            ("callback.iterator", [lambda: _to_iterator(value)]),
            ("callback.none", [lambda: lambda *_a, **_k: None]),
            _none(),
        ]
    if isinstance(value, OPAQUE):
        return [_none()]
    if isinstance(value, io.IOBase):
        return []
    if hasattr(type(value), "__next__"):
        return [("iterator.list", [lambda: list(value)]), ("iterator.empty", [lambda: iter(())])]
    return _for_instance(value)


def _to_iterator(callback):
    @functools.wraps(callback)
    def one_shot(*args, **kwargs):
        result = callback(*args, **kwargs)
        return iter(result) if isinstance(result, (list, tuple)) else result

    return one_shot


def _for_instance(value):
    out = [("object.text", [lambda: str(value)])]
    name = getattr(value, "__dict__", {}).get("name") if hasattr(value, "__dict__") else None
    if isinstance(name, str):
        out.append(("object.name", [lambda: name]))
    if hasattr(type(value), "__iter__") and hasattr(type(value), "__len__"):
        out.append(("object.iterator", [lambda: iter(value)]))
    out.append(("object.empty", [lambda: type(value)()]))
    out.append(_none())
    return out


def kind_of(value):
    """The family a value belongs to, in one word; what decides whether an altered argument is plausible."""
    plain = {bool: "bool", int: "int", float: "float", str: "text", bytes: "bytes", type(None): "none"}
    if type(value) in plain:
        return plain[type(value)]
    if isinstance(value, datetime.datetime):
        return "naive datetime" if value.tzinfo is None else "aware datetime"
    families = (
        (enum.Enum, "enum " + type(value).__qualname__), (str, "text"), (bool, "bool"), (int, "int"), (float, "float"),
        (bytes, "bytes"), (list, "list"), (tuple, "tuple"), (collections.OrderedDict, "ordered mapping"), (dict, "dict"),
        (types.MappingProxyType, "mapping"), ((set, frozenset), "set"), (pathlib.PurePath, "path"), (datetime.date, "date"),
        (datetime.timedelta, "duration"), (decimal.Decimal, "decimal"), (fractions.Fraction, "fraction"), (io.IOBase, "stream"),
        (type, "class"), ((types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial), "callable"),
    )  # fmt: skip
    for family, name in families:
        if isinstance(value, family):
            return name
    if hasattr(type(value), "__next__"):
        return "iterator"
    return "object " + type(value).__qualname__
