"""What an object's own class can make of it: with itself, around itself; and types beside a type."""

from __future__ import annotations

import ast
import dataclasses
import random
import typing
from pathlib import Path
from typing import Any

import pytest
from tests.probe.projects import write
from tests.probe.test_experiments import kinds_on

import assay_probe.built as untyped_built
import assay_probe.operators as untyped_operators
from assay.evidence.jobs import Material, plan_of, replay_run
from assay.evidence.kept import with_arguments_of_base
from assay.evidence.matching import match_experiments
from assay.values.finding import DifferenceKind

built: Any = untyped_built
operators: Any = untyped_operators
ANY_OR_NONE = typing.Optional[typing.Any]  # noqa: UP045 - this form is what is asked about


@dataclasses.dataclass(frozen=True)
class Pair:
    """Takes itself on the left, anything on the right, and a number."""

    left: Pair | None = None
    right: typing.Any = None
    size: int = 0
    cache: dict[str, int] = dataclasses.field(default_factory=dict, init=False)

    def __mul__(self, other: Pair) -> Pair:
        return Pair(self, other)


def made(value: Any, operator: str) -> list[Any]:
    """All that an operator makes of a value."""
    listed = dict(operators.operators(value, operators.Context(), random.Random(0)))  # noqa: S311 - nothing is kept secret
    return [make() for make in listed.get(operator, [])]


def test_an_object_is_put_into_fields_that_take_it() -> None:
    """All at once, then one by one; a number's field and one that the constructor does not take stay."""
    pair = Pair(size=3)
    assert made(pair, built.NESTED) == [Pair(pair, pair, 3), Pair(pair, None, 3), Pair(None, pair, 3)]
    assert built.holding(Pair(pair, None, 3), pair) == ["left"]


def test_an_object_is_combined_by_what_its_class_defines() -> None:
    """Only operators written in Python, and only those."""
    pair = Pair(size=3)
    assert made(pair, built.COMBINED) == [Pair(pair, pair)]
    assert made(3, built.COMBINED) == []


class Choice:
    """Keeps what its constructor is given, one of it under another name."""

    def __init__(self, options: Any, label: str = "", *, strict: bool, limit: object = None) -> None:
        self.options, self._label, self.strict = options, label, strict
        self.found = len(options)


def test_an_object_is_made_anew_with_another_value_for_one_parameter() -> None:
    """By its constructor, so that what it computes of it fits; what is none of ours to invent stays."""
    others = made(Choice(["a", "b"], "x", strict=True), built.REMADE)
    told = [(each.options, each._label, each.strict, each.found) for each in others]
    assert told[:4] == [
        ([], "x", True, 0), (["a", "b"], "", True, 2), (["a", "b"], "x", False, 2), (["a"], "x", True, 1),
    ]  # fmt: skip
    assert (["a", "b", None], "x", True, 3) in told


def test_an_object_that_keeps_no_parameter_is_not_made_anew() -> None:
    """Nobody knows what to give to its constructor."""

    class Sum:
        def __init__(self, items: list[int]) -> None:
            self.total = sum(items)

    assert made(Sum([1, 2]), built.REMADE) == []


@pytest.mark.parametrize(
    ("form", "anything", "optional"),
    [
        (typing.Optional[int], [typing.Optional[typing.Any]], [int]),  # noqa: UP045 - this form is what is asked about
        (list[int], [list[typing.Any], list[ANY_OR_NONE]], [list[typing.Optional[int]]]),  # noqa: UP045
        (
            dict[str, int],
            [dict[typing.Any, int], dict[str, typing.Any], dict[ANY_OR_NONE, int], dict[str, ANY_OR_NONE]],
            [dict[str, typing.Optional[int]]],  # noqa: UP045
        ),
        (typing.Union[int, str], [], []),  # noqa: UP007
    ],
    ids=str,
)
def test_a_type_gives_way_to_its_neighbours(form: Any, anything: list[Any], optional: list[Any]) -> None:
    """With `Any` for a part, with or without `None`."""
    assert made(form, "type.any") == anything
    assert made(form, "type.optional") == optional


def test_a_class_gives_way_to_types_that_hold_it() -> None:
    """And the last part of a type to one of two."""
    either = typing.Union[int, str]  # noqa: UP007 - this form is what is asked about
    assert made(int, "type.made") == [typing.Optional[int], typing.List[int], ANY_OR_NONE, either]  # noqa: UP006, UP045
    assert made(list[int], "type.union") == [list[either]]


def test_asking_whether_a_value_is_a_type_runs_nothing_of_its_own() -> None:
    """A facade may hand every attribute on to what it has not got yet, and calls itself until the stack is full."""

    class Facade:
        def __getattr__(self, name: str) -> object:
            return getattr(self.behind, name)

    assert not built.is_form(Facade())
    assert built.is_form(typing.Callable[[int], str])
    assert not built.is_form(int)


BUILT = """
=== m.py
import dataclasses, typing


@dataclasses.dataclass
class Box:
    name: str
    content: typing.Any = None


class Size:
    def __init__(self, text):
        self.text = text

    def __pow__(self, other):
        return Size("%s^(%s)" % (self.text, getattr(other, "text", other)))

    def __truediv__(self, other):
        return Size("1")


def replaced(box, **changes):
    for field in ("name", "content"):
        if field not in changes:
            changes[field] = getattr(box, field)
    return Box(**changes)


def power(size):
    return size.text.partition("^")[2]


def handler(kind):
    return [str(part) for part in kind.__args__]


class Word:
    def __init__(self, *letters):
        self.letters = list(letters)
        self._hash = None

    def __hash__(self):
        return hash(tuple(self.letters))

    def put(self, letter):
        self.letters.append(letter)


class Names:
    def __init__(self):
        self._names = {}

    def copy(self):
        made = Names()
        made._names = dict(self._names)
        return made

    def put(self, name, value):
        self._names[name] = self._names.get(name, []) + [value]

    def as_dict(self):
        return {name: values[-1] for name, values in self._names.items()}
=== test_m.py
import typing, unittest, m


class Facts(unittest.TestCase):
    def test_replaced(self):
        for value in (1, "a", [2], None):
            self.assertEqual(m.replaced(m.Box("a", value), content=3), m.Box("a", 3))

    def test_power(self):
        self.assertEqual(m.power(m.Size("length") ** 2), "2")

    def test_handler(self):
        self.assertEqual(len(m.handler(typing.Optional[int])), 2)

    def test_word(self):
        word = m.Word("a")
        word.put("b")
        self.assertEqual(word.letters, ["a", "b"])

    def test_names(self):
        names = m.Names()
        names.put("a", "x")
        self.assertEqual(names.as_dict(), {"a": "x"})
"""
HARMFUL: list[tuple[str, str, str, DifferenceKind]] = [
    (
        "            changes[field] = getattr(box, field)\n",
        (
            "            changes[field] = getattr(box, field)\n"
            "        elif isinstance(getattr(box, field), Box):\n"
            "            changes[field] = replaced(getattr(box, field), **changes[field])\n"
        ),
        "replaced",
        "raises-instead",
    ),
    (
        'return size.text.partition("^")[2]',
        'return "" if "^(1)" in size.text else size.text.partition("^")[2]',
        "power",
        "answers-differently",
    ),
    (
        "for part in kind.__args__]",
        "for part in kind.__args__ if part is not typing.Any]",
        "handler",
        "answers-differently",
    ),
    (
        "        self.letters.append(letter)",
        "        self.letters = self.letters + [letter] if self._hash else self.letters",
        "Word.put",
        "leaves-arguments-differently",
    ),
    (
        "self._names[name] = self._names.get(name, []) + [value]",
        "self._names.setdefault(name, []).append(value)",
        "Names.put",
        "answers-differently",
    ),
]


@pytest.mark.parametrize(("old", "new", "name", "kind"), HARMFUL, ids=[name for _, _, name, _ in HARMFUL])
def test_what_only_such_an_object_shows_is_seen(
    tmp_path: Path, old: str, new: str, name: str, kind: DifferenceKind
) -> None:
    """No test makes one."""
    project = write(tmp_path, BUILT)
    planned = project.plan(name, experiments=80, per_call=80)
    assert kind in kinds_on(project, planned, name, old, new)


def test_a_hash_kept_from_before_is_seen(tmp_path: Path) -> None:
    """Who asked for it once gets the old one although the word has another letter."""
    project = write(tmp_path, BUILT)
    planned = project.plan("Word.put", "Word.__hash__", experiments=40, per_call=40)
    asked = [e for e in planned.made("Word.put") if any(x.operator == "ask.first" for x in e.intervention.edits)]
    assert [e.outcome.text.strip().splitlines()[0] for e in asked] == ["the hash of self is another one"]
    source = (project.root / "m.py").read_text(encoding="utf-8")
    kept = "if self._hash is None:\n            self._hash = hash(tuple(self.letters))\n        return self._hash"
    (project.root / "m.py").write_text(source.replace("return hash(tuple(self.letters))", kept), encoding="utf-8")
    again = {e.id: e for e in project.replay(planned, "Word.put").made("Word.put")}
    assert again[asked[0].id].outcome.text.strip().splitlines()[0] == "the hash of self is as before"


KEPT = """
=== m.py
class Word:
    def __init__(self, text):
        self.text = text

    def __getstate__(self):
        return (self.text,)

    def __setstate__(self, state):
        (self.text,) = state
=== test_m.py
import copy, pickle, unittest, m


class Facts(unittest.TestCase):
    def test_word(self):
        self.assertEqual(pickle.loads(pickle.dumps(m.Word("a"))).text, "a")
"""


def test_what_base_wrote_is_read_by_head(tmp_path: Path) -> None:
    """No test keeps a state from one version to the next."""
    project = write(tmp_path, KEPT)
    placed = project.placement("Word.__setstate__")
    ours = project.record("Word.__setstate__").story.calls
    text = (project.root / "m.py").read_text(encoding="utf-8")
    theirs = text.replace("(self.text,) = state", 'self.text = state["text"]').replace(
        "(self.text,)\n", '{"text": self.text}\n'
    )
    (project.root / "m.py").write_text(theirs, encoding="utf-8")
    kept = with_arguments_of_base(ours, project.record("Word.__setstate__").story.calls)
    run = replay_run("base", [placed], project.scenarios(), project.window, plan_of(kept))
    on_head = project.run(run).story.experiments
    (project.root / "m.py").write_text(text, encoding="utf-8")
    on_base = project.run(run).story.experiments
    (pair,) = match_experiments({e.id: e for e in on_base}, {e.id: e for e in on_head}).pairs
    assert (pair.base.outcome.kind, pair.head.outcome.shown) == (
        "returned",
        "TypeError: tuple indices must be integers or slices, not str",
    )
    assert pair.base.intervention.edits[0].shown == "state as base's own test gives it: ('a',)"


class Link:
    """Made of a text, or read from one."""

    def __init__(self, text: str, *, strict: bool = False) -> None:
        self.text, self.strict = text, strict

    @classmethod
    def read(cls, text: str) -> Link:
        """Another way to make one."""
        return cls(text.upper())

    @staticmethod
    def count(text: str) -> int:
        """Makes none."""
        return len(text)


def test_an_object_is_made_as_another_test_makes_one() -> None:
    """By its constructor or by a method of its class; what gives something else is no way to make one."""
    link = Link("a")
    assert vars(built.as_made(link, ("", ("b",), {"strict": True}))) == {"text": "b", "strict": True}
    assert vars(built.as_made(link, ("read", ("b",), {}))) == {"text": "B", "strict": False}
    with pytest.raises(TypeError):
        built.as_made(link, ("count", ("b",), {}))


RECEIVERS = """
=== m.py
class Link:
    def __init__(self, text):
        self.text = text

    def parts(self):
        return self.text.split("/")
=== test_m.py
import unittest, m
class Links(unittest.TestCase):
    def test_it(self): self.assertEqual(m.Link("a/b").parts(), ["a", "b"])
"""


def test_a_method_is_called_on_objects_that_other_tests_make(tmp_path: Path) -> None:
    """The same on both sides, because the way of making them is part of the plan."""
    own = write(tmp_path, RECEIVERS)
    own = dataclasses.replace(own, material=Material(made=(("Link", ("('', ('x//y',), {})", "('', (1,), {})")),)))
    planned = own.plan("Link.parts")
    wanted = [e for e in planned.made("Link.parts") if [x.operator for x in e.intervention.edits] == [built.MADE]]
    ways = [str(e.intervention.edits[0].literal) for e in wanted]
    assert {"('', ('x//y',), {})", "('', (1,), {})"} < set(ways)
    assert {type(ast.literal_eval(way)[1][0]) for way in ways} == {str, int}
    (source, path) = ((own.root / "m.py").read_text(encoding="utf-8"), own.root / "m.py")
    path.write_text(source.replace('.split("/")', '.replace("//", "/").split("/")'), encoding="utf-8")
    replayed = own.replay(planned, "Link.parts").outcomes
    differing = [e for e in planned.made("Link.parts") if replayed[e.id].value != e.outcome.value]
    assert "('', ('x//y',), {})" in [e.intervention.edits[0].literal for e in differing]
    assert {e.intervention.edits[0].operator for e in differing} == {built.MADE}
