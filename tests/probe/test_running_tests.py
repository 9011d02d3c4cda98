"""The tests are run by what the target has, pytest or unittest; each test is told by its name and how it ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, INTERPRETERS, NAMES, Project, write

from assay.evidence.jobs import Window

HAVE_PYTEST = {name: path for name, path in INTERPRETERS.items() if "pytest" in name}
WITH_PYTEST = next(iter(HAVE_PYTEST.values()))

UNITTEST = """
=== m.py
def f(x):
    return x
=== tests/__init__.py
=== tests/test_ends.py
import unittest, m
class Ends(unittest.TestCase):
    def test_passes(self): self.assertEqual(m.f(1), 1)
    def test_fails(self): self.assertEqual(m.f(1), 2)
    def test_stumbles(self): m.f(1, 2)
    @unittest.skip("not today")
    def test_skipped(self): m.f(1)
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): m.f(1)
    def test_parts(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertEqual(m.f(n), 0)
    def tearDown(self): m.f("tear down")
class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise ValueError("no set-up")
    def test_never(self): pass
=== tests/test_syntax.py
def test_x(: pass
=== tests/test_missing.py
import nothing_like_this
=== tests/test_skipping.py
import unittest
raise unittest.SkipTest("not here")
"""


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_endings_under_unittest(tmp_path: Path, python: str) -> None:
    """Two files that cannot be imported cost those two files."""
    told = write(tmp_path, UNITTEST).under(python).record("f")
    assert not told.story.failure
    endings = dict(told.endings)
    assert {path for path, _ in told.story.uncollected} == {"tests/test_syntax.py", "tests/test_missing.py"}
    assert any("No module named 'nothing_like_this'" in detail for _, detail in told.story.uncollected)
    assert (endings.pop("test_unexpected"), endings.pop("test_parts")) == ("failed", "failed")
    # unittest tells of the failed set-up of a class as a test of its own, and starts none of the class.
    assert [test.outcome for test in told.story.tests if test.id.startswith("setUpClass (")] == ["error"]
    endings = {name: ending for name, ending in endings.items() if name.startswith("test_") and ending != "skipped"}
    assert endings == {
        "test_passes": "passed",
        "test_fails": "failed",
        "test_stumbles": "error",
        "test_expected": "passed",
    }
    assert told.endings["test_skipped"] == "skipped"


def test_only_the_wanted_tests_run(tmp_path: Path) -> None:
    """By their whole names."""
    project = replace(write(tmp_path, UNITTEST), tests=("tests.test_ends.Ends.test_passes",))
    told = project.record("f")
    assert told.endings == {"test_passes": "passed"}
    assert [call.outcome.shown for call in told.called("f")] == ["1", "'tear down'"]
    assert [(r.path, r.line) for r in told.story.tests] == [("tests/test_ends.py", 1)]


PYTEST = """
=== m.py
def f(x):
    return x
=== test_bad.py
import nothing_like_this
def test_x(): pass
=== test_syntax.py
def test_x(: pass
=== test_skipping.py
import pytest
pytest.skip("not here", allow_module_level=True)
=== test_ends.py
import m, pytest, unittest
m.f("import")

@pytest.fixture(scope="module")
def shared(): return m.f("shared")

@pytest.fixture
def own(shared):
    yield m.f("own")
    m.f("teardown")

@pytest.fixture
def broken(): raise ValueError("no fixture")

@pytest.fixture
def breaks_later():
    yield
    raise ValueError("no teardown")

def test_passes(own): m.f("test")
def test_fails(own): assert m.f("a") == "b"
def test_fixture(broken): pass
def test_teardown(breaks_later): pass
@pytest.mark.parametrize("x", ["a", "b c"])
def test_many(x): m.f(x)
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail(strict=True)
def test_xpass(): pass
@pytest.mark.skip
def test_skipped(): pass
class TestClass:
    def setup_method(self): m.f("set up")
    def test_method(self): m.f("method")
class Case(unittest.TestCase):
    def test_case(self): self.assertEqual(m.f(1), 1)
"""


@pytest.mark.parametrize("python", HAVE_PYTEST.values(), ids=HAVE_PYTEST)
def test_endings_under_pytest(tmp_path: Path, python: str) -> None:
    """Set-up, teardown, marks, classes of both kinds; files that do not import cost themselves alone."""
    told = write(tmp_path, PYTEST).under(python, "pytest").record("f")
    assert told.endings == {
        "test_passes": "passed",
        "test_fails": "failed",
        "test_fixture": "error",
        "test_teardown": "error",
        "test_many[a]": "passed",
        "test_many[b c]": "passed",
        "test_xfail": "skipped",
        "test_xpass": "failed",
        "test_skipped": "skipped",
        "test_method": "passed",
        "test_case": "passed",
    }
    assert {path for path, _ in told.story.uncollected} == {"test_bad.py", "test_syntax.py"}
    assert {result.id: (result.path, result.line) for result in told.story.tests}["test_ends.py::test_passes"] == (
        "test_ends.py",
        20,
    )
    assert "assert 'a' == 'b'" in told.problems["test_ends.py::test_fails"]


def test_what_fixtures_and_imports_call_is_theirs(tmp_path: Path) -> None:
    """So that a test called alone, or after others, makes the same calls under the same names."""
    project = write(tmp_path, PYTEST).under(WITH_PYTEST, "pytest")
    calls = [
        (call.id.scenario.partition("::")[2] or call.id.scenario, call.outcome.shown)
        for call in project.record("f").called("f")
    ]
    assert calls[:6] == [
        ("import:test_ends.py", "'import'"),
        ("test_passes::setup", "'shared'"),
        ("test_passes::setup", "'own'"),
        ("test_passes", "'test'"),
        ("test_passes", "'teardown'"),
        ("test_fails::setup", "'own'"),
    ]
    assert ("TestClass::test_method::setup", "'set up'") in calls


def test_wanted_tests_run_in_the_wanted_order(tmp_path: Path) -> None:
    """The most telling ones first, while there is time."""
    wanted = (
        "test_ends.py::Case::test_case",
        "test_ends.py::test_many[b c]",
        "test_ends.py::test_passes",
        "gone.py::x",
    )
    told = replace(write(tmp_path, PYTEST).under(WITH_PYTEST, "pytest"), tests=wanted).record("f")
    assert [result.id for result in told.story.tests] == list(wanted[:3])


def test_nothing_is_written_into_the_tree(tmp_path: Path) -> None:
    """No cache of pytest, no bytecode."""
    for text, runner in ((PYTEST, "pytest"), (UNITTEST, "unittest")):
        project = write(tmp_path / runner, text).under(WITH_PYTEST, runner)
        before = sorted(project.root.rglob("*"))
        project.record("f")
        project.plan("f", experiments=5, per_call=5)
        assert sorted(project.root.rglob("*")) == before


def test_what_a_child_writes_to_a_captured_descriptor_is_its_own(tmp_path: Path) -> None:
    """Both `print` and `os.write(1, ...)` are output of the experiment, and none of the test."""
    text = "=== m.py\nimport os\ndef shout(x):\n    os.write(1, b'hi')\n    print('ho')\n    return x\n"
    text += "=== test_z.py\nimport m\ndef test_z(capfd):\n    m.shout(1)\n"
    text += "    assert sorted(capfd.readouterr().out.split('\\n')) == ['', 'hiho']\n"
    project = write(tmp_path, text).under(WITH_PYTEST, "pytest")
    assert project.record("shout").endings == {"test_z": "passed"}
    told = project.plan("shout", experiments=5, per_call=5)
    assert told.endings == {"test_z": "passed"}
    once = [made for made in told.made("shout") if all(e.operator != "call.first" for e in made.intervention.edits)]
    assert {experiment.outcome.output for experiment in once} == {"ho\nhi"}


def slow(root: Path, python: str, runner: str) -> Project:
    """A test that never ends by itself, and one after it."""
    text = "=== m.py\ndef f(x): return x\n=== test_slow.py\nimport m, unittest\nclass Slow(unittest.TestCase):\n"
    text += "    def test_a(self):\n        while True: m.f(1)\n    def test_b(self): m.f(2)\n"
    return write(root, text).under(python, runner)


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["pytest", "unittest"])
def test_a_test_that_does_not_end_is_stopped_and_the_next_one_runs(tmp_path: Path, runner: str) -> None:
    """After ten seconds."""
    told = slow(tmp_path, WITH_PYTEST, runner).record("f")
    assert told.endings["test_b"] == "passed"
    assert told.endings["test_a"] in ("failed", "error")
    assert "the test ran for more than 10 s" in next(iter(told.problems.values()))


IN_PARTS = """
=== m.py
def f(x): return x
=== test_parts.py
import m, unittest
class Parts(unittest.TestCase):
    def test_a(self):
        with self.subTest("quick"): m.f(0)
        for number in range(1000):
            with self.subTest(number=number):
                while True: m.f(number)
    def test_b(self): m.f(2)
"""


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["pytest", "unittest"])
def test_a_test_of_many_parts_is_stopped_as_a_whole(tmp_path: Path, runner: str) -> None:
    """Each part survives what is raised in it: a thousand of them would go on for a thousand seconds."""
    told = write(tmp_path, IN_PARTS).under(WITH_PYTEST, runner).record("f")
    assert told.endings == {"test_a": "failed", "test_b": "passed"}
    assert "ran for more than 10 s" in next(iter(told.problems.values()))


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["pytest", "unittest"])
def test_a_test_of_many_parts_ends_with_the_time_of_the_run(tmp_path: Path, runner: str) -> None:
    """It says nothing then, and no other begins."""
    project = replace(write(tmp_path, IN_PARTS), window=Window(collect_s=60.0, deadline_s=0.5))
    told = project.under(WITH_PYTEST, runner).record("f")
    assert told.endings == {}
    assert not told.story.complete


SLOWLY_TOLD = """
=== m.py
def f(x): return x
=== conftest.py
import threading
def pytest_runtest_makereport(item, call):
    if call.when == "call" and call.excinfo:
        threading.Event().wait(2.5)
=== test_slow.py
import m
def test_a():
    while True: m.f(1)
def test_b(): m.f(2)
"""


@pytest.mark.slow
def test_a_stopped_test_that_takes_long_to_be_told_costs_no_other(tmp_path: Path) -> None:
    """The alarm goes on ringing, for tests that catch everything, but only while code of a test runs."""
    told = write(tmp_path, SLOWLY_TOLD).under(WITH_PYTEST, "pytest").record("f")
    assert told.endings == {"test_a": "failed", "test_b": "passed"}
    assert not told.story.failure


@pytest.mark.parametrize("runner", ["pytest", "unittest"])
def test_when_time_is_over_no_further_test_begins(tmp_path: Path, runner: str) -> None:
    """The story says that it is not whole."""
    project = write(tmp_path, UNITTEST if runner == "unittest" else PYTEST).under(WITH_PYTEST, runner)
    told = replace(project, window=Window(collect_s=60.0, deadline_s=0.0)).record("f")
    assert len([test for test in told.story.tests if not test.id.startswith("setUpClass")]) == 1
    assert not told.story.complete


def test_when_the_time_to_collect_is_over(tmp_path: Path) -> None:
    """No further file is collected by unittest."""
    project = replace(write(tmp_path, UNITTEST), window=Window(collect_s=0.0, deadline_s=60.0))
    assert not project.record("f").story.tests
    in_pytest = write(tmp_path / "other", PYTEST).under(WITH_PYTEST, "pytest")
    told = replace(in_pytest, window=Window(collect_s=0.0, deadline_s=60.0)).record("f")
    assert "test_passes" not in told.endings


REWRITTEN = """
=== m.py
def f(x):
    '''
    >>> f(1)
    1
    '''
    return x
=== pyproject.toml
[tool.pytest.ini_options]
addopts = "--doctest-modules"
=== conftest.py
import pytest
pytest.register_assert_rewrite("m")
=== test_m.py
import m
def test_f(): assert m.f(2) == 2
"""


@pytest.mark.parametrize("name", HAVE_PYTEST)
def test_calls_of_a_module_that_pytest_would_load_itself_are_told(tmp_path: Path, name: str) -> None:
    """Its docstrings are tests, and its assertions to be rewritten: pytest would pass the instrumentation by."""
    project = replace(write(tmp_path, REWRITTEN).under(HAVE_PYTEST[name], "pytest"), files=("m.py", "test_m.py"))
    told = project.record("f")
    assert [call.outcome.shown for call in told.called("f")] == ["1", "2"]
