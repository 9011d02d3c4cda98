"""Interim: which test files there are, and which are likely to reach a unit."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterable, Sequence

from assay.change.kinds import is_test, places_of
from assay.values.change import Unit
from assay.values.lab import Source


def find_tests(paths: Sequence[str], source: Source) -> tuple[str, ...]:
    places = places_of(paths)
    return tuple(
        p for p in paths
        if p.endswith(".py") and is_test(p, places) and (p.split("/")[-1].startswith("test") or p.endswith("_test.py"))
    )


def rank_tests(tests: Iterable[str], units: Sequence[Unit], source: Source) -> tuple[tuple[str, float], ...]:
    scored = []
    stems = {u.path.split("/")[-1].removesuffix(".py").strip("_") for u in units}
    names = {part for u in units for part in u.qualname.split(".") if not part.startswith("__")}
    for path in tests:
        text = source.text("base", path) or ""
        score = 0.0
        name = path.split("/")[-1]
        score += 5 * any(stem and stem in name for stem in stems)
        score += 3 * any(n in text for n in names)
        score += 1 * any(u.module in text or u.module.rsplit(".", 1)[-1] in text for u in units)
        scored.append((path, score))
    return tuple(sorted(scored, key=lambda s: -s[1]))


def corpus(tests: Iterable[str], source: Source, limit: int) -> tuple[str, ...]:
    found = set()
    for path in tests:
        try:
            tree = ast.parse(source.text("base", path) or "")
        except SyntaxError:
            continue
        found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and 2 < len(n.value) < 400}
    texts = sorted(found)
    random.Random(0).shuffle(texts)
    return tuple(texts[:limit])
