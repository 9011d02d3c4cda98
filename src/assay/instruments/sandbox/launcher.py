"""The first program of every run: raises the walls, starts the target behind them, watches over it.

A process of its own, because namespaces and forks want a single thread and Assay has many. It starts one child, the
*keeper* (process 1 where there are namespaces), which starts the target and buries orphans. Whoever of the two is
killed, the other one ends the run; when Assay is killed, the control pipe ends and so does the run.
Descriptor 0 is the target's job, 1 and 2 its output; the arguments are the numbers of three pipes: the target's frames,
control (the spec comes in, and the end of it means stop) and the report.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` loads enum, and every run pays for it
import fcntl
import os
import resource
import select
import sys
import time

from assay.instruments.sandbox import attributes, landlock, linux, processes, root, seccomp
from assay.instruments.sandbox.spec import (
    DEVICES,
    LANDLOCK,
    NAMESPACES,
    NETWORK_PATHS,
    SECCOMP,
    SYSTEM_PATHS,
    SetupError,
    Spec,
    Stage,
    read_spec,
)

_POLL_S = 0.05
_FOLDER_POLL_S = 0.5
_FOLDER_ENTRIES = 50_000
_FRAMES = 3
_ABOVE_ALL = 200
_COUNTED_PER_NAMESPACE = (5, 14)
"""From this kernel on RLIMIT_NPROC counts within a user namespace."""
_OPEN_FILES = 1024
_SPARE_TASKS = 8
_PROCESS_PATHS = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/filesystems", "/proc/version", "/proc/stat")
_FAILED = 127


def main() -> None:
    """Run what the control pipe asks for, report how it ended, leave nobody behind."""
    frames, control, telling = map(int, sys.argv[1:])
    # Assay decides when to stop, not a Ctrl-C that reaches the whole terminal.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    linux.outrank()
    spec = read_spec(_read_exactly(control, int(_read_exactly(control, 8))))
    try:
        report = _run(spec, frames, control, telling)
    except SetupError as error:
        report = f"failed {error}"
    _send(telling, report)
    # Nobody needs an interpreter that is taken apart in good order.
    os._exit(0)


def _read_exactly(descriptor: int, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = os.read(descriptor, length - len(data))
        if not part:
            sys.exit("Assay is gone")
        data += part
    return data


def _send(descriptor: int, text: str) -> None:
    try:  # noqa: SIM105 - contextlib would cost every run more than this file
        os.write(descriptor, text.encode("utf-8", "replace")[:4000] + b"\n")
    except OSError:
        pass


def _run(spec: Spec, frames: int, control: int, telling: int) -> str:
    """Start keeper and target, wait for the end, end what is left.

    The report is `failed STAGE: REASON`, or `ended STATUS` with a second line if a limit ended it.
    """
    with Stage("process table"):
        processes.check_table()
        limit = _task_limit(spec)
    if spec.level >= NAMESPACES:
        root.become_root_of_a_user_namespace()
    linux.adopt_orphans()
    reading, writing = os.pipe()
    line, their_line = attributes.open_line() if spec.level == LANDLOCK else (-1, -1)
    keeper = os.fork()
    if keeper == 0:
        _close(reading, control, telling, line)
        _keep(spec, _Wires(frames, writing, their_line), limit)
    _close(writing, their_line)
    _leave_to_target(frames)
    listener = attributes.take_over(line) if spec.level == LANDLOCK else None
    told, reason = _watch(spec, keeper, reading, control, listener)
    processes.kill_descendants()
    return _report(told + _drain(reading), reason)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        if descriptor >= 0:
            os.close(descriptor)


def _report(told: str, reason: str) -> str:
    lines = told.split("\n")
    failures = [line for line in lines if line.startswith("failed ")]
    endings = [line for line in lines if line.startswith("ended ")]
    if failures:
        return failures[0]
    if reason or not endings:
        return f"ended -{int(_signal.SIGKILL)}\n{reason}"
    return endings[0]


def _watch(spec: Spec, keeper: int, reading: int, control: int, listener: int | None) -> tuple[str, str]:
    """Wait until the keeper has told the end, a limit is broken or Assay wants no more; say what was told, and why."""
    poll = select.poll()
    for descriptor in (reading, control, listener):
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
    told = ""
    deadline = time.monotonic() + spec.time_limit_s
    next_look = next_folder_look = 0.0
    while True:
        now = time.monotonic()
        if deadline <= now:
            return told, "time"
        if next_look <= now:
            if reason := _broken_limit(spec, keeper):
                return told, reason
            next_look = now + _POLL_S
        if spec.level < NAMESPACES and next_folder_look <= now:
            if spec.scratch_bytes < processes.measure_folder(spec.scratch, _FOLDER_ENTRIES):
                return told, f"wrote more than {spec.scratch_bytes >> 20} MiB"
            next_folder_look = now + _FOLDER_POLL_S
        for descriptor, event in poll.poll(max(0.0, min(deadline, next_look) - now) * 1000 + 1):
            if descriptor == control:
                return told, "stopped"
            if descriptor == listener:
                if event & select.POLLIN:
                    attributes.answer_one(listener, (spec.scratch, *spec.writable))
                else:
                    poll.unregister(listener)
                continue
            part = os.read(reading, 4096).decode("utf-8", "replace")
            told += part
            if not part or "ended " in told or "failed " in told:
                return told, ""


def _broken_limit(spec: Spec, keeper: int) -> str:
    family = processes.find_descendants(keeper)
    tasks, resident = processes.count_tasks_and_memory(family, spec.memory_bytes)
    if spec.processes + _SPARE_TASKS < tasks:
        return f"ran more than {spec.processes} processes and threads"
    if spec.memory_bytes < resident:
        return f"took more than {spec.memory_bytes >> 20} MiB of memory"
    return ""


def _drain(reading: int) -> str:
    told = b""
    while part := os.read(reading, 4096):
        told += part
    return told.decode("utf-8", "replace")


# ---- the keeper


class _Wires:
    """Descriptors that keeper and target hold on top of the job and the output."""

    def __init__(self, frames: int, writing: int, line: int) -> None:
        self.frames = frames
        self.writing = writing
        self.line = line
        """To the launcher, on the rung where it answers questions; else -1."""


def _keep(spec: Spec, wires: _Wires, limit: int) -> None:
    """Be the keeper: build the world, start the target, bury the dead, tell the target's end. Never returns."""
    try:
        if spec.level >= NAMESPACES:
            linux.die_with_parent(_signal.SIGKILL)
        else:
            linux.adopt_orphans()
            _signal.signal(_signal.SIGTERM, _end_all)
            linux.die_with_parent(_signal.SIGTERM)
        _volunteer_when_memory_is_short()
        # Fails if the launcher died before it could take us with it.
        os.write(wires.writing, b"\n")
        if spec.level >= NAMESPACES:
            root.build_root(spec)
        target = os.fork()
        if target == 0:
            _become_target(spec, wires, limit)
        _leave_to_target(wires.frames)
        _close(wires.line)
        linux.hide_memory()
        linux.drop_capabilities()
        _send(wires.writing, f"ended {_bury_until(target)}")
    except (SetupError, OSError) as error:
        _send(wires.writing, f"failed {error}")
    finally:
        os._exit(0)


def _volunteer_when_memory_is_short() -> None:
    """Let the kernel kill the run, not Assay or the user's editor."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as stream:
            stream.write("800")
    except OSError:
        pass


def _end_all(_signal_number: int, _frame: object) -> None:
    processes.kill_descendants()
    os._exit(1)


def _leave_to_target(frames: int) -> None:
    """Close our copies of the target's descriptors, so that they end when the target does."""
    nothing = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    os.close(frames)


def _bury_until(target: int) -> int:
    while True:
        process, status = os.waitpid(-1, 0)
        if process == target:
            return os.waitstatus_to_exitcode(status)


# ---- the target


def _become_target(spec: Spec, wires: _Wires, limit: int) -> None:
    """Raise the walls around this process and become the target. Never returns."""
    try:
        protected = _find_protected(spec)
        linux.die_with_parent(_signal.SIGKILL)
        os.setsid()
        _keep_descriptors(wires)
        _limit(spec, limit)
        os.umask(0o022)
        with Stage("privileges"):
            linux.forbid_new_privileges()
            linux.drop_capabilities()
        with Stage("files"):
            _restrict_files(spec)
        with Stage("tree"):
            os.chdir(spec.tree_path)
        for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGPIPE, _signal.SIGXFSZ):
            _signal.signal(number, _signal.SIG_DFL)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
        if spec.level >= SECCOMP:
            with Stage("system calls"):
                _restrict_calls(spec, protected, wires)
        with Stage(f"start of {spec.argv[0]}"):
            os.execve(spec.argv[0], spec.argv, spec.environment)  # noqa: S606 - the point of it all
    except (SetupError, OSError) as error:
        _send(wires.writing, f"failed {error}")
    finally:
        os._exit(_FAILED)


def _find_protected(spec: Spec) -> tuple[int, ...]:
    """Assay, the launcher, the keeper and their groups, whose numbers mean nothing in a process namespace."""
    if spec.level >= NAMESPACES:
        return ()
    return (spec.owner, os.getpgid(spec.owner), os.getpgid(0), os.getppid())


def _keep_descriptors(wires: _Wires) -> None:
    """Put the frame pipe where the target expects it, our own wires above, and close all others."""
    above = [
        fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, _ABOVE_ALL) if one >= 0 else -1 for one in (wires.writing, wires.line)
    ]
    os.dup2(wires.frames, _FRAMES)
    os.closerange(_FRAMES + 1, _ABOVE_ALL)
    os.closerange(max(above) + 1, _OPEN_FILES)
    wires.writing, wires.line = above


def _restrict_calls(spec: Spec, protected: tuple[int, ...], wires: _Wires) -> None:
    """Install the filter; on the rung where attributes of files need an answer, see to it that someone answers."""
    asks = spec.level == LANDLOCK
    allowed = {"namespaces": spec.level >= NAMESPACES, "network": spec.network}
    listener = seccomp.restrict_calls(**allowed, protected=protected, asks=asks)
    if asks and listener is None:
        seccomp.restrict_calls(**allowed, protected=protected, asks=False)
    if asks and not attributes.hand_over(wires.line, listener):
        seccomp.refuse_attributes()


def _restrict_files(spec: Spec) -> None:
    devices = [f"/dev/{name}" for name in DEVICES]
    if spec.level >= NAMESPACES:
        if landlock.read_abi() == 0:
            # The root holds nothing else and is mounted read-only.
            return
        write = [root.TEMPORARY, "/dev", spec.tree_path, *spec.writable]
        landlock.restrict_files(read=["/"], write=write, tcp=True)
    elif spec.level >= LANDLOCK:
        read = [*SYSTEM_PATHS, *spec.readable, spec.tree_path, *_PROCESS_PATHS]
        read += [os.path.realpath(path) for path in NETWORK_PATHS] if spec.network else []
        landlock.restrict_files(read=read, write=[spec.scratch, *devices, *spec.writable], tcp=spec.network)


def _limit(spec: Spec, tasks: int) -> None:
    seconds = int(spec.time_limit_s * (os.cpu_count() or 1)) + 2
    limits = {
        # One byte, not none: the kernel feeds a pipe to a crash reporter at none, and skips it at one.
        resource.RLIMIT_CORE: 1,
        resource.RLIMIT_AS: spec.memory_bytes,
        resource.RLIMIT_NPROC: tasks,
        resource.RLIMIT_FSIZE: spec.file_bytes,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_MEMLOCK: 1 << 16,
    }
    for kind, value in limits.items():
        _, hard = resource.getrlimit(kind)
        lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (lowered, lowered))


def _task_limit(spec: Spec) -> int:
    """What RLIMIT_NPROC must say so that the target may have its processes on top of those it is counted with."""
    kernel = tuple(int(part) for part in os.uname().release.partition("-")[0].split(".")[:2])
    alone = spec.level >= NAMESPACES and kernel >= _COUNTED_PER_NAMESPACE
    return spec.processes + _SPARE_TASKS + (0 if alone else processes.count_tasks_of_user())
