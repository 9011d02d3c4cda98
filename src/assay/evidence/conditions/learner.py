"""From labelled calls to the shortest predicate that tells them apart.

Pure and deterministic. Every candidate is asked once about every call and kept as two sets of bits, where it holds and
where it does not; a call of which it cannot tell is in neither. Formulas of one literal, of two joined by `and` or
`or`, and of three joined by `and` are searched in full over the cheapest literals; one that is wrong about any call is
none. Where none fits, the best part is given with its counts and said to be approximate.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, takewhile

from assay.evidence.conditions.answers import Answers, Sample
from assay.evidence.conditions.cuts import LEARNED_NUMBER, as_float, thresholds, written
from assay.evidence.conditions.language import NotInLanguageError, Predicate, Scope, compile_text
from assay.evidence.conditions.things import UndefinedError

AND_COST, OR_COST, THREE_COST = 0.3, 0.6, 0.9
MOST_IN_PAIRS, MOST_IN_THREES, MOST_KEPT = 260, 40, 12
DEAR = 2.2
"""What costs as much is believed where it is right about every call, and says nothing where it is right about most."""
SAME_CALLS_KEPT = 3
"""Literals that hold in the very same calls are kept side by side: only new experiments can tell them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One call and whether it differed."""

    values: Mapping[str, object]
    differs: bool
    key: str = ""
    altered: frozenset[str] = frozenset()
    """What was made of arguments of which their values do not tell, in words."""
    origin: str = ""
    """The call of a test that was altered: calls of one origin are alike but for what was altered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Candidates: source of tests and of numeric terms with costs, and the numbers that the code knows."""

    tests: Mapping[str, float]
    terms: Mapping[str, float] = field(default_factory=dict)
    numbers: tuple[int | float, ...] = ()
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A predicate with how it fared on the calls it was learned from."""

    text: str
    cost: float
    held_differing: int
    differing: int
    held_others: int
    others: int

    @property
    def fits(self) -> bool:
        """Does it hold wherever the calls differ and nowhere else?"""
        return self.held_differing == self.differing and self.held_others == 0


@dataclass(frozen=True, slots=True, eq=False)
class _Literal:
    text: str
    cost: float
    mask: int


def learn(calls: Sequence[Observed], pool: Pool, answers: Answers | None = None) -> tuple[Formula, ...]:
    """The cheapest formulas that are right about every call, best first; else the best part alone.

    Empty where no call differs, every call differs, or nothing that can be asked has to do with it. `answers` are those
    of earlier searches at the same point.
    """
    wanted = sum(1 << n for n, call in enumerate(calls) if call.differs)
    everything = (1 << len(calls)) - 1
    if wanted in (0, everything):
        return ()
    literals = _literals(calls, pool, wanted, answers or Answers())
    fitting = sorted(_fitting(literals, wanted), key=lambda found: (found[0], found[1]))
    if fitting:
        unique = dict.fromkeys((text, cost, mask) for cost, text, mask in fitting)
        return tuple(_formula(text, cost, mask, wanted, everything) for text, cost, mask in unique)[:MOST_KEPT]
    part = _best_part(literals, wanted, everything)
    return () if part is None else (part,)


def tidy(text: str) -> str:
    """The expression as people write it: patterns as raw texts, one pair of parentheses around a lone generator."""
    text = _ESCAPED.sub(lambda found: "r'" + found.group(1).replace("\\\\", "\\") + "'", text)
    for word in ("any((", "all((", "sum((", "max((", "min(("):
        start = text.find(word)
        while start >= 0:
            end = _closing(text, start + len(word) - 1)
            if text[end + 1 : end + 2] == ")":
                text = text[: start + len(word) - 1] + text[start + len(word) : end] + text[end + 1 :]
            start = text.find(word, start + 1)
    return text


_ESCAPED = re.compile(r"(?<!\w)'((?:[^'\\]|\\\\)*\\\\[^'\\](?:[^'\\]|\\\\[^'\\])*)'")
"""A text in which backslashes escape nothing but one another, and which does not end in one."""


def _closing(text: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    return len(text)


def held_in(text: str, calls: Sequence[Observed], scope: Scope | None = None) -> list[bool]:
    """In which calls does a predicate hold?"""
    names = frozenset(name for call in calls for name in call.values)
    try:
        predicate = compile_text(text, names, scope)
    except NotInLanguageError:
        # None of these calls has all the parameters that the predicate reads.
        return [False] * len(calls)
    return [predicate.holds(call.values) is True for call in calls]


def judge(text: str, calls: Sequence[Observed], scope: Scope | None = None, cost: float = 0.0) -> Formula:
    """How a predicate fares on calls, whether it was learned from them or not."""
    held = held_in(text, calls, scope)
    return Formula(
        text=text,
        cost=cost,
        held_differing=sum(h and call.differs for h, call in zip(held, calls, strict=True)),
        differing=sum(call.differs for call in calls),
        held_others=sum(h and not call.differs for h, call in zip(held, calls, strict=True)),
        others=sum(not call.differs for call in calls),
    )


def _formula(text: str, cost: float, mask: int, wanted: int, everything: int) -> Formula:
    return Formula(
        text=tidy(text),
        cost=round(cost, 3),
        held_differing=(mask & wanted).bit_count(),
        differing=wanted.bit_count(),
        held_others=(mask & ~wanted & everything).bit_count(),
        others=(everything & ~wanted).bit_count(),
    )


def _literals(calls: Sequence[Observed], pool: Pool, wanted: int, answers: Answers) -> list[_Literal]:
    names = frozenset(name for call in calls for name in call.values)
    everything = (1 << len(calls)) - 1
    found: dict[int, list[_Literal]] = {}

    def keep(text: str, cost: float, mask: int) -> None:
        if mask not in (0, everything):
            found.setdefault(mask, []).append(_Literal(text, cost, mask))

    sample = Sample([call.values for call in calls], answers)
    for predicate, cost in takewhile(lambda _: answers.has_time(), _compiled(pool.tests, names, pool.scope, answers)):
        yes = no = 0
        for held, those in sample.ask(predicate.text, predicate.names, predicate.holds):
            if held is not None:
                yes, no = (yes | those, no) if held else (yes, no | those)
        keep(predicate.text, cost, yes)
        keep(negated(predicate.text), cost + 0.15, no)
    for predicate, cost in takewhile(lambda _: answers.has_time(), _compiled(pool.terms, names, pool.scope, answers)):
        found_values = list(sample.ask(f"value of {predicate.text}", predicate.names, _value_of(predicate)))
        for text, more, mask in _cuts(predicate, found_values, wanted, pool.numbers):
            keep(text, cost + more, mask)
    kept: list[_Literal] = []
    for same in found.values():
        kept.extend(sorted(same, key=lambda literal: (literal.cost, literal.text))[:SAME_CALLS_KEPT])
    return sorted(kept, key=lambda literal: (literal.cost, literal.text))


def _value_of(term: Predicate) -> Callable[[Mapping[str, object]], object]:
    """What the term comes to; None where it cannot be told."""

    def ask(values: Mapping[str, object]) -> object:
        try:
            return term.value(values)
        except UndefinedError:
            return None

    return ask


def _compiled(
    texts: Mapping[str, float], names: frozenset[str], scope: Scope | None, answers: Answers
) -> Iterator[tuple[Predicate, float]]:
    for text, cost in texts.items():
        predicate = answers.predicate(text, names, scope)
        if predicate is not None and predicate.names:
            yield predicate, cost


def _cuts(
    term: Predicate, found: Sequence[tuple[object, int]], wanted: int, known: Sequence[int | float]
) -> Iterator[tuple[str, float, int]]:
    """Comparisons of a numeric term with constants of the code, round numbers, and between unlike neighbours.

    `found` are values of the term with the calls that have them, as bits.
    """
    below: dict[float, int] = {}
    whole = True
    for value, calls in found:
        if isinstance(value, (int, float, Decimal, Fraction)) and not isinstance(value, bool):
            whole = whole and isinstance(value, int)
            number = as_float(value)
            if not math.isnan(number):
                below[number] = below.get(number, 0) | calls
    values = sorted(below)
    if len(values) < 2:
        return
    differing = {number for number, calls in below.items() if calls & wanted}
    others = {number for number, calls in below.items() if calls & ~wanted}
    asked = thresholds(values, differing, others, known, whole=whole)
    for cut, cost in asked.items():
        shown = written(cut, whole=whole)
        under = sum(mask for value, mask in below.items() if value < cut)
        exactly = sum(mask for value, mask in below.items() if value == cut)
        over = sum(mask for value, mask in below.items() if value > cut)
        yield f"{term.text} < {shown}", cost, under
        yield f"{term.text} >= {shown}", cost, over | exactly
        if exactly and cost < LEARNED_NUMBER:
            yield f"{term.text} <= {shown}", cost, under | exactly
            yield f"{term.text} > {shown}", cost, over
            yield f"{term.text} == {shown}", cost, exactly
            yield f"{term.text} != {shown}", cost, under | over


def _fitting(literals: Sequence[_Literal], wanted: int) -> Iterator[tuple[float, str, int]]:
    """Every formula that is right about all calls."""
    above = [x for x in literals if x.mask & wanted == wanted and x.mask != wanted][:MOST_IN_PAIRS]
    below = [x for x in literals if x.mask & ~wanted == 0 and x.mask != wanted][:MOST_IN_PAIRS]
    found = [(x.cost, x.text, x.mask) for x in literals if x.mask == wanted]
    yield from found
    best = min((cost for cost, _, _ in found), default=math.inf)
    for one, other in combinations(above, 2):
        if one.mask & other.mask == wanted:
            best = min(best, one.cost + other.cost)
            yield one.cost + other.cost + AND_COST, f"{_part(one)} and {_part(other)}", wanted
    for one, other in combinations(below, 2):
        if one.mask | other.mask == wanted:
            best = min(best, one.cost + other.cost)
            yield one.cost + other.cost + OR_COST, f"{_part(one)} or {_part(other)}", wanted
    if best == math.inf:
        nearest = sorted(above, key=lambda x: ((x.mask & ~wanted).bit_count(), x.cost))[:MOST_IN_THREES]
        for one, two, three in combinations(nearest, 3):
            if one.mask & two.mask & three.mask == wanted:
                cost = one.cost + two.cost + three.cost + THREE_COST
                yield cost, f"{_part(one)} and {_part(two)} and {_part(three)}", wanted
        yield from _mixed(literals, wanted)


def _mixed(literals: Sequence[_Literal], wanted: int) -> Iterator[tuple[float, str, int]]:
    """`a and (b or c)`, `a or (b and c)` over the nearest literals."""
    above = [x for x in literals if x.mask & wanted == wanted]
    above.sort(key=lambda x: ((x.mask & ~wanted).bit_count(), x.cost))
    for one in above[:8]:
        rest = [x for x in literals if x.mask & one.mask & ~wanted == 0 and x.mask & wanted]
        rest.sort(key=lambda x: (-(x.mask & wanted).bit_count(), x.cost))
        for two, three in combinations(rest[:60], 2):
            if (two.mask | three.mask) & wanted == wanted:
                cost = one.cost + two.cost + three.cost + THREE_COST + OR_COST
                yield cost, f"{_part(one)} and ({_part(two)} or {_part(three)})", wanted
    below = [x for x in literals if x.mask & ~wanted == 0]
    below.sort(key=lambda x: (-x.mask.bit_count(), x.cost))
    for one in below[:8]:
        left = wanted & ~one.mask
        rest = [x for x in literals if x.mask & left == left]
        rest.sort(key=lambda x: ((x.mask & ~wanted).bit_count(), x.cost))
        for two, three in combinations(rest[:60], 2):
            if two.mask & three.mask & ~wanted == 0:
                cost = one.cost + two.cost + three.cost + THREE_COST + OR_COST
                yield cost, f"{_part(one)} or ({_part(two)} and {_part(three)})", wanted


def _best_part(literals: Sequence[_Literal], wanted: int, everything: int) -> Formula | None:
    """The shortest formula that holds in nearly all differing calls, or hardly ever elsewhere."""
    best: tuple[float, float, str, int] | None = None
    told = [x for x in literals if x.cost < DEAR]
    cheap = sorted(told, key=lambda x: (-_agreement(x.mask, wanted, everything), x.cost))[:60]
    candidates = [(x.cost, x.text, x.mask) for x in cheap]
    candidates += [
        (a.cost + b.cost + AND_COST, f"{_part(a)} and {_part(b)}", a.mask & b.mask) for a, b in combinations(cheap, 2)
    ]
    for cost, text, mask in candidates:
        score = _agreement(mask, wanted, everything) - 0.01 * cost
        if best is None or (-score, text) < (-best[0], best[2]):
            best = (score, cost, text, mask)
    return None if best is None else _formula(best[2], best[1], best[3], wanted, everything)


def _agreement(mask: int, wanted: int, everything: int) -> float:
    """Mean of the shares of differing calls and of others that are told."""
    others = everything & ~wanted
    told = (mask & wanted).bit_count() / wanted.bit_count()
    return (told + 1 - (mask & others).bit_count() / others.bit_count()) / 2


def _part(literal: _Literal) -> str:
    return _joinable(literal.text)


@lru_cache(maxsize=4096)
def _joinable(text: str) -> str:
    return f"({text})" if isinstance(ast.parse(text, mode="eval").body, (ast.BoolOp, ast.IfExp)) else text


_FLIPPED: Mapping[type, ast.cmpop] = {
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Lt: ast.GtE(),
    ast.GtE: ast.Lt(),
    ast.Gt: ast.LtE(),
    ast.LtE: ast.Gt(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
}


@lru_cache(maxsize=4096)
def negated(text: str) -> str:
    """The opposite, said positively where a comparison has an opposite."""
    node = ast.parse(text, mode="eval").body
    match node:
        case ast.Compare(ops=[op], comparators=[right]):
            return ast.unparse(ast.Compare(node.left, [_FLIPPED[type(op)]], [right]))
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return ast.unparse(inner)
        case _:
            return ast.unparse(ast.UnaryOp(ast.Not(), node))
