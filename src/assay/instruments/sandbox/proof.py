"""Proves a rung: a canary inside tries to break every promise, and the host looks whether anything got through."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from assay.errors import SandboxFailed
from assay.instruments.sandbox.bait import Bait, laid_out
from assay.instruments.sandbox.calls import number_of
from assay.instruments.sandbox.promises import DANGEROUS_CALLS, PROMISES, WATCHED, Promise
from assay.values.isolation import Property
from assay.values.lab import Command, Completed, Frame

Run = Callable[[Command, Callable[[Frame], None], dict[str, str]], Completed]
"""Runs a command on the rung to be proven; the last argument is the environment of the launcher."""

_MEMORY_BYTES = 1 << 30
_PROCESSES = 64
_TIME_LIMIT_S = 10.0
_FRAMES_BYTES = 1 << 20
_CANARY = Path(__file__).with_name("canary.py")


def prove(level: int, run: Run) -> tuple[Property, ...]:
    """What the canary and the host saw of every promise.

    Raises:
        SandboxFailed: the rung cannot be set up here, or the canary did not come back.
    """
    frames: list[Frame] = []
    try:
        with laid_out() as bait:
            completed = run(_command(bait), frames.append, {"ASSAY_CANARY": bait.token})
            taken = bait.taken()
    except OSError as error:
        raise SandboxFailed("Nothing could be laid out for the canary.", why=str(error)) from error
    if len(frames) != 1 or completed.status != 0:
        raise SandboxFailed("The canary did not come back.", why=completed.output.strip()[-500:])
    judged = tuple(_judge(promise, level, frames[0].get(promise.name), taken) for promise in PROMISES)
    return (*judged, *(Property(name=name, state="assumed", mechanism="watchdog") for name in WATCHED))


def find_broken(level: int, properties: tuple[Property, ...]) -> tuple[str, ...]:
    """The promises without which this rung is not reached, and which were not kept."""
    is_open = {one.name for one in properties if one.state == "open"}
    return tuple(promise.name for promise in PROMISES if promise.needed_from <= level and promise.name in is_open)


def _judge(promise: Promise, level: int, answer: object, taken: frozenset[str]) -> Property:
    match answer:
        case [("kept" | "unknown" | "broken") as seen, str(detail)]:
            pass
        case _:
            seen, detail = "broken", "no answer"
    if promise.name in taken:
        return Property(name=promise.name, state="open", mechanism="none", detail="seen on the host")
    if seen == "broken":
        return Property(name=promise.name, state="open", mechanism="none", detail=detail)
    wall = promise.walls[level] or "the host"
    if seen == "unknown":
        return Property(name=promise.name, state="assumed", mechanism=promise.watched_by or wall, detail=detail)
    return Property(name=promise.name, state="proven", mechanism=wall, detail=detail)


def _command(bait: Bait) -> Command:
    python = Path(sys.executable).resolve()
    readable = (python.parent, Path(sys.base_prefix), Path(sys.base_exec_prefix))
    home = Path(os.path.expanduser("~"))
    home = Path("/home") if home == Path("/") else home
    shown = [path.relative_to(home).parts[0] for path in readable if path != home and path.is_relative_to(home)]
    facts = bait.facts() | {
        "home": str(home),
        "home_names_shown": shown,
        "process_namespace": Path("/proc/self/ns/pid").stat().st_ino,
        "memory_bytes": _MEMORY_BYTES,
        "calls": {name: number_of(name) for name in DANGEROUS_CALLS},
    }
    return Command(
        argv=(str(python), "-I", "-S", "-c", _CANARY.read_text(encoding="utf-8")),
        tree=bait.tree,
        environment=(),
        readable=readable,
        job=json.dumps(facts).encode(),
        time_limit_s=_TIME_LIMIT_S,
        memory_bytes=_MEMORY_BYTES,
        processes=_PROCESSES,
        frames_bytes=_FRAMES_BYTES,
    )
