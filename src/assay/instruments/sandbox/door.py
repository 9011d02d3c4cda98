"""The sandbox that this machine can give, proven before anything runs in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from assay.errors import SandboxFailed, UnsafeHost
from assay.instruments.sandbox import landlock
from assay.instruments.sandbox.places import MountedPlaces, Place, Places, SharedPlaces
from assay.instruments.sandbox.promises import LOWEST, STRONGEST, name_mechanisms
from assay.instruments.sandbox.proof import find_broken, prove
from assay.instruments.sandbox.spec import LANDLOCK, NAMESPACES, Spec
from assay.instruments.sandbox.standing import StandingProcess
from assay.instruments.sandbox.supervise import Running, supervise
from assay.values.isolation import Isolation, Property
from assay.values.lab import Command, Completed, Frame

_FILE_BYTES = 256 << 20
_SCRATCH_BYTES = 512 << 20
_STOP_S = 2.0
_PASSED_TO_LAUNCHER = ("LD_LIBRARY_PATH",)
"""Some interpreters do not start without it; the target gets nothing of it."""


class LinuxSandbox:
    """Runs commands on one rung of isolation. See `values.lab.Sandbox`."""

    def __init__(self, level: int, places: Places) -> None:
        self._places = places
        self._running = Running()
        self._isolation = Isolation(
            level=level,
            mechanisms=name_mechanisms(level, has_landlock=landlock.read_abi() > 0),
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
        return self._run(command, on_frame, _passed_on())

    def stand(self, command: Command) -> StandingProcess:
        """Start it for several jobs; the one in the command is not among them. For as long as its time limit says.

        Raises:
            SandboxFailed: the program could not be started.
        """
        with ExitStack() as stack:
            place = stack.enter_context(self._places.held(command.tree))
            spec = self._spec(command, place)
            return StandingProcess(spec, command.frames_bytes, self._running, _passed_on(), stack.pop_all())

    def _run(
        self, command: Command, on_frame: Callable[[Frame], None], launcher_environment: dict[str, str]
    ) -> Completed:
        with self._places.held(command.tree) as place:
            spec = self._spec(command, place)
            return supervise(spec, command.job, command.frames_bytes, on_frame, self._running, launcher_environment)

    def _spec(self, command: Command, place: Place) -> Spec:
        own = {"TMPDIR": place.temporary, "HOME": f"{place.temporary}/home"}
        return Spec(
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
            file_bytes=command.opening.file_bytes if command.opening else _FILE_BYTES,
            scratch_bytes=_SCRATCH_BYTES,
            owner=os.getpid(),
            network=command.opening is not None,
            writable=tuple(str(path.resolve()) for path in command.opening.writable) if command.opening else (),
        )

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


def _passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_TO_LAUNCHER if name in os.environ}


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
    scratch.mkdir(parents=True, exist_ok=True)
    scratch = scratch.resolve()
    failures: dict[int, str] = {}
    for rung in range(STRONGEST, LOWEST - 1, -1) if level is None else (level,):
        if rung < at_least:
            break
        sandbox = _try_rung(scratch, rung, failures)
        if sandbox is not None:
            return sandbox
    raise _unsafe(scratch, at_least, failures)


def _try_rung(scratch: Path, level: int, failures: dict[int, str]) -> LinuxSandbox | None:
    """The sandbox of this rung, or None with the reason added to `failures`."""
    places = MountedPlaces(scratch) if level >= NAMESPACES else SharedPlaces(scratch, writable=level < LANDLOCK)
    sandbox = LinuxSandbox(level, places)
    try:
        if broken := sandbox.prove(_remarks(failures)):
            failures[level] = f"the canary could {', '.join(broken)}"
        else:
            return sandbox
    except SandboxFailed as error:
        failures[level] = error.why or error.what
    except BaseException:
        sandbox.close()
        raise
    sandbox.close()
    return None


def _remarks(failures: dict[int, str]) -> tuple[Property, ...]:
    """Why stronger rungs were not reached, for the list of properties."""
    return tuple(
        Property(name=f"L{missed}", state="open", mechanism="none", detail=reason)
        for missed, reason in failures.items()
    )


def _unsafe(scratch: Path, at_least: int, failures: dict[int, str]) -> UnsafeHost:
    """What to tell, with the rung that could be had if less were asked for."""
    why = "; ".join(f"L{rung}: {reason}" for rung, reason in failures.items())
    advice = "Run Assay on Linux 5.13 or newer with Landlock, or where user namespaces are allowed."
    for rung in range(min(at_least, STRONGEST + 1) - 1, LOWEST - 1, -1):
        sandbox = _try_rung(scratch, rung, {})
        if sandbox is not None:
            sandbox.close()
            advice += f" To run code of the target with less around it all the same: `--allow-isolation L{rung}`."
            break
    return UnsafeHost(
        f"The isolation asked for (L{at_least}) cannot be had here, so no code of the target was run.",
        why=why,
        next_step=advice,
    )
