"""A job in a child of a process that stands for several is answered as by a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.instruments.sandbox.conftest import can_open
from tests.probe.projects import PROBE, Project, Told, write

from assay.evidence.frames import read_story
from assay.evidence.jobs import Quota, plan_run
from assay.instruments.sandbox.door import LinuxSandbox, open_sandbox
from assay.instruments.standing import StandingProcesses
from assay.values.lab import Command, Frame, Run, RunResult

pytestmark = pytest.mark.skipif(not can_open(3), reason="trees have one path only where namespaces are allowed")

PYTEST = """
=== m.py
import itertools
COUNTED = itertools.count()
def scaled(x, by=2):
    if by == 0:
        raise ValueError("zero")
    return [x * by, next(COUNTED)]
=== test_m.py
import m
SEEN = []
def test_a(tmp_path):
    (tmp_path / "a").write_text("a")
    SEEN.append(m.scaled(3))
    assert SEEN == [[6, 0]]
def test_b(capfd):
    print("b")
    assert m.scaled(4, by=5)[0] == 20
    assert capfd.readouterr().out == "b\\n"
"""


CLOSED = """
import os, pathlib
HELD = pathlib.Path(os.environ["TMPDIR"], "held")
HELD.mkdir()
def test_w():
    (HELD / "left").write_text("x")
    HELD.chmod(0o500)
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinuxSandbox]:
    """With namespaces."""
    sandbox = open_sandbox(tmp_path_factory.mktemp("scratch"), at_least=3, level=3)
    yield sandbox
    sandbox.close()


def answers(sandbox: LinuxSandbox, project: Project, runs: Sequence[Run]) -> list[tuple[RunResult, int]]:
    """What each run told, and how many processes waited after it."""
    told: list[tuple[RunResult, int]] = []
    processes = StandingProcesses(sandbox)
    try:
        for run in runs:
            job = {"root": sandbox.tree_path, "source_roots": [sandbox.tree_path], "seed": 0, **run.job}
            command = Command(
                argv=(project.python, "-s", str(PROBE)),
                tree=project.root,
                environment=(("LANG", "C.UTF-8"), ("TZ", "UTC"), ("PYTHONHASHSEED", "0")),
                readable=(Path(sys.base_prefix), Path(sys.prefix), PROBE.parent),
                job=json.dumps(job).encode(),
                time_limit_s=60.0,
            )
            frames: list[Frame] = []
            completed = processes.run(command, job, run, frames.append)
            told.append((RunResult(frames=tuple(frames), completed=completed), processes.n_waiting))
    finally:
        processes.close()
    return told


def planned(project: Project, *names: str) -> Run:
    """A run that chooses experiments at these functions."""
    placements = [project.placement(name) for name in names]
    quotas = {p.point.id: Quota(experiments=60, per_call=30) for p in placements}
    return plan_run(placements, project.scenarios(), project.window, quotas, ())


def outcomes(result: RunResult) -> Told:
    """The story of a run."""
    return Told(frames=result.frames, story=read_story(result.frames), status=result.completed.status, output="")


def test_each_job_is_answered_as_by_a_process_of_its_own(sandbox: LinuxSandbox, tmp_path: Path) -> None:
    """Nothing that a test did is there when the next job begins: counters, lists, folders, what was captured."""
    project = write(tmp_path, PYTEST).under(sys.executable, "pytest")
    alone = project.run(planned(project, "scaled"))
    run = planned(project, "scaled")
    (first, _), (second, _), (narrow, n_waiting) = answers(
        sandbox, project, [run, run, replace(run, job={**run.job, "tests": ["test_m.py::test_b"]})]
    )
    for result in (first, second):
        assert outcomes(result).endings == {"test_a": "passed", "test_b": "passed"}
        assert outcomes(result).outcomes == alone.outcomes
        assert result.completed.status == 0
        assert result.frames[-1]["t"] == "done"
    assert len(alone.outcomes) > 20
    assert outcomes(narrow).endings == {"test_b": "passed"}
    assert n_waiting == 1


def test_a_fresh_run_begins_in_a_process_of_its_own(sandbox: LinuxSandbox, tmp_path: Path) -> None:
    """What is seen twice is seen independently."""
    project = write(tmp_path, PYTEST).under(sys.executable, "pytest")
    run = planned(project, "scaled")
    told = answers(sandbox, project, [run, replace(run, is_fresh=True), run])
    assert [n for _, n in told] == [1, 2, 2]


@pytest.mark.parametrize(
    ("code", "n_waiting"),
    [
        ("", 1),
        ("import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n", 0),
        ("import socket\nHELD = socket.socket()\n", 0),
        ("import pathlib\ndef test_w():\n    pathlib.Path('left').write_text('x')\n", 0),
        ("import pathlib, os\ndef test_w():\n    pathlib.Path(os.environ['TMPDIR'], 'left').write_text('x')\n", 1),
        ("import subprocess\ndef test_w():\n    subprocess.Popen(['sleep', '60'])\n", 0),
        (CLOSED, 0),
    ],
    ids=["nothing", "thread", "socket", "file-of-the-tree", "temporary-file", "process", "closed-folder"],
)
def test_who_cannot_be_had_twice_answers_once(sandbox: LinuxSandbox, tmp_path: Path, code: str, n_waiting: int) -> None:
    """And every job is answered all the same."""
    project = write(tmp_path, PYTEST).under(sys.executable, "pytest")
    with (project.root / "test_m.py").open("a", encoding="utf-8") as file:
        file.write(code)
    told = answers(sandbox, project, [planned(project, "scaled")] * 2)
    for result, n in told:
        assert {"test_a", "test_b"} <= outcomes(result).endings.keys()
        assert set(outcomes(result).endings.values()) == {"passed"}
        assert not outcomes(result).story.failure
        assert len(outcomes(result).made("scaled")) > 20
        assert n == n_waiting


def test_what_is_asked_while_files_are_imported_is_asked_of_a_new_process(
    sandbox: LinuxSandbox, tmp_path: Path
) -> None:
    """When a test could begin it is over."""
    project = write(tmp_path, PYTEST + "m.scaled(9)\n").under(sys.executable, "pytest")
    run = planned(project, "scaled")
    quota = {**run.job["quota"]["m.py::scaled"], "calls": {"import:test_m.py": [0]}}  # type: ignore[index]
    (result, n_waiting), *_ = answers(
        sandbox, project, [replace(run, job={**run.job, "quota": {"m.py::scaled": quota}})]
    )
    assert n_waiting == 0
    assert {e.id.scenario for e in outcomes(result).made("scaled")} <= {"import:test_m.py"}
