"""A family of processes seen from its eldest: who lives, what they take, and their end."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    # At run time this would load a package that nothing else here needs.
    from collections.abc import Callable

_ROUND_S = 0.001
_SIGKILL = 9
_PAGE = os.sysconf("SC_PAGE_SIZE")
_HAS_CHILDREN_FILES = os.path.exists(f"/proc/self/task/{os.getpid()}/children")
_PARENT = 1
_THREADS = 17
_RESIDENT_PAGES = 21
"""Fields of /proc/PID/stat after the name, counted from the state."""


def check_table() -> None:
    """Make sure that we can see our own children, without which nothing can be watched or ended.

    Raises:
        OSError: /proc is closed to us, as in another sandbox that hides it.
    """
    if _HAS_CHILDREN_FILES:
        _read(f"/proc/self/task/{os.getpid()}/children")
    else:
        os.listdir("/proc")
        _read("/proc/self/stat")


def find_descendants(eldest: int) -> list[int]:
    """Process ids of all that came from `eldest`, itself left out."""
    children = _children if _HAS_CHILDREN_FILES else _scan_for_children()
    found: list[int] = []
    waiting = [eldest]
    while waiting:
        for child in children(waiting.pop()):
            found.append(child)
            waiting.append(child)
    return found


def _children(process: int) -> list[int]:
    folder = f"/proc/{process}/task"
    try:
        return [int(child) for task in os.listdir(folder) for child in _read(f"{folder}/{task}/children").split()]
    except OSError:
        return []


def _scan_for_children() -> Callable[[int], list[int]]:
    """The same from all processes at once, for kernels that do not list children."""
    by_parent: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                parent = int(_read(f"/proc/{name}/stat").rpartition(")")[2].split()[_PARENT])
            except (OSError, IndexError):
                continue
            by_parent.setdefault(parent, []).append(int(name))
    return lambda process: by_parent.get(process, [])


def count_tasks_and_memory(processes: list[int], enough: int) -> tuple[int, int]:
    """How many threads they have together and how many bytes they hold.

    Forks share most of their memory. The exact figure costs a walk through page tables,
    so it is taken only where the plain sum is above `enough`.
    """
    tasks = resident = 0
    for process in processes:
        try:
            fields = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
        except OSError:
            continue
        tasks += int(fields[_THREADS])
        resident += int(fields[_RESIDENT_PAGES]) * _PAGE
    if resident > enough:
        resident = sum(map(_proportional_bytes, processes))
    return tasks, resident


def _proportional_bytes(process: int) -> int:
    """Its memory, with shared pages divided among those who share them."""
    try:
        for line in _read(f"/proc/{process}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    try:
        return int(_read(f"/proc/{process}/statm").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def count_tasks_of_user() -> int:
    """Threads of all processes that run under our user, which is what RLIMIT_NPROC counts."""
    user = os.getuid()
    tasks = 0
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                if os.stat(f"/proc/{name}").st_uid == user:
                    tasks += int(_read(f"/proc/{name}/stat").rpartition(")")[2].split()[_THREADS])
            except (OSError, IndexError):
                continue
    return tasks


def kill_descendants() -> None:
    """Kill and reap all that came from this process, which adopts orphans; returns when none is left.

    A process group dies in one stroke that no fork can outrun, and a killed process cannot fork, so each round leaves
    fewer that can, however fast they multiply.
    """
    own_group = os.getpgid(0)
    while True:
        for process in find_descendants(os.getpid()):
            group = _group_of(process)
            if group not in (0, own_group):
                kill(-group)
            kill(process)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(_ROUND_S)


def _group_of(process: int) -> int:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return 0


def kill(process: int) -> None:
    """Kill it, or the group of a negative number, if it still lives."""
    try:  # noqa: SIM105 - contextlib would cost every run more than this file
        os.kill(process, _SIGKILL)
    except ProcessLookupError:
        pass


def measure_folder(folder: str, n_entries: int) -> int:
    """Bytes on disk below `folder`; stops at `n_entries` and calls a folder that holds more endless."""
    size = 0
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    n_entries -= 1
                    if n_entries < 0:
                        return 1 << 62
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue
    return size


def _read(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(descriptor, 65536):
            parts.append(part)
    finally:
        os.close(descriptor)
    return b"".join(parts).decode("ascii", "replace")
