"""A function of a library is parsed alone, and its tree is the one that the whole file gives."""

from __future__ import annotations

import argparse
import ast
import asyncio.base_events
import dataclasses
import functools
import inspect
import re
import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay_probe.reality import parsing


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Every function's code in a module's code."""
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            yield value
            yield from codes(value)


def shown(code: types.CodeType) -> str | None:
    """The tree with its lines and columns."""
    tree = parsing.tree_of_code(code)  # type: ignore[no-untyped-call]  # the probe has no annotations
    return None if tree is None else ast.dump(tree, include_attributes=True)


@pytest.mark.parametrize(
    "module", [argparse, dataclasses, functools, inspect, textwrap, typing, asyncio.base_events, re]
)
def test_lines_and_columns_are_those_of_the_file(module: types.ModuleType) -> None:
    """For every function of some standard modules."""
    file = str(module.__file__)
    text = Path(file).read_text(encoding="utf-8")
    whole = {
        (node.name, min([node.lineno, *(d.lineno for d in node.decorator_list)])): node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    asked = [c for c in codes(compile(text, file, "exec")) if (c.co_name, c.co_firstlineno) in whole]
    assert asked
    for code in asked:
        assert shown(code) == ast.dump(whole[code.co_name, code.co_firstlineno], include_attributes=True), code.co_name


def test_a_function_whose_lines_do_not_say_where_it_ends_is_taken_from_the_whole_file(tmp_path: Path) -> None:
    """Text that is flush left, comments that are, a body of a docstring alone, two definitions of one name."""
    text = (
        "class A:\n"
        "    def first(self):\n"
        '        """One.\nflush left\n        """\n'
        "    def second(\n        self,\n    ):\n"
        "# a comment\n"
        '        return """\nflush left\n"""\n'
        "    @property\n    def third(self): return [\n        1,\n    ]\n"
        "    def first(self, other): ...\n"
    )
    file = tmp_path / "library.py"
    file.write_text(text, encoding="utf-8")
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    found = [shown(code) for code in codes(compile(text, str(file), "exec")) if code.co_name != "A"]
    assert found == [ast.dump(node, include_attributes=True) for node in nodes]
