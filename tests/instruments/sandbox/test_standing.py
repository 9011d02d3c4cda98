"""One process behind the walls answers several jobs, and nothing of it is left."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest
from tests.instruments.sandbox.conftest import PYTHON, TELL, Cell, processes_with

from assay.instruments.sandbox.standing import StandingProcess
from assay.values.lab import Command, Frame

SERVE = """
import struct, time
def next_job():
    head = sys.stdin.buffer.read(4)
    return json.loads(sys.stdin.buffer.read(struct.unpack(">I", head)[0])) if head else None
n = 0
while (job := next_job()) is not None:
    n += 1
    tell(n=n, length=len(job["text"]))
    if job["text"] == "sleep": time.sleep(60)
    if job["text"] == "die": os._exit(7)
    tell(t="answered", status=n, more=job["text"] != "last")
    if job["text"] == "forge": tell(n=99)
"""


def standing(cell: Cell, marker: str = "") -> StandingProcess:
    """A process that says how many jobs it was given so far."""
    return cell.sandbox.stand(
        Command(
            argv=(PYTHON, "-I", "-S", "-c", TELL + SERVE, marker),
            tree=cell.tree,
            environment=(("LANG", "C.UTF-8"),),
            readable=(Path(sys.base_prefix),),
            job=b"",
            time_limit_s=60.0,
        )
    )


def asked(process: StandingProcess, text: str, limit_s: float = 20.0) -> tuple[list[Frame], int, bool]:
    """What it told, its status, and whether it was late."""
    frames: list[Frame] = []
    completed = process.ask(json.dumps({"text": text}).encode(), frames.append, limit_s)
    return frames, completed.status, completed.timed_out


def gone(marker: str) -> bool:
    """Is no process of this marker left, after a moment?"""
    until = time.monotonic() + 5
    while processes_with(marker) and time.monotonic() < until:
        time.sleep(0.05)
    return not processes_with(marker)


def test_one_process_answers_several_jobs(cell: Cell, marker: str) -> None:
    """A job may be longer than any pipe."""
    process = standing(cell, marker)
    assert asked(process, "a") == ([{"n": 1, "length": 1}], 1, False)
    assert asked(process, "b" * 3_000_000) == ([{"n": 2, "length": 3_000_000}], 2, False)
    assert process.is_open
    assert asked(process, "last") == ([{"n": 3, "length": 4}], 3, False)
    assert not process.is_open
    process.close()
    assert gone(marker)


def test_a_job_that_takes_too_long_ends_the_process(cell: Cell, marker: str) -> None:
    """What it told before is kept."""
    process = standing(cell, marker)
    frames, status, is_late = asked(process, "sleep", 3.0)
    assert (frames, is_late, process.is_open) == ([{"n": 1, "length": 5}], True, False)
    assert status < 0
    assert gone(marker)


@pytest.mark.parametrize(("text", "status"), [("die", 7), ("forge", 1)])
def test_who_dies_or_speaks_unasked_is_given_no_other_job(cell: Cell, marker: str, text: str, status: int) -> None:
    """What it says would be taken for the answer to the next one."""
    process = standing(cell, marker)
    assert asked(process, text)[1:] == (status, False)
    until = time.monotonic() + 5
    while process.is_open and time.monotonic() < until:
        time.sleep(0.01)
    assert not process.is_open
    process.close()
    assert gone(marker)


def test_closing_ends_one_that_waits(cell: Cell, marker: str) -> None:
    """Nobody asks them any more."""
    process = standing(cell, marker)
    asked(process, "a")
    assert processes_with(marker)
    process.close()
    assert gone(marker)
