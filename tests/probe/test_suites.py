"""Test suites as people have them: what the project tells pytest is followed, and what is broken costs only itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import Told, write
from tests.probe.test_running_tests import WITH_PYTEST

CODE = "=== m.py\ndef f(x): return x\n=== test_z.py\nimport m\ndef test_z(): m.f(1)\n"


def told_of(root: Path, text: str) -> Told:
    """What the project's tests tell under pytest."""
    return write(root, CODE + text).under(WITH_PYTEST, "pytest").record("f")


def test_a_script_that_ends_itself_costs_itself(tmp_path: Path) -> None:
    """`sys.exit` at import would end the session."""
    told = told_of(tmp_path, "=== test_a.py\nimport sys\nsys.exit(3)\n")
    assert told.endings == {"test_z": "passed"}
    assert [path for path, detail in told.story.uncollected if "SystemExit: 3" in detail] == ["test_a.py"]


def test_tests_that_ran_before_are_left_out(tmp_path: Path) -> None:
    """The others of their file run."""
    project = write(tmp_path, CODE + "def test_slow(): m.f(2)\ndef test_last(): m.f(3)\n").under(WITH_PYTEST, "pytest")
    told = replace(project, skipped=("test_z.py::test_z", "test_z.py::test_last")).record("f")
    assert told.endings == {"test_slow": "passed"}


def test_a_broken_conftest_costs_its_folder(tmp_path: Path) -> None:
    """Pytest gives up at the first one; it is asked again without that folder."""
    broken = "import nothing_like_this\ndef pytest_configure(): pass\n"
    text = f"=== a/conftest.py\n{broken}=== a/test_a.py\n=== b/conftest.py\n{broken}=== b/c/test_c.py\n"
    told = told_of(tmp_path, text)
    assert told.endings == {"test_z": "passed"}
    assert [path for path, _ in told.story.uncollected] == ["a/test_a.py", "b/c/test_c.py"]
    assert all("No module named 'nothing_like_this'" in detail for _, detail in told.story.uncollected)


def test_a_broken_conftest_at_the_root_costs_everything_and_is_told(tmp_path: Path) -> None:
    told = told_of(tmp_path, "=== conftest.py\nimport nothing_like_this\n")
    assert not told.story.tests
    assert [path for path, _ in told.story.uncollected] == ["test_z.py"]


@pytest.mark.parametrize(
    "options",
    [
        "--no-such-option",
        "--no-such-option=3 -p no_such_plugin",
        "-n 4 --dist loadscope",
        "--cov=m --cov-report term --cov-fail-under=100",
        "-x --maxfail=1 -q -ra -vv --tb=native --durations 5",
        "--timeout=1 --reruns 3 -p timeout -p no:cacheprovider",
        "--strict-markers --strict-config -W error",
    ],
)
def test_options_that_do_not_say_what_a_test_does_are_in_nobodys_way(tmp_path: Path, options: str) -> None:
    """Whether the plugins behind them are installed or not."""
    told = told_of(tmp_path, f"=== setup.cfg\n[tool:pytest]\nno_such_setting = 1\naddopts = {options}\n")
    assert told.endings == {"test_z": "passed"}
    assert not told.story.failure


def test_options_that_say_what_a_test_does_are_followed(tmp_path: Path) -> None:
    """Options of the project's own, markers, what is ignored, examples in docstrings."""
    text = "=== pytest.ini\n[pytest]\naddopts = --shape square -m 'not far' --deselect test_o.py::test_out\n"
    text += "markers = far: away\nrequired_plugins = pytest-nothing-like-this\n"
    text += "=== conftest.py\nimport pytest\ndef pytest_addoption(parser): parser.addoption('--shape')\n"
    text += "@pytest.fixture\ndef shape(request): return request.config.getoption('shape')\n"
    text += "=== test_o.py\nimport pytest\ndef test_shape(shape): assert shape == 'square'\n"
    text += "@pytest.mark.far\ndef test_far(): assert 0\ndef test_out(): assert 0\n"
    assert told_of(tmp_path, text).endings == {"test_z": "passed", "test_shape": "passed"}


def test_why_pytest_gave_up_is_told(tmp_path: Path) -> None:
    """A plugin that fails inside ends the run."""
    told = told_of(tmp_path, "=== conftest.py\ndef pytest_collection_finish(): raise ValueError('so there')\n")
    assert "so there" in told.story.failure


def test_unittest_finds_modules_as_discovery_does(tmp_path: Path) -> None:
    """From the folder above the outermost package; what `load_tests` makes are tests too."""
    text = "=== m.py\ndef f(x): return x\n"
    text += "=== tests/beside.py\nN = 1\n=== tests/test_a.py\nimport beside, m, unittest\n"
    text += "class A(unittest.TestCase):\n    def test_a(self): self.assertEqual(m.f(1), beside.N)\n"
    text += "=== src/p/__init__.py\n=== src/p/tests/__init__.py\n=== src/p/tests/test_b.py\nimport m, unittest\n"
    text += "from .. import __name__ as above\n"
    text += "class B(unittest.TestCase):\n    def runTest(self): self.assertEqual(m.f(above), 'p')\n"
    text += "def load_tests(loader, tests, pattern): return unittest.TestSuite([B()])\n"
    told = write(tmp_path, text).record("f")
    assert told.endings == {"test_a": "passed", "runTest": "passed"}
    assert {result.id for result in told.story.tests} == {"test_a.A.test_a", "p.tests.test_b.B.runTest"}
