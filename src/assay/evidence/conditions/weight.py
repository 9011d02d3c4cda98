"""How much do the calls bear a formula? A coincidence is right about all of them too.

Tests bring objects of which a thousand things can be said, and one of these always tells the few calls that differ
from all others. Two things tell it from a reason: altering one thing made both the formula and the difference come and
go; or calls of several tests on each side agree with it. And what only one call shows is believed only where nothing
else could be said of that call.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from assay.evidence.conditions.language import Scope
from assay.evidence.conditions.learner import Formula, Observed, held_in

LEAST_ORIGINS = 3
"""Where no alteration shows that a question matters, so many tests' calls must on each side."""
LEAST_DIFFERING, LEAST_JOINED, LEAST_UNTESTED, CHEAP = 3, 3, 5, 1.6
"""A formula that was not tested, and is no plain one, needs more differing inputs behind it."""


def least_differing(formula: Formula, calls: Sequence[Observed], *, is_tested: bool) -> int:
    """How many differing inputs there must be.

    One will do where the formula says all that there is to a call, such as `n == 0` of the only parameter. What joins
    two questions says of each that it matters, which one or two differing calls cannot show.
    """
    if says_all(formula.text, calls):
        return 1
    if formula.cost < CHEAP:
        return LEAST_DIFFERING
    return LEAST_JOINED if is_tested else LEAST_UNTESTED


def says_all(text: str, calls: Sequence[Observed]) -> bool:
    """Does the formula name the value, or emptiness, of the only parameter?"""
    names = {name for call in calls for name in call.values}
    match ast.parse(text, mode="eval").body:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[ast.Constant() | ast.UnaryOp()]):
            pass
        case ast.UnaryOp(op=ast.Not(), operand=left):
            pass
        case _:
            return False
    if isinstance(left, ast.Call) and ast.unparse(left.func) == "len" and len(left.args) == 1:
        left = left.args[0]
    return isinstance(left, ast.Name) and names == {left.id}


def is_shown(text: str, calls: Sequence[Observed], scope: Scope | None) -> bool:
    """Does every question that the formula joins matter, by alterations or by calls of several tests?"""
    body = ast.parse(text, mode="eval").body
    parts = [ast.unparse(part) for part in body.values] if isinstance(body, ast.BoolOp) else [text]
    answers = [held_in(part, calls, scope) for part in parts]
    joined_by_or = isinstance(body, ast.BoolOp) and isinstance(body.op, ast.Or)
    for n in range(len(parts)):
        rest = [each for m, each in enumerate(answers) if m != n]
        # Of the calls only those count in which this question decides: the others of `and` hold, those of `or` do not.
        decides = [all(each[i] is not joined_by_or for each in rest) for i in range(len(calls))]
        sides = [
            {call.origin for call, it in zip(calls, decides, strict=True) if it and call.differs is side}
            for side in (True, False)
        ]
        if not sides[0] & sides[1] and min(map(len, sides)) < LEAST_ORIGINS:
            return False
    return True
