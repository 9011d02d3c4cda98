"""One edit made on live arguments, and undone.

Edits are made in a forked child, in place; nobody sees them afterwards.
"""

import ast
import random

from assay_probe import built, conversions, encoding
from assay_probe.interventions import ASKED, GIVEN, KEPT, KEYWORDS
from assay_probe.kinds import kind_of
from assay_probe.operators import operators
from assay_probe.places import general, has_setter, places, value_at, words_for

_ABSENT = object()
"""What an instance has of a flag that only its class has."""


def apply(arguments, edit, context):
    """Make the edit on the live arguments; returns `(kind before, kind after, words, kinds at and inside the place)`.

    Raises whatever the live objects raise; the experiment is then none.
    """
    is_new = edit.operator == GIVEN and edit.path[0][1] not in arguments
    before = None if is_new else value_at(arguments, edit.path)
    if edit.operator == built.MADE:
        new = built.as_made(before, ast.literal_eval(edit.literal))
    elif edit.literal is not None:
        new = ast.literal_eval(edit.literal)
        if edit.operator == KEYWORDS:
            new = {**value_at(arguments, edit.path), **new}
    elif edit.operator == ASKED:
        new = conversions.converted(before, edit.variant)
    elif edit.operator.startswith("argument.sibling:"):
        new = arguments[edit.operator.split(":", 1)[1]]
    else:
        variants = dict(operators(before, context, random.Random(0)))[edit.operator]
        new = variants[edit.variant % len(variants)]()
    words = "%s: %s -> %s" % (words_for(edit.path), encoding.shown(before, 80), encoding.shown(new, 80))
    if is_new:
        words = "%s, not given before: %s" % (words_for(edit.path), encoding.shown(new, 80))
    if edit.operator == KEPT:
        words = "%s as base's own test gives it: %s" % (words_for(edit.path), encoding.shown(new, 80))
    kinds = kind_of(before), kind_of(new)
    arguments[edit.path[0][1]] = _put(arguments.get(edit.path[0][1]), edit.path[1:], new)
    inside = _kinds_inside(arguments, edit.path, only_items=True)
    if edit.operator == built.NESTED:
        inside.update((words_for((*edit.path, ("attr", field))), [kinds[0]]) for field in built.holding(new, before))
    if edit.operator == built.REMADE:
        inside.update(_new_kinds(edit.path, before, new))
    return (*kinds, words, inside)


def _kinds_inside(arguments, place, *, only_items):
    """Kinds of value at and inside a place, by general path; in attributes too, unless `only_items`."""
    name, inside = place[0][1], {}
    for path, value in places({name: arguments[name]}, depth=len(place) + 1, limit=80):
        below = path[len(place) :]
        if path[: len(place)] == place and not (only_items and any(kind == "attr" for kind, _ in below)):
            seen = inside.setdefault(words_for(general(path)), [])
            if kind_of(value) not in seen:
                seen.append(kind_of(value))
    return inside


def _new_kinds(place, before, new):
    """Kinds of value inside `new` that stand nowhere at the same general path inside `before`."""
    top = (place[0],)
    old, now = (_kinds_inside({place[0][1]: value}, top, only_items=False) for value in (before, new))
    found = {words: [kind for kind in kinds if kind not in old.get(words, ())] for words, kinds in now.items()}
    return {words: kinds for words, kinds in found.items() if kinds}


def undoing(arguments, edit):
    """`(path, value)` that `put_back` needs to undo an edit which is about to be made. Raises what objects raise."""
    value = value_at(arguments, edit.path) if edit.path[0][1] in arguments else None
    if edit.path[-1][0] == "set":
        return (*edit.path[:-1], ("attr", "_" + edit.path[-1][1])), value
    if edit.path[-1][0] == "flag":
        holder = value_at(arguments, edit.path[:-1])
        value = object.__getattribute__(holder, "__dict__").get(edit.path[-1][1], _ABSENT)
    return edit.path, value


def put_back(arguments, path, value):
    """Give a place the value it had. Raises what the live objects raise."""
    if value is _ABSENT:
        object.__delattr__(value_at(arguments, path[:-1]), path[-1][1])
    else:
        arguments[path[0][1]] = _put(arguments[path[0][1]], path[1:], value)


def _put(holder, path, new):
    if not path:
        return new
    (kind, name), rest = path[0], path[1:]
    if kind == "item":
        items = list(holder)
        items[name] = _put(items[name], rest, new)
        if type(holder) is tuple:
            return tuple(items)
        holder[name] = items[name]
    elif kind == "key":
        dict.__setitem__(holder, name, _put(dict.__getitem__(holder, name), rest, new))
    elif kind == "set":
        if not has_setter(type(holder), "_" + name):
            raise AttributeError(name)
        setattr(holder, name, new)
    elif kind == "flag":
        try:
            object.__setattr__(holder, name, new)
        except AttributeError:
            setattr(type(holder), name, new)
    else:
        object.__setattr__(holder, name, _put(object.__getattribute__(holder, name), rest, new))
    return holder
