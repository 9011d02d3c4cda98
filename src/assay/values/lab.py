"""The lab: what the core may ask of the world. `wiring` builds the real one, tests hand over fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from assay.values.change import Side
from assay.values.isolation import Isolation
from assay.values.reality import Remark

Frame = Mapping[str, object]
"""One JSON object from the probe. Untrusted: readers check every member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a run may do that builds an environment, and no other: reach the network, write to folders of the host."""

    writable: tuple[Path, ...]
    """Host folders that it may fill, at their own paths."""
    file_bytes: int = 4 << 30
    """No file may grow larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A process of the target's interpreter, to be run inside the sandbox."""

    argv: tuple[str, ...]
    tree: Path
    """Host folder that the process sees, read-only or as a throw-away copy, at `Sandbox.tree_path`."""
    environment: tuple[tuple[str, str], ...]
    readable: tuple[Path, ...]
    """Host folders that stay visible at their own path (interpreter, environment, probe)."""
    job: bytes
    """Handed to the process on standard input, then end of file."""
    time_limit_s: float
    memory_bytes: int = 4 << 30
    processes: int = 256
    frames_bytes: int = 256 << 20
    """More than this from the frame descriptor ends the run."""
    opening: Opening | None = None
    """A door in the walls, which no run of the project's own code has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a sandboxed process ended."""

    status: int
    """Exit status; negative for a signal."""
    timed_out: bool
    output: str
    """The last 64 KiB of its standard output and error together."""
    protocol_error: str = ""
    """Set when its frames broke the protocol (forged length, too many bytes, no JSON)."""


class Standing(Protocol):
    """A process behind walls that answers jobs, one after the other, each as if it had just begun."""

    @property
    def is_open(self) -> bool:
        """May it be given another job?"""

    def ask(self, job: bytes, on_frame: Callable[[Frame], None], time_limit_s: float) -> Completed:
        """Hand over each frame of the answer as it arrives; ends the process where that takes longer."""

    def close(self) -> None:
        """End it."""


class Sandbox(Protocol):
    """Runs commands of the target behind walls."""

    @property
    def isolation(self) -> Isolation:
        """The walls, proven by canaries when the sandbox was built."""

    @property
    def tree_path(self) -> str:
        """Absolute path at which every process sees its tree."""

    def run(self, command: Command, on_frame: Callable[[Frame], None]) -> Completed:
        """Run it to its end and hand over each frame as it arrives. Thread-safe; kills the whole tree on a limit.

        Frames arrive on descriptor 3 of the process: 4 bytes big-endian length, then UTF-8 JSON (an object).
        """

    def stand(self, command: Command) -> Standing:
        """Start a process that answers one job after the other; it may live as long as the command's time limit."""

    def close(self) -> None:
        """Kill whatever still runs and remove scratch folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the probe on one side."""

    side: Side
    job: Mapping[str, object]
    time_limit_s: float
    hash_seed: int = 0
    files: tuple[tuple[str, str], ...] = ()
    """Paths and texts of files that stand in the tree for the length of this run, in place of its own."""
    is_fresh: bool = False
    """Must it begin in a process that has answered nothing before? What was seen there is to be seen independently."""
    may_be_kept: bool = False
    """On base: may what an earlier check got from this very run stand for it? Never where it is made to see again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The frames of one run, in order, and how it ended."""

    frames: tuple[Frame, ...]
    completed: Completed
    took_s: float = 0.0
    """How long it ran, in this check or in the earlier one that it was kept from."""


class Source(Protocol):
    """The files of both sides."""

    def paths(self, side: Side) -> Sequence[str]:
        """POSIX paths of all files, sorted."""

    def text(self, side: Side, path: str) -> str | None:
        """The file as text (PEP 263 encoding for Python), or None where it is absent or not text."""


class Clock(Protocol):
    """Time as the budget sees it."""

    def elapsed_s(self) -> float:
        """Seconds since the command began."""


class Memo(Protocol):
    """A store keyed by content; losing it costs time and nothing else."""

    def get(self, key: str) -> object | None:
        """The stored JSON value, or None."""

    def put(self, key: str, value: object) -> None:
        """Store a JSON value; never fails."""


class Lab(Protocol):
    """Everything the core may use of the world."""

    @property
    def source(self) -> Source: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def memo(self) -> Memo: ...
    @property
    def budget_s(self) -> float: ...
    @property
    def experiments(self) -> int | None:
        """The deterministic form: this many experiments, whatever time they take."""

    @property
    def base_print(self) -> str:
        """A digest of base's tree: another one where any file is another."""

    @property
    def seed(self) -> int: ...
    @property
    def runner(self) -> str:
        """What runs the project's tests: `pytest` where the target has it, else `unittest`."""

    @property
    def project(self) -> str:
        """The folder of the tree that holds the project under check; "" where that is the whole tree."""

    @property
    def source_roots(self) -> Sequence[str]:
        """Folders of base from which modules are imported; "" is the root of the tree."""

    def run(self, runs: Sequence[Run]) -> Sequence[RunResult]:
        """Run the probe, several at a time as the machine allows; results in the order of `runs`."""

    def recalled(self, run: Run) -> RunResult | None:
        """What an earlier check got from this very run, where it may be kept and came to its end."""

    def check_types(self, side: Side, files: Sequence[tuple[str, str]], python: str = "") -> Sequence[Remark]:
        """What the type checker says of some files, given as path and text, in the tree of one side. Runs nothing.

        As under the target's version, or under `python` (`3.9`).

        Raises:
            CheckerFailed: there is no type checker, or it gave no answer.
        """

    def say(self, text: str) -> None:
        """Show what is being done, for a while."""

    def tell(self, text: str) -> None:
        """Show a line that stays, such as a finding just made."""
