"""Processes of the target that have imported and collected, kept for further jobs that begin just like that.

For most jobs of a check that is the larger part of the work: a confirmation makes one experiment, and pandas takes
seconds to be imported. Each job is answered in a child that was forked before any test ran
(docs/decisions/a-process-stands-for-several-jobs.md).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from assay.values.lab import Command, Completed, Frame, Run, Sandbox, Standing

IDLE = 6
"""So many processes wait at a time; the one that waits longest makes room."""
LIFE_S = 3600.0
_MODES = frozenset({"plan", "replay"})
_BEGINNING = ("root", "source_roots", "project", "seed", "runner", "files", "options", "points", "verify")
"""What of a job decides how its process begins."""


class StandingProcesses:
    """Hands jobs to processes that wait for jobs of their kind, and starts one where none does. Thread-safe."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, Standing]] = []
        self._is_closed = False

    @property
    def n_waiting(self) -> int:
        """How many wait for a job."""
        return len(self._waiting)

    def run(
        self, command: Command, job: Mapping[str, object], run: Run, on_frame: Callable[[Frame], None]
    ) -> Completed:
        """Have the command's job, which is `job` written down, answered as a process of its own would answer it."""
        if run.files or not self._sandbox.isolation.same_path or not _may_stand(job):
            return self._sandbox.run(command, on_frame)
        beginning = [job.get(name) for name in _BEGINNING]
        kind = json.dumps([str(command.tree), command.argv, command.environment, beginning])
        process = (None if run.is_fresh else self._taken(kind)) or self._sandbox.stand(
            replace(command, job=b"", time_limit_s=LIFE_S)
        )
        try:
            return process.ask(command.job, on_frame, command.time_limit_s)
        finally:
            self._put_back(kind, process)

    def _taken(self, kind: str) -> Standing | None:
        with self._lock:
            for one in self._waiting:
                if one[0] == kind:
                    self._waiting.remove(one)
                    return one[1] if one[1].is_open else None
        return None

    def _put_back(self, kind: str, process: Standing) -> None:
        leaving = process
        with self._lock:
            if process.is_open and not self._is_closed:
                self._waiting.append((kind, process))
                if len(self._waiting) <= IDLE:
                    return
                leaving = self._waiting.pop(0)[1]
        leaving.close()

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            self._is_closed = True
            waiting, self._waiting = self._waiting, []
        for _, process in waiting:
            process.close()


def _may_stand(job: Mapping[str, object]) -> bool:
    """Services are started for one run, and what a file calls while it is imported is over before a test begins."""
    while_importing = any(scenario.startswith(("import:", "<import>")) for scenario in _scenarios(job))
    return job["mode"] in _MODES and job["runner"] == "pytest" and not job.get("setup") and not while_importing


def _scenarios(job: Mapping[str, object]) -> Iterator[str]:
    """Where experiments are to be made, as far as the job names it."""
    for name in ("plan", "searches"):
        yield from cast("Mapping[str, object]", job.get(name, {}))
    for quota in cast("Mapping[str, Mapping[str, object]]", job.get("quota", {})).values():
        yield from cast("Mapping[str, object]", quota.get("calls", {}))
