"""A sandbox on every rung this machine reaches, and one way to run a few lines in it."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assay.errors import UnsafeHost
from assay.instruments.sandbox.door import LinuxSandbox, open_sandbox
from assay.values.lab import Command, Completed, Frame, Opening

PYTHON = os.path.realpath(sys.executable)
TELL = """
import json, os, sys
def tell(**facts):
    body = json.dumps(facts).encode()
    os.write(3, len(body).to_bytes(4, "big") + body)
def errno_of(action):
    try: action()
    except OSError as error: return error.errno
    return 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run and what it told."""

    completed: Completed
    frames: list[Frame]
    seconds: float

    @property
    def told(self) -> dict[str, Any]:
        """All that was told, in one mapping."""
        assert self.completed.status == 0, self.completed.output
        return {name: value for frame in self.frames for name, value in frame.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A sandbox on one rung, with a tree to run in."""

    sandbox: LinuxSandbox
    tree: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def level(self) -> int:
        """The rung."""
        return self.sandbox.isolation.level

    def run(
        self,
        code: str,
        *arguments: str,
        tree: Path | None = None,
        time_limit_s: float = 10.0,
        on_frame: Callable[[Frame], None] | None = None,
        readable: tuple[Path, ...] = (),
        opening: Opening | None = None,
        **limits: int,
    ) -> Ran:
        """Run Python code; it has `tell(**facts)` and `errno_of(action)`."""
        frames: list[Frame] = []
        command = Command(
            argv=(PYTHON, "-I", "-S", "-c", TELL + code, *arguments),
            tree=tree or self.tree,
            environment=(("LANG", "C.UTF-8"), *self.variables.items()),
            readable=(Path(sys.base_prefix), *readable),
            job=b"the job",
            time_limit_s=time_limit_s,
            opening=opening,
            **limits,
        )
        begin = time.monotonic()
        completed = self.sandbox.run(command, on_frame or frames.append)
        return Ran(completed=completed, frames=frames, seconds=time.monotonic() - begin)


def reachable_levels() -> list[int]:
    """The rungs with walls around files that can be had on this machine."""
    return [level for level in (3, 2) if can_open(level)]


def can_open(level: int) -> bool:
    """Does this rung prove itself here?"""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            open_sandbox(Path(scratch), at_least=0, level=level).close()
        except UnsafeHost:
            return False
    return True


@pytest.fixture(scope="session", params=reachable_levels(), ids=lambda level: f"L{level}")
def sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinuxSandbox]:
    """An open sandbox, shared by all tests of a rung."""
    sandbox = open_sandbox(tmp_path_factory.mktemp("scratch"), at_least=2, level=request.param)
    yield sandbox
    sandbox.close()


@pytest.fixture
def cell(sandbox: LinuxSandbox, tmp_path: Path) -> Cell:
    """The sandbox with a fresh tree."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "module.py").write_text("x = 1\n", encoding="utf-8")
    return Cell(sandbox=sandbox, tree=tree)


@pytest.fixture
def marker(tmp_path: Path) -> str:
    """A word that only this test's processes have on their command line."""
    return f"marker-{os.getpid()}-{tmp_path.name}-{time.monotonic_ns()}"


def processes_with(marker: str) -> list[int]:
    """Process ids that carry the marker on their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                if marker.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


@pytest.fixture
def survivors(marker: str) -> Callable[[], list[int]]:
    """Processes of this test that still live."""
    return lambda: processes_with(marker)
