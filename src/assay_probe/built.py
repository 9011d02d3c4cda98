"""Objects made out of the one at hand by what its own class offers: calls put such together that no test makes.

* `object.combined`: with itself, by the arithmetic that its class defines.
* `object.nested`: a new one, made by its constructor, in which fields that take anything hold the one at hand.
* `type.any`, `type.optional`: a type given as an argument, with `Any` for a part of it, with or without `None`.
"""

import functools
import types
import typing

COMBINED, NESTED = "object.combined", "object.nested"
FIELDS = 3
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
    """Is it a type with parts, such as `Optional[int]`?"""
    return getattr(value, "__origin__", None) is not None and bool(getattr(value, "__args__", ()))


def for_form(value):
    """Operators for a type with parts. Variants are types that callers exchange for one another."""
    parts = value.__args__
    some = [part for part in parts if part is not type(None)]
    out = []
    if value.__origin__ is typing.Union:
        out.append(("type.any", [lambda: _optional(typing.Any)] if len(some) < len(parts) else []))
        out.append(("type.optional", [lambda: typing.Union[tuple(some)]] if len(some) < len(parts) else []))
    elif all(isinstance(part, type) or is_form(part) for part in parts):
        out.append(("type.any", [functools.partial(_with, value, i, typing.Any) for i in range(len(parts))]))
        out.append(("type.optional", [lambda: _with(value, len(parts) - 1, _optional(parts[-1]))]))
    return [(name, variants) for name, variants in out if variants]


def _optional(part):
    return typing.Union[part, None]


def _with(form, index, part):
    parts = (*form.__args__[:index], part, *form.__args__[index + 1 :])
    if hasattr(form, "copy_with"):
        return form.copy_with(parts)
    return type(form)(form.__origin__, parts)
