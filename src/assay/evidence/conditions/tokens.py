"""Questions about what differing texts have in common: their words and signs, and what stands after one another.

Small texts say most: what a minimised example still holds is in every other one too, or it does not matter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, permutations

MOST_TOKENS, MOST_PAIRS, MOST_ENDS, MOST_TEXTS, LONGEST = 10, 16, 4, 60, 400
HELD, WORD, PAIR, SHAPE = 1.6, 1.7, 2.0, 2.1
NEARLY_ALL = 0.95
_TOKEN = re.compile(r"[^\W\d_]\w*|\d+|[^\w\s]")


def token_tests(differing: Sequence[Mapping[str, object]], others: Sequence[Mapping[str, object]]) -> dict[str, float]:
    """Tests with costs, for each parameter that is a text in all differing calls."""
    found: dict[str, float] = {}
    for name in differing[0] if differing else ():
        values = [call.get(name) for call in differing]
        texts = [value for value in values if isinstance(value, str)]
        if not name.isidentifier() or len(texts) < len(values):
            continue
        theirs = [value for call in others for value in [call.get(name)] if isinstance(value, str)]
        found.update(_about(name, texts[:MOST_TEXTS], theirs[:MOST_TEXTS]))
    return found


def _about(name: str, texts: Sequence[str], others: Sequence[str]) -> Iterable[tuple[str, float]]:
    for flags in ("", "re.I"):
        # Where a word is written in two ways in the differing texts, case does not matter.
        own, theirs = ([text.upper() if flags else text for text in some] for some in (texts, others))
        common = _common(set(_TOKEN.findall(text)) for text in own)
        rarest = sorted(common, key=lambda token: (sum(token in other for other in theirs), token))[:MOST_TOKENS]
        for token in rarest:
            if not flags:
                yield f"{token!r} in {name}", HELD
            if token.isidentifier():
                yield _search(rf"\b{token}\b", name, flags), WORD
        pairs = {*_common(set(_pairs(text)) for text in own), *_gaps(rarest[:MOST_ENDS], own)}
        scored = sorted((_n_found(pair, theirs), len(pair), pair) for pair in pairs)
        for _, _, pair in scored[:MOST_PAIRS]:
            yield _search(pair, name, flags), SHAPE if "+" in pair else PAIR


def _common(sets: Iterable[set[str]]) -> set[str]:
    """What is in all of them; in nearly all where they are many, for a difference may have a second cause."""
    each = list(sets)
    found = Counter(item for some in each for item in some)
    return {item for item, n in found.items() if n >= len(each) * NEARLY_ALL}


def _n_found(pattern: str, texts: Iterable[str]) -> int:
    return sum(bool(re.search(pattern, text[:LONGEST])) for text in texts)


def _gaps(tokens: Sequence[str], texts: Sequence[str]) -> Iterable[str]:
    """A common word and later another token, with something between them."""
    for one, other in permutations(tokens, 2):
        if not one.isidentifier():
            continue
        within = rf"[^{re.escape(other)}]" if len(other) == 1 and not other.isalnum() else r"[\s\S]"
        pattern = _bounded(one) + within + "+" + _bounded(other)
        if _n_found(pattern, texts) >= len(texts) * NEARLY_ALL:
            yield pattern


def _pairs(text: str) -> Iterable[str]:
    """Patterns for two tokens in a row: both as they stand, and a word before, or after, any such as the other."""
    tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text[:LONGEST])]
    for (one, _, end), (other, start, _) in pairwise(tokens):
        gap = r"\s+" if start > end else ""
        yield _bounded(one) + gap + _bounded(other)
        if one.isidentifier():
            yield _bounded(one) + gap + _any_like(other)
        if other.isidentifier():
            yield _any_like(one) + gap + _bounded(other)


def _bounded(token: str) -> str:
    return rf"\b{token}\b" if token.isidentifier() else re.escape(token)


def _any_like(token: str) -> str:
    return r"\d+" if token.isdigit() else r"\w+" if token.isidentifier() else r"[^\w\s]"


def _search(pattern: str, name: str, flags: str) -> str:
    return f"re.search({pattern!r}, {name}{', ' if flags else ''}{flags})"
