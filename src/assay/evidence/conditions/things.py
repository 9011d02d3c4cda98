"""Arguments as predicates see them: plain values where the probe wrote one down exactly, else things with attributes.

Nothing of the target lives here: a `Thing` knows the name of its class and what hung off the object, no more.
"""

from __future__ import annotations

import ast
import datetime
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from pathlib import PurePosixPath

from assay.evidence.tree_nodes import TOO_DEEP, Node, bare, canonical, index, read
from assay.values.experiment import Experiment, Tree

DEEPEST = 12
LONGEST_LITERAL = 4000


class UndefinedError(Exception):
    """What was asked cannot be told from what is known."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Thing:
    """An object that is no plain value. Equal to itself only."""

    kind: str
    """The bare name of its class."""
    attributes: Mapping[str, object] = field(default_factory=dict)
    inner: object = None
    """The plain value or container inside a subclass of one, the value of a member of an enumeration."""
    family: str = "object"
    """`object`, `enum`, `function`, `class`, `iterator`, `inner` (subclass of a builtin) or `unknown`."""
    name: str = ""
    """The member of an enumeration, the name of a function or class."""
    told: str = ""
    """A digest of all that the probe wrote down of it; equal for things of which nothing differs."""

    def __repr__(self) -> str:
        """Short, for objects that know one another are a text without end; unlike for what can be told apart."""
        if self.told:
            return f"Thing({self.told})"
        return f"Thing({self.kind!r}, {self.family!r}, {self.name!r}, {dict(self.attributes)!r}, {self.inner!r})"


class _Attributes(Mapping[str, object]):
    """Attributes that are read when they are first asked for: a graph of objects has more ways than anybody goes."""

    def __init__(self, trees: Mapping[str, Tree], places: _Places, depth: int) -> None:
        self._trees, self._places, self._depth = trees, places, depth
        self._known: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._known:
            self._known[name] = _decode(self._trees[name], self._places, self._depth)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._trees)

    def __len__(self) -> int:
        return len(self._trees)

    def __contains__(self, name: object) -> bool:
        return name in self._trees


class Zone(datetime.tzinfo):
    """A time zone of which only its presence is known."""

    def __repr__(self) -> str:
        """No more than that there is one."""
        return "..."

    def utcoffset(self, _moment: datetime.datetime | None) -> datetime.timedelta | None:
        """Not known."""
        raise UndefinedError("the offset of this zone")

    def dst(self, _moment: datetime.datetime | None) -> datetime.timedelta | None:
        """Not known."""
        raise UndefinedError("the offset of this zone")

    def tzname(self, _moment: datetime.datetime | None) -> str | None:
        """Not known."""
        raise UndefinedError("the name of this zone")


def read_arguments(literals: Sequence[tuple[str, str | None]], tree: Tree = None) -> dict[str, object]:
    """Parameter names with their values; from literals where there are any, else from the tree of the call."""
    trees = read(tree).attributes if tree is not None else {}
    places = _Places(tree)
    found: dict[str, object] = {}
    for name, text in [*literals, *((name, None) for name in trees if name not in dict(literals))]:
        own = name.lstrip("*")
        if text is not None:
            found[own] = read_literal(text)
        elif name in trees:
            found[own] = _decode(trees[name], places, DEEPEST)
        else:
            found[own] = UNKNOWN
    return found


def read_call(experiment: Experiment) -> dict[str, object]:
    """What an experiment's call was given, as far as it is known."""
    return read_arguments(
        experiment.arguments, experiment.given if experiment.given is not None else experiment.unaltered
    )


UNKNOWN = Thing("?", family="unknown")


def read_literal(text: str) -> object:
    """The value that a Python literal stands for; unknown where it cannot be read. Nothing is evaluated."""
    if len(text) > LONGEST_LITERAL:
        return UNKNOWN
    return _read(text) if text[:1] in _CHANGEABLE else _read_once(text)


def _read(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return _named_constant(text)


_read_once = lru_cache(maxsize=1 << 14)(_read)
_CHANGEABLE = ("[", "{", "(", "s")
"""What begins so may be something that can be changed, and is read anew each time."""


def _named_constant(text: str) -> object:
    match = re.fullmatch(r"-?(?:float\(['\"])?(nan|inf)(?:['\"]\))?", text)
    if match:
        value = float(match.group(1))
        return -value if text.startswith("-") else value
    return {"set()": set(), "frozenset()": frozenset(), "...": ...}.get(text, UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Places:
    """What references point to; objects that know one another are met on many ways, and each is read once."""

    root: Tree
    trees: dict[str, Tree] = field(default_factory=dict)
    known: dict[tuple[str, int], object] = field(default_factory=dict)

    def at(self, place: str, depth: int) -> object:
        """What stands at a place, as deep as that."""
        if not self.trees and self.root is not None:
            self.trees.update(index(self.root))
        if place not in self.trees:
            return UNKNOWN
        if (place, depth) not in self.known:
            self.known[place, depth] = _decode(self.trees[place], self, depth)
        return self.known[place, depth]

    def told(self, tree: Tree) -> str:
        """A digest of a part. What refers to other parts is unlike all that other calls brought."""
        written = canonical(tree)
        refers = b"ref" in written or written == TOO_DEEP
        return hashlib.sha256(written + (str(id(self.root)).encode() if refers else b"")).hexdigest()[:24]


def _decode(tree: Tree, places: _Places, depth: int) -> object:
    if depth == 0:
        return UNKNOWN
    if tree is None or isinstance(tree, (bool, int, str)):
        return tree
    node = read(tree)
    if node.tag == "leaf":
        return _leaf(node)
    if node.tag == "ref":
        return places.at(node.text, depth - 1)
    found = _inside(node, places, depth - 1)
    return replace(found, told=places.told(tree)) if isinstance(found, Thing) and found is not UNKNOWN else found


def _inside(node: Node, places: _Places, depth: int) -> object:
    attributes = _Attributes(node.attributes, places, depth)
    kind = bare(node.type)
    match node.tag:
        case "seq" | "set" | "map":
            return _container(node, attributes, places, depth)
        case "named":
            items = [_decode(item, places, depth) for item in node.items]
            return Thing(kind, {**attributes, **dict(zip(node.fields, items, strict=False))}, tuple(items), "inner")
        case "sub":
            return Thing(kind, attributes, _decode(node.inner, places, depth), "inner")
        case "enum":
            value = _decode(node.inner, places, depth)
            return Thing(kind, {"name": node.text, "value": value}, value, "enum", node.text)
        case "obj" if node.type == "datetime" and isinstance(attributes.get("at"), str):
            return _moment(str(attributes["at"]), attributes.get("tzinfo"))
        case "obj" if node.type == "range":
            start, stop, step = (attributes.get(name) for name in ("start", "stop", "step"))
            if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int) and step:
                return range(start, stop, step)
            return UNKNOWN
        case "fn":
            return Thing("function", attributes, family="function", name=node.text)
        case "iter":
            return Thing(kind, attributes, family="iterator")
        case "obj" | "exc":
            return Thing(kind, attributes)
        case "cut" | "opaque":
            return Thing(kind, family="unknown")
        case _:
            return UNKNOWN


def _container(node: Node, attributes: Mapping[str, object], places: _Places, depth: int) -> object:
    if node.tag == "map":
        items: Iterable[object] = [(_decode(k, places, depth), _decode(v, places, depth)) for k, v in node.pairs]
        known = len(node.pairs)
    else:
        items = [_decode(item, places, depth) for item in node.items]
        known = len(node.items)
    makers = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "dict": dict}
    base = {"seq": list, "set": set, "map": dict}[node.tag]
    if known != node.length:
        return Thing(bare(node.type), attributes, family="unknown")
    try:
        value: object = makers.get(node.type, base)(items)
    except (TypeError, UndefinedError):  # an item has no hash, or none that is known
        return Thing(bare(node.type), attributes, family="unknown")
    return value if node.type in makers else Thing(bare(node.type), attributes, value, "inner")


def _leaf(node: Node) -> object:
    if node.tail is not None or node.fields:
        return Thing(bare(node.type), family="unknown")
    text = node.text
    try:
        match node.type:
            case "float":
                return float(text)
            case "int":
                return int(text, 0) if text[:2] == "0x" else int(text)
            case "bytes":
                return read_literal(text)
            case "date":
                return datetime.date.fromisoformat(text)
            case "datetime":
                return _moment(text, None)
            case "timedelta":
                return _duration(text)
            case "decimal:Decimal":
                return Decimal(text)
            case "fractions:Fraction":
                return Fraction(text)
            case "class":
                return Thing("type", family="class", name=bare(text))
            case _:
                pass
    except (ValueError, InvalidOperation, OverflowError, ZeroDivisionError):
        return UNKNOWN
    if node.type.startswith("pathlib:"):
        return PurePosixPath(text)
    return Thing(bare(node.type), {}, text, "leaf")


def _moment(text: str, zone: object) -> object:
    text, _, fold = text.partition(" ")
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return UNKNOWN
    if zone is not None:
        moment = moment.replace(tzinfo=_zone(zone.inner if isinstance(zone, Thing) else None))
    return moment.replace(fold=1) if fold else moment


def _zone(told: object) -> datetime.tzinfo:
    """The zone that the probe wrote down; one with a fixed offset is known in full."""
    if told in ("datetime.timezone.utc", "UTC"):
        return datetime.UTC
    fixed = _FIXED_ZONE.fullmatch(told) if isinstance(told, str) else None
    if fixed is None:
        return Zone()
    parts = {name: int(number) for name, number in _PART_OF_OFFSET.findall(fixed.group(1))}
    return datetime.timezone(datetime.timedelta(**parts))


_FIXED_ZONE = re.compile(
    r"datetime\.timezone\(datetime\.timedelta\(((?:(?:days|seconds)=-?\d{1,5}(?:, )?){1,2})\)(?:, '.*')?\)"
)
_PART_OF_OFFSET = re.compile(r"(\w+)=(-?\d+)")


def _duration(text: str) -> object:
    match = re.fullmatch(r"(-?\d+) days (\d+)\.(\d{6}) s", text)
    if match is None:
        return UNKNOWN
    days, seconds, micro = (int(part) for part in match.groups())
    return datetime.timedelta(days=days, seconds=seconds, microseconds=micro)
