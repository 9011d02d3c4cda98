"""What the tests need is started before them, inside the sandbox; when that fails, nothing else is tried."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.probe.projects import WINDOW, Project, Told, write
from tests.probe.test_running_tests import WITH_PYTEST

from assay.evidence.jobs import Scenarios, record_run

CODE = "=== m.py\ndef f(x): return x\n=== test_z.py\nimport m, pathlib\n"
CODE += "def test_z(): assert m.f(pathlib.Path('started').read_text()) == 'yes'\n"


def told_after(project: Project, *commands: str) -> Told:
    """What a recording tells after these commands."""
    run = record_run("base", [project.placement("f")], Scenarios(runner="pytest", files=("test_z.py",)), WINDOW)
    return project.run(replace(run, job={**run.job, "setup": list(commands)}))


def test_commands_run_before_the_tests(tmp_path: Path) -> None:
    project = write(tmp_path, CODE).under(WITH_PYTEST, "pytest")
    assert told_after(project, "printf ye > started", "printf s >> started").endings == {"test_z": "passed"}


def test_a_command_that_fails_ends_the_run_and_says_so(tmp_path: Path) -> None:
    told = told_after(write(tmp_path, CODE).under(WITH_PYTEST, "pytest"), "echo no such thing >&2; exit 3")
    assert not told.story.tests
    assert told.story.failure == "no such thing\nsetup: `echo no such thing >&2; exit 3` ended with status 3"
