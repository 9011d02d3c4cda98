"""The sandbox that this machine can give, proven before anything runs in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assay.errors import SandboxFailed, UnsafeHost
from assay.instruments.sandbox import landlock
from assay.instruments.sandbox.places import MountedPlaces, Places, SharedPlaces
from assay.instruments.sandbox.promises import LOWEST, STRONGEST, name_mechanisms
from assay.instruments.sandbox.proof import find_broken, prove
from assay.instruments.sandbox.spec import LANDLOCK, NAMESPACES, Spec
from assay.instruments.sandbox.supervise import Running, supervise
from assay.values.isolation import Isolation, Property
from assay.values.lab import Command, Completed, Frame

_FILE_BYTES = 256 << 20
_SCRATCH_BYTES = 1 << 30
_STOP_S = 2.0
_PASSED_TO_LAUNCHER = ("LD_LIBRARY_PATH",)
"""Without it some interpreters do not start; the target gets nothing of it."""


class LinuxSandbox:
    """Runs commands on one rung of isolation. See `values.lab.Sandbox`."""

    def __init__(self, level: int, places: Places) -> None:
        self._places = places
        self._running = Running()
        self._isolation = Isolation(
            level=level,
            mechanisms=name_mechanisms(level, has_landlock=0 < landlock.read_abi()),
            properties=(),
            same_path=places.same_path,
        )

    @property
    def isolation(self) -> Isolation:
        """The walls, proven when the sandbox was opened."""
        return self._isolation

    @property
    def tree_path(self) -> str:
        """Absolute path at which every process sees its tree."""
        return self._places.tree_path

    def run(self, command: Command, on_frame: Callable[[Frame], None]) -> Completed:
        """Run it to its end and hand over each frame as it arrives, in the caller's thread.

        Descriptors 0 to 3 are open and nothing else. The environment is the command's with HOME and TMPDIR replaced by
        folders of the run's own. An exception from `on_frame` ends the run and is passed on.

        Raises:
            SandboxFailed: the program could not be started.
        """
        kept = {name: os.environ[name] for name in _PASSED_TO_LAUNCHER if name in os.environ}
        return self._run(command, on_frame, kept)

    def _run(self, command: Command, on_frame: Callable[[Frame], None], launcher_environment: dict[str, str]) -> Completed:
        with self._places.held(command.tree) as place:
            own = {"TMPDIR": place.temporary, "HOME": f"{place.temporary}/home"}
            spec = Spec(
                level=self._isolation.level,
                argv=list(command.argv),
                environment=dict(command.environment) | own,
                tree=str(place.tree.resolve()),
                tree_path=self._places.tree_path,
                readable=[str(path.absolute()) for path in command.readable],
                scratch=str(place.scratch),
                time_limit_s=command.time_limit_s,
                memory_bytes=command.memory_bytes,
                processes=command.processes,
                file_bytes=_FILE_BYTES,
                scratch_bytes=_SCRATCH_BYTES,
                owner=os.getpid(),
            )
            return supervise(spec, command.job, command.frames_bytes, on_frame, self._running, launcher_environment)

    def prove(self, remarks: tuple[Property, ...]) -> tuple[str, ...]:
        """Try the walls and write down what was seen, after `remarks`; return the promises that were broken.

        Raises:
            SandboxFailed: this rung cannot be had here.
        """
        properties = prove(self._isolation.level, self._run)
        self._isolation = replace(self._isolation, properties=(*remarks, *properties))
        return find_broken(self._isolation.level, properties)

    def close(self) -> None:
        """Kill whatever still runs and remove what was made in the scratch folder."""
        self._running.stop_all(_STOP_S)
        self._places.remove()


def open_sandbox(scratch: Path, *, at_least: int, level: int | None = None) -> LinuxSandbox:
    """The strongest sandbox that proves itself here, or the one of exactly `level`.

    `scratch` is a folder for this sandbox alone; with namespaces it stays empty, else copies of the trees
    stand in it. Nothing weaker than `at_least` is given.

    Raises:
        UnsafeHost: no rung from `at_least` upwards can be had here.
    """
    if not sys.platform.startswith("linux"):
        raise UnsafeHost(
            "Code of the target cannot be run here.",
            why=f"There is no sandbox for {sys.platform} yet.",
            next_step="Run Assay on Linux: in a container, a virtual machine or WSL 2.",
        )
    scratch = scratch.resolve()
    failures: dict[int, str] = {}
    rungs = range(STRONGEST, LOWEST - 1, -1) if level is None else (level,)
    for rung in rungs:
        if rung < at_least:
            break
        remarks = tuple(
            Property(name=f"L{missed}", state="open", mechanism="none", detail=why) for missed, why in failures.items()
        )
        try:
            return _open_rung(scratch, rung, remarks)
        except SandboxFailed as error:
            failures[rung] = error.why or error.what
    raise _unsafe(at_least, failures)


def _open_rung(scratch: Path, level: int, remarks: tuple[Property, ...]) -> LinuxSandbox:
    places: Places
    if level >= NAMESPACES:
        places = MountedPlaces(scratch)
    else:
        places = SharedPlaces(scratch, writable=level < LANDLOCK)
    sandbox = LinuxSandbox(level, places)
    try:
        broken = sandbox.prove(remarks)
        if broken:
            raise SandboxFailed(f"L{level} does not hold.", why=f"the canary could {', '.join(broken)}")
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def _unsafe(at_least: int, failures: dict[int, str]) -> UnsafeHost:
    why = "; ".join(f"L{rung}: {reason}" for rung, reason in failures.items())
    weaker = at_least - 1
    advice = f"Allow less with `--allow-isolation L{min(weaker, 1)}`, only for code you would run without a sandbox."
    other = "Run Assay on Linux 5.13 or newer with Landlock, or where user namespaces are allowed."
    return UnsafeHost(
        f"The isolation asked for (L{at_least}) cannot be had here, so no code of the target was run.",
        why=why,
        next_step=other if weaker < LOWEST else f"{other} {advice}",
    )
