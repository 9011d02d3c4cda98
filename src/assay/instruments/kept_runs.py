"""What runs of base told an earlier check: the same job in the same tree and environment tells the same again.

Base stands still while somebody works on head, and clock, seed and hash seed are the same in every run. Whatever
differs on head is made again on base all the same before it counts, so a world that did change costs time and nothing
else.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import cast

from assay.instruments.prints import environment_print, own_print
from assay.instruments.tree import Tree, print_of
from assay.values.lab import Completed, Frame, Memo, Run, RunResult

LIMITS = frozenset({"collect_s", "deadline_s", "patience_s", "texts_s"})
"""How long a run may take is no part of what it is told to do."""
ALIKE = 0.9
"""A run that was cut off stands for another one that is given no longer than the former, or hardly so."""


class KeptRuns:
    """Frames of runs of base under the user's cache folder, by tree, environment, job and Assay itself."""

    def __init__(self, memo: Memo, world: Callable[[], str | None]) -> None:
        self._memo, self._tell_world = memo, world
        self._used: set[str] = set()

    @property
    def n_used(self) -> int:
        """How many runs stand here for others so far."""
        return len(self._used)

    def get(self, run: Run, met: Mapping[str, object]) -> RunResult | None:
        """What this run told before, bytecode included. `met` is what it meets beside its job."""
        key = self._key(run, met)
        if key is None:
            return None
        stored = self._memo.get(key)
        if not isinstance(stored, dict) or not isinstance(stored.get("frames"), list):
            return None
        if not stored.get("complete") and not _is_enough(stored, run):
            return None
        self._used.add(key)
        ended = Completed(status=0, timed_out=False, output="")
        took_s = stored.get("took_s")
        return RunResult(
            frames=tuple(cast("list[Frame]", stored["frames"])),
            completed=ended,
            took_s=took_s if isinstance(took_s, float) else 0.0,
        )

    def put(self, run: Run, met: Mapping[str, object], result: RunResult, bytecode: Iterable[Frame]) -> None:
        """Keep what a run told that came to its end by itself."""
        done = next((frame for frame in reversed(result.frames) if frame.get("t") == "done"), None)
        is_whole = not (result.completed.timed_out or result.completed.protocol_error)
        if done is None or not is_whole or any(frame.get("t") == "failed" for frame in result.frames):
            return
        key = self._key(run, met)
        if key is not None:
            told = {"complete": done.get("complete") is True, "mode": run.job["mode"], "s": run.job["deadline_s"]}
            told |= {"took_s": result.took_s, "frames": [*result.frames, *bytecode]}
            self._memo.put(key, told)

    def _key(self, run: Run, met: Mapping[str, object]) -> str | None:
        if not run.may_be_kept or run.side != "base" or run.files or self._world is None:
            return None
        job = json.dumps(_without_limits(run.job), sort_keys=True)
        return "\0".join(("run", self._world, json.dumps(met, sort_keys=True), str(run.hash_seed), job))

    @cached_property
    def _world(self) -> str | None:
        return self._tell_world()


def world_of(tree: Tree, carried: Mapping[str, Path], python: str, project: Path) -> str | None:
    """All that a run on base depends on beside its job; None where the environment cannot be told."""
    environment = environment_print(python, own=project)
    if environment is None:
        return None
    lines = [print_of(tree)]
    try:
        lines += [f"{path} {hashlib.sha256(file.read_bytes()).hexdigest()}" for path, file in sorted(carried.items())]
    except OSError:
        return None
    lines += [environment, own_print(), platform.platform()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _is_enough(stored: Mapping[str, object], run: Run) -> bool:
    """Had a run of base's tests been cut off, the next check goes on with those that did not run."""
    had_s, wanted_s = stored.get("s"), run.job.get("deadline_s")
    if stored.get("mode") == "record" or not isinstance(had_s, int | float) or not isinstance(wanted_s, int | float):
        return False
    return had_s >= wanted_s * ALIKE


def _without_limits(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_limits(part) for name, part in value.items() if name not in LIMITS}
    return value
