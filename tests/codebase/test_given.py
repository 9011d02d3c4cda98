"""Values that tests give to parameters by name."""

from __future__ import annotations

from collections.abc import Sequence

from assay.codebase.given import VALUES_OF_A_NAME, constructions, values_and_objects
from assay.values.change import Side


class Texts:
    """A source of two files in memory."""

    def __init__(self, **texts: str) -> None:
        self._texts = texts

    def text(self, side: Side, path: str) -> str | None:
        """The file."""
        return self._texts.get(path)

    def paths(self, side: Side) -> Sequence[str]:
        """All files."""
        return tuple(self._texts)


TESTS = """
def test_rows():
    table.show(fields=["a", "b"], start=1)
    table.show(fields=["a", "b"], end=limit)
    show(table, 3, *rest)
    show(table, 4)
    m.show(other, 5, fields=())
"""


def test_values_by_keyword_in_any_call_and_by_position_in_calls_of_the_function() -> None:
    """What is no literal is left out, and a call with a star is not read by position."""
    texts, names = Texts(a=TESTS, broken="def"), {"fields", "start", "end", "n"}
    given, _ = values_and_objects(["a", "broken", "gone"], texts, names, {"show": ("table", "n")}, ())
    assert given == {"fields": ("['a', 'b']", "()"), "start": ("1",), "n": ("4", "5")}


def test_a_name_gets_a_few_values_of_moderate_length() -> None:
    """Whole documents are no arguments to try."""
    text = "".join(f"f(n={n})\n" for n in range(50)) + f"f(text={'x' * 5000!r})\n"
    given, _ = values_and_objects(["a"], Texts(a=text), {"n", "text"}, {}, ())
    assert {name: len(values) for name, values in given.items()} == {"n": VALUES_OF_A_NAME}


def test_constructions_are_calls_of_the_class_with_literals() -> None:
    """By whatever module it is named; each once, and only what can be written down."""
    text = "Names('a')\nm.Names('a')\nNames(first='b', **more)\nNames(x)\nNames([1], sep=';')\nOther('a')\n"
    assert constructions(["a", "b"], Texts(a=text, b="Names('a')"), "Names") == (
        "(('a',), {})", "(([1],), {'sep': ';'})",
    )  # fmt: skip


def test_a_set_is_given_in_the_order_in_which_it_is_written() -> None:
    """Its own order is another one in each process, and base's runs are kept by what they are told."""
    names = "{'ws', 'https', 'http', 'ftp', 'sftp', 'gopher', 'file', 'data'}"
    assert constructions(["a"], Texts(a=f"Url({names})\n"), "Url") == (f"(({names},), {{}})",)


def test_objects_are_made_by_their_class_or_by_what_is_called_of_it() -> None:
    """With literals, however the class is named; what it is not asked to give stays away."""
    text = "Url('a')\nm.Url.parse('b', strict=True)\nUrl()\nUrl(x)\nOther('a')\nother.parse('c')\n"
    assert values_and_objects(["a"], Texts(a=text), (), {}, {"Url"})[1] == {
        "Url": ("('', ('a',), {})", "('parse', ('b',), {'strict': True})")
    }


def test_a_name_that_stands_for_one_literal_is_read_as_that_literal() -> None:
    """In its own function, or in the file; what is given two values, or is worked out, stands for none."""
    text = """
MODE = "fast"
def test_it():
    schema = {"a": 1}
    twice = 1
    twice = 2
    made = work()
    Validator(schema, mode=MODE)
    Validator(twice)
    Validator(made)
def test_other():
    Validator(schema)
"""
    positional = {"Validator": ("schema",)}
    given, made = values_and_objects(["a"], Texts(a=text), {"mode", "schema"}, positional, {"Validator"})
    assert made == {"Validator": ("('', ({'a': 1},), {'mode': 'fast'})",)}
    assert given == {"mode": ("'fast'",), "schema": ("{'a': 1}",)}
