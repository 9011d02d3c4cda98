"""The library of questions that fit any function: chosen by the values that were seen at each parameter."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, permutations
from pathlib import PurePath

from assay.evidence.conditions.things import UNKNOWN, Thing, UndefinedError

MOST_ATTRIBUTES, MOST_CONSTANTS, MOST_KEYS = 12, 12, 6
DEEPEST = 2
_CLASSES = (
    *("isdigit", "isspace", "isascii", "isalnum", "isupper", "isalpha"),
    *("isidentifier", "islower", "isprintable", "isdecimal", "isnumeric"),
)
_TIDYING = ("strip", "lower", "upper", "lstrip", "rstrip", "title")
_KEPT_HASH = re.compile(r"_+\w*hash_*")
_NUMBERS = (int, float, Decimal, Fraction)


@dataclass(slots=True)
class Questions:
    """Tests and numeric terms over the parameters, as source with costs."""

    tests: dict[str, float] = field(default_factory=dict)
    terms: dict[str, float] = field(default_factory=dict)

    def ask(self, cost: float, *texts: str) -> None:
        """Keep tests."""
        for text in texts:
            self.tests[text] = min(cost, self.tests.get(text, cost))

    def measure(self, cost: float, *texts: str) -> None:
        """Keep numeric terms."""
        for text in texts:
            self.terms[text] = min(cost, self.terms.get(text, cost))


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What the code compares with and looks for."""

    numbers: tuple[int | float, ...] = ()
    texts: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    """Attributes that the changed code mentions; others of an object are asked about later."""


def questions_about(samples: Sequence[dict[str, object]], constants: Constants) -> Questions:
    """What can be asked of calls like these."""
    asked = Questions()
    names = list(dict.fromkeys(name for sample in samples for name in sample if name.isidentifier()))
    seen = {name: [sample[name] for sample in samples if name in sample] for name in names}
    for name in names:
        _about(name, seen[name], constants, asked, 0)
    _relations(seen, asked)
    return asked


def _about(name: str, values: Sequence[object], constants: Constants, asked: Questions, depth: int) -> None:
    """Questions about one place, by the kinds of value seen there."""
    more = 0.25 * depth
    kinds = {type(value) for value in values}
    if type(None) in kinds and len(kinds) > 1:
        asked.ask(0.8 + more, f"{name} is None")
    plain = sorted({kind_name(k) for k in kinds if k not in (type(None), Thing)})
    if len(kinds) > 1:
        asked.ask(1.0 + more, *(f"isinstance({name}, {kind})" for kind in plain))
    if bool in kinds or len(kinds) > 1:
        asked.ask(0.9 + more, name if kinds <= {bool, type(None)} else f"bool({name})")
    if kinds & set(_NUMBERS):
        _about_numbers(name, kinds, constants, asked, more)
    if str in kinds:
        _about_texts(name, constants, asked, more)
    if kinds & {list, tuple}:
        _about_sequences(name, [v for v in values if isinstance(v, (list, tuple))], constants, asked, more)
    if dict in kinds:
        _about_mappings(name, [v for v in values if isinstance(v, dict)], constants, asked, more)
    if kinds & {set, frozenset}:
        asked.ask(0.9 + more, f"bool({name})")
        asked.measure(1.2 + more, f"len({name})")
    _about_times(name, kinds, asked, more)
    things = [value for value in values if isinstance(value, Thing)]
    if things:
        _about_things(name, things, constants, asked, depth)


def kind_name(kind: type) -> str:
    """The class by which code asks for such a value: any path is asked for as `Path`."""
    return "Path" if issubclass(kind, PurePath) else kind.__name__


def _about_numbers(name: str, kinds: set[type], constants: Constants, asked: Questions, more: float) -> None:
    asked.ask(0.8 + more, f"{name} < 0", f"{name} == 0")
    asked.measure(0.8 + more, name)
    asked.measure(1.3 + more, f"abs({name})")
    asked.ask(1.6 + more, f"{name} % 2 == 0")
    whole = [n for n in constants.numbers if isinstance(n, int) and 2 < abs(n) < 10**6]
    for number in whole[:MOST_CONSTANTS]:
        asked.ask(1.6 + more, f"{name} % {number} == 0")
        asked.measure(1.9 + more, f"{name} % {number}")
    if kinds & {int, bool}:
        asked.ask(2.0 + more, f"int(float({name})) == {name}")
    if kinds & {float, Decimal, Fraction}:
        asked.ask(1.2 + more, f"{name} % 1 == 0", f"{name} != {name}")
        asked.ask(1.5 + more, f"{name} % 1 == 0.5", f"math.isinf({name})")
        asked.ask(1.7 + more, *(f"round({name}, {digits}) == {name}" for digits in (1, 2, 3)))
        asked.ask(2.1 + more, f"{name} + 0.5 - 0.5 == {name}", f"math.floor({name}) % 2 == 0")
        asked.measure(2.2 + more, f"{name} % 1")


def _about_texts(name: str, constants: Constants, asked: Questions, more: float) -> None:
    asked.ask(0.8 + more, f"{name} == ''")
    asked.measure(1.2 + more, f"len({name})")
    asked.ask(
        1.1 + more, *(f"{name}.{m}()" for m in ("isdigit", "isspace", "isascii", "isalnum", "isupper", "isalpha"))
    )
    asked.ask(
        1.3 + more, *(f"{name}.{m}()" for m in ("isidentifier", "islower", "isprintable", "isdecimal", "isnumeric"))
    )
    asked.ask(
        1.3 + more, *(f"{name} == {name}.{m}()" for m in ("strip", "lower", "upper", "lstrip", "rstrip", "title"))
    )
    asked.ask(1.4 + more, f"raises(float({name}))", f"raises(int({name}))", f"{name} == {name}[::-1]")
    for method in ("isspace", "isdigit", "isupper", "isalpha", "isalnum", "isascii"):
        asked.ask(1.7 + more, f"any(c.{method}() for c in {name})", f"all(c.{method}() for c in {name})")
    for part in ("\n", " ", "_", "-", ".", ",", "/", ":", "%", "'", '"', "<", "(", "\t", "\\", "=", "@", "#", "&"):
        asked.ask(1.6 + more, f"{part!r} in {name}")
        asked.ask(1.9 + more, f"{name}.startswith({part!r})", f"{name}.endswith({part!r})")
    for part in [text for text in constants.texts if text][:MOST_CONSTANTS]:
        asked.ask(1.3 + more, f"{part!r} in {name}", f"{name} == {part!r}")
        asked.ask(1.5 + more, f"{name}.startswith({part!r})", f"{name}.endswith({part!r})")
        asked.measure(2.0 + more, f"{name}.count({part!r})")
    asked.measure(2.2 + more, f"len({name}.split())", f"len({name}.splitlines())")


def _about_sequences(
    name: str, values: Sequence[Sequence[object]], constants: Constants, asked: Questions, more: float
) -> None:
    asked.ask(0.8 + more, f"len({name}) == 0")
    asked.measure(1.1 + more, f"len({name})")
    asked.ask(1.4 + more, f"has_duplicates({name})", f"None in {name}", f"{name} == {name}[::-1]")
    items = [item for value in values for item in value][:400]
    kinds = {type(item) for item in items}
    if type(None) in kinds:
        asked.ask(1.7 + more, f"None in {name}[1:-1]", f"None in {name}[:1]", f"None in {name}[-1:]")
        asked.ask(1.7 + more, f"all(x is None for x in {name})")
    if (kinds and kinds <= {int, float, bool, Decimal}) or kinds == {str}:
        # A tuple in order is no list in order, as Python compares, and of both the order is meant.
        as_list = f"list({name})" if any(isinstance(value, tuple) for value in values) else name
        asked.ask(1.5 + more, f"{as_list} == sorted({name})")
    if kinds & set(_NUMBERS):
        asked.measure(1.6 + more, f"sum({name})", f"min({name})", f"max({name})")
        asked.ask(1.6 + more, f"0 in {name}", f"any(x < 0 for x in {name})")
    if str in kinds:
        asked.ask(1.6 + more, f"'' in {name}", f"any(not x.isascii() for x in {name})")
        asked.ask(1.8 + more, *(f"{part!r} in {name}" for part in constants.texts[:MOST_CONSTANTS]))
    if len(kinds) > 1:
        named = sorted({kind_name(kind) for kind in kinds if kind not in (Thing, type(None))})
        asked.ask(1.6 + more, *(f"any(isinstance(x, {kind}) for x in {name})" for kind in named))
        asked.ask(1.8 + more, *(f"all(isinstance(x, {kind}) for x in {name})" for kind in named))
    _about_items(name, [item for item in items if isinstance(item, Thing)], constants, asked, more)
    if kinds & {list, tuple, dict, str}:
        asked.ask(1.7 + more, f"any(len(x) == 0 for x in {name})")
    if kinds & {list, tuple}:
        asked.measure(1.8 + more, f"nesting({name})")
        pairs = [item for item in items if isinstance(item, (list, tuple))]
        if len(kinds) == 1 and all(len(pair) == 2 for pair in pairs):
            asked.ask(1.5 + more, f"len({{k for k, _ in {name}}}) != len({name})")
            asked.ask(1.9 + more, f"dict({name}) != dict({name}[::-1])")


def _about_items(name: str, things: Sequence[Thing], constants: Constants, asked: Questions, more: float) -> None:
    """Objects in a collection: of which class, and what stands in attributes that the changed code mentions."""
    kinds = sorted({thing.kind for thing in things if thing.kind.isidentifier()})
    if 1 < len(kinds) < MOST_ATTRIBUTES:
        asked.ask(1.7 + more, *(f"any(type(x).__name__ == {kind!r} for x in {name})" for kind in kinds))
    mentioned = sorted({attribute for thing in things for attribute in thing.attributes} & constants.names)
    for attribute in mentioned[:MOST_ATTRIBUTES]:
        values = [thing.attributes[attribute] for thing in things if attribute in thing.attributes]
        if any(isinstance(value, (bool, str, list, tuple, dict, int, float)) for value in values):
            asked.ask(1.5 + more, f"any(x.{attribute} for x in {name})", f"all(x.{attribute} for x in {name})")
        if None in [value for value in values if not isinstance(value, Thing)]:
            asked.ask(1.6 + more, f"any(x.{attribute} is None for x in {name})")


def _about_mappings(
    name: str, values: Sequence[dict[object, object]], constants: Constants, asked: Questions, more: float
) -> None:
    asked.ask(0.8 + more, f"len({name}) == 0")
    asked.measure(1.3 + more, f"len({name})")
    asked.ask(1.6 + more, f"any(v is None for v in {name}.values())", f"any(not v for v in {name}.values())")
    keys = [key for value in values for key in value if isinstance(key, (str, int))]
    wanted = [*constants.texts, *(k for k in dict.fromkeys(keys) if k in constants.texts)]
    common = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    for key in list(dict.fromkeys([*wanted, *common]))[: MOST_KEYS * 2]:
        cost = (1.2 if key in wanted else 1.6) + more
        asked.ask(cost, f"{key!r} in {name}")
        asked.ask(cost + 0.4, f"{name}.get({key!r}) is None", f"not {name}.get({key!r})")
    if len({type(key) for key in keys}) > 1:
        asked.ask(1.8 + more, f"any(not isinstance(k, str) for k in {name})")


def _about_times(name: str, kinds: set[type], asked: Questions, more: float) -> None:
    if datetime.datetime in kinds:
        asked.ask(1.0 + more, f"{name}.tzinfo is not None")
        asked.measure(1.4 + more, f"{name}.microsecond", f"{name}.hour", f"{name}.second")
    if kinds & {datetime.datetime, datetime.date}:
        asked.measure(1.4 + more, f"{name}.day", f"{name}.month", f"{name}.year", f"{name}.weekday()")
    if datetime.timedelta in kinds:
        asked.measure(1.1 + more, f"{name}.days", f"{name}.total_seconds()")
        asked.measure(1.3 + more, f"{name}.seconds", f"{name}.microseconds", f"abs({name}.days)")


def _about_things(name: str, things: Sequence[Thing], constants: Constants, asked: Questions, depth: int) -> None:
    kinds = sorted({thing.kind for thing in things if thing.kind.isidentifier()})
    if 1 < len(kinds) < 12:
        asked.ask(1.3, *(f"type({name}).__name__ == {kind!r}" for kind in kinds))
    inner = [thing.inner for thing in things if thing.family == "inner"]
    if inner and depth < DEEPEST:
        _about(name, inner, constants, asked, depth + 1)
    if depth >= DEEPEST or name.count(".") >= DEEPEST:
        return
    seen: dict[str, list[object]] = {}
    for thing in things:
        for attribute, value in thing.attributes.items():
            if attribute.isidentifier():
                # Which number a hash is says nothing about a call; whether it is kept already may.
                is_hash = _KEPT_HASH.fullmatch(attribute) and value is not None
                seen.setdefault(attribute, []).append(UNKNOWN if is_hash else value)
    order = sorted(seen, key=lambda attribute: (attribute not in constants.names, attribute))
    telling = [a for a in order if a in constants.names or _varies(seen[a])]
    for attribute in telling[:MOST_ATTRIBUTES]:
        farther = 0 if attribute in constants.names else 1
        _about(f"{name}.{attribute}", seen[attribute], constants, asked, depth + 1 + farther)


def _varies(values: Sequence[object]) -> bool:
    return any(_is_other(value, values[0]) for value in values)


def _is_other(value: object, first: object) -> bool:
    try:
        return type(value) is not type(first) or (not isinstance(value, Thing) and bool(value != first))
    except UndefinedError:
        return True  # moments of zones of which nothing else is known


def _relations(seen: dict[str, list[object]], asked: Questions) -> None:
    """How two parameters stand to each other."""
    kinds = {name: {type(value) for value in values} for name, values in seen.items()}
    for one, other in combinations(seen, 2):
        ours, theirs = kinds[one] - {type(None)}, kinds[other] - {type(None)}
        both_numbers = ours & set(_NUMBERS) and theirs & set(_NUMBERS)
        if both_numbers:
            asked.ask(1.3, f"{one} < {other}", f"{one} == {other}", f"{one} <= {other}")
            asked.ask(1.6, f"{one} % {other} == 0", f"{other} % {one} == 0")
            asked.measure(1.8, f"{one} - {other}")
        elif ours & theirs - {bool, Thing}:
            asked.ask(1.3, f"{one} == {other}")
            if ours & theirs & {datetime.datetime, datetime.date, datetime.timedelta}:
                asked.ask(1.4, f"{one} < {other}", f"{one} <= {other}")
        if str in ours & theirs:
            asked.ask(1.5, f"{one} in {other}", f"{other} in {one}")
    for one, other in permutations(seen, 2):
        sized = kinds[other] & {str, list, tuple, dict, set}
        if kinds[one] & {int} and sized:
            asked.ask(1.5, f"{one} < len({other})", f"{one} == len({other})", f"{one} <= len({other})")
            if kinds[other] & {list, tuple} and _numeric_items(seen[other]):
                asked.ask(1.8, f"sum({other}) < {one}", f"sum({other}) == {one}", f"sum({other}) <= {one}")
        if kinds[other] & {list, tuple, dict, set} and kinds[one] & {str, int, float}:
            asked.ask(1.5, f"{one} in {other}")
        if dict in kinds[one] and dict in kinds[other]:
            asked.ask(1.6, f"any(k in {other} for k in {one})", f"all(k in {other} for k in {one})")
            asked.ask(2.0, f"any(v is None for k, v in {one}.items() if k not in {other})")
            asked.ask(1.9, f"any(k in {other} and {other}[k] != v for k, v in {one}.items())")
            asked.ask(2.0, f"any({one}.get(k) is None for k in {other})", f"any(k not in {one} for k in {other})")


def _numeric_items(values: Iterable[object]) -> bool:
    return any(isinstance(v, (list, tuple)) and v and isinstance(v[0], _NUMBERS) for v in values)
