"""Objects made out of the one at hand by what its own class offers: calls put such together that no test makes.

* `object.combined`: with itself, by the arithmetic that its class defines.
* `object.nested`: a new one, made by its constructor, in which fields that take anything hold the one at hand.
* `object.remade`: a new one, made by its constructor, with another value for one parameter that it keeps as given.
* `object.made`: as another test makes one, by its constructor or a method of its class.
* `type.any`, `type.optional`, `type.union`: a type given as an argument, with `Any` for a part of it, with or without
  `None`, with one of two types in the place of one.
* `type.made`: a class given as an argument, as a part of such a type.
"""

import functools
import itertools
import types
import typing

COMBINED, NESTED, REMADE, MADE = "object.combined", "object.nested", "object.remade", "object.made"
FIELDS = 3
_FORMS = (type(typing.List[int]), type(list[int]), type(typing.Optional[int]))
REMADE_WITH = 6
"""So many parameters of a constructor get another value, in their order."""
_COMBINING = (
    (("__pow__", "__truediv__"), lambda x: x ** (x / x)),
    (("__pow__",), lambda x: x**2),
    (("__truediv__",), lambda x: x / x),
    (("__mul__",), lambda x: x * x),
    (("__add__",), lambda x: x + x),
    (("__sub__",), lambda x: x - x),
)
_ANYTHING = frozenset(("None", "Any", "typing.Any", "object", "<class 'object'>", "Optional[Any]", "Any | None"))


def combined(value):
    """The operator that combines a value with itself, in a list; nothing where its class defines no arithmetic."""
    defined = {
        name for names, _ in _COMBINING for name in names if _is_written_in_python(getattr(type(value), name, None))
    }
    variants = [functools.partial(make, value) for names, make in _COMBINING if defined.issuperset(names)]
    return [(COMBINED, variants)] if variants else []


def _is_written_in_python(method):
    return isinstance(method, types.FunctionType)


def nested(value):
    """The operator that puts a value into a new one of its class, in a list; nothing where no field takes it."""
    fields = _fields(value)
    taking = [name for name, _, takes in fields if takes]
    if not taking:
        return []
    groups = [taking, *([name] for name in taking[:FIELDS] if len(taking) > 1)]
    return [(NESTED, [functools.partial(_nest, value, fields, group) for group in groups])]


def _nest(value, fields, group):
    given = {name: keyword for name, keyword, _ in fields}
    return type(value)(**{given[name]: value if name in group else getattr(value, name) for name in given})


def holding(new, old):
    """Names of the fields of `new` that hold `old`."""
    return [name for name, _, _ in _fields(new) if getattr(new, name, None) is old]


def remade(value):
    """The operator that makes an object anew by its constructor, in a list; nothing where that cannot be done.

    The constructor is written in Python, and the object has an attribute named like each parameter that it needs.
    """
    make = getattr(type(value), "__init__", None)
    own = getattr(value, "__dict__", None)
    if not isinstance(make, types.FunctionType) or type(own) is not dict or make.__code__.co_posonlyargcount:
        return []
    names, required = _parameters(make)
    kept = {name: attribute for name in names for attribute in ("_" + name, name) if attribute in own}
    if not required.issubset(kept):
        return []
    given = [(name, own[kept[name]]) for name in names if name in kept]
    others = [[(name, other) for other in _others(item)] for name, item in given][:REMADE_WITH]
    chosen = [pair for row in itertools.zip_longest(*others) for pair in row if pair is not None]
    return [(REMADE, [functools.partial(_remake, value, dict(given), *pair) for pair in chosen])] if chosen else []


def _parameters(make):
    """`(names, those without a default)` of a constructor."""
    code = make.__code__
    n_plain = code.co_argcount
    names = code.co_varnames[1 : n_plain + code.co_kwonlyargcount]
    required = set(code.co_varnames[1 : n_plain - len(make.__defaults__ or ())])
    required.update(set(names[n_plain - 1 :]).difference(make.__kwdefaults__ or ()))
    return names, required


def _remake(value, given, name, other):
    return type(value)(**{**given, name: other})


def _others(value):
    """Other values of the same kind."""
    kind = type(value)
    if kind is bool:
        return [not value]
    if kind in (int, float):
        return [value + 1, kind(0), -value]
    if kind is str:
        return ["", value + " " + value]
    if kind in (list, tuple):
        return [kind(), value[:1], value[::-1], value + kind((None,)), value + kind((0,)), value + kind(("",))]
    if kind in (set, frozenset):
        return [kind(), value | {None}, value | {0}]
    if kind is dict:
        return [{}, dict(list(value.items())[:1])]
    return []


def as_made(value, way):
    """An object of the value's class made in this way: `(maker, arguments, keywords)`. Raises what its class raises."""
    maker, arguments, keywords = way
    kind = type(value)
    made = (getattr(kind, maker) if maker else kind)(*arguments, **keywords)
    if type(made) is not kind:
        raise TypeError
    return made


def _fields(value):
    """`(name, keyword of the constructor, may it hold an object of this class?)` of each field that is given."""
    kind = type(value)
    out = []
    for field in getattr(kind, "__attrs_attrs__", ()):
        if field.init:
            keyword = getattr(field, "alias", None) or field.name.lstrip("_")
            out.append((field.name, keyword, field.converter is None and _takes(field.type, kind)))
    for name, field in getattr(kind, "__dataclass_fields__", {}).items():
        if field.init and getattr(field._field_type, "name", "_FIELD") == "_FIELD":
            out.append((name, name, _takes(field.type, kind)))
    return out


def _takes(hint, kind):
    written = hint if isinstance(hint, str) else str(hint)
    return written in _ANYTHING or isinstance(hint, typing.TypeVar) or kind.__name__ in _words(hint, written)


def _words(hint, written):
    if isinstance(hint, type):
        return (hint.__name__,)
    return "".join(letter if letter.isalnum() or letter == "_" else " " for letter in written).split()


def is_form(value):
    """Is it a type with parts, such as `Optional[int]`?

    Told by its class: asking an object for attributes would run the target's own `__getattr__` in the test's process.
    """
    return issubclass(type(value), _FORMS) and bool(value.__args__)


def for_form(value):
    """Operators for a type with parts. Variants are types that callers exchange for one another."""
    parts = value.__args__
    some = [part for part in parts if part is not type(None)]
    out = []
    if value.__origin__ is typing.Union:
        out.append(("type.any", [lambda: _optional(typing.Any)] if len(some) < len(parts) else []))
        out.append(("type.optional", [lambda: typing.Union[tuple(some)]] if len(some) < len(parts) else []))
    elif all(isinstance(part, type) or is_form(part) for part in parts):
        every = [(i, part) for part in (typing.Any, _optional(typing.Any)) for i in range(len(parts))]
        last, other = len(parts) - 1, int if parts[-1] is str else str
        out.append(("type.any", [functools.partial(_with, value, *pair) for pair in every]))
        out.append(("type.optional", [lambda: _with(value, last, _optional(parts[-1]))]))
        out.append(("type.union", [lambda: _with(value, last, typing.Union[parts[-1], other])]))
    return [(name, variants) for name, variants in out if variants]


def for_class(value):
    """Operators for a class. Variants are types in which it is a part; `Any` stands beside them."""
    makers = [
        lambda: _optional(value),
        lambda: _with(typing.List[int], 0, value),
        lambda: _optional(typing.Any),
        lambda: typing.Union[value, int if value is str else str],
    ]
    return [("type.made", makers)]


def _optional(part):
    return typing.Union[part, None]


def _with(form, index, part):
    parts = (*form.__args__[:index], part, *form.__args__[index + 1 :])
    if hasattr(form, "copy_with"):
        return form.copy_with(parts)
    return type(form)(form.__origin__, parts)
