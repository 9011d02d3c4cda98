"""Places in a call: where something stands in its arguments, outermost first, and what an alteration of one is.

A path names a place: `("arg", name)` first, then `("item", index)`, `("key", key)`, `("attr", name)`,
`("set", name)` (a property that anybody may set, kept as `_name`) or `("flag", name)` (a class-level flag, set on the
instance).
"""

import enum
import types

from assay_probe.operators import PLAIN
from assay_probe.variants import OPAQUE, is_a

_FOREIGN_STATE = frozenset(
    ("builtins", "weakref", "threading", "_thread", "logging", "itertools", "_io", "io", "socket", "random")
)


class Edit:
    """One alteration; `literal` is the new value as source where it is plain, else operator and variant rebuild it."""

    __slots__ = ("literal", "operator", "path", "variant")

    def __init__(self, path, operator, variant=0, literal=None):
        self.path, self.operator, self.variant, self.literal = path, operator, variant, literal

    def to_json(self):
        """As it travels in frames, plans and reports."""
        return {
            "path": [list(step) for step in self.path],
            "op": self.operator,
            "variant": self.variant,
            "literal": self.literal,
        }

    @classmethod
    def from_json(cls, data):
        """Read back what `to_json` wrote."""
        path = tuple((step[0], step[1]) for step in data["path"])
        return cls(path, data["op"], data.get("variant", 0), data.get("literal"))


def places(arguments, names=frozenset(), flags=None, depth=3, limit=240):
    """Yield `(path, value)` for every place of a call, outermost first."""
    out, seen = [], set()
    level = [((("arg", name),), value) for name, value in arguments.items()]
    for distance in range(depth + 1):
        below = []
        for path, value in level:
            if len(out) >= limit:
                return out
            out.append((path, value))
            if distance < depth and id(value) not in seen:
                seen.add(id(value))
                below.extend(_parts(path, value, names))
        level = below
    first = next(iter(arguments.values()), None)
    if flags and arguments and _has_dict(first) and not is_a(first, OPAQUE):
        receiver = next(iter(arguments))
        for name in sorted(flags):
            if hasattr(type(first), name) and isinstance(getattr(type(first), name), PLAIN):
                out.append(((("arg", receiver), ("flag", name)), getattr(first, name)))
    return out


def _has_dict(value):
    try:
        object.__getattribute__(value, "__dict__")
    except AttributeError:
        return False
    return True


def _parts(path, value, names):
    if is_a(value, (*OPAQUE, *PLAIN, types.GeneratorType, enum.Enum)):
        return
    if is_a(value, dict):
        # What the changed code asks for comes first: a mapping of options is longer than what is looked at.
        pairs = sorted(dict.items(value), key=lambda pair: not (type(pair[0]) is str and pair[0] in names))
        for key, item in pairs[:10]:
            if isinstance(key, (str, int)):
                yield ((*path, ("key", key)), item)
    elif type(value) in (list, tuple):
        for index, item in enumerate(value[:8]):
            yield ((*path, ("item", index)), item)
    elif _top_module(type(value)) not in _FOREIGN_STATE and not is_a(value, (set, frozenset)):
        for name, item in sorted(attributes(value), key=lambda pair: not is_named(pair[0], names))[:30]:
            is_set = is_named(name, names) and is_a(item, (*PLAIN, enum.Enum)) and has_setter(type(value), name)
            yield ((*path, ("set", name[1:]) if is_set else ("attr", name)), item)


def is_named(attribute, names):
    """Does the changed code name it? Who keeps `rules` as `_rules` may ask for them in a mapping of options."""
    return attribute in names or attribute.lstrip("_") in names


def has_setter(kind, attribute):
    """May anybody set what is kept in this private attribute, by a property of its name?"""
    found = next((vars(base)[attribute[1:]] for base in kind.__mro__ if attribute[1:] in vars(base)), None)
    return attribute[:1] == "_" and attribute[1:2] != "_" and isinstance(found, property) and found.fset is not None


def _top_module(kind):
    name = getattr(kind, "__module__", None)
    return name.split(".")[0] if isinstance(name, str) else ""


def attributes(value):
    """`(name, value)` of what an object keeps, sorted by name; whatever cannot be read is left out."""
    found = {}
    try:
        own = object.__getattribute__(value, "__dict__")
        if isinstance(own, dict):
            found.update((name, item) for name, item in own.items() if isinstance(name, str))
    except Exception:
        pass
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__") or ()
        for slot in (slots,) if isinstance(slots, str) else tuple(slots):
            if slot not in ("__dict__", "__weakref__"):
                try:
                    found[slot] = object.__getattribute__(value, slot)
                except Exception:
                    continue
    return [(name, found[name]) for name in sorted(found) if not name.startswith("__")]


def general(path, names=frozenset()):
    """The path without positions, and without keys but those in `names`: what the systematic pass ticks off."""
    return tuple(
        (kind, "*" if kind == "item" or (kind == "key" and name not in names) else name) for kind, name in path
    )


def value_at(arguments, path):
    """What stands at a place. Raises what the live objects raise."""
    value = arguments[path[0][1]]
    for kind, name in path[1:]:
        if kind == "item":
            value = value[name]
        elif kind == "key":
            value = dict.__getitem__(value, name)
        elif kind == "attr":
            value = object.__getattribute__(value, name)
        elif kind == "set":
            value = object.__getattribute__(value, "_" + name)
        else:
            value = getattr(value, name)
    return value


def words_for(path):
    """`order.items[0]`, as a reader would write it."""
    text = str(path[0][1])
    for kind, name in path[1:]:
        text += "[%r]" % (name,) if kind in ("item", "key") else "." + name
    return text
