"""What the code tests, said over its parameters."""

from __future__ import annotations

import ast

import pytest

from assay.evidence.conditions.branches import said_by


def said(source: str) -> set[str]:
    """The tests of one function."""
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    return set(said_by(node, frozenset(a.arg for a in node.args.args)).tests)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(n):\n    if n > 3 and n < 9:\n        return 1", {"n > 3 and n < 9", "n > 3", "n == 3", "n < 9"}),
        ("def f(xs, n):\n    total = sum(xs)\n    if total < n:\n        return 1", {"sum(xs) < n", "sum(xs) == n"}),
        (
            "def f(n, si):\n    if si:\n        base = 1000\n    else:\n        base = 1024\n    return n < base",
            {"si", "n < (1000 if si else 1024)"},
        ),
        (
            "def f(n):\n    for size, word in SIZES:\n        if n < size:\n            return word",
            {"any((n < size for size, word in SIZES))", "any((n == size for size, word in SIZES))"},
        ),
        ("def f(s):\n    try:\n        return int(s)\n    except ValueError:\n        return 0", {"raises(int(s))"}),
        ("def f(s):\n    return s.strip()", {"s.strip() == s"}),
        ("def f(n, k):\n    return n // k", {"n % k == 0"}),
        ("def f(xs):\n    return [x for x in xs if x is None]", {"any((x is None for x in xs))"}),
        ("def f(n):\n    n = abs(n)\n    if n > 3:\n        return 1", {"abs(n) > 3"}),
    ],
)
def test_locals_are_written_out(source: str, expected: set[str]) -> None:
    """Through assignments, both arms of `if`, and loops."""
    assert expected <= said(source)


def test_what_only_a_local_tells_is_not_said() -> None:
    """A local that a loop changes has no expression over the parameters."""
    assert not any(
        "total" in text for text in said("def f(xs):\n    total = 0\n    while total < 9:\n        total += g()")
    )
