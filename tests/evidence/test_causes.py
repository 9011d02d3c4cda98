"""Tests that fail on base fail for a cause, and most causes have a remedy."""

from __future__ import annotations

import pytest

from assay.evidence.causes import cause_of, gaps_of_tests
from assay.evidence.frames import read_story
from assay.evidence.jobs import Scenarios
from assay.evidence.reach import Recorded


@pytest.mark.parametrize(
    ("detail", "text", "remedy"),
    [
        ("E   ModuleNotFoundError: No module named 'attr.x'", "No module named 'attr.x'", "has no 'x'"),
        ("E   ModuleNotFoundError: No module named 'attr'", "No module named 'attr'", "Install 'attr'"),
        ("E       fixture 'mocker' not found", "no fixture 'mocker'", "(pytest-mock)"),
        ("E       fixture 'odd' not found", "no fixture 'odd'", "Install the plugin that offers it in"),
        ("async def functions are not natively supported.", "asynchronous tests without", "pytest-asyncio"),
        (
            "E redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
            "no network inside the sandbox (localhost:6379)",
            "[tool.assay] setup",
        ),
        (
            'E   psycopg2.OperationalError: connection to server at "127.0.0.1", port 5432 failed: Connection refused',
            "no network inside the sandbox (127.0.0.1, port 5432)",
            "[tool.assay] setup",
        ),
        ("E   socket.gaierror: [Errno -3] Temporary failure in name resolution", "no network inside", "loopback"),
        ("E   KeyError: 'DATABASE_URL'", "the environment variable DATABASE_URL is not set", "DATABASE_URL = ..."),
        ("E   KeyError: 'name'", "KeyError: 'name'", "by hand"),
        ("E   FileNotFoundError: [Errno 2] No such file or directory: 'git'", "no program git", "Install git"),
        ("E   FileNotFoundError: [Errno 2] No such file or directory: 'a/b'", "FileNotFoundError", "by hand"),
        (
            "E   FileNotFoundError: [Errno 2] No such file or directory: '/assay/tree/tests/toml-test/tests'",
            "no file tests/toml-test/tests in base's tree",
            "submodule",
        ),
        ("E   OSError: [Errno 30] Read-only file system: '/x'", "OSError: [Errno 30]", "nowhere else"),
        ("E   assert 1 == 2\nE   Use -v to get more diff", "assert 1 == 2", "by hand"),
        (
            "  self.assertEqual(x, {})\nAssertionError: {'a': 1} != {}\n- {'a': 1}\n+ {}\n",
            "AssertionError: {'a': 1}",
            "hand",
        ),
        (
            "E   CalledProcessError: Command '('py', '-c', \"f('x')\")' returned non-zero exit status 1.\nx.py:5: CalledProcessError",
            "a process that the test starts returned non-zero exit status 1",
            "by hand",
        ),
        ("", "no reason given", "by hand"),
    ],
)
def test_a_traceback_says_what_is_missing(detail: str, text: str, remedy: str) -> None:
    cause = cause_of(detail)
    assert cause.text.startswith(text)
    assert remedy in cause.remedy


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [
        ("head: the tests did not come to an end and were stopped", "--budget"),
        (
            "base: the run broke off (SystemError: AST constructor recursion depth mismatch (before=9, after=6))",
            "3.11.8",
        ),
        (
            "base: the run broke off (Argument(s) {'path'} are declared in the hookimpl but can not be found)",
            "version of py",
        ),
        ("base: the run broke off (it ended with signal 15 after t.py::a)", "ends the whole process"),
        ("base: the run broke off (ValueError: closed)", "by hand"),
    ],
)
def test_a_run_that_broke_off_says_what_helps(trouble: str, remedy: str) -> None:
    story = read_story(())
    recorded = Recorded(scenarios=Scenarios(runner="pytest"), base=story, head=story, trouble=(trouble,))
    (gap,) = gaps_of_tests(recorded)
    assert (gap.slug, remedy in gap.remedy) == ("run", True)
