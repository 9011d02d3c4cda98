"""Which units a change has, and why."""

from __future__ import annotations

import bdb
from pathlib import Path

import pytest
from tests.change.telling import assert_told, change_of

from assay.codebase.definitions import definitions


@pytest.mark.parametrize(
    ("base", "head", "why"),
    [
        ("def f(a):\n    return a\n", "def f(a):\n    return -a\n", "body"),
        ("def f(a):\n    return a\n", "def f(a, b):\n    return a\n", "signature"),
        ("def f(a=1):\n    return a\n", "def f(a=2):\n    return a\n", "default"),
        ("@x\ndef f(a):\n    return a\n", "@y\ndef f(a):\n    return a\n", "decorator"),
        ("def f(a):\n    return a\n", "async def f(a):\n    return a\n", "signature"),
        ("def f(a):\n    return True\n", "def f(a):\n    return 1\n", "body"),
        ("def f(a):\n    return 1.0\n", "def f(a):\n    return 1\n", "body"),
    ],
)
def test_a_function_says_which_part_of_it_changed(base: str, head: str, why: str) -> None:
    assert_told(base, head, f"m.f: {why}")


def test_added_and_removed_functions_are_units_and_the_removed_one_says_who_uses_it() -> None:
    """Names alone tell it."""
    assert_told(
        "def gone():\n    return 1\ndef user():\n    return gone()\n",
        "def come():\n    return [2, 3]\ndef user():\n    return gone()\n",
        "added m.come",
        "removed m.gone still used at m.py:4",
        "m.user: reads gone",
    )


def test_a_changed_inner_function_changes_the_outer_one() -> None:
    """The inner one cannot be reached by name."""
    assert_told(
        "def f():\n    def g():\n        return 1\n    return g\n",
        "def f():\n    def g():\n        return 2\n    return g\n",
        "m.f: nested g",
        "m.f.<locals>.g: body",
    )


def test_a_getter_and_its_setter_are_told_apart() -> None:
    """Both are called `C.x`; the setter is the second one."""
    text = "class C:\n    @property\n    def x(self):\n        return 1\n    @x.setter\n    def x(self, v):\n        self.y = {}\n"
    [unit] = change_of(text.format("v"), text.format("-v")).units
    assert (unit.unit.name, unit.unit.first_line, unit.why) == ("m.C.x", 5, ("body",))


def test_two_functions_of_one_name_are_matched_by_likeness() -> None:
    """An `if` that gains a branch does not make the other branches change."""
    assert_told(
        "if a:\n    def f(): return 1\nelse:\n    def f(): return 2\n",
        "if b:\n    def f(): return 3\nelif a:\n    def f(): return 1\nelse:\n    def f(): return 2\n",
        "added m.f",
        "unread module-level m.py",
    )


def test_changed_lines_leave_out_comments_and_name_the_statement_they_belong_to() -> None:
    """A statement over several lines counts with its first line, by which an interpreter reports it."""
    base = "def f(a):\n    # one\n    x = g(\n        a,\n        1,\n    )\n    return x\n"
    head = "def f(a):\n    # two\n    x = g(\n        a,\n        limit.low,\n    )\n    return x\n"
    [unit] = change_of(base, head).units
    assert (set(unit.base_lines), set(unit.head_lines)) == ({3, 5}, {3, 5})
    assert unit.names == {"limit", "low"}


def test_a_block_that_only_moved_deeper_counts_line_by_line() -> None:
    """No line has other words, so depth is what differs."""
    base = "def f(a):\n    if a:\n        b()\n    c()\n"
    head = "def f(a):\n    if a:\n        b()\n        c()\n"
    [unit] = change_of(base, head).units
    assert (set(unit.base_lines), set(unit.head_lines)) == ({4}, {4})


def test_a_file_that_cannot_be_parsed_is_unread_with_its_line() -> None:
    """And nothing is told of its units."""
    change = change_of("def f():\n    return 1\n", "def f():\n    return (\n")
    [unread] = change.unread
    assert (unread.slug, unread.reason) == ("syntax-error", "At head, line 2: '(' was never closed.")
    assert not change.units


def test_docstrings_count_where_the_program_shows_them() -> None:
    """A command prints its docstring as help."""
    text = "import click\n@click.command()\ndef f():\n    '''{}'''\n"
    assert_told(text.format("old"), text.format("new"), "m.f: docstring")


def test_annotations_count_where_the_program_reads_them() -> None:
    """`singledispatch` chooses by them."""
    text = "from functools import singledispatch\n@singledispatch\ndef f(a): return 1\n@f.register\ndef _(a: {}): return 2\n"
    assert_told(text.format("int"), text.format("str"), "m._: annotation")


def test_tests_are_kept_apart() -> None:
    """They are no units."""
    change = change_of("=== tests/test_m.py\ndef test(): pass\n", "=== tests/test_m.py\ndef test(): assert 1\n")
    assert not change.units
    assert [pair.path for pair in change.tests] == ["tests/test_m.py"]


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("requirements.txt", "dependencies"),
        ("uv.lock", "dependencies"),
        ("app/settings.yaml", "configuration"),
        ("app/migrations/1.sql", "sql"),
        ("app/templates/a.html", "template"),
        ("app/words.csv", "data"),
        ("app/fast.pyx", "native"),
        ("app/fast.c", "native"),
    ],
)
def test_files_that_are_no_python_are_listed_as_unread(path: str, slug: str) -> None:
    assert_told(f"=== {path}\na\n", f"=== {path}\nb\n", f"unread {slug} {path}")


def test_prose_that_code_reads_is_data() -> None:
    """A package that opens `help.md` prints it, perhaps."""
    code = "=== p/__init__.py\ndef f(): return open('help.md')\n"
    assert_told(f"{code}=== p/help.md\na\n", f"{code}=== p/help.md\nb\n", "unread data p/help.md")


def test_other_dependencies_of_the_project_are_unread() -> None:
    """The interpreter at hand has the old ones."""
    text = "=== pyproject.toml\n[project]\ndependencies = ['{}']\n"
    assert_told(text.format("a"), text.format("b"), "unread dependencies pyproject.toml")


def test_one_edited_function_of_a_large_module_is_the_only_unit_with_a_changed_body() -> None:
    """Any function of a module of the standard library; functions around it say that it is inside."""
    text = Path(bdb.__file__).read_text(encoding="utf-8")
    lines = text.split("\n")
    for definition in definitions(text)[::3]:
        if "#" in lines[definition.last_line - 1]:
            continue
        edited = [
            *lines[: definition.last_line - 1],
            "#",
            lines[definition.last_line - 1] + "; edited = 1",
            *lines[definition.last_line :],
        ]
        changed = {unit.unit.first_line: unit.why for unit in change_of(text, "\n".join(edited)).units}
        assert changed.pop(definition.first_line) == ("body",)
        assert all(why[0].startswith("nested") for why in changed.values())
