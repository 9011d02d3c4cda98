"""A changed name of a module or class concerns whoever reads it."""

from __future__ import annotations

from tests.change.telling import assert_told, change_of


def test_a_changed_constant_concerns_its_readers_in_the_same_file() -> None:
    """A parameter of the same name is no reader."""
    text = "LIMIT = {}\ndef f():\n    return LIMIT\ndef g(LIMIT):\n    return LIMIT\ndef h():\n    return 1\n"
    assert_told(text.format(1), text.format(2), "m.f: reads LIMIT")


def test_readers_in_other_files_are_found_by_every_way_of_importing() -> None:
    """By name, under another name, through the module, through the package, by a star, inside a function."""
    around = """
        === p/__init__.py
        from p.limits import LIMIT
        === p/a.py
        from .limits import LIMIT
        def f(): return LIMIT
        === p/b.py
        from p.limits import LIMIT as most
        def f(): return most
        === p/c.py
        from p import limits
        def f(): return limits.LIMIT
        === p/d.py
        import p
        def f(): return p.LIMIT
        === p/e.py
        from p.limits import *
        def f(): return LIMIT
        === p/g.py
        def f():
            from p.limits import LIMIT
            return LIMIT
        === p/other.py
        LIMIT = 5
        def f(): return LIMIT
        === p/limits.py
        LIMIT = %s
    """
    readers = [f"p.{name}.f: reads LIMIT" for name in "abcdeg"]
    assert_told(around % "1", around % "2", *readers)


def test_a_constant_computed_from_another_one_hands_the_change_on() -> None:
    """The reason names what was really edited."""
    text = "LOW = {}\nRANGE = (LOW, 10)\nclass C:\n    span = RANGE\n    def f(self): return self.span\ndef g(): return RANGE\n"
    assert_told(text.format(1), text.format(2), "m.g: reads LOW", "m.C.f: class attribute C.span")


def test_a_name_that_no_function_reads_is_unread() -> None:
    """It may matter to the interpreter or to other programs."""
    assert_told("LIMIT = 1\n", "LIMIT = 2\n", "unread module-level m.py")


def test_a_statement_without_a_name_is_unread() -> None:
    """It runs when the module is imported."""
    assert_told("import a\na.register(1)\n", "import a\na.register(2)\n", "unread module-level m.py")


def test_something_done_to_a_constant_is_a_change_of_it() -> None:
    """`NAMES.append` at the top of the module."""
    text = "NAMES = []\n{}\ndef f():\n    return NAMES\n"
    assert_told(text.format(""), text.format("NAMES.append('a')"), "m.f: reads NAMES")
    assert_told(text.format("NAMES += [1]"), text.format("NAMES += [2]"), "m.f: reads NAMES")


def test_a_class_attribute_concerns_methods_that_read_it_in_the_class_its_bases_and_elsewhere() -> None:
    """A class that is not related may have an attribute of the same name."""
    text = """
        === p/base.py
        class Base:
            size = 1
            def f(self): return self.size
        === p/m.py
        from p.base import Base
        class C(Base):
            size = {}
            def g(self): return self.size
        class Other:
            size = 1
            def h(self): return self.size
        def k(c): return c.size
        === p/user.py
        from p.m import C
        def use(): return C.size
    """
    why = "class attribute C.size"
    assert_told(
        text.format(2),
        text.format(3),
        f"p.m.C.g: {why}",
        f"p.m.k: {why}",
        f"p.base.Base.f: {why}",
        f"p.user.use: {why}",
    )


def test_a_field_of_a_dataclass_concerns_whoever_builds_one() -> None:
    """Its annotation makes the field."""
    text = "from dataclasses import dataclass\n@dataclass\nclass C:\n    a: int = {}\ndef f():\n    return C()\n"
    assert_told(text.format(1), text.format(2), "m.f: class attribute C.a")


def test_another_base_class_concerns_all_methods() -> None:
    text = "class C({}):\n    def f(self): return 1\n    def g(self): return 2\n"
    assert_told(text.format("A"), text.format("B"), "m.C.f: base class C", "m.C.g: base class C")


def test_a_base_class_that_is_only_spelled_otherwise_is_the_same() -> None:
    """The classes of `typing` are those of `collections.abc`; what a name stands for counts, and not the name."""
    text = "{}\nclass C({}):\n    def f(self): return 1\n"
    for one, other in (
        (("import typing", "typing.Mapping[str, str]"), ("from collections.abc import Mapping", "Mapping[str, str]")),
        (("from json import JSONEncoder", "JSONEncoder"), ("import json as j", "j.JSONEncoder")),
    ):
        assert_told(text.format(*one), text.format(*other))
    assert_told(
        text.format("from json import JSONEncoder as E", "E"), text.format("from http import HTTPStatus as E", "E"),
        "m.C.f: base class C",
    )  # fmt: skip


def test_an_import_that_now_means_something_else_concerns_its_readers() -> None:
    text = "from {} import dump\ndef f(a): return dump(a)\n"
    assert_told(text.format("json"), text.format("pickle"), "m.f: reads dump")


def test_what_only_one_version_of_a_long_table_names_is_a_name_of_the_change() -> None:
    """All that the table names would be too much."""
    rows = "".join(f"    Token.ROW{n}: 1,\n" for n in range(30))
    text = "class Token: pass\nTABLE = {{\n{}}}\n\ndef f(a):\n    return a in TABLE\n"
    [unit] = change_of(text.format(rows), text.format(rows + "    Token.FOR: 1,\n")).units
    assert "FOR" in unit.names
    assert "ROW3" not in unit.names


def test_a_reader_carries_the_lines_on_which_it_reads() -> None:
    text = "LIMIT = {}\n\ndef f(a):\n    b = a\n    return b < LIMIT\n"
    [unit] = change_of(text.format(1), text.format(2)).units
    assert (set(unit.base_lines), set(unit.head_lines)) == ({5}, {5})
    assert "LIMIT" in unit.names
    assert (unit.origins, unit.changed_itself) == (("m.LIMIT",), False)


def test_an_attribute_that_a_base_class_reads_by_a_computed_name_concerns_that_reader() -> None:
    """Where nobody names it."""
    text = """
        class Base:
            def find(self, day): return getattr(self, f"{{day}}_DATES")
            def other(self, word): return getattr(self, f"other_{{word}}")
        class C(Base):
            EASTER_DATES = {}
    """
    assert_told(text.format(1), text.format(2), "m.Base.find: class attribute C.EASTER_DATES")


def test_a_reader_names_the_class_on_account_of_which_it_counts() -> None:
    """What changed is the class; the method is where it can be seen."""
    text = "=== p/m.py\nclass Outer:\n    class C:\n        size = {}\n        def f(self): return self.size\n"
    [unit] = change_of(text.format(1), text.format(2)).units
    assert (unit.unit.name, unit.origins) == ("p.m.Outer.C.f", ("p.m.Outer.C",))
