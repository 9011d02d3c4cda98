"""What alterations are made of: constants near a unit, flags it reads, attributes on its changed lines."""

from __future__ import annotations

from tests.change.telling import MemorySource, change_of, files, project

from assay.change.project import Project
from assay.codebase.callers import callers
from assay.codebase.literals import (
    Literals,
    flags_for,
    keys_asked,
    literals_for,
    literals_of_change,
    slot_names,
    texts_of_one_version,
)
from assay.values.change import Unit

CODE = """
=== p/__init__.py
=== p/limits.py
FAR = 70
WORDS = {"near": 71}
=== p/base.py
class Base:
    width = 80
    def inherited(self): return 9
=== p/m.py
from p.base import Base
from p.limits import FAR
from p import limits
LIMIT = -30
OTHER = 31
def helper(a):
    if a == 50: return deep(a)
def deep(a): return a == 60
def deeper(a): return a == 61
class C(Base):
    strict = False
    name = "x"
    unread = 1
    def f(self, a):
        '''Not 99.'''
        if a > 20 and self.strict:
            raise ValueError("not this one")
        return a == 21 or a < LIMIT or helper(a) or self.g(a) or self.inherited()
    def g(self, a):
        return a.startswith("forty") and FAR < limits.WORDS["key"] and self.width
"""


def unit(found: Project, path: str, qualname: str) -> Unit:
    """The unit of this name."""
    module = found.module(path)
    assert module is not None
    function = next(f for f in module.functions if f.qualname == qualname)
    return Unit(
        path=path, module=module.name, qualname=qualname, first_line=function.first_line, last_line=function.last_line
    )


def test_literals_come_nearest_first() -> None:
    """The unit, its constants, its callees, their constants, and what those call."""
    found = project(CODE)
    literals = literals_for(unit(found, "p/m.py", "C.f"), found)
    assert literals.numbers == (20, 21, -30, 50, 9, 70, 71, 60)
    assert literals.texts == ("forty", "key", "near")


def test_literals_on_given_lines_come_first() -> None:
    found = project(CODE)
    here = unit(found, "p/m.py", "C.f")
    assert literals_for(here, found, [here.last_line], limit=3).numbers == (21, 20, -30)


def test_both_versions_of_a_change_give_literals_and_those_on_changed_lines_come_first() -> None:
    base = "def f(a):\n    b = a + 1\n    return b > 10\n"
    head = "def f(a):\n    b = a + 1\n    return b > 20\n"
    [changed] = change_of(base, head).units
    source = MemorySource(files(base), files(head))
    assert literals_of_change(changed, Project(source, "base"), Project(source, "head")) == Literals(
        numbers=(10, 20, 1)
    )


def test_true_and_infinity_are_no_numbers_and_one_is_not_one_point_zero() -> None:
    found = project("def f(a): return a in (True, None, 1, 1.0, 1e999, 2, 2, '', 'x' * 3, b'raw')\n")
    assert literals_for(unit(found, "m.py", "f"), found) == Literals(numbers=(1, 1.0, 2, 3), texts=("x", "raw"))


def test_flags_are_plain_class_attributes_that_the_method_or_what_it_calls_reads() -> None:
    found = project(CODE)
    assert flags_for(unit(found, "p/m.py", "C.f"), found) == ("strict", "width")
    assert flags_for(unit(found, "p/m.py", "helper"), found) == ()


def test_slots_are_attributes_on_changed_lines() -> None:
    base = "def f(a):\n    if a.kept: return a.low\n    return a.other\n"
    head = "def f(a):\n    if a.kept: return a.high\n    return a.other\n"
    [changed] = change_of(base, head).units
    source = MemorySource(files(base), files(head))
    assert slot_names(changed, Project(source, "base"), Project(source, "head")) == ("high", "kept", "low")


def test_keys_that_the_changed_lines_ask_for_are_slots_too() -> None:
    base = "def f(a):\n    if a['rules']: return a.get('low', 'x')\n    return a['other']\n"
    head = "def f(a):\n    if a['rules']: return a.pop('high')\n    return a['other']\n"
    [changed] = change_of(base, head).units
    source = MemorySource(files(base), files(head))
    assert slot_names(changed, Project(source, "base"), Project(source, "head")) == (
        "get",
        "high",
        "low",
        "pop",
        "rules",
    )


def test_texts_of_one_version_stand_in_the_unit_or_in_constants_that_it_reads() -> None:
    base = (
        "WORDS = ('us', 'is')\nBOTH = ('as',)\ndef f(a): return a in BOTH or a in WORDS or a == 'old' or a == 'kept'\n"
    )
    head = base.replace("a in WORDS or a == 'old'", "a == 'new'")
    assert told_of(base, head) == ("old", "us", "is", "new", "kept"), "and last what is compared with on the same line"


def told_of(base: str, head: str) -> tuple[str, ...]:
    """What `texts_of_one_version` tells of the only unit that the two versions of a module differ in."""
    [changed] = change_of(base, head).units
    source = MemorySource(files(base), files(head))
    return texts_of_one_version(changed, Project(source, "base"), Project(source, "head"))


def test_a_format_of_dates_that_one_version_has_comes_with_what_it_writes() -> None:
    """A text that only that format reads is none that a test has, or that anybody could guess."""
    base = "def f(a):\n    return first(a, ('%H:%M', '%I:%M %p', '%d of %s'))\n"
    head = "def f(a):\n    return first(a, ('%H:%M', '%I:%M %S', '%d in %s'))\n"
    assert told_of(base, head) == (
        "%I:%M %p", "%d of %s", "%I:%M %S", "%d in %s",
        "01:30 PM", "09:05 AM", "01:30 59", "09:05 07",
    )  # fmt: skip


def test_what_a_changed_line_is_chosen_by_comes_although_both_versions_have_it() -> None:
    """A key of a table, also where only the end of its entry differs; a text that is compared with; no other text."""
    base = "def f(a):\n    table = {\n        'y': year,\n        'x': (\n            'seconds',\n            one,\n        ),\n    }\n"
    base += "    if a in ('us', 'is') or a == 'old':\n        return table[a], 'kept'\n    return 'rest', 1\n"
    head = base.replace("one,", "two,").replace("or a ==", "and a ==")
    assert told_of(base, head) == ("old", "us", "is", "x")


def test_keys_that_base_asks_for_come_with_what_it_takes_instead() -> None:
    """First the one that head no longer asks for."""
    base = "def f(a):\n    return a.get('kept', 3), 'there' in a, a.get('gone', False), a.pop('some', b)\n"
    head = "def f(a):\n    return a.get('kept', 3), 'there' in a, a.pop('some', b)\n"
    [changed] = change_of(base, head).units
    source = MemorySource(files(base), files(head))
    assert keys_asked(changed, Project(source, "base"), Project(source, "head")) == (
        ("gone", "False"),
        ("kept", "3"),
        ("there", "None"),
        ("some", "None"),
    )


def test_callers_are_functions_that_use_the_name() -> None:
    found = project(CODE + "=== p/user.py\nfrom p import m\ndef use(): return m.helper(1)\n")
    assert [c.name for c in callers(unit(found, "p/m.py", "helper"), found)] == ["p.m.C.f", "p.user.use"]
    assert [c.name for c in callers(unit(found, "p/m.py", "C.g"), found)] == ["p.m.C.f"]
