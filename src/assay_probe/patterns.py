"""Texts that one of two regular expressions takes and the other does not, found by writing down what each would take.

They are searched for in a forked child with a time limit, because expressions may take for ever.
"""

import itertools
import random
import re

try:
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # CPython 3.10 and older
    import sre_parse as parser

SAMPLES, ROUNDS_TO_SHORTEN = 160, 40
MOST, LONGEST = 12, 80
MOST_MATCHES = 5
_ANY = "xA0 -_.:/é"
_CATEGORIES = {
    "CATEGORY_DIGIT": "07",
    "CATEGORY_NOT_DIGIT": "x-",
    "CATEGORY_SPACE": " \n",
    "CATEGORY_NOT_SPACE": "x0",
    "CATEGORY_WORD": "a0_é",
    "CATEGORY_NOT_WORD": "- .",
}


def telling(pairs, seed):
    """Up to `MOST` texts that the expressions of a pair read differently, the shortest first."""
    found = {}
    for ours, theirs in pairs:
        draw = random.Random("%s|%s|%s" % (seed, ours, theirs))
        try:
            both = re.compile(ours), re.compile(theirs)
            trees = parser.parse(ours), parser.parse(theirs)
        except (re.error, OverflowError, RecursionError):
            continue
        for number in range(SAMPLES):
            text = _Sample(draw).of(trees[number % 2])
            if len(text) <= LONGEST and _differ(both, text):
                found.setdefault(_shortened(both, text))
    return sorted(found, key=lambda text: (len(text), text))[:MOST]


def _differ(both, text):
    with_groups = both[0].groups == both[1].groups
    ours, theirs = (_read(expression, text, with_groups) for expression in both)
    return ours != theirs


def _read(expression, text, with_groups):
    matches = itertools.islice(expression.finditer(text), MOST_MATCHES)
    spans = [(match.span(), match.groups() if with_groups else ()) for match in matches]
    return bool(expression.fullmatch(text)), spans


def _shortened(both, text):
    """The text without what it does not need in order to be read differently."""
    for _ in range(ROUNDS_TO_SHORTEN):
        shorter = (text[:i] + text[i + 1 :] for i in range(len(text)))
        text, before = next((new for new in shorter if new and _differ(both, new)), text), text
        if text == before:
            break
    return text


class _Sample:
    """One text that an expression could take; what it says of the text around it is passed over, or written as well."""

    def __init__(self, draw):
        self._draw, self._groups = draw, {}

    def of(self, tree):
        """A text for a part of the expression."""
        return "".join(self._one(str(operator), value) for operator, value in tree)

    def _one(self, operator, value):
        draw = self._draw
        if operator == "LITERAL":
            return chr(value)
        if operator in ("NOT_LITERAL", "ANY"):
            return draw.choice([c for c in _ANY if operator == "ANY" or ord(c) != value])
        if operator == "IN":
            return self._member(value)
        if operator == "BRANCH":
            return self.of(draw.choice(value[1]))
        if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, tree = value
            count = min(int(low) + draw.choice((0, 0, 1, 1, 2)), int(high))
            return "".join(self.of(tree) for _ in range(min(count, LONGEST)))
        if operator == "SUBPATTERN":
            text = self.of(value[-1])
            self._groups[value[0]] = text
            return text
        if operator == "GROUPREF":
            return self._groups.get(value, "")
        if operator == "GROUPREF_EXISTS":
            return self.of(value[1] if value[0] in self._groups else value[2] or ())
        if operator == "ATOMIC_GROUP":
            return self.of(value)
        if operator in ("ASSERT", "ASSERT_NOT"):
            return self.of(value[1]) if draw.random() < 0.4 else ""
        return ""

    def _member(self, items):
        """A character of a class; where the class says what it excludes, one that it does not name."""
        named = [(str(kind), value) for kind, value in items]
        if named[0][0] == "NEGATE":
            excluded = {chr(value) for kind, value in named if kind == "LITERAL"}
            ranges = [value for kind, value in named if kind == "RANGE"]
            left = [c for c in _ANY if c not in excluded and not any(low <= ord(c) <= high for low, high in ranges)]
            return self._draw.choice(left or ["\u2014"])
        kind, value = self._draw.choice(named)
        if kind == "RANGE":
            return chr(self._draw.choice((value[0], value[1], self._draw.randint(*value))))
        return chr(value) if kind == "LITERAL" else self._draw.choice(_CATEGORIES.get(str(value), _ANY))
