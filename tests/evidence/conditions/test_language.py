"""Predicates are read by us, never evaluated by Python: pure, bounded, and silent about what cannot be told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.change.project import Project
from assay.evidence.conditions.bodies import ModuleScope
from assay.evidence.conditions.language import NotInLanguageError, compile_text
from assay.evidence.conditions.things import Thing


class Files:
    """A source of one module."""

    def __init__(self, text: str) -> None:
        self._text = text

    def paths(self, side: str) -> list[str]:
        return ["till.py"]

    def text(self, side: str, path: str) -> str | None:
        return self._text if path == "till.py" else None


def scope_of(text: str) -> ModuleScope:
    """What the names of a module mean."""
    project = Project(Files(text), "base")
    module = project.module("till.py")
    assert module is not None
    return ModuleScope(project, module)


def holds(text: str, module: str = "", **values: Any) -> bool | None:
    """Ask one predicate about one call."""
    return compile_text(text, frozenset(values), scope_of(module)).holds(values)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("n < 0 and flag", {"n": -1, "flag": True}, True),
        ("1 < n <= 3", {"n": 3}, True),
        ("any(c.isdigit() for c in s)", {"s": "a1"}, True),
        ("len({k for k, _ in pairs}) != len(pairs)", {"pairs": [("a", 1), ("a", 2)]}, True),
        ("raises(int(s))", {"s": "x"}, True),
        ("None in xs[1:-1]", {"xs": [1, None, 2]}, True),
        ("(n if n else 3) == 3", {"n": 0}, True),
        ("isinstance(v, (str, bytes))", {"v": b""}, True),
        ("isinstance(v, Money)", {"v": 1}, False),
        ("v.amount > 3", {"v": Thing("Money", {"amount": 4})}, True),
        ("isinstance(v, str)", {"v": Thing("Markup", {}, "x", "inner")}, True),
        ("re.search('^a+$', s) is not None", {"s": "aa"}, True),
    ],
)
def test_python_means_what_python_means(text: str, values: dict[str, Any], expected: object) -> None:
    """On plain values and on objects as the probe wrote them down."""
    assert holds(text, **values) is expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("s < 3", {"s": "x"}),
        ("xs[4]", {"xs": []}),
        ("v.amount", {"v": Thing("Money")}),
        ("bool(v)", {"v": Thing("Money")}),
        ("isinstance(v, Base)", {"v": Thing("Money")}),
        ("v == 1", {"v": Thing("Money")}),
        ("'x' * n == ''", {"n": 10**9}),
        ("10 ** n > 0", {"n": 10**9}),
        ("sum(i for i in range(n)) > 0", {"n": 10**9}),
    ],
)
def test_what_cannot_be_told_is_neither_true_nor_false(text: str, values: dict[str, Any]) -> None:
    """Nor is its negation, and nothing large or slow is made on the way."""
    assert holds(text, **values) is None
    assert holds(f"not ({text})", **values) is None


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "open(s)", "s.format(s)", "(lambda: s)()", "eval(s)", "s.__class__()", "[y := s]", "nobody"],
)
def test_what_predicates_may_not_say(text: str) -> None:
    """Files, modules, unknown names, lambdas: refused when read, or undefined when asked."""
    try:
        assert holds(text, s="x") is None
    except NotInLanguageError:
        return


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a*)*b", "(?:a{2,})+b"])
def test_a_regular_expression_that_may_explode_is_refused(pattern: str) -> None:
    """Before it is ever used."""
    with pytest.raises(NotInLanguageError):
        holds(f"re.search({pattern!r}, s) is None", s="a" * 40)


def test_constants_and_small_functions_of_the_module_are_known() -> None:
    """Tables are computed, loops and recursion carried out, all by us."""
    module = (
        "UNITS = 'BKM'\nSIZES = [(1024 ** i, u) for i, u in enumerate(UNITS)]\n"
        "def depth(x):\n    return 1 + max((depth(e) for e in x), default=0) if isinstance(x, list) else 0\n"
        "def evens(xs):\n    out = []\n    for x in xs:\n        if x % 2:\n            continue\n"
        "        out.append(x)\n    return out\n"
    )
    assert holds("any(n == size for size, _ in SIZES)", module, n=1024) is True
    assert holds("depth(x) > 2", module, x=[[[1]]]) is True
    assert holds("evens(xs) == xs", module, xs=[1, 2]) is False


def test_a_function_that_does_more_than_compute_is_not_carried_out() -> None:
    """One that changes its argument, reads a file, or never ends."""
    for body in ("x.append(1)\n    return x", "return open(x)", "global y\n    y = 1"):
        with pytest.raises(NotInLanguageError):
            holds("odd(x) == 1", f"def odd(x):\n    {body}\n", x=[])
    assert holds("odd(x) == 1", "def odd(x):\n    while True:\n        x = x + 1\n", x=1) is None
    assert holds("odd(x) == 1", "def odd(x):\n    return odd(x)\n", x=1) is None


@given(st.integers(-50, 50), st.integers(-50, 50), st.sampled_from(["+", "-", "*", "//", "%", "<", "==", "and"]))
def test_arithmetic_agrees_with_python(left: int, right: int, sign: str) -> None:
    """Where Python gives an answer; where it raises, there is none."""
    try:
        expected: bool | None = bool(eval(f"left {sign} right"))  # noqa: S307 - our own text, to compare with
    except ZeroDivisionError:
        expected = None
    assert holds(f"left {sign} right", left=left, right=right) is expected
