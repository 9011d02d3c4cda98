"""Two encoded values compared: where they differ, in which way, and whether a caller would have to care.

Kinds of disagreement. Hard ones: `value` (same type, other content), `type`, `length`, `missing` and `extra` (a key
or member that only base or only head has), `output` (what was written to a stream in memory), `iterator` (an iterator
on one side with the elements of the other side's list or tuple). Soft ones: `order` (of the keys of a mapping),
`schema` (an attribute that one side has only, other names for the fields of a named tuple), `identity` (what is the
same object as what), `private` (something below an attribute whose name begins with an underscore, or the name of a
local function), `address`. A `type` is soft between two iterators with the same items. Output stays hard below private
attributes.

The trees come from the target. Whatever they look like, comparing them ends, and raises nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from assay.evidence.tree_nodes import TOO_DEEP, Node, canonical, index, read
from assay.evidence.tree_text import kind_of, render
from assay.values.experiment import Tree
from assay.values.finding import Disagreement

__all__ = ["HARD_KINDS", "SOFT_KINDS", "compare", "generalise", "kind_of", "noisy_paths", "render"]

HARD_KINDS: Final = frozenset({"value", "type", "length", "missing", "extra", "output", "iterator"})
SOFT_KINDS: Final = frozenset({"order", "schema", "identity", "private", "address"})

MAX_DEPTH = 60
MAX_WORK = 100_000
RENDERED = 120
LEFT: Final = "left"
"""How the items of a generator end of which the reader asked for no more."""

_INDEX = re.compile(r"\[#?-?\d+\]")
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]+")
_PRIVATE = "._"
_LOCAL = ("<locals>", "<lambda>")


def compare(
    base: Tree, head: Tree, *, limit: int = 12, masked: frozenset[str] = frozenset(), root: str = "result"
) -> tuple[Disagreement, ...]:
    """Where two trees differ, hard disagreements first; at most `limit` of them, none at or below a masked path."""
    if canonical(base) == canonical(head) != TOO_DEEP:
        return ()
    comparison = _Comparison(base=base, head=head, limit=limit, masked=masked, root=root)
    top = _Place(steps=(), private=False)
    comparison.at(base, head, top)
    if comparison.work > MAX_WORK:
        comparison.add("value", top, "a value too large to compare", "a value too large to compare")
    return tuple([*comparison.hard, *comparison.soft][:limit])


def noisy_paths(first: Tree, second: Tree, *, root: str = "result") -> frozenset[str]:
    """Paths at which base disagrees with itself, in the form that `compare` takes as `masked`.

    A soft kind masks only itself (`path!kind`). Keys and members that come and go mask their whole container. A mask
    that is the root alone, or an argument's name, leaves nothing to compare there.
    """
    found = set()
    for each in compare(first, second, limit=200, root=root):
        path = generalise(each.path)
        if each.kind in ("missing", "extra"):
            path = path[: _last_step(path)]
        found.add(f"{path}!{each.kind}" if each.soft and each.kind != "private" else path)
    return frozenset(found)


def generalise(path: str) -> str:
    """The path with every index replaced by `[]`, so that it stands for all items."""
    return _INDEX.sub("[]", path)


def _last_step(path: str) -> int:
    """Where the last step of a path to a key or member begins."""
    return path.rfind("{") if path.endswith("}") else path.rfind("[")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    steps: tuple[str, ...]
    private: bool

    def __truediv__(self, step: str) -> _Place:
        return _Place(steps=(*self.steps, step), private=self.private)

    def attribute(self, name: str) -> _Place:
        return _Place(steps=(*self.steps, f".{name}"), private=self.private or name.startswith("_"))


@dataclass(slots=True, kw_only=True)
class _Comparison:
    base: Tree
    head: Tree
    limit: int
    masked: frozenset[str]
    root: str
    hard: list[Disagreement] = field(default_factory=list)
    soft: list[Disagreement] = field(default_factory=list)
    met: set[tuple[int, int]] = field(default_factory=set)
    indexes: dict[str, dict[str, Tree]] = field(default_factory=dict)
    work: int = 0

    def at(self, base: Tree, head: Tree, place: _Place) -> None:
        """Compare what stands at one place."""
        self.work += 1
        if self.work > MAX_WORK or len(self.hard) >= self.limit:
            return
        if len(place.steps) > MAX_DEPTH:
            self.whole(base, head, place)
            return
        one, other = read(base), read(head)
        if "ref" in (one.tag, other.tag):
            self.references(one, other, base, head, place)
        elif "cut" in (one.tag, other.tag):
            # What one side did not write down cannot be compared; two cuts still tell their types.
            if one.tag == other.tag and one.type != other.type:
                self.add("type", place, render(base, RENDERED), render(head, RENDERED))
        elif "iter" in (one.tag, other.tag):
            self.iterators(one, other, base, head, place)
        elif (one.tag, one.type) != (other.tag, other.type):
            self.add("type", place, render(base, RENDERED), render(head, RENDERED))
        else:
            self.alike(one, other, base, head, place)

    def alike(self, one: Node, other: Node, base: Tree, head: Tree, place: _Place) -> None:
        """Compare two nodes of one type."""
        match one.tag:
            case "leaf" | "malformed":
                self.leaves(one, other, base, head, place)
            case "seq" | "named" | "exc":
                self.sequences(one, other, base, head, place)
            case "map":
                self.mappings(one, other, base, head, place)
            case "set":
                self.members(one, other, base, head, place)
            case "sub":
                self.at(one.inner, other.inner, place)
            case "enum":
                if one.text == other.text:
                    self.at(one.inner, other.inner, place.attribute("value"))
                else:
                    self.add("value", place, render(base, RENDERED), render(head, RENDERED))
            case "out":
                self.streams(one, other, place)
            case "fn" if one.text != other.text:
                local = all(any(mark in name for mark in _LOCAL) for name in (one.text, other.text))
                self.add("private" if local else "value", place, render(base, RENDERED), render(head, RENDERED))
        self.attributes(one, other, place)

    def leaves(self, one: Node, other: Node, base: Tree, head: Tree, place: _Place) -> None:
        """Compare two leaves of one type."""
        if (one.text, one.length, one.tail, one.fields) == (other.text, other.length, other.tail, other.fields):
            return
        same_but_addresses = one.tail is None is other.tail and _unaddressed(one) == _unaddressed(other)
        kind = "address" if same_but_addresses and one.type == "str" else "value"
        self.add(kind, place, *_apart(base, head))

    def attributes(self, one: Node, other: Node, place: _Place) -> None:
        """Compare the attributes both sides have; one that only one side has is a matter of schema."""
        for name, inside in one.attributes.items():
            below = _Place(steps=(name,), private=False) if one.tag == "call" else place.attribute(name)
            if name in other.attributes:
                self.at(inside, other.attributes[name], below)
            else:
                self.add("schema", below, render(inside, RENDERED), "")
        for name, inside in other.attributes.items():
            if name not in one.attributes:
                below = _Place(steps=(name,), private=False) if one.tag == "call" else place.attribute(name)
                self.add("schema", below, "", render(inside, RENDERED))

    def sequences(self, one: Node, other: Node, base: Tree, head: Tree, place: _Place) -> None:
        """Compare item by item; that the fields of a named tuple have other names is a matter of schema."""
        if one.fields != other.fields:
            self.add("schema", place, ", ".join(one.fields), ", ".join(other.fields))
        if one.length != other.length:
            self.add("length", place, render(base, RENDERED), render(head, RENDERED))
        for n, (left, right) in enumerate(zip(one.items, other.items, strict=False)):
            self.at(left, right, place / one.item_step(n))
        if one.length == other.length and one.tail != other.tail:
            rest = f"{one.length - len(one.items)} more items"
            self.add("value", place / f"[{len(one.items)}:]", rest, f"{rest}, not the same")

    def mappings(self, one: Node, other: Node, base: Tree, head: Tree, place: _Place) -> None:
        """Compare key by key; the order of keys is soft."""
        left = {canonical(key): (key, item) for key, item in one.pairs}
        right = {canonical(key): (key, item) for key, item in other.pairs}
        complete = one.tail is None is other.tail
        n_before = len(self.hard)
        if not complete and one.length != other.length:
            self.add("length", place, f"{one.length} keys", f"{other.length} keys")
        for mark, (key, item) in left.items():
            step = place / f"[{render(key, 48)}]"
            if mark in right:
                self.at(item, right[mark][1], step)
            elif complete:
                self.add("missing", step, render(item, RENDERED), "")
        for mark, (key, item) in right.items():
            if complete and mark not in left:
                self.add("extra", place / f"[{render(key, 48)}]", "", render(item, RENDERED))
        # Beyond its width a mapping is known by a checksum over all pairs, which does not know their order.
        if not complete and one.tail != other.tail and len(self.hard) == n_before:
            self.add("value", place / "[...]", render(base, RENDERED), render(head, RENDERED))
        elif list(left) != list(right) and (set(left) == set(right) or one.tail == other.tail is not None):
            self.add("order", place, _keys(one), _keys(other))

    def members(self, one: Node, other: Node, base: Tree, head: Tree, place: _Place) -> None:
        """Compare two sets; members without a partner are paired in the order of their encoding."""
        left = {canonical(item): item for item in one.items}
        right = {canonical(item): item for item in other.items}
        gone = [item for mark, item in left.items() if mark not in right]
        come = [item for mark, item in right.items() if mark not in left]
        inside = place / "{}"
        if one.length != other.length:
            self.add("length", place, render(base, RENDERED), render(head, RENDERED))
        if len(gone) == len(come):
            for first, second in zip(gone, come, strict=True):
                self.at(first, second, inside)
        else:
            for item in gone:
                self.add("missing", inside, render(item, RENDERED), "")
            for item in come:
                self.add("extra", inside, "", render(item, RENDERED))
        if one.length == other.length and one.tail != other.tail and not gone and not come:
            self.add("value", inside, render(base, RENDERED), render(head, RENDERED))

    def iterators(self, one: Node, other: Node, base: Tree, head: Tree, place: _Place) -> None:
        """Compare an iterator with another, or with the list or tuple that stands in its place."""
        texts = (render(base, RENDERED), render(head, RENDERED))
        if one.tag != other.tag:
            listed = all(node.tag == "iter" or (node.tag == "seq" and node.tail is None) for node in (one, other))
            read_out = all(node.tag != "iter" or (node.read and not node.text) for node in (one, other))
            same = listed and read_out and one.length == other.length and self.agree(one, other, place)
            self.add("iterator" if same else "type", place, *texts)
            return
        if one.read and other.read:
            # What a reader did not ask for is no answer: it is the caller that reads on, or does not.
            shorter = min(one, other, key=lambda node: node.length)
            if one.length != other.length and shorter.text != LEFT:
                self.add("length", place, *texts)
            for n, (left, right) in enumerate(zip(one.items, other.items, strict=False)):
                self.at(left, right, place / f"[{n}]")
            if one.text != other.text and LEFT not in (one.text, other.text):
                self.add("value", place / " at its end", one.text or "ends", other.text or "ends")
        if one.type != other.type:
            self.add("type", place, *texts, soft=True)
            return
        if LEFT in (one.text, other.text):
            return
        if not one.read and not other.read and one.text != other.text:
            self.add("value", place, f"{texts[0]} {one.text}", f"{texts[1]} {other.text}")
        self.attributes(one, other, place)

    def agree(self, one: Node, other: Node, place: _Place) -> bool:
        """Do the items of two nodes agree, soft kinds aside?"""
        inner = _Comparison(
            base=self.base, head=self.head, limit=1, masked=self.masked, root=self.root, met=set(self.met),
            indexes=self.indexes, work=self.work,
        )  # fmt: skip
        for n, (left, right) in enumerate(zip(one.items, other.items, strict=True)):
            inner.at(left, right, place / f"[{n}]")
        self.work = inner.work
        return not inner.hard

    def streams(self, one: Node, other: Node, place: _Place) -> None:
        """Compare what was written; where the reader stands is an ordinary value."""
        if canonical(one.inner) != canonical(other.inner):
            self.add("output", place, *_apart(one.inner, other.inner))
        elif one.position != other.position:
            self.add("value", place / ".tell()", str(one.position), str(other.position))

    def references(self, one: Node, other: Node, base: Tree, head: Tree, place: _Place) -> None:
        """Compare what references lead to; that they lead elsewhere is soft by itself.

        What they lead to was compared where it stands, unless that is below a private attribute and this is not: a
        list of the caller's that an object keeps for itself is the caller's still.
        """
        leads_alike = one.tag == other.tag and one.text == other.text
        if leads_alike and (place.private or _PRIVATE not in one.text):
            return
        left = self.resolve("base", base, one)
        right = self.resolve("head", head, other)
        if left is not None and right is not None and (id(left), id(right)) not in self.met:
            self.met.add((id(left), id(right)))
            self.at(left, right, place)
        if not leads_alike:
            self.add("identity", place, render(base, RENDERED), render(head, RENDERED))

    def resolve(self, side: str, tree: Tree, node: Node) -> Tree:
        """The tree a reference leads to; None where it leads nowhere."""
        if node.tag != "ref":
            return tree
        if side not in self.indexes:
            self.indexes[side] = index(self.base if side == "base" else self.head)
        return self.indexes[side].get(node.text)

    def whole(self, base: Tree, head: Tree, place: _Place) -> None:
        """Compare without looking inside; what is nested too deeply to be written down is not equal to anything."""
        if canonical(base) != canonical(head) or canonical(base) == TOO_DEEP:
            self.add("value", place, render(base, RENDERED), render(head, RENDERED))

    def add(self, kind: str, place: _Place, base: str, head: str, *, soft: bool = False) -> None:
        """Note a disagreement, unless it is masked."""
        if place.private and kind in HARD_KINDS and kind != "output":
            kind = "private"
        soft = soft or kind in SOFT_KINDS
        found = self.soft if soft else self.hard
        if len(found) < self.limit and not (self.masked and self.is_masked(kind, place)):
            path = self.path(place.steps)
            found.append(Disagreement(path=path, kind=kind, base=base, head=head, soft=soft))

    def path(self, steps: tuple[str, ...]) -> str:
        """The path as a person reads it."""
        is_call = bool(steps) and not steps[0].startswith((".", "[", "{", " "))
        return "".join(steps) if is_call else self.root + "".join(steps)

    def is_masked(self, kind: str, place: _Place) -> bool:
        """Is this place, or one above it, known to be noise?"""
        path = generalise(self.path(place.steps))
        if f"{path}!{kind}" in self.masked:
            return True
        return any(generalise(self.path(place.steps[:n])) in self.masked for n in range(len(place.steps) + 1))


def _unaddressed(node: Node) -> str:
    return _ADDRESS.sub("0x", node.text)


def _keys(node: Node) -> str:
    return ", ".join(render(key, 24) for key, _ in node.pairs[:12])


def _apart(base: Tree, head: Tree) -> tuple[str, str]:
    """Both trees in one line each; long texts are shown around the first place where they part."""
    if isinstance(base, str) and isinstance(head, str) and max(len(base), len(head)) > RENDERED - 2:
        same = next((n for n, pair in enumerate(zip(base, head, strict=False)) if pair[0] != pair[1]), None)
        start = max((min(len(base), len(head)) if same is None else same) - RENDERED // 3, 0)
        mark = "..." if start else ""
        return mark + render(base[start:], RENDERED - 3), mark + render(head[start:], RENDERED - 3)
    one, other = read(base), read(head)
    if one.tail is not None is not other.tail and one.text == other.text:
        return _beyond(one), _beyond(other)
    return render(base, RENDERED), render(head, RENDERED)


def _beyond(node: Node) -> str:
    return f"{node.text[:40]!r}... {node.length} long, checksum {node.tail}, other after the first {len(node.text)}"
