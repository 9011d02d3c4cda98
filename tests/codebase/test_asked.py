"""What the code of a function tells of the values that it expects."""

from __future__ import annotations

import ast

import pytest

from assay.change.syntax import FunctionNode
from assay.codebase.asked import asked_of, branch_lines, no_longer_asked, no_longer_compared, own_types_dropped


def function(text: str) -> FunctionNode:
    """The first statement of a text, which is a function."""
    node = ast.parse(text).body[0]
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    return node


@pytest.mark.parametrize(
    ("question", "name", "kinds"),
    [
        ("isinstance(x, Decimal)", "x", {"decimal"}),
        ("isinstance(x, (str, decimal.Decimal))", "x", {"text", "decimal"}),
        ("isinstance(x, int | float)", "x", {"int", "float"}),
        ("isinstance(x, (bytes, bytearray))", "x", {"bytes", "bytearray"}),
        ("isinstance(x, (str, enum.Enum))", "x", {"text", "enum"}),
        ("type(x) is dict", "x", {"dict"}),
        ("type(x) in (list, tuple)", "x", {"list", "tuple"}),
        ("x is None", "x", {"none"}),
        ("x != None", "x", {"none"}),
        ("isinstance(x, type(None))", "x", {"none"}),
        ("x.end is not None", "", {"none"}),
        ("isinstance(x, Order)", "x", set()),
        ("x == 3", "x", set()),
    ],
)
def test_a_question_names_kinds(question: str, name: str, kinds: set[str]) -> None:
    """Questions about anything but a name stand under the empty name; a class of the project is no kind."""
    asked = asked_of(function(f"def f(x):\n    return {question}\n"))
    assert asked.get(name, frozenset()) == kinds


def test_what_head_asks_no_more() -> None:
    """The same question about another value is another question."""
    base = "def f(x, y):\n    z = y.get(x)\n    return z is None or isinstance(x, str) or y is None\n"
    head = "def f(x, y):\n    z = y.get(x)\n    return isinstance(x, str) or y is None\n"
    assert no_longer_asked(function(base), function(head)) == {"none"}
    assert no_longer_asked(function(base), function(base)) == set()


BRANCHES = """def f(x):
    if not x:
        return 0
    try:
        y = g(x)
    except KeyError:
        y = None
        x = ()
    else:
        y += 1
    return y
"""


@pytest.mark.parametrize(
    ("changed", "lines"),
    [({2, 3}, {3}), ({6, 7, 8}, {7, 8}), ({7}, set()), ({5, 10, 11}, set()), (set(), set())],
)
def test_a_branch_counts_when_all_of_it_changed(changed: set[int], lines: set[int]) -> None:
    """A part of it may be a word exchanged; what runs in any case is no branch."""
    assert branch_lines(function(BRANCHES), changed) == lines


@pytest.mark.parametrize(
    ("base", "head", "names"),
    [
        ("return type(self)(1)", "return Version(1)", ("self",)),
        ("return self.__class__(1)", "return type(self)(1)", ()),
        ("return type(self)(1), type(self)(2)", "return type(self)(1), Version(2)", ("self",)),
        ("return cls(1)", "return Version(1)", ("cls",)),
        ("return other(1)", "return Version(1)", ()),
    ],
)
def test_whose_own_type_head_no_longer_goes_by(base: str, head: str, names: tuple[str, ...]) -> None:
    """It answers with its own class where callers have one that derives from it."""
    decorator, first = ("@classmethod\n", "cls") if "cls" in base else ("", "self")
    ours, theirs = (function(f"{decorator}def f({first}, other):\n    {body}") for body in (base, head))
    assert own_types_dropped(ours, theirs) == names


def test_constants_that_head_no_longer_compares_a_name_with() -> None:
    base = (
        "def f(a, mode):\n    return a.kind in ('x', 'y') or a['size'] == 3 or 'old' == mode or a.get('way') != 'up'\n"
    )
    head = "def f(a, mode):\n    return a.kind == 'x' or a['size'] == 4 or 'old' == mode or a.get('way') != 'up'\n"
    assert no_longer_compared(function(base), function(head)) == {
        "kind": (("'y'",), ("'x'",)),
        "size": (("3",), ()),
    }
    assert no_longer_compared(function(base), function(base)) == {}
