"""Trees cut down to what a predicate over a call may ask about: objects two or three steps deep, short collections."""

import json

MOST_CHARACTERS = 5000
MOST_ITEMS = 16
MOST_ATTRIBUTES = 40
DEPTHS = (4, 3, 2)
_KEPT = frozenset(("is", "long", "ref", "class", "module", "opaque", "cut", "enum"))


def outline(tree, names):
    """The tree of a call with the named arguments alone, as deep as there is room; None where nothing fits."""
    if not names:
        return None
    for depth in DEPTHS:
        inside = {name: _cut(tree[1][name], depth) for name in names if name in tree[1]}
        if len(json.dumps(inside, default=str)) <= MOST_CHARACTERS:
            return ["call", inside]
    return None


def _cut(tree, depth):
    if type(tree) is not list or tree[0] in _KEPT:
        return tree
    tag = tree[0]
    if depth == 0:
        return ["cut", tree[1] if type(tree[1]) is str else tag]
    if tag == "obj":
        return ["obj", tree[1], _cut_attributes(tree[2], depth)]
    if tag == "sub":
        return ["sub", tree[1], tree[2], _cut_attributes(tree[3], depth)]
    if tag in ("seq", "set") and len(tree[3]) <= MOST_ITEMS:
        return [tag, tree[1], tree[2], [_cut(item, depth - 1) for item in tree[3]]]
    if tag == "map" and len(tree[3]) <= MOST_ITEMS:
        return [tag, tree[1], tree[2], [[_cut(k, depth - 1), _cut(v, depth - 1)] for k, v in tree[3]]]
    if tag == "named":
        return [tag, tree[1], tree[2], [_cut(item, depth - 1) for item in tree[3]], tree[4]]
    if tag == "fn":
        return ["fn", tree[1], {}]
    if tag == "iter":
        return ["iter", tree[1], None, "", {}]
    return ["cut", tree[1] if type(tree[1]) is str else tag]


def _cut_attributes(attributes, depth):
    names = sorted(attributes, key=lambda name: (type(attributes[name]) is list, name.startswith("_"), name))
    return {name: _cut(attributes[name], depth - 1) for name in names[:MOST_ATTRIBUTES]}
