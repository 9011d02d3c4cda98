"""Live values written down as JSON trees, by which two versions of a program can be compared.

A tree is a leaf (see `encoding_plain`) or one of these lists; `attributes` maps names to trees:

    ["ref", path]                                          met before, at `path`
    ["cut", type]                                          too deep, or too much
    ["opaque", type]                                       nothing inside is looked at
    ["seq", type, length, items, attributes?, tail?]       list, tuple, deque, array
    ["named", type, length, items, fields, attributes?]    named tuple
    ["map", type, length, [[key, value]...], attributes?, tail?]
    ["set", type, length, items, attributes?, tail?]       items sorted by their encoding
    ["sub", type, tree, attributes]                        subclass of a scalar, with the exact scalar
    ["enum", type, name, value]
    ["exc", type, items, attributes]
    ["fn", name, attributes]                               closure cells and defaults are attributes
    ["class", name]    ["module", name]
    ["iter", type, items or null, end, attributes]         end: "", "more", "left", "!Error", or, unread, the state
    ["out", type, text, position, attributes?]             a text or byte stream in memory, read back
    ["obj", type, attributes]                              everything else
    ["call", attributes]                                   the arguments of one call

`tail` is a checksum over items beyond the first `width`; in a mapping, over all pairs. A path begins with `result` or
the argument's name; then come `.name` for an attribute, `[3]` for an item, `.args[0]` for an argument of an exception,
`['key']` for the value of a key (`[#3]`, its position, where the key is long or no scalar), `{#3}` for the third key
itself, `{}` for a member of a set.
"""

from __future__ import annotations

import builtins
import marshal
from hashlib import blake2b
from itertools import islice

from assay_probe.encoding_containers import key_step
from assay_probe.encoding_objects import attributes_of
from assay_probe.encoding_plain import LONGEST_RESULT, PLAIN, encode_text, has_base, strip_addresses
from assay_probe.encoding_walk import Walk, is_mutable
from assay_probe.rendering import literal, shown, visible

__all__ = ["alias", "digest", "encode", "encode_call", "literal", "shown", "strip_addresses", "visible"]

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

ROOT = "result"

_dumps = marshal.dumps


def encode(value, *, consume=False, depth=7, width=60, nodes=2500):
    """The value as a tree; iterators are read, up to 100 items, only where `consume` is true."""
    if type(value) is str:
        return encode_text(value, LONGEST_RESULT)
    return Walk(consume, width, nodes).visit(value, depth, ROOT)


def encode_call(arguments, *, depth=7, width=60, nodes=2500):
    """One tree over all arguments, so that what two of them share is seen as shared."""
    walk = Walk(False, width, nodes)
    share = max(nodes // (len(arguments) or 1), 400)
    tree = {}
    for name, value in arguments.items():
        walk.left = share * 2
        tree[name] = walk.visit(value, depth, name)
    return ["call", tree]


def digest(tree):
    """Sixteen hexadecimal digits, equal for equal trees."""
    try:
        data = _dumps(tree, 2)
    except ValueError:
        data = ascii(tree).encode()
    return blake2b(data, digest_size=8).hexdigest()


def alias(value, arguments):
    """The path of the argument, or of a thing at most two steps below one, that a mutable result is; else empty."""
    if not is_mutable(type(value)):
        return ""
    level = list(arguments.items())
    for _ in range(3):
        for path, item in level:
            if item is value:
                return path
        level = [(path + step, inner) for path, item in level[:200] for step, inner in islice(_children(item), 60)]
    return ""


def _children(value):
    """Steps and values one step below a value, read without code of the target."""
    kind = type(value)
    if id(kind) in PLAIN:
        return
    if has_base(kind, dict):
        for n, (key, item) in enumerate(islice(dict.items(value), 60)):
            yield key_step(key if id(type(key)) in PLAIN else [], n), item
    elif has_base(kind, list) or has_base(kind, tuple):
        base = list if has_base(kind, list) else tuple
        for n, item in enumerate(base.__getitem__(value, slice(0, 60))):
            yield f"[{n}]", item
    elif is_mutable(kind):
        for name, item in attributes_of(value, kind).items():
            yield f".{name}", item
