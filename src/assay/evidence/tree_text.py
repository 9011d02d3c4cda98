"""Encoded values as a person reads them: one line, or one word for the kind."""

from __future__ import annotations

import re

from assay.evidence.tree_nodes import Node, bare, read
from assay.values.experiment import Tree

MAX_DEPTH = 6
MAX_PARTS = 24

_WRITTEN = re.compile(r"<|np\.|[\w.]+\(.*\)$|datetime\.timezone\.utc$")
"""Text that C code wrote already names its type."""
_BRACKETS = {"list": ("[", "]"), "tuple": ("(", ")"), "set": ("{", "}"), "dict": ("{", "}")}
_KINDS = {
    "NoneType": "none",
    "str": "text",
    "bytearray": "bytes",
    "seq": "sequence",
    "named": "sequence",
    "map": "mapping",
    "set": "set",
    "iter": "iterator",
    "fn": "function",
    "out": "stream",
    "ref": "reference",
    "call": "call",
    "malformed": "unknown",
}


def kind_of(tree: Tree) -> str:
    """The coarse kind of a value.

    `none`, `bool`, `int`, `float`, `complex`, `text`, `bytes`, `sequence`, `mapping`, `set`, `iterator`, `function`,
    `class`, `module`, `stream`, `reference` (met before in the same tree), or the bare name of its class.
    """
    node = read(tree)
    if node.tag == "leaf":
        return _KINDS.get(node.type, node.name)
    return _KINDS.get(node.tag, node.name)


def render(tree: Tree, limit: int = 160) -> str:
    """A tree in one line of at most `limit` characters, close to the Python that would make the value."""
    text = " ".join(_render(tree, limit, MAX_DEPTH).splitlines())
    return text if len(text) <= limit else text[: max(limit - 3, 0)] + "..."


def _render(tree: Tree, room: int, depth: int) -> str:
    node = read(tree)
    if node.tag in ("leaf", "malformed", "ref", "cut", "opaque", "fn", "enum"):
        return _short(node, room, depth)
    if depth == 0:
        return f"<{node.name or node.tag}>"
    match node.tag:
        case "seq" | "set":
            return _row(node, [_item(item, room, depth) for item in node.items[:MAX_PARTS]], len(node.items))
        case "map":
            pairs = [f"{_item(key, room, depth)}: {_item(item, room, depth)}" for key, item in _fitting(node, room)]
            return _row(node, pairs, len(node.pairs))
        case "named":
            pairs = [
                f"{name}={_item(item, room, depth)}"
                for name, item in zip(node.fields[:MAX_PARTS], node.items, strict=False)
            ]
            return f"{node.name}({', '.join(pairs)})"
        case "exc":
            return f"{node.name}({', '.join(_item(item, room, depth) for item in node.items[:MAX_PARTS])})"
        case "iter":
            items = ", ".join(_item(item, room, depth) for item in node.items[:MAX_PARTS])
            end = f" then {node.text.removeprefix('!')}" if node.text.startswith("!") else ""
            return f"<{node.name} of [{items}]{end}>" if node.read else f"<{node.name}>"
        case "out":
            return f"<{node.name} {_render(node.inner, room, depth - 1)}>"
        case "sub":
            return f"{node.name}({_render(node.inner, room, depth - 1)})"
        case _:
            pass
    attributes = ", ".join(
        f"{name}={_item(item, room, depth)}" for name, item in list(node.attributes.items())[:MAX_PARTS]
    )
    return f"{node.name}({attributes})"


def _fitting(node: Node, room: int) -> tuple[tuple[Tree, Tree], ...]:
    return node.pairs[: min(MAX_PARTS, max(room // 4, 1))]


def _item(tree: Tree, room: int, depth: int) -> str:
    return render_within(tree, max(room // 2, 20), depth - 1)


def render_within(tree: Tree, room: int, depth: int) -> str:
    """A part of a line, no longer than `room`."""
    text = _render(tree, room, depth)
    return text if len(text) <= room else text[: room - 3] + "..."


def _row(node: Node, parts: list[str], n_known: int) -> str:
    if node.length > len(parts) or n_known > len(parts):
        parts = [*parts, "..."]
    opening, closing = _BRACKETS.get(node.type, (f"{node.name}(", ")"))
    if node.type == "set" and not parts:
        return "set()"
    if node.type == "tuple" and len(parts) == 1 and node.length == 1:
        closing = ",)"
    return opening + ", ".join(parts) + closing


def _short(node: Node, room: int, depth: int) -> str:
    match node.tag:
        case "leaf":
            return _leaf(node, room)
        case "ref":
            return f"<{node.text} again>"
        case "fn":
            return f"<function {node.text.rpartition(':')[2]}>"
        case "enum":
            return f"{node.name}.{node.text}"
        case "malformed":
            return "<unreadable>"
        case "cut":
            return f"<{node.name}...>" if depth else f"<{node.name}>"
        case _:
            return f"<{node.name}>"


def _leaf(node: Node, room: int) -> str:
    more = f"... {node.length} characters" if node.tail is not None and node.type != "int" else ""
    if node.type == "str":
        text = f"'{node.text}'" if node.fields else repr(node.text[: room + 1])
        return text + more
    if node.type in ("NoneType", "bool", "float", "complex", "bytes", "ellipsis", "NotImplementedType"):
        return node.text + more
    if node.type == "int":
        return node.text if node.tail is None else f"<int of {node.length} bits>"
    if node.type in ("class", "module"):
        return f"<{node.type} {bare(node.text) if node.type == 'class' else node.text}>"
    if _WRITTEN.match(node.text):
        return node.text + more
    return f"{node.name}({node.text!r})" + more
