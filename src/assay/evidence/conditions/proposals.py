"""Fresh calls that could refute a condition, or make its smallest case smaller. Pure; the same for the same seed.

Values are set at whole arguments, as literals, on a call that a test makes: values that other calls had there, their
neighbours, constants of the code with the numbers beside them, other magnitudes and other kinds of characters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from assay.evidence.conditions.generic import Constants
from assay.evidence.conditions.learner import Observed
from assay.evidence.conditions.things import Thing, read_call, read_literal
from assay.values.experiment import Edit, Experiment

LONGEST_LITERAL = 1500
MOST_VALUES, MOST_POOLED, MOST_REPEATED, MOST_AROUND = 60, 400, 30, 4
NEAR_STARTS = 3
LARGEST, MOST_BORDERS, PARTS, LONG = 10**30, 3, 8, 16
OPERATOR = "value.given"
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_CHARACTERS = ("é", "ß", "中", "٣", "²", "İ", "\u00a0", "\u00ad", "\t", "\n", " ", "_", "-", ".", "'", "A", "a", "0")
_MAGNITUDES = (*(10**n for n in (3, 6, 9, 12, 15, 18, 20)), *(2**n for n in (7, 8, 15, 16, 31, 32, 53, 63, 64)))
_READ_BACK = frozenset({bool, int, str, bytes, type(None)})
"""What these are written as reads back as themselves, always."""
_PLAIN = (bool, int, float, str, bytes, type(None), list, tuple, dict, set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A call to make: where, with which edits, and the arguments that it will have as far as they are known."""

    carrier: Experiment
    """An experiment at the same call of the same test."""
    edits: tuple[Edit, ...]
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A call as a test makes it, with its arguments."""

    experiment: Experiment
    values: Mapping[str, object]


def proposals(
    carriers: Sequence[Carrier],
    known: Sequence[Mapping[str, object]],
    starts: Sequence[Mapping[str, object]],
    constants: Constants,
    seed: int,
    n: int,
) -> Iterator[Proposal]:
    """Up to `n` calls: a carrier, or one of `starts` on a carrier, with one or two arguments set to what fits there."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    pools = {name: list(_pool(name, known, constants, draw)) for name in dict.fromkeys(k for v in known for k in v)}
    pools = {name: pool for name, pool in pools.items() if pool and name.isidentifier()}
    near_starts = {name: list(_pool(name, starts, constants, draw, NEAR_STARTS)) for name in pools}
    if not pools or not carriers:
        return
    seen: set[str] = set()
    for tried in range(n * 4):
        carrier = carriers[tried % len(carriers)]
        names = [name for name in pools if name in carrier.values]
        if not names or len(seen) >= n:
            return
        chosen = draw.sample(names, min(len(names), 1 if draw.random() < 0.55 else 2))
        given = _unlike(draw.choice(starts), carrier) if starts and tried % 2 else {}
        own = near_starts if tried % 4 == 1 else pools
        given.update((name, draw.choice(own[name] or pools[name])) for name in chosen)
        if len(chosen) == 2 and draw.random() < 0.3:
            given[chosen[0]] = _related(given[chosen[0]], given[chosen[1]], draw)
        made = set_values(carrier, given)
        if made is not None and (key := repr((carrier.experiment.id.call, made.edits))) not in seen:
            seen.add(key)
            yield made


def recombined(carriers: Sequence[Carrier], seen: Sequence[Experiment], seed: int) -> Iterator[Proposal]:
    """Edits that were made before, on other calls and two at a time, where a value is no literal. Without end."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    single = [e.intervention.edits[0] for e in seen if len(e.intervention.edits) == 1]
    kinds = list({(edit.path, edit.operator, edit.variant): edit for edit in single if edit.literal is None}.values())
    made = [experiment.intervention.edits for experiment in seen[:MOST_REPEATED]]
    first = [edits for edits in made if all(edit.literal is None for edit in edits)]
    while kinds and carriers:
        carrier, edit = draw.choice(carriers), draw.choice(kinds)
        start = draw.choice(first) if first and draw.random() < 0.7 else ()
        if all(edit.path[: len(other.path)] != other.path[: len(edit.path)] for other in start):
            yield Proposal(carrier=carrier.experiment, edits=(*start, edit), values={})


def around(witnesses: Sequence[Experiment], known: Sequence[Mapping[str, object]], seed: int) -> Iterator[Proposal]:
    """Calls that differed, with one other argument set to what another call had there: what else does it take?

    The edits of a witness stay as they are, so its values may be such as no literal can give.
    """
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    pools: dict[str, dict[str, object]] = {}
    for values in known:
        for name, value in values.items():
            if name.isidentifier() and literal_of(value) is not None:
                pools.setdefault(name, {})[repr(value)] = value
    for witness in witnesses:
        edits = witness.intervention.edits
        values, altered = read_call(witness), {edit.path[0][1] for edit in edits if edit.path}
        for name in [name for name in values if name in pools and name not in altered]:
            others = [value for text, value in pools[name].items() if text != repr(values[name])]
            for value in draw.sample(others, min(len(others), MOST_AROUND)):
                edit = Edit(path=(("arg", name),), operator=OPERATOR, literal=literal_of(value))
                yield Proposal(carrier=witness, edits=(*edits, edit), values={**values, name: value})


def between(carriers: Sequence[Carrier], calls: Sequence[Observed], constants: Constants) -> Iterator[Proposal]:
    """Numbers between a call that differed and the nearest that did not: where exactly is the border?

    A differing call is made again with them, on a carrier: constants of the code in the gap, then an even spread.
    """
    differing = [call.values for call in calls if call.differs]
    for name in dict.fromkeys(name for values in differing for name in values if name.isidentifier()):
        labels: dict[float, bool | None] = {}
        for call in calls:
            value = call.values.get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST:
                labels[value] = call.differs if labels.get(value, call.differs) == call.differs else None
        marks = sorted(value for value, label in labels.items() if label is not None)
        unlike = [(low, high) for low, high in pairwise(marks) if labels[low] != labels[high]]
        for low, high in dict.fromkeys((*unlike[:MOST_BORDERS], *unlike[-MOST_BORDERS:])):
            own = next(values for values in differing if values.get(name) in (low, high))
            for value in _within(low, high, constants):
                made = (set_values(carrier, {**_unlike(own, carrier), name: value}) for carrier in carriers)
                yield from islice((proposal for proposal in made if proposal is not None), 1)


def _within(low: float, high: float, constants: Constants) -> Iterator[int | float]:
    whole = isinstance(low, int) and isinstance(high, int)
    known = [n + step for n in constants.numbers for step in (0, 1, -1) if isinstance(n, int) or not whole]
    spread = [low + (high - low) * part / PARTS for part in range(1, PARTS)]
    every = [*known, *(round(n) for n in spread)] if whole else [float(n) for n in (*known, *spread)]
    yield from dict.fromkeys(n for n in every if low < n < high)


def repr_of(values: Mapping[str, object]) -> tuple[object, ...]:
    """What tells two calls apart, as far as their arguments are known: what is no literal is told by its identity."""
    shown = {name: repr(value) if isinstance(value, _PLAIN) else "Thing(" for name, value in values.items()}
    return tuple((name, id(values[name]) if "Thing(" in text else text) for name, text in sorted(shown.items()))


def _unlike(start: Mapping[str, object], carrier: Carrier) -> dict[str, object]:
    """Arguments in which a known call differs from the carrier, as far as they are literals."""
    return {
        name: value
        for name, value in start.items()
        if name in carrier.values and repr(value) != repr(carrier.values[name]) and literal_of(value) is not None
    }


def set_values(carrier: Carrier, given: Mapping[str, object]) -> Proposal | None:
    """The carrier with these arguments; None where one cannot travel as a literal."""
    edits = []
    for name, value in given.items():
        text = literal_of(value)
        if text is None or name not in carrier.values:
            return None
        edits.append(Edit(path=(("arg", name),), operator=OPERATOR, literal=text))
    return Proposal(carrier=carrier.experiment, edits=tuple(edits), values={**carrier.values, **given})


def literal_of(value: object) -> str | None:
    """The value as a literal that reads back as itself."""
    if not isinstance(value, _PLAIN):
        return None
    text = repr(value)
    if len(text) > LONGEST_LITERAL:
        return None
    if type(value) in _READ_BACK:
        return text
    if "Thing(" in text:
        return None
    back = read_literal(text)
    return text if type(back) is type(value) and repr(back) == text else None


def _pool(
    name: str, known: Sequence[Mapping[str, object]], constants: Constants, draw: random.Random, rounds: int = 1
) -> Iterator[object]:
    """Values that fit at a parameter; neighbours of each are drawn `rounds` times."""
    own: dict[str, object] = {}
    for values in known:
        value = values.get(name)
        if name in values and isinstance(value, _PLAIN) and literal_of(value) is not None:
            own.setdefault(repr(value), value)
    picked = list(own.values())
    draw.shuffle(picked)
    made: dict[str, object] = dict(own)
    for value in picked[:MOST_VALUES] * rounds:
        for other in near(value, constants, draw):
            if len(made) < MOST_POOLED:
                made.setdefault(repr(other), other)
    yield from made.values()


def near(value: object, constants: Constants, draw: random.Random) -> Iterable[object]:
    """Neighbours of a value, of its own kind."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return _near_number(value, constants, draw)
    if isinstance(value, float):
        return [float(n) for n in _near_number(value, constants, draw)]
    if isinstance(value, str):
        return _near_text(value, constants, draw)
    if isinstance(value, (list, tuple)):
        return _near_sequence(value, constants, draw)
    if isinstance(value, dict):
        return _near_mapping(value, constants, draw)
    return []


def _near_number(value: float, constants: Constants, draw: random.Random) -> list[int | float]:
    whole = isinstance(value, int)
    step: float = 1 if whole else draw.choice((1.0, 0.5, 0.25, 0.005))
    found: list[int | float] = [value + step, value - step, -value, value * 10, value * 2]
    found += [value + draw.choice((10, 100, 1000, 10000)), value - draw.choice((10, 100, 1000))]
    own = [n for n in constants.numbers if isinstance(n, int) or not whole]
    for number in draw.sample(own, min(4, len(own))):
        found += [number, number + step, number - step, -number, number * draw.randrange(2, 9)]
    magnitude = draw.choice(_MAGNITUDES)
    found += [magnitude, magnitude + 1, -magnitude, draw.randint(-130, 130), draw.randint(-3000, 3000)]
    if not whole:
        found += [round(draw.uniform(-100, 100), draw.randrange(4)), draw.randint(-40, 40) / 2]
    return [n for n in found if abs(n) < 10**30]


def _near_text(value: str, constants: Constants, draw: random.Random) -> list[str]:
    place = draw.randrange(len(value) + 1)
    character = draw.choice(_CHARACTERS)
    found = [value[:place] + character + value[place:], value[:place], value[place:], value + character]
    found += [value[:place] + character + value[place + 1 :], value[::-1], value.upper(), value.lower(), value + value]
    found += [character + value, value.strip(), character * draw.randrange(1, 4)]
    if constants.texts:
        text = draw.choice(constants.texts)
        found += [text, value + text, text + value, value[:place] + text + value[place:], value.replace(text, "")]
    tokens = _TOKEN.findall(value)
    if len(tokens) > 1:
        gone = draw.randrange(len(tokens))
        found.append("".join(tokens[:gone] + tokens[gone + 1 :]))
        found.append("".join(tokens[: gone + 1]))
    return found


def _near_sequence(value: list[object] | tuple[object, ...], constants: Constants, draw: random.Random) -> list[object]:
    make, items = type(value), list(value)
    found: list[object] = [make(items[::-1]), make(items[:-1]), make(items[1:]), make(items + items), make(items * 4)]
    if items:
        place = draw.randrange(len(items))
        found += [make([*items[:place], items[place], *items[place:]]), make(items[:place]), make([items[place]])]
        found += [make([*items[:place], None, *items[place:]])] if None in items else []
        others = list(near(items[place], constants, draw))[:4]
        found += [make([*items[:place], other, *items[place + 1 :]]) for other in others]
        found += [make([*items, other]) for other in others]
        size = draw.choice([abs(n) for n in constants.numbers if isinstance(n, int) and abs(n) < 40] or [2])
        found += [make((items * (size + 1))[:k]) for k in (size, size + 1)]
    return found


def _near_mapping(value: dict[object, object], constants: Constants, draw: random.Random) -> list[object]:
    found: list[object] = []
    for key in list(value)[:6]:
        others = (*list(near(value[key], constants, draw))[:2], None)
        found += [{k: v for k, v in value.items() if k != key}, *({**value, key: other} for other in others)]
    item = next(iter(value.values()), 1)
    return [*found, *({**value, text: item} for text in constants.texts[:6])]


def _related(value: object, other: object, draw: random.Random) -> object:
    """The value brought into relation with another argument: equal, off by one, its length or sum."""
    if isinstance(value, bool) or not isinstance(value, int):
        return other if type(value) is type(other) else value
    if isinstance(other, (list, tuple, str)):
        numbers = [i for i in other if isinstance(i, int)] if not isinstance(other, str) else []
        return draw.choice([len(other), len(other) * 2, sum(numbers)]) + draw.choice((0, 0, 1, -1))
    return other + draw.choice((0, 0, 1, -1)) if isinstance(other, int) else value


def smaller(carrier: Carrier, example: Mapping[str, object]) -> Iterator[Proposal]:
    """The example made simpler: one altered argument put back or made simpler, simplest values first."""
    altered = {n: v for n, v in example.items() if n in carrier.values and repr(v) != repr(carrier.values[n])}
    plain = {name: value for name, value in altered.items() if literal_of(value) is not None}
    if len(plain) < len(altered):
        return
    for name in plain:
        rest = {other: value for other, value in plain.items() if other != name}
        if rest and (made := set_values(carrier, rest)) is not None:
            yield made
    for name, value in plain.items():
        for simpler in simpler_values(value):
            made = set_values(carrier, {**plain, name: simpler})
            if made is not None:
                yield made


def simpler_values(value: object) -> list[object]:
    """Simpler values of the same kind, simplest first: nearer to zero with fewer digits, shorter, fewer items."""
    if isinstance(value, bool) or value is None or isinstance(value, Thing):
        return []
    found: list[object] = []
    if isinstance(value, int):
        found = [n for n in (0, 1, -1, 2, 3, 10, 100, value // 10, value // 2, abs(value)) if _simpler(n, value)]
    elif isinstance(value, float):
        found = [n for n in (0.0, 1.0, -1.0, 0.5, 1.5, round(value), round(value, 1)) if _simpler(float(n), value)]
        found = [float(n) for n in found]  # type: ignore[arg-type]
    elif isinstance(value, str):
        found = [text for text in _shorter(value) if text != value]
    elif isinstance(value, (list, tuple)):
        make, items = type(value), list(value)
        found = [make(), *(make([item]) for item in items[:6])]
        found += [make(items[:i] + items[i + 1 :]) for i in range(min(len(items), 8))]
        found += [
            make([*items[:i], simple, *items[i + 1 :]])
            for i, item in enumerate(items[:4])
            for simple in simpler_values(item)[:3]
        ]
    elif isinstance(value, dict):
        found = [{k: v for k, v in value.items() if k != key} for key in list(value)[:8]]
    return found


def _shorter(value: str) -> Iterator[str]:
    tokens = _TOKEN.findall(value)
    yield ""
    if len(tokens) > LONG:
        for parts in (value.splitlines(keepends=True), tokens):
            yield from map("".join, _pieces(parts))
        return
    if len(tokens) > 1:
        yield from dict.fromkeys(tokens[:10])
        for size in (2, 3):
            yield from ("".join(tokens[i : i + size]) for i in range(min(len(tokens) - size + 1, 8)))
        yield from ("".join(tokens[:i] + tokens[i + 1 :]) for i in range(min(len(tokens), 12)))
    for size in (1, 2, 3):
        yield from (value[i : i + size] for i in range(min(len(value), 8)))
    yield from (value[: len(value) // 2], value[len(value) // 2 :], value[:-1], value[1:])


def _pieces(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    """A long sequence cut down: windows of it, the shortest first, then what is left without one of them."""
    sizes = [size for size in (len(parts) // 8, len(parts) // 4, len(parts) // 2) if size]
    for size in dict.fromkeys(sizes):
        yield from (parts[i : i + size] for i in range(0, len(parts) - size + 1, max(1, size // 2)))
    for size in dict.fromkeys(reversed(sizes)):
        yield from ((*parts[:i], *parts[i + size :]) for i in range(0, len(parts), size))


def _simpler(one: float, other: float) -> bool:
    return simplicity(one) < simplicity(other)


def simplicity(value: object) -> tuple[int, float, str]:
    """The order in which values are simple: fewer characters, nearer to zero, positive before negative."""
    text = repr(value)
    size = abs(value) if isinstance(value, (int, float)) else 0.0
    return len(text), float(min(size, 10.0**300)), text
