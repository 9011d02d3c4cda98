"""Writers of containers. Items come through the methods of the builtin base, never through those of a subclass."""

from __future__ import annotations

import builtins
from collections import OrderedDict, defaultdict, deque
from itertools import islice

from assay_probe.encoding_objects import state_of
from assay_probe.encoding_plain import PLAIN, checksum, has_base, mro_of, names_of, type_name

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

MAX_TAIL = 2000
MAX_SET = 20_000
MAX_OBJECT_SET = 400
MAX_KEY_STEP = 60

_plain = PLAIN.get
_maxlen_of = deque.__dict__["maxlen"].__get__
_factory_of = defaultdict.__dict__["default_factory"].__get__


def write_list(walk, value, depth, path):
    """A list and its subclasses."""
    walk.track(value, path)
    items = list.__getitem__(value, slice(0, walk.width + MAX_TAIL))
    return _sequence(walk, value, list, items, depth, path)


def write_deque(walk, value, depth, path):
    """A deque; its limit is an attribute."""
    walk.track(value, path)
    items = list(islice(deque.__iter__(value), walk.width + MAX_TAIL))
    node = _sequence(walk, value, deque, items, depth, path)
    attributes = node[4] if len(node) > 4 else None
    return [*node[:4], {**(attributes or {}), "maxlen": _maxlen_of(value)}, *node[5:]]


def write_tuple(walk, value, depth, path):
    """A tuple; its identity means nothing unless it has attributes of its own. Named tuples keep their fields."""
    kind = type(value)
    if kind is not tuple:
        fields = _fields_of(kind)
        if fields is not None and len(fields) == tuple.__len__(value):
            return _write_named(walk, value, fields, depth, path)
        if state_of(value, kind)[0]:
            walk.track(value, path)
    items = tuple.__getitem__(value, slice(0, walk.width + MAX_TAIL))
    return _sequence(walk, value, tuple, items, depth, path)


def _sequence(walk, value, base, items, depth, path):
    kind = type(value)
    width = walk.width
    node = ["seq", type_name(kind), base.__len__(value), walk.items(items[:width], depth, path)]
    if kind is not base:
        node.append(walk.attributes(value, kind, depth, path))
    if len(items) > width:
        if kind is base:
            node.append(None)
        node.append(tail(items[width:]))
    return node


def tail(items):
    """A checksum over items that are not written down one by one; objects count by their type."""
    out = []
    for item in items:
        write = _plain(id(type(item)))
        out.append(type_name(type(item)) if write is None else write(item))
    return checksum(ascii(out))


def _fields_of(kind):
    for cls in mro_of(kind):
        fields = names_of(cls).get("_fields")
        if fields is not None:
            return fields if type(fields) is tuple and all(type(name) is str for name in fields) else None
    return None


def _write_named(walk, value, fields, depth, path):
    kind = type(value)
    items = [walk.visit(item, depth, f"{path}.{name}") for name, item in zip(fields, tuple.__iter__(value))]
    node = ["named", type_name(kind), len(items), items, list(fields)]
    attributes = walk.attributes(value, kind, depth, path)
    return [*node, attributes] if attributes else node


def write_dict(walk, value, depth, path):
    """A dict and its subclasses, in their own order."""
    walk.track(value, path)
    kind = type(value)
    width = walk.width
    items = list(islice(dict.items(value), width + MAX_TAIL))
    if kind is not dict and has_base(kind, OrderedDict):
        items = _in_own_order(value, items)
    node = ["map", type_name(kind), dict.__len__(value), write_pairs(walk, items[:width], depth, path)]
    if kind is not dict:
        attributes = walk.attributes(value, kind, depth, path)
        if has_base(kind, defaultdict):
            attributes["default_factory"] = walk.attribute("default_factory", _factory_of(value), depth, path)
        node.append(attributes)
    if len(items) > width:
        if kind is dict:
            node.append(None)
        # Order is compared softly, so the checksum covers all pairs and does not know it.
        node.append(checksum("".join(sorted(tail(pair) for pair in items))))
    return node


def write_pairs(walk, items, depth, path):
    """Key and value trees of the items of a mapping."""
    walk.left -= len(items)
    pairs = []
    for n, (key, item) in enumerate(items):
        write = _plain(id(type(key)))
        key_tree = walk.visit(key, depth, f"{path}{{#{n}}}") if write is None else write(key)
        write = _plain(id(type(item)))
        if write is None:
            pairs.append([key_tree, walk.visit(item, depth, path + key_step(key_tree, n))])
        else:
            pairs.append([key_tree, write(item)])
    return pairs


def key_step(key_tree, position):
    """The step from a mapping to the value of the key with this tree."""
    if type(key_tree) is not list:
        text = ascii(key_tree)
        if len(text) <= MAX_KEY_STEP:
            return f"[{text}]"
    return f"[#{position}]"


def _in_own_order(value, items):
    """The items as an OrderedDict yields them: `move_to_end` does not reach the dict below."""
    by_key = {id(pair[0]): pair for pair in items}
    keys = list(islice(OrderedDict.__iter__(value), len(items)))
    return [by_key[id(key)] for key in keys] if all(id(key) in by_key for key in keys) else items


def write_set(walk, value, depth, path):
    """A set and its subclasses."""
    walk.track(value, path)
    return _members(walk, value, set, depth, path)


def write_frozenset(walk, value, depth, path):
    """A frozenset; its identity means nothing."""
    return _members(walk, value, frozenset, depth, path)


def _members(walk, value, base, depth, path):
    """Members sorted by encoding, each written as if it were alone: the order of a set means nothing."""
    kind = type(value)
    length = base.__len__(value)
    # Which members a walk over part of a set meets depends on the hash seed: large ones are known by length alone.
    members = list(base.__iter__(value)) if length <= MAX_SET else []
    if all(_plain(id(type(member))) is not None for member in members):
        trees = [_plain(id(type(member)))(member) for member in members]
    else:
        trees = _one_by_one(walk, members, depth, path) if length <= MAX_OBJECT_SET else []
    trees.sort(key=ascii)
    node = ["set", type_name(kind), length, trees[: walk.width]]
    if kind is not base:
        node.append(walk.attributes(value, kind, depth, path))
    if len(trees) > walk.width:
        if kind is base:
            node.append(None)
        node.append(checksum(ascii(trees[walk.width :])))
    return node


def _one_by_one(walk, members, depth, path):
    seen, left = walk.seen, walk.left
    share = max(4, min(200, left // (len(members) or 1)))
    trees = []
    for member in members:
        walk.seen, walk.left = dict(seen), share
        trees.append(walk.visit(member, depth, path + "{}"))
    walk.seen, walk.left = seen, left - len(members)
    return trees
