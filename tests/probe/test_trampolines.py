"""A function is called, and looks, as it did before somebody watched it, on every interpreter that is found."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, INTERPRETERS, NAMES, Project, Told, write

from assay.codebase.definitions import definitions
from assay.evidence.jobs import Quota, plan_run
from assay.evidence.trees import render

HERE = Path(__file__).parent


@pytest.fixture
def every_kind(tmp_path: Path) -> Project:
    """Functions of every kind as `m`, and the facts about them as its tests."""
    root = tmp_path.resolve() / "tree"
    root.mkdir()
    shutil.copy(HERE / "functions_of_every_kind.py", root / "m.py")
    shutil.copy(HERE / "facts_of_functions.py", root / "test_m.py")
    return Project(root=root)


def all_functions() -> list[str]:
    """Ids of all functions of every kind."""
    text = (HERE / "functions_of_every_kind.py").read_text(encoding="utf-8")
    return [definition.id_in("m.py") for definition in definitions(text)]


def not_passed(told: Told) -> set[str]:
    """Facts that did not hold; there are some, and all of them ran."""
    assert told.status == 0, told.output
    assert not told.story.failure
    assert not told.story.malformed
    assert len(told.endings) > 15
    return {name for name, outcome in told.endings.items() if outcome != "passed"}


def test_the_interpreters_found_are_named() -> None:
    """A reader of the test log learns which versions were covered."""
    print("probed under " + ", ".join(NAMES))  # noqa: T201 - that is what this test is for
    assert NAMES


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_the_facts_hold_where_nobody_watches(every_kind: Project, python: str) -> None:
    """Else they would not be facts."""
    command = [python, "-B", "-m", "unittest", "-q", "test_m"]
    done = subprocess.run(command, cwd=every_kind.root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_the_facts_hold_while_every_call_is_written_down(every_kind: Project, python: str) -> None:
    """All functions are observed at once, each in its own calls."""
    told = every_kind.under(python).record(*all_functions())
    assert not_passed(told) == set(), told.problems
    called = {call.experiment.id.point for call in told.story.calls}
    assert set(all_functions()) - called == {"m.py::down"}
    assert told.story.unobserved == ()


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_the_facts_hold_while_calls_are_altered_in_forks(every_kind: Project, python: str) -> None:
    """The parent never sees what its children do."""
    told = every_kind.under(python).plan(*all_functions(), experiments=6, per_call=4)
    assert not_passed(told) == set(), told.problems
    made = {experiment.id.point for experiment in told.story.experiments}
    assert set(all_functions()) - made == {"m.py::down"}


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_the_facts_hold_where_head_binds_arguments_otherwise(every_kind: Project, python: str) -> None:
    """The observed function then takes any arguments, and still refuses what it refused."""
    told = replace(every_kind.under(python), open_form=True).record(*all_functions())
    assert not_passed(told) == set(), told.problems
    called = {call.experiment.id.point for call in told.story.calls}
    assert set(all_functions()) - called == {"m.py::counted", "m.py::down"}
    assert told.story.unobserved == (
        ("m.py::counted", "is an asynchronous generator, and head binds its arguments otherwise"),
    )


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_who_hands_over_what_a_signature_asks_for_still_does(tmp_path: Path, python: str) -> None:
    """Frameworks read it when they decorate, and when they call: commands, routes, fixtures."""
    project = replace(write(tmp_path, INJECTED), open_form=True).under(python)
    told = project.record("greet", "made.<locals>.inner", "Service.__init__", "Service.make")
    assert told.endings == {"test_command": "passed", "test_nested": "passed", "test_service": "passed"}, told.output
    assert len(told.story.calls) == 4


INJECTED = """
=== m.py
from __future__ import annotations
import functools, inspect
WORLD = {"name": "Ada", "times": 2}
def command(function):
    asked = {name: parameter.annotation for name, parameter in inspect.signature(function).parameters.items()}
    @functools.wraps(function)
    def run(**given):
        return function(**{name: given.get(name, WORLD[name]) for name in asked})
    run.asked = asked
    return run
@command
def greet(name: str, times: int = 1) -> str:
    return name * times
def made(end):
    def inner(name, *, times=3):
        return name * times + end
    return inner
class Service:
    def __init__(self, name, times=1):
        self.words = name * times
    @classmethod
    def make(cls, name, times):
        return cls(name, times)
def called(function):
    return function(**{name: WORLD[name] for name in inspect.signature(function).parameters})
=== test_m.py
import inspect, typing, unittest, m
class Facts(unittest.TestCase):
    def test_command(self):
        self.assertEqual(m.greet.asked, {"name": "str", "times": "int"})
        self.assertEqual(m.greet(), "AdaAda")
        self.assertEqual(str(inspect.signature(m.greet)), "(name: 'str', times: 'int' = 1) -> 'str'")
        self.assertEqual(typing.get_type_hints(m.greet), {"name": str, "times": int, "return": str})
    def test_nested(self):
        self.assertEqual(m.called(m.made("!")), "AdaAda!")
    def test_service(self):
        self.assertEqual(m.called(m.Service.make).words, "AdaAda")
"""


def test_recursion_reaches_as_deep_as_without_the_probe(tmp_path: Path) -> None:
    """An observed function takes no frame more than before."""
    project = write(tmp_path, RECURSION)
    assert project.record().endings == {"test_300": "passed", "test_400": "passed", "test_900": "passed"}
    assert project.record("down").endings == {"test_300": "passed", "test_400": "passed", "test_900": "passed"}


RECURSION = """
=== m.py
def down(n):
    return 0 if n == 0 else 1 + down(n - 1)
=== test_m.py
import unittest, m
class Facts(unittest.TestCase):
    def test_300(self): self.assertEqual(m.down(300), 300)
    def test_400(self): self.assertEqual(m.down(400), 400)
    def test_900(self): self.assertEqual(m.down(900), 900)
"""


def test_who_looks_at_the_stack_sees_no_probe(tmp_path: Path) -> None:
    """Warnings name the caller's file, and loggers its line."""
    project = write(tmp_path, STACK)
    assert set(project.record().endings.values()) == {"passed"}
    assert set(project.record("warns", "caller").endings.values()) == {"passed"}
    assert set(project.plan("warns", "caller", experiments=6).endings.values()) == {"passed"}


STACK = """
=== m.py
import sys, warnings
def warns(x):
    warnings.warn("old", DeprecationWarning, stacklevel=2)
def caller():
    return sys._getframe(1).f_code.co_name
=== test_m.py
import os, unittest, warnings, m
class Facts(unittest.TestCase):
    def test_warning(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            m.warns(1)
        self.assertEqual([os.path.basename(each.filename) for each in caught], ["test_m.py"])
    def test_caller(self):
        self.assertEqual(m.caller(), "test_caller")
"""


def test_what_an_exception_was_raised_in_spite_of_is_kept_unless_another_is_handled(tmp_path: Path) -> None:
    """`__context__` is what a reader of a traceback sees first."""
    project = write(tmp_path, CONTEXT)
    assert project.record().endings == {"test_alone": "passed", "test_within": "passed"}
    assert project.plan("inner").endings == {"test_alone": "passed", "test_within": "passed"}
    assert project.record("inner").endings == {"test_alone": "passed", "test_within": "passed"}


CONTEXT = """
=== m.py
def inner():
    try:
        {}["a"]
    except KeyError:
        raise ValueError
def context():
    try:
        inner()
    except ValueError as error:
        return type(error.__context__).__name__
def within():
    try:
        1 / 0
    except ZeroDivisionError:
        return context()
=== test_m.py
import unittest, m
class Facts(unittest.TestCase):
    def test_alone(self): self.assertEqual(m.context(), "KeyError")
    def test_within(self): self.assertEqual(m.within(), "KeyError")
"""


@pytest.mark.parametrize("python", [path for name, path in INTERPRETERS.items() if name.startswith(("3.12", "3.13"))])
def test_functions_with_type_parameters_are_observed(tmp_path: Path, python: str) -> None:
    """`def first[T](items: list[T])`, from Python 3.12 on."""
    project = write(
        tmp_path,
        """
=== m.py
def first(items): return items[0]
class Box:
    def get(self): return 1
=== test_m.py
import unittest, m
class Facts(unittest.TestCase):
    def test_all(self): self.assertEqual((m.first([1]), m.Box().get()), (1, 1))
""",
    ).under(python)
    plain = project.record("first", "Box.get")
    assert len(plain.story.calls) == 2
    placements = [project.placement(name) for name in ("first", "Box.get")]
    source = (project.root / "m.py").read_text(encoding="utf-8")
    generic = source.replace("first(items)", "first[T](items: list[T])").replace("class Box:", "class Box[T]:")
    (project.root / "m.py").write_text(generic, encoding="utf-8")
    told = project.record_at(placements)
    assert told.endings == {"test_all": "passed"}
    assert len(told.story.calls) == 2
    assert not told.story.unobserved


def test_a_file_with_an_encoding_of_its_own_is_read_as_python_reads_it(tmp_path: Path) -> None:
    """PEP 263, a byte order mark, Windows line ends, form feeds."""
    project = write(tmp_path, "=== test_m.py\nimport unittest, m\nclass Facts(unittest.TestCase):\n"
                    "    def test_all(self): self.assertEqual(m.f(), '\\xe9')\n")  # fmt: skip
    for data in (
        "# coding: latin-1\r\ndef f():\r\n    return 'é'\r\n".encode("latin-1"),
        "\ufeff# byte order mark\ndef f():\n    return 'é'\n".encode(),
        "\x0cx = 1\n\x0cdef f():\n    return 'é'\n".encode(),
    ):
        (project.root / "m.py").write_bytes(data)
        line = data[: data.index(b"def f")].count(b"\n") + 1
        told = project.record_at([project.placement_at("f", line)])
        assert told.endings == {"test_all": "passed"}, told.problems
        assert [call.outcome.shown for call in told.called("f")] == ["'é'"]


MADE_A_GENERATOR = """
=== m.py
import inspect
def up_to(n, start=0):
    for i in range(start, n):
        yield i
def both(n):
    one, two = up_to(n), up_to(n + 1)
    return [next(one), *two, *one]
=== test_m.py
import inspect, unittest, m
class Facts(unittest.TestCase):
    def test_kind(self): self.assertTrue(inspect.isgeneratorfunction(m.up_to))
    def test_read(self): self.assertEqual(list(m.up_to(3)), [0, 1, 2])
    def test_unread(self): self.assertNotEqual(m.up_to(12345), [0])
    def test_in_turn(self): self.assertEqual(m.both(2), [0, 0, 1, 2, 1])
    def test_refused(self): self.assertRaises(TypeError, m.up_to)
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_function_that_head_made_a_generator_is_seen_when_it_is_called(tmp_path: Path, name: str) -> None:
    """Base's tests compare what it gives with a list, and never read it: from Python 3.11 on that is no obstacle."""
    project = replace(write(tmp_path, MADE_A_GENERATOR), open_form=True).under(INTERPRETERS[name])
    placement = replace(project.placement("up_to"), at_once=True)
    told = project.record_at([placement])
    is_old = name.startswith(("3.9", "3.10"))
    # wrong: there the call is seen when the generator is first read, and only then refuses arguments that do not fit.
    assert {test for test, how in told.endings.items() if how != "passed"} == ({"test_refused"} if is_old else set())
    assert told.story.unobserved == ()
    read = [call.outcome.value for call in told.called("up_to") if call.id.scenario.endswith("test_in_turn")]
    assert [render(value) for value in read] == ["<generator of [0, 1, 2]>", "<generator of [0, 1]>"]
    quotas = {placement.point.id: Quota(experiments=40, per_call=8)}
    planned = project.run(plan_run([placement], project.scenarios(), project.window, quotas, ()))
    unread = [one for one in planned.made("up_to") if one.id.scenario.endswith("test_unread")]
    assert bool(unread) == (not is_old)


def test_a_generator_that_its_reader_left_is_told_apart_from_one_with_more_items(tmp_path: Path) -> None:
    """How far somebody reads is the caller's matter."""
    project = write(
        tmp_path,
        """
=== m.py
def up_to(n):
    yield from range(n)
=== test_m.py
import unittest, m
class Facts(unittest.TestCase):
    def test_some(self):
        made = m.up_to(3)
        self.assertEqual(next(made), 0)
        made.close()
    def test_all(self): self.assertEqual(list(m.up_to(1)), [0])
""",
    )
    told = project.record_at([project.placement("up_to")])
    ends = {call.id.scenario.rpartition("_")[2]: call.outcome.value for call in told.called("up_to")}
    assert ends == {"some": ["iter", "generator", [0], "left", {}], "all": ["iter", "generator", [0], "", {}]}
