"""Runs inside the sandbox, as the target would, and tries what must not be possible.

Given as text to a bare interpreter (`-I -S -c`), so it imports nothing of Assay. Facts about the host come in as
JSON on standard input; one frame goes out: for each promise whether it was kept, and what the kernel said.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import json
import mmap
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

_CLONE_NEWUSER = 0x1000_0000
_PR_GET_SECCOMP = 21
_PR_GET_NO_NEW_PRIVS = 39
_FILTER = 2
_HIGHEST_DESCRIPTOR = 1024
_ALLOWED_DESCRIPTORS = 4

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

Facts = dict[str, Any]
Seen = tuple[str, str]
"""`kept` or `broken`, or `unknown` where the machine gave nothing to try it on; and what was seen."""


def main() -> None:
    """Try everything and tell."""
    facts = json.load(sys.stdin)
    answers = {name: attempt(facts) for name, attempt in ATTEMPTS.items()}
    body = json.dumps(answers).encode()
    os.write(3, len(body).to_bytes(4, "big") + body)


def _refused(action: Callable[[], object]) -> Seen:
    try:
        action()
    except OSError as error:
        return "kept", errno.errorcode.get(error.errno or 0, str(error))
    return "broken", ""


def _write_outside(facts: Facts) -> Seen:
    return _refused(lambda: open(f"{facts['outside']}/written", "w"))


def _read_outside(facts: Facts) -> Seen:
    return _refused(lambda: open(facts["secret"]).read())


def _read_home(facts: Facts) -> Seen:
    try:
        names = set(os.listdir(facts["home"])) - set(facts["home_names_shown"])
    except OSError as error:
        return "kept", errno.errorcode.get(error.errno or 0, str(error))
    return ("broken", f"{len(names)} names") if names else ("kept", "empty")


def _see_file_names(facts: Facts) -> Seen:
    return _refused(lambda: os.stat(facts["secret"]))


def _change_attributes(facts: Facts) -> Seen:
    changed = _refused(lambda: os.chmod(facts["secret"], 0o600))
    return changed if changed[0] == "broken" else _refused(lambda: os.utime(facts["secret"], (0, 0)))


def _connect(family: str, kind: str, address: tuple[str, int] | str | None) -> Seen:
    import _socket  # noqa: PLC0415 - an interpreter without it cannot connect anywhere

    try:
        connection = _socket.socket(getattr(_socket, family), getattr(_socket, kind))
    except OSError as error:
        return "kept", errno.errorcode.get(error.errno or 0, str(error))
    if address is None:
        return "unknown", "nothing could be made to listen"
    connection.settimeout(0.2)
    if kind == "SOCK_STREAM":
        return _refused(lambda: connection.connect(address))
    # A datagram goes out into the void; only the host knows whether it arrived.
    _refused(lambda: connection.sendto(b"canary", address))
    return "kept", "sent"


def _at_port(port: int | None) -> tuple[str, int] | None:
    return None if port is None else ("127.0.0.1", port)


def _abstract(name: str | None) -> str | None:
    return None if name is None else "\0" + name


def _is_in_own_process_namespace(facts: Facts) -> bool:
    here: int = os.stat("/proc/self/ns/pid").st_ino
    return here != int(facts["process_namespace"])


def _signal_process(facts: Facts) -> Seen:
    if _is_in_own_process_namespace(facts):
        return "kept", "not visible"
    return _refused(lambda: os.kill(facts["process"], 0))


def _see_processes(facts: Facts) -> Seen:
    if _is_in_own_process_namespace(facts):
        return "kept", "not visible"
    return _refused(lambda: open(f"/proc/{facts['process']}/cmdline"))


def _see_environment(facts: Facts) -> Seen:
    """Neither our environment nor any we can open may hold what the launcher was started with."""
    token = facts["token"].encode()
    if any(token in os.fsencode(value) for value in os.environ.values()):
        return "broken", "own"
    try:
        processes = [name for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        processes = [str(process) for process in (os.getpid(), os.getppid(), 1)]
    n_read = 0
    for process in processes:
        try:
            with open(f"/proc/{process}/environ", "rb") as stream:
                n_read += 1
                if token in stream.read():
                    return "broken", "another process's"
        except OSError:
            continue
    return "kept", f"{n_read} of {len(processes)} environments readable"


def _inherit_descriptors(_facts: Facts) -> Seen:
    inherited = []
    for descriptor in range(_ALLOWED_DESCRIPTORS, _HIGHEST_DESCRIPTOR):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        inherited.append(descriptor)
    return ("broken", str(inherited)) if inherited else ("kept", "")


def _in_a_child(action: Callable[[], bool]) -> bool:
    """Whether `action` is true, tried where its success can do no harm."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if action() else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def _new_user_namespace(_facts: Facts) -> Seen:
    return ("broken", "") if _in_a_child(lambda: _libc.unshare(_CLONE_NEWUSER) == 0) else ("kept", "")


def _gain_privileges(_facts: Facts) -> Seen:
    return ("kept", "") if _libc.prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 else ("broken", "")


def _hold_capabilities(_facts: Facts) -> Seen:
    header = (ctypes.c_uint32 * 2)(0x2008_0522, 0)
    sets = (ctypes.c_uint32 * 6)()
    failed = _libc.capget(header, sets) != 0
    return ("broken", "") if failed or any(sets) else ("kept", "")


def _call_dangerously(facts: Facts) -> Seen:
    if _libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) != _FILTER:
        return "broken", "no filter"
    nothing = ctypes.c_long(0)

    def is_open(number: int) -> bool:
        result = _libc.syscall(ctypes.c_long(number), nothing, nothing, nothing, nothing, nothing, nothing)
        return result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS)

    reachable = [name for name, number in facts["calls"].items() if _in_a_child(functools.partial(is_open, number))]
    return ("broken", " ".join(reachable)) if reachable else ("kept", f"{len(facts['calls'])} tried")


def _exceed_memory(facts: Facts) -> Seen:
    return _refused(lambda: mmap.mmap(-1, facts["memory_bytes"] + (1 << 20)))


def _exceed_processes(_facts: Facts) -> Seen:
    """Does the kernel count our processes? It does not for root."""

    def forks_beyond_the_limit() -> bool:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        try:
            if os.fork() == 0:
                os._exit(0)
        except OSError:
            return False
        return True

    return ("unknown", "the kernel does not count for root") if _in_a_child(forks_beyond_the_limit) else ("kept", "")


def _write_tree(_facts: Facts) -> Seen:
    """The host looks afterwards whether this arrived in its own tree."""
    answer, detail = _refused(lambda: os.mkdir("written"))
    return "kept", detail if answer == "kept" else "a throw-away layer"


ATTEMPTS: dict[str, Callable[[Facts], Seen]] = {
    "write outside": _write_outside,
    "read outside": _read_outside,
    "read home": _read_home,
    "write the tree": _write_tree,
    "change attributes outside": _change_attributes,
    "see file names outside": _see_file_names,
    "connect by TCP": lambda facts: _connect("AF_INET", "SOCK_STREAM", _at_port(facts["tcp"])),
    "send by UDP": lambda facts: _connect("AF_INET", "SOCK_DGRAM", _at_port(facts["udp"])),
    "connect to a unix socket": lambda facts: _connect("AF_UNIX", "SOCK_STREAM", facts["unix"]),
    "connect to an abstract socket": lambda facts: _connect("AF_UNIX", "SOCK_STREAM", _abstract(facts["abstract"])),
    "signal a host process": _signal_process,
    "see host processes": _see_processes,
    "see a secret in an environment": _see_environment,
    "inherit a descriptor": _inherit_descriptors,
    "make a user namespace": _new_user_namespace,
    "gain privileges": _gain_privileges,
    "hold capabilities": _hold_capabilities,
    "make a dangerous system call": _call_dangerously,
    "exceed memory": _exceed_memory,
    "exceed processes": _exceed_processes,
}

if __name__ == "__main__":
    main()
