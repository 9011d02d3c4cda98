"""What may be done to one live value: classes of alteration, each with its variants.

`operators(value, context, draw)` lists `(name, variants)`; a variant is a function without arguments that builds the
new value. Variants of names in `SEEDED` depend on `draw` (a seeded generator) and on the context, and always build
plain values, which travel as literals. All others are the same list for equal values on any version, and
can be asked for again by their index.
"""

import ast
import collections
import decimal
import fractions
import functools
import math
import types

from assay_probe.objects import for_object
from assay_probe.texts import for_bytes, for_text
from assay_probe.variants import as_long, constants, is_a, lengths, no_value

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
SEEDED = frozenset(
    (
        "number.constant",
        "number.power",
        "none.key",
        "text.edit",
        "text.token",
        "text.lines",
        "text.join",
        "text.constant",
        "text.corpus",
        "text.telling",
        "bytes.edit",
        "bytes.token",
        "bytes.lines",
        "bytes.join",
        "bytes.constant",
        "bytes.corpus",
        "bytes.telling",
        "sequence.fill",
    )
)
PLAIN = (int, float, str, bytes, bool, type(None))


class Context:
    """Material for alterations, the same on both sides.

    Constants of both versions and callees, texts of the tests, literals that tests give to a name, by that name;
    kinds of value that base asks a name about, those that head asks nothing about any more under ""; texts that
    an expression of base takes and the one that head has for it does not, or the other way round; literals that base
    compares a name with, by that name: those that head does not, and the others; keys that base
    asks mappings for, with the literal of what it takes where there is none; how tests make objects of a class, by its
    name; words of the changed lines, in lower case.
    """

    def __init__(
        self, numbers=(), texts=(), corpus=(), given=(), asked=(), telling=(), compared=(), keys=(), made=(), words=()
    ):
        self.numbers = tuple(numbers)
        self.texts = tuple(texts)
        self.corpus = tuple(corpus)
        self.given = dict(given)
        self.asked = dict(asked)
        self.telling = tuple(telling)
        self.compared = dict(compared)
        self.keys = [(key, ast.literal_eval(default)) for key, default in keys]
        self.made = dict(made)
        self.words = frozenset(words)


def operators(value, context, draw):
    """List `(operator, variants)` for a live value, most telling first; nothing for what must not be altered."""
    kind = type(value)
    if kind is bool:
        return [("boolean.flip", [lambda: not value]), no_value()]
    if value is None:
        return _for_none(context)
    if kind is int:
        return _for_integer(value, context, draw)
    if kind is float:
        return _for_float(value, context, draw)
    if kind is str:
        return for_text(value, context, draw)
    if kind is bytes:
        return for_bytes(value, context, draw)
    if kind in (list, tuple):
        return _for_sequence(value, context, draw)
    if is_a(value, dict):
        return _for_mapping(value, context)
    if is_a(value, (set, frozenset)):
        return [
            ("set.empty", [type(value)]),
            ("set.list", [lambda: sorted(value, key=repr)]),
            ("set.iterator", [lambda: iter(sorted(value, key=repr))]),
            no_value(),
        ]
    return for_object(value)


def _for_none(context):
    plain = [0, "", False, True, 1, [], {}, "x", 3]
    out = [
        ("none.given", constants(*plain)),
        ("none.constant", constants(*context.texts[:10], *context.numbers[:10])),
    ]
    options = [{key: item} for key, default in context.keys for item in _instead_of(default)]
    return [*out, ("none.key", constants(*options))] if options else out


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
    out = [("number.edge", constants(*EDGE_INTEGERS)), ("number.step", steps)]
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
    out.append(no_value())
    return out


def _for_float(value, context, draw):
    out = [
        ("number.edge", constants(*(float(n) for n in EDGE_INTEGERS))),
        (
            "number.step",
            [
                lambda: value + 0.5,
                lambda: -value,
                lambda: value * 1000,
                lambda: value / 3,
                lambda: value + 1,
                lambda: round(value, 1) + 0.005,
            ],
        ),
    ]
    numbers = [c for c in context.numbers if not isinstance(c, bool)]
    if numbers:
        out.append(("number.constant", [functools.partial(float, v()) for v in _near(numbers, draw, 0.5)]))
    out.append(("number.special", constants(math.nan, math.inf, -math.inf, -0.0, 1e308, 1e-9)))
    out.append(("number.integer", [lambda: int(value) if math.isfinite(value) else 0]))
    out.append(("number.text", [lambda: str(value)]))
    out.append(no_value())
    return out


def _near(known, draw, step):
    constant = draw.choice(known)
    return constants(*draw.sample([constant, constant + step, constant - step, -constant], 4))


def _powers(integers, draw):
    base = draw.choice([c for c in integers if 1 < abs(c) < 10**6] or [2])
    exponent = draw.choice((2, 3, 4, 5))
    return constants(base**exponent, base * 1000, base**exponent + 1, base**exponent - 1)


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
        longer = lengths(context.numbers, len(items))
        if longer:
            out.append(("sequence.length", [functools.partial(_of_length, kind, items, n) for n in longer]))
    if len(items) > 1:
        out.append(("sequence.order", [lambda: kind(items[::-1]), lambda: kind(items[1:] + items[:1])]))
    out.append(("sequence.item", [lambda: kind([*items, None]), lambda: kind([*items, 0]), lambda: kind([*items, ""])]))
    out.append(("sequence.nested", [lambda: kind([*items, kind(items[:1])]), lambda: kind([kind(items), *items[1:]])]))
    out.append(("sequence.kind", [lambda: other(items)]))
    if kind is tuple and items:
        out.append(("sequence.named", [lambda: _named(items)]))
    if items and _is_plain(items):
        out.append(("sequence.set", [lambda: set(items)]))
        out.append(("sequence.fill", [lambda: _fill(value, context, draw)]))
    out.append(no_value())
    return out


def _of_length(kind, items, length):
    return kind(as_long(items, length))


def _named(items):
    """A tuple whose items have names, as rows of a database do: its class takes them one by one."""
    names = ["field_%d" % n for n in range(len(items))]
    return collections.namedtuple("Row", names)(*items)  # noqa: PYI024 - hints would say nothing here


def _is_plain(items):
    return all(is_a(item, PLAIN) or (is_a(item, (list, tuple)) and all(is_a(x, PLAIN) for x in item)) for item in items)


def _fill(value, context, draw):
    """The same operator on one column of a table of rows, or on every item of a flat list."""
    rows = all(is_a(row, (list, tuple)) and row for row in value)
    column = draw.randrange(min(len(row) for row in value)) if rows else 0
    sample = value[0][column] if rows else value[0]
    choices = [entry for entry in operators(sample, context, draw) if not is_a(sample, (list, tuple))]
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


def _for_mapping(value, context):
    keys = list(dict.keys(value))

    def without(key):
        copy = _copy_mapping(value)
        dict.pop(copy, key)
        return copy

    def having(key, item):
        copy = _copy_mapping(value)
        copy[key] = item
        return copy

    def inside(key):
        item, last = dict.__getitem__(value, key), keys[-1]
        return ({key: item}, [item, item], [item], {}, *([dict.__getitem__(value, last)] if key != last else []))

    out = []
    if keys:
        out.append(("mapping.empty", [lambda: type(value)() if type(value) in (dict, collections.OrderedDict) else {}]))
        out.append(("mapping.drop", [functools.partial(without, key) for key in keys[:6]]))
        out.append(
            ("mapping.value", [functools.partial(having, key, item) for key in keys[:3] for item in (None, "", 1, [])])
        )
        out.append(("mapping.nested", [functools.partial(having, key, new) for key in keys[:3] for new in inside(key)]))
        out.append(("mapping.order", [lambda: dict(reversed(list(dict.items(value))))]))
    wanted = [(key, item) for key, default in context.keys if key not in keys for item in _instead_of(default)]
    if wanted and all(type(key) is str for key in keys):
        out.append(("mapping.key", [functools.partial(having, key, item) for key, item in wanted]))
    out.append(("mapping.add", [lambda: having("zz", 1), lambda: having("zz", None), lambda: having("", "x")]))
    out.append(
        (
            "mapping.kind",
            [
                lambda: collections.OrderedDict(value),
                lambda: types.MappingProxyType(value),
                lambda: _with_default(value),
            ],
        )
    )
    out.append(no_value())
    return out


def _instead_of(default):
    """Values of the same kind as what is taken where nothing is given; of several where that is None."""
    if type(default) is bool:
        return [not default]
    if type(default) in (int, float):
        return [default + 1, type(default)(0)]
    return ["x", ""] if type(default) is str else [True, "x", 1]


def _with_default(value):
    return collections.defaultdict(list, value)


def _copy_mapping(value):
    return value.copy() if type(value) in (dict, collections.OrderedDict) else dict(value)
