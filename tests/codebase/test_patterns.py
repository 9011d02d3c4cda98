"""Which regular expressions a change rewrote: in the function, in constants it reads, joined from parts, with flags."""

from __future__ import annotations

from tests.change.telling import MemorySource, change_of, files

from assay.change.project import Project
from assay.codebase.patterns import patterns_of_change


def pairs(base: str, head: str) -> list[tuple[tuple[str, str], ...]]:
    """The pairs of each changed unit."""
    source = MemorySource(files(base), files(head))
    sides = Project(source, "base"), Project(source, "head")
    return [patterns_of_change(unit, *sides) for unit in change_of(base, head).units]


def test_an_expression_in_the_function_goes_with_the_one_in_its_place() -> None:
    base = "import re\ndef f(a): return re.match(r'[a-z]+', a), re.match(r'\\d', a)\n"
    head = base.replace("[a-z]", "[a-y]")
    assert pairs(base, head) == [((r"[a-z]+", r"[a-y]+"),)]


def test_an_expression_in_a_constant_that_the_function_reads() -> None:
    base = "import re\nNAME = re.compile(r'[a-z]+', re.I)\ndef f(a): return NAME.match(a)\n"
    assert pairs(base, base.replace("[a-z]", "[a-y]")) == [((r"(?i)[a-z]+", r"(?i)[a-y]+"),)]


def test_parts_are_joined_and_names_are_looked_up() -> None:
    base = "import re\nDIGIT = r'[0-9]'\ndef f(a): return re.match('x' + DIGIT + f'{DIGIT}y', a)\n"
    assert pairs(base, base.replace("[0-9]", "[0-8]")) == [((r"x[0-9][0-9]y", r"x[0-8][0-8]y"), (r"[0-9]", r"[0-8]"))]


def test_what_has_no_partner_or_is_no_expression_is_left_out() -> None:
    base = "import re\ndef f(a): return re.match(r'[a-z]+', a), 'one word', a + 'other [x'\n"
    head = "import re\ndef f(a): return a.isalpha(), 'two words', a + 'another [x'\n"
    assert pairs(base, head) == [()]
