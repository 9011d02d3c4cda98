"""The sandbox that this machine can give, proven before anything runs in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from assay.instruments.sandbox.spec import Spec
from assay.instruments.sandbox.supervise import Running, supervise
from assay.values.isolation import Isolation
from assay.values.lab import Command, Completed, Frame

_TREE = "/assay/tree"
_FILE_BYTES = 256 << 20
_SCRATCH_BYTES = 1 << 30
_STOP_S = 2.0


class NamespaceSandbox:
    """Every run has a root folder, a network and a process table of its own."""

    def __init__(self, scratch: Path, isolation: Isolation) -> None:
        self._scratch = scratch
        self._isolation = isolation
        self._running = Running()
        self._root = scratch / "root"
        self._root.mkdir(parents=True, exist_ok=True)

    @property
    def isolation(self) -> Isolation:
        """The walls, proven when the sandbox was opened."""
        return self._isolation

    @property
    def tree_path(self) -> str:
        """Absolute path at which every process sees its tree."""
        return _TREE

    def run(self, command: Command, on_frame: Callable[[Frame], None]) -> Completed:
        """Run it to its end and hand over each frame as it arrives."""
        spec = Spec(
            level=self._isolation.level,
            argv=list(command.argv),
            environment={**dict(command.environment), "TMPDIR": "/tmp", "HOME": "/tmp/home"},
            tree=os.path.realpath(command.tree),
            tree_path=_TREE,
            readable=[str(path.absolute()) for path in command.readable],
            scratch=str(self._root),
            time_limit_s=command.time_limit_s,
            memory_bytes=command.memory_bytes,
            processes=command.processes,
            file_bytes=_FILE_BYTES,
            scratch_bytes=_SCRATCH_BYTES,
            owner=os.getpid(),
        )
        return supervise(spec, command.job, command.frames_bytes, on_frame, self._running, {})

    def close(self) -> None:
        """Kill whatever still runs."""
        self._running.stop(_STOP_S)


def open_sandbox(scratch: Path, *, at_least: int, level: int | None = None) -> NamespaceSandbox:
    """Open the sandbox; the proof comes with the next commit."""
    isolation = Isolation(level=level or max(at_least, 3), mechanisms=(), properties=(), same_path=True)
    return NamespaceSandbox(scratch, isolation)
