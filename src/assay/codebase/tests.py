"""Which files are tests, which of them are likely to exercise a unit, and which texts they use."""

from __future__ import annotations

import ast
import fnmatch
import math
import random
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from assay.change.kinds import is_auxiliary, is_test, places_of
from assay.codebase.pytest_settings import PytestSettings
from assay.values.change import FilePair, Unit
from assay.values.lab import Source

PATTERNS = ("test_*.py", "*_test.py", "tests.py", "test.py")
"""What pytest collects by default, and what unittest and Django projects add."""
SHORTEST_TEXT, LONGEST_TEXT = 3, 400
LARGEST_SAMPLE = 150_000
"""Tests are parsed for the corpus until so many characters were read."""
TEXTS_OF_A_TEST = 20
SEED = 0
"""The corpus is shuffled by it, so that a part of it is a sample."""
_FIXTURES = frozenset({".txt", ".md", ".sql", ".html", ".rst", ".css", ".js", ".po", ".csv", ".tex"})
_PLAIN_STEM = re.compile(r"^_*(?:tests?_)?(.*?)(?:_tests?)?_*$")


def find_tests(paths: Sequence[str], settings: PytestSettings, project: str = "") -> tuple[str, ...]:
    """Test files among base's paths: what `python_files` and `testpaths` say, and what a package of tests gathers.

    Of a project inside a larger tree its own tests count, and those of the whole tree where it has none.
    """
    places = places_of(paths)
    patterns = settings.python_files or PATTERNS
    also = set(settings.gathered)
    fitting = (p for p in paths if p.endswith(".py") and (p in also or _fits(p, patterns)))
    named = [p for p in fitting if not p.endswith("/conftest.py")]
    named = [p for p in named if p.startswith(f"{project}/")] or named if project else named
    within = settings.testpaths
    chosen = [p for p in named if any(fnmatch.fnmatch(p, f"{root}/*") or root in {p, "."} for root in within)]
    if not chosen:
        chosen = [p for p in named if is_test(p, places) and not is_auxiliary(p, places)]
    return tuple(chosen)


def rank_tests(
    tests: Iterable[str],
    units: Sequence[Unit],
    source: Source,
    *,
    files: Sequence[FilePair] = (),
    names: Iterable[str] = (),
) -> tuple[tuple[str, float], ...]:
    """Test files with a score, the one most likely to exercise one of the units first. Reads text, parses nothing.

    `files` are the files of the change: a test that the change edits belongs to it. `names` are identifiers on changed
    lines: the fewer tests mention one, the more it tells.
    """
    goals = list({(u.module, u.qualname): _Goal(u, source) for u in units}.values())
    texts = {path: source.text("base", path) or "" for path in tests}
    edited = {pair.base_path for pair in files}
    stems = {_stem(PurePosixPath(pair.path).stem) for pair in files} - {"init", ""}
    rare = _rarity(texts.values(), names)
    scored: list[tuple[str, float]] = []
    for path, text in texts.items():
        scores = [goal.score(path, text) for goal in goals]
        hints = 6 * (path in edited) + 3 * (_stem(PurePosixPath(path).stem) in stems)
        told = min(5.0, sum(weight for name, weight in rare.items() if name in text))
        scored.append((path, round(max(scores, default=0.0) + 0.1 * sum(scores) + hints + told, 3)))
    return tuple(sorted(scored, key=lambda item: (-item[1], item[0])))


def corpus(tests: Iterable[str], source: Source, limit: int) -> tuple[str, ...]:
    """Texts that the tests use, from the first tests on, in an order that only the seed decides.

    String literals of 3 to 400 characters, docstrings aside, and paragraphs of text files beside the tests.
    """
    paths = list(tests)
    texts: dict[str, None] = {}
    size = 0
    for path in paths:
        text = source.text("base", path) or ""
        texts.update(dict.fromkeys(_strings(text)))
        size += len(text)
        if len(texts) >= 4 * limit or size >= LARGEST_SAMPLE:
            break
    if len(texts) < limit:
        texts.update(dict.fromkeys(_paragraphs(paths, source, limit - len(texts))))
    found = list(texts)
    random.Random(SEED).shuffle(found)  # noqa: S311 - a sample, not a secret
    return tuple(found[:limit])


def texts_of(tests: Iterable[str], source: Source, limit: int) -> tuple[str, ...]:
    """Texts that these tests use, a few of each, in the order of the tests.

    `tests` are names as pytest gives them. What parametrises a test belongs to it.
    """
    definitions: dict[str, dict[str, ast.AST]] = {}
    names = dict.fromkeys(test.partition("[")[0] for test in tests if "::" in test)
    texts: dict[str, None] = {}
    for name in names:
        path, _, inside = name.partition("::")
        if path not in definitions:
            definitions[path] = _definitions(source.text("base", path) or "")
        function = definitions[path].get(inside)
        if function is not None and len(texts) < limit:
            texts.update(dict.fromkeys(list(_texts_in(function))[:TEXTS_OF_A_TEST]))
    return tuple(texts)[:limit]


def _definitions(text: str) -> dict[str, ast.AST]:
    """Functions of a file and methods of its classes, by the name that pytest gives them behind the path."""
    tree = _parsed(text)
    found: dict[str, ast.AST] = {}
    level: list[tuple[str, ast.AST]] = [("", tree)] if tree is not None else []
    while level:
        around, node = level.pop()
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found[around + inner.name] = inner
            elif isinstance(inner, ast.ClassDef):
                level.append((f"{around}{inner.name}::", inner))
    return found


class _Goal:
    """One unit, and by what a test gives itself away as one of its tests."""

    def __init__(self, unit: Unit, source: Source) -> None:
        parts = [part for part in unit.qualname.split(".") if part != "<locals>"]
        self._module = unit.module
        self._folder = PurePosixPath(unit.path).parent.parts
        module = PurePosixPath(unit.path)
        self._stem = _stem(module.parent.name if module.stem == "__init__" else module.stem)
        self._package = _stem(module.parent.name)
        self._owners = [part for part in parts[:-1] if len(part) > 2]
        self._name = parts[-1] if not (parts[-1].startswith("__") and parts[-1].endswith("__")) else ""
        text = source.text("base", unit.path) or ""
        self._siblings = re.findall(r"^(?:async def|def|class) ([A-Za-z]\w{3,})", text, re.MULTILINE)[:200]

    def score(self, path: str, text: str) -> float:
        stem = _stem(PurePosixPath(path).stem)
        score = 0.0
        if stem == self._stem:
            score += 6
        elif self._stem and (f"_{self._stem}_" in f"_{stem}_" or (stem and f"_{stem}_" in f"_{self._stem}_")):
            score += 3
        elif stem == self._package:
            score += 1.5
        if self._module and self._module in text:
            score += 4
        elif self._stem and re.search(rf"import\b[^\n]*\b_*{re.escape(self._stem)}\b", text):
            score += 2
        if self._name and (n := text.count(self._name)):
            score += 3 + min(2.0, math.log2(n + 1) / 2)
        for owner in self._owners:
            if n := text.count(owner):
                score += 2 + min(1.5, math.log2(n + 1) / 3)
        score += 0.5 * min(4, sum(name in text for name in self._siblings))
        return score + self._nearness(path)

    def _nearness(self, path: str) -> float:
        """How far the two paths go together; folders called `tests` do not separate."""
        folder = [part for part in PurePosixPath(path).parent.parts if part not in {"tests", "test", "unit"}]
        shared = 0
        for one, other in zip(folder, self._folder, strict=False):
            if one != other:
                break
            shared += 1
        return 3 * shared / max(1, len(self._folder)) if folder else 0.0


def _rarity(texts: Collection[str], names: Iterable[str]) -> dict[str, float]:
    """Names that some tests mention and others do not, with a weight of at most 3."""
    weights: dict[str, float] = {}
    for name in sorted({n for n in names if len(n) > 3})[:60]:
        n_mentioning = sum(name in text for text in texts)
        if 0 < n_mentioning < len(texts):
            weights[name] = min(3.0, math.log2(len(texts) / n_mentioning) / 2)
    return weights


def _stem(name: str) -> str:
    found = _PLAIN_STEM.match(name)
    return (found[1] if found else name).lower()


def _fits(path: str, patterns: Iterable[str]) -> bool:
    name = PurePosixPath(path).name
    for pattern in patterns:
        if fnmatch.fnmatch(name, pattern) if "/" not in pattern else fnmatch.fnmatch(f"/{path}", f"*/{pattern}"):
            return True
    return False


def _strings(text: str) -> Iterator[str]:
    tree = _parsed(text)
    if tree is not None:
        yield from _texts_in(tree)


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _texts_in(tree: ast.AST) -> Iterator[str]:
    silent: set[int] = set()
    for node in ast.walk(tree):  # a statement comes before its expression
        value = node.value if isinstance(node, ast.Constant) and id(node) not in silent else None
        if isinstance(node, ast.Expr):
            silent.add(id(node.value))
        if isinstance(value, str) and SHORTEST_TEXT <= len(value) <= LONGEST_TEXT:
            yield value


def _paragraphs(tests: Sequence[str], source: Source, limit: int) -> Iterator[str]:
    """Paragraphs of text files in the folders of tests."""
    folders = tuple({f"{PurePosixPath(path).parts[0]}/" for path in tests if "/" in path})
    given = 0
    for path in source.paths("base"):
        if not path.startswith(folders) or PurePosixPath(path).suffix not in _FIXTURES or given >= limit:
            continue
        for paragraph in re.split(r"\n\s*\n", source.text("base", path) or "")[:5]:
            if SHORTEST_TEXT <= len(paragraph) <= LONGEST_TEXT:
                given += 1
                yield paragraph
