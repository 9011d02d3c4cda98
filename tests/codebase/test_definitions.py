"""Functions as the interpreter knows them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from assay.change.syntax import Module, parse
from assay.codebase.definitions import definitions, exported_by, is_public

SOURCES = sorted(Path(ast.__file__).parent.glob("[a-e]*.py"))[:40]
"""Modules of the standard library, written by many hands."""


def code_objects(code: CodeType, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Qualified name and first line of every function that was compiled."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & inspect.CO_OPTIMIZED and not constant.co_name.startswith("<"):
                yield constant.co_qualname, constant.co_firstlineno
            yield from code_objects(constant)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_names_and_first_lines_are_those_of_the_compiled_code(path: Path) -> None:
    """Decorators, nesting, classes in functions, definitions in `if` and `try`."""
    text = path.read_text(encoding="utf-8")
    expected = sorted(set(code_objects(compile(text, str(path), "exec", dont_inherit=True, optimize=0))))
    found = sorted({(d.qualname, d.first_line) for d in definitions(text)})
    # A compiler leaves out what no run can reach; we never leave out what it has.
    assert set(expected) <= set(found)
    assert len(found) - len(expected) <= 2


def test_a_definition_tells_its_parameters_and_kind() -> None:
    text = "class C:\n    @d(1)\n    async def f(self, a: int, /, b=2, *c, k: str = 'x', **z):\n        yield 1\n"
    [found] = definitions(text)
    assert (found.qualname, found.first_line, found.last_line, found.decorators) == ("C.f", 2, 4, ("d(1)",))
    assert (found.is_async, found.is_generator, found.in_class) == (True, True, True)
    assert [(p.name, p.kind, p.hint, p.default) for p in found.parameters] == [
        ("self", "positional", None, None),
        ("a", "positional", "int", None),
        ("b", "plain", None, "2"),
        ("c", "star", None, None),
        ("k", "keyword", "str", "'x'"),
        ("z", "stars", None, None),
    ]


def test_a_yield_in_a_lambda_or_an_inner_function_makes_no_generator() -> None:
    text = "def f():\n    g = lambda: (yield)\n    def h():\n        yield\n    return g, h\n"
    assert [(d.qualname, d.is_generator) for d in definitions(text)] == [("f", False), ("f.<locals>.h", True)]


def test_second_definitions_of_a_name_are_numbered() -> None:
    text = "class C:\n    @property\n    def x(self): return 1\n    @x.setter\n    def x(self, v): pass\n"
    assert [d.id_in("m.py") for d in definitions(text)] == ["m.py::C.x", "m.py::C.x#2"]


def test_a_file_that_cannot_be_parsed_has_no_definitions() -> None:
    assert definitions("def f(:\n") == ()
    assert definitions("\0") == ()
    assert definitions("(" * 5000) == ()


@pytest.mark.parametrize(
    ("name", "exported", "public"),
    [
        ("p.m.f", None, True),
        ("p.m.C.__init__", None, True),
        ("p.m._f", None, False),
        ("p._m.f", None, False),
        ("p.m._C.f", None, False),
        ("p.m.f.<locals>.g", None, False),
        ("p._m.f", ("f",), True),
        ("p.m._f", ("_f", "g"), True),
    ],
)
def test_a_leading_underscore_makes_a_name_private_unless_it_is_exported(
    name: str, exported: tuple[str, ...] | None, public: bool
) -> None:
    assert is_public(name, exported) is public


def test_exported_names_are_read_from_all_its_assignments() -> None:
    module = parse("m.py", "m", "__all__ = ['a']\n__all__ += ['b', 'c']\n")
    assert isinstance(module, Module)
    assert exported_by(module) == ("a", "b", "c")
