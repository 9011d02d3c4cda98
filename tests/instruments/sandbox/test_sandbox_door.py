"""Which rung is reached on which machine, and what is said where none is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.instruments.sandbox.conftest import Cell

from assay.errors import SandboxFailed, UnsafeHost
from assay.instruments.sandbox.calls import number_of
from assay.instruments.sandbox.door import open_sandbox
from assay.instruments.sandbox.promises import PROMISES, WATCHED
from assay.values.lab import Command

SOURCE = str(Path(open_sandbox.__code__.co_filename).parents[3])
NAMESPACES = [number_of(name) for name in ("unshare", "mount")]
LANDLOCK = [444, 445, 446]
SECCOMP = [number_of("seccomp")]

OPEN_ON_A_POORER_MACHINE = """
import json, os, sys
from pathlib import Path
from assay.errors import UnsafeHost
from assay.instruments.sandbox import linux, seccomp
from assay.instruments.sandbox.door import open_sandbox
scratch, at_least, calls, drop = json.loads(sys.argv[1])
if drop:
    linux.drop_capabilities()
if calls:
    linux.forbid_new_privileges()
    refusals = [seccomp._load(0)]
    for call in calls:
        refusals += [(seccomp._JUMP_EQUAL, 0, 1, call), seccomp._refuse(38)]
    seccomp._install([*refusals, seccomp._answer(seccomp._ALLOW)], 0)
try:
    sandbox = open_sandbox(Path(scratch), at_least=at_least)
except UnsafeHost as error:
    print(json.dumps({"what": error.what, "why": error.why, "next": error.next_step}))
else:
    isolation = sandbox.isolation
    print(json.dumps({"level": isolation.level, "mechanisms": isolation.mechanisms,
                      "open": {one.name: one.detail for one in isolation.properties if one.state == "open"}}))
    sandbox.close()
"""


def open_where(
    tmp_path: Path, *, refused: list[int | None], at_least: int = 2, drop: bool = False
) -> dict[str, object]:
    """What `open_sandbox` does on a machine that refuses these system calls."""
    arguments = json.dumps([str(tmp_path), at_least, refused, drop])
    done = subprocess.run(
        [sys.executable, "-c", OPEN_ON_A_POORER_MACHINE, arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def namespaces_are_allowed() -> bool:
    """Ask somebody else: unshare(1)."""
    try:
        done = subprocess.run(["unshare", "-Urmpf", "--mount-proc", "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def test_the_strongest_rung_that_the_machine_allows_is_reached(tmp_path: Path) -> None:
    """Every promise is told on each rung, in the same order."""
    sandbox = open_sandbox(tmp_path, at_least=2)
    sandbox.close()
    assert sandbox.isolation.level == (3 if namespaces_are_allowed() else 2)
    names = [one.name for one in sandbox.isolation.properties if not one.name.startswith("L")]
    assert names == [*(promise.name for promise in PROMISES), *WATCHED]
    assert list(tmp_path.iterdir()) == []


def test_without_namespaces_landlock_is_enough(tmp_path: Path) -> None:
    """As in a container, or inside the sandbox of an agent; the reason is in the report."""
    answer = open_where(tmp_path, refused=NAMESPACES)
    assert (answer["level"], answer["mechanisms"]) == (2, ["landlock", "seccomp", "limits"])
    assert answer["open"] == {"L3": "user namespace: Function not implemented", "see file names outside": ""}


def test_root_without_capabilities_gets_what_it_can(tmp_path: Path) -> None:
    """Root may not map itself into a user namespace without CAP_SETFCAP; others may."""
    answer = open_where(tmp_path, refused=[], drop=True)
    expected = 2 if os.getuid() == 0 or not namespaces_are_allowed() else 3
    assert answer["level"] == expected


def test_without_landlock_namespaces_are_enough(tmp_path: Path) -> None:
    """The fresh root holds nothing else; the mechanisms say what is missing."""
    answer = open_where(tmp_path, refused=list(LANDLOCK))
    if namespaces_are_allowed():
        assert (answer["level"], answer["mechanisms"]) == (3, ["namespaces", "seccomp", "limits"])
    else:
        assert "what" in answer


def test_below_what_is_asked_for_nothing_is_given(tmp_path: Path) -> None:
    """What, why and the override by name; the weaker rung it names can be had."""
    refused = [*NAMESPACES, *LANDLOCK]
    answer = open_where(tmp_path, refused=refused)
    assert answer["what"] == "The isolation asked for (L2) cannot be had here, so no code of the target was run."
    assert answer["why"] == "L3: user namespace: Function not implemented; L2: files: Function not implemented"
    assert str(answer["next"]).endswith("`--allow-isolation L1`.")
    assert open_where(tmp_path, refused=refused, at_least=1)["level"] == 1


def test_without_any_wall_only_an_explicit_word_helps(tmp_path: Path) -> None:
    """Limits remain, and the report says what is open."""
    refused = [*NAMESPACES, *LANDLOCK, *SECCOMP]
    assert str(open_where(tmp_path, refused=refused)["next"]).endswith("`--allow-isolation L0`.")
    answer = open_where(tmp_path, refused=refused, at_least=0)
    assert answer["level"] == 0
    told = answer["open"]
    assert isinstance(told, dict)
    assert {"write outside", "read outside", "connect by TCP", "make a dangerous system call"} <= set(told)


def test_inside_another_sandbox_it_takes_what_is_left(cell: Cell) -> None:
    """Agents run Assay in a sandbox of their own; where that one hides processes, nothing could be ended, and nothing starts."""
    code = f"""
sys.path[:0] = [{SOURCE!r}]
from pathlib import Path
from assay.errors import UnsafeHost
from assay.instruments.sandbox.door import open_sandbox
try:
    sandbox = open_sandbox(Path(os.environ["TMPDIR"], "scratch"), at_least=2)
except UnsafeHost as error:
    tell(why=error.why)
else:
    tell(level=sandbox.isolation.level, why={{one.name: one.detail for one in sandbox.isolation.properties}}["L3"])
    sandbox.close()
"""
    told = cell.run(code, readable=(Path(SOURCE),), processes=64).told
    if cell.level == 3:
        assert told == {"level": 2, "why": "user namespace: Operation not permitted"}
    else:
        assert told["why"].startswith("L3: process table: Permission denied; L2: process table: Permission denied")


def test_a_level_can_be_asked_for(tmp_path: Path) -> None:
    """But not one below the least."""
    with pytest.raises(UnsafeHost):
        open_sandbox(tmp_path, at_least=2, level=1)


def test_a_failure_to_start_says_at_which_stage(tmp_path: Path) -> None:
    """Issue threads of other sandboxes are full of failures nobody could place."""
    sandbox = open_sandbox(tmp_path, at_least=0)
    command = Command(argv=("/absent",), tree=tmp_path, environment=(), readable=(), job=b"", time_limit_s=5)
    with pytest.raises(SandboxFailed) as failure:
        sandbox.run(command, lambda _frame: None)
    sandbox.close()
    assert failure.value.why == "start of /absent: No such file or directory"
