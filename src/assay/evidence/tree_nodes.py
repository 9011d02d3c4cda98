"""Encoded values, read with suspicion: whatever the target's interpreter sent becomes a `Node`, or an opaque one.

The grammar is written down in `assay_probe.encoding`. Nothing here trusts it: a list that does not keep to it is a
node without an inside, equal only to the very same text.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from assay.values.experiment import Tree

ROOT = "result"
MAX_KEY_STEP = 60
TOO_DEEP = b"too deep"
MAX_INDEXED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One encoded value, taken apart."""

    tag: str
    """`leaf`, `ref`, `cut`, `opaque`, `seq`, `named`, `map`, `set`, `sub`, `enum`, `exc`, `fn`, `iter`, `out`, `obj`,
    `call`, or `malformed`."""
    type: str = ""
    """As the probe names types: `package:qualified.name`, bare for builtins."""
    text: str = ""
    """What identifies a leaf, a name, the state of an iterator, the target of a reference."""
    length: int = 0
    items: tuple[Tree, ...] = ()
    fields: tuple[str, ...] = ()
    pairs: tuple[tuple[Tree, Tree], ...] = ()
    attributes: dict[str, Tree] = field(default_factory=dict)
    tail: str | None = None
    inner: Tree = None
    """The scalar inside a subclass, the value of an enumeration's member, the text of a stream."""
    read: bool = True
    """Were the items of an iterator read?"""
    position: int | None = None

    @property
    def name(self) -> str:
        """The type as people call it, without its package and outer names."""
        return bare(self.type)

    def item_step(self, position: int) -> str:
        """The step from this node to its item at `position`."""
        if position < len(self.fields):
            return f".{self.fields[position]}"
        return f".args[{position}]" if self.tag == "exc" else f"[{position}]"


def bare(name: str) -> str:
    """The last part of a name that the probe wrote: `billing:Outer.Money` is `Money`."""
    return name.rpartition(":")[2].rpartition(".")[2]


def canonical(tree: Tree) -> bytes:
    """Bytes that are equal for equal trees only; True is not 1 and 1 is not 1.0 here."""
    try:
        return marshal.dumps(cast("list[object]", tree), 2)
    except ValueError:
        return TOO_DEEP


def read(tree: Tree) -> Node:
    """Take one level of a tree apart; never fails."""
    if isinstance(tree, list):
        reader = _READERS.get(tree[0]) if tree and isinstance(tree[0], str) else None
        node = reader(tree) if reader else None
        return node or Node(tag="malformed", text=canonical(tree).hex())
    if isinstance(tree, bool) or tree is None:
        return Node(tag="leaf", type=type(tree).__name__, text=repr(tree))
    if isinstance(tree, int):
        return Node(tag="leaf", type="int", text=_digits(tree))
    if isinstance(tree, str):
        return Node(tag="leaf", type="str", text=tree)
    return Node(tag="malformed", text=canonical(tree).hex())


def _digits(number: int) -> str:
    return str(number) if number.bit_length() <= 1000 else hex(number)


def _read_is(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(kind), str(text)]:
            if kind == "surrogates":
                return Node(tag="leaf", type="str", text=text, fields=("escaped",))
            return Node(tag="leaf", type=kind, text=text)
        case _:
            pass
    return None


def _read_long(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(kind), str(beginning), int(length), str(check)]:
            kind = "str" if kind == "surrogates" else kind
            return Node(tag="leaf", type=kind, text=beginning, length=length, tail=check)
        case _:
            pass
    return None


def _read_ref(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(path)]:
            return Node(tag="ref", text=path)
        case _:
            pass
    return None


def _read_named_only(tree: list[Tree]) -> Node | None:
    match tree:
        case [("cut" | "opaque") as tag, str(kind)]:
            return Node(tag=str(tag), type=kind)
        case [("class" | "module") as tag, str(name)]:
            return Node(tag="leaf", type=str(tag), text=name)
        case _:
            pass
    return None


def _read_items(tree: list[Tree]) -> Node | None:
    match tree:
        case [("seq" | "set") as tag, str(kind), int(length), list(items), *more]:
            rest = _attributes_and_tail(more)
            if rest is not None:
                return Node(
                    tag=str(tag), type=kind, length=length, items=tuple(items), attributes=rest[0], tail=rest[1]
                )
        case _:
            pass
    return None


def _read_named(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(kind), int(length), list(items), list(fields), *more] if len(fields) == len(items):
            rest = _attributes_and_tail(more)
            names = tuple(name for name in fields if isinstance(name, str))
            if rest is not None and len(names) == len(fields):
                return Node(tag="named", type=kind, length=length, items=tuple(items), fields=names, attributes=rest[0])
        case _:
            pass
    return None


def _read_map(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(kind), int(length), list(pairs), *more]:
            rest = _attributes_and_tail(more)
            read_pairs = tuple((pair[0], pair[1]) for pair in pairs if isinstance(pair, list) and len(pair) == 2)
            if rest is not None and len(read_pairs) == len(pairs):
                return Node(tag="map", type=kind, length=length, pairs=read_pairs, attributes=rest[0], tail=rest[1])
        case _:
            pass
    return None


def _attributes_and_tail(more: list[Tree]) -> tuple[dict[str, Tree], str | None] | None:
    match more:
        case []:
            return {}, None
        case [None]:
            return {}, None
        case [dict(attributes)] if _are_names(attributes):
            return attributes, None
        case [None, str(check)]:
            return {}, check
        case [dict(attributes), str(check)] if _are_names(attributes):
            return attributes, check
        case _:
            pass
    return None


def _are_names(attributes: dict[Tree, Tree]) -> bool:
    return all(isinstance(name, str) for name in attributes)


def _read_inner(tree: list[Tree]) -> Node | None:
    match tree:
        case ["sub", str(kind), inner, dict(attributes)] if _are_names(attributes):
            return Node(tag="sub", type=kind, inner=inner, attributes=attributes)
        case ["enum", str(kind), str(name), inner]:
            return Node(tag="enum", type=kind, text=name, inner=inner)
        case _:
            pass
    return None


def _read_exception(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(kind), list(items), dict(attributes)] if _are_names(attributes):
            return Node(tag="exc", type=kind, length=len(items), items=tuple(items), attributes=attributes)
        case _:
            pass
    return None


def _read_object(tree: list[Tree]) -> Node | None:
    match tree:
        case ["obj", str(kind), dict(attributes)] if _are_names(attributes):
            return Node(tag="obj", type=kind, attributes=attributes)
        case ["fn", str(name), dict(attributes)] if _are_names(attributes):
            return Node(tag="fn", type="function", text=name, attributes=attributes)
        case ["call", dict(attributes)] if _are_names(attributes):
            return Node(tag="call", attributes=attributes)
        case _:
            pass
    return None


def _read_iterator(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(kind), (list() | None) as items, str(end), dict(attributes)] if _are_names(attributes):
            found = tuple(items) if isinstance(items, list) else ()
            return Node(
                tag="iter", type=kind, text=end, items=found, length=len(found), read=items is not None,
                attributes=attributes,
            )  # fmt: skip
        case _:
            pass
    return None


def _read_stream(tree: list[Tree]) -> Node | None:
    match tree:
        case [_, str(kind), text, (int() | None) as position, *more]:
            rest = _attributes_and_tail(more)
            if rest is not None:
                place = position if isinstance(position, int) else None
                return Node(tag="out", type=kind, inner=text, position=place, attributes=rest[0])
        case _:
            pass
    return None


_READERS: dict[str, Callable[[list[Tree]], Node | None]] = {
    "is": _read_is,
    "long": _read_long,
    "ref": _read_ref,
    "cut": _read_named_only,
    "opaque": _read_named_only,
    "class": _read_named_only,
    "module": _read_named_only,
    "seq": _read_items,
    "set": _read_items,
    "named": _read_named,
    "map": _read_map,
    "sub": _read_inner,
    "enum": _read_inner,
    "exc": _read_exception,
    "fn": _read_object,
    "obj": _read_object,
    "call": _read_object,
    "iter": _read_iterator,
    "out": _read_stream,
}


def key_step(key: Tree, position: int) -> str:
    """The step from a mapping to the value of a key, exactly as the probe writes it into references."""
    if not isinstance(key, list):
        text = ascii(key) if not isinstance(key, int) or key.bit_length() <= 64 else "?"
        if len(text) <= MAX_KEY_STEP:
            return f"[{text}]"
    return f"[#{position}]"


def index(tree: Tree) -> dict[str, Tree]:
    """The places that references may name: every list of a tree by its path; at most 50,000 of them."""
    found: dict[str, Tree] = {}
    waiting: list[tuple[str, Tree]] = [("" if read(tree).tag == "call" else ROOT, tree)]
    while waiting and len(found) < MAX_INDEXED:
        path, place = waiting.pop()
        if not isinstance(place, list):
            continue
        node = read(place)
        if node.tag not in ("ref", "cut"):
            found.setdefault(path, place)
        waiting.extend(_steps(node, path))
    return found


def _steps(node: Node, path: str) -> list[tuple[str, Tree]]:
    inside: list[tuple[str, Tree]] = []
    if node.tag == "set":
        inside.extend((path + "{}", item) for item in node.items)
    else:
        inside.extend((path + node.item_step(n), item) for n, item in enumerate(node.items))
    for n, (key, item) in enumerate(node.pairs):
        inside.append((f"{path}{{#{n}}}", key))
        inside.append((path + key_step(key, n), item))
    inside.extend((f"{path}.{name}" if path else name, item) for name, item in node.attributes.items())
    if node.inner is not None:
        inside.append((path + ".value" if node.tag == "enum" else path, node.inner))
    return inside
