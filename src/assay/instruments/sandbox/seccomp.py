"""The system call filter: what a test never needs and an attacker always does is refused.

A list of refusals, because targets are whole test suites; calls newer than the list do not exist (ENOSYS).
"""

from __future__ import annotations

import ctypes
import errno
import struct

from assay.instruments.sandbox import linux
from assay.instruments.sandbox.calls import AUDIT_ARCHITECTURE, NEWEST, number_of

_SET_MODE_FILTER = 1
_ALLOW = 0x7FFF_0000
_KILL_PROCESS = 0x8000_0000
_ERRNO = 0x0005_0000
_ASK = 0x7FC0_0000
_NEW_LISTENER = 8

_LOAD_WORD = 0x20
_AND = 0x54
_JUMP_EQUAL = 0x15
_JUMP_GREATER = 0x25
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06
_NUMBER = 0
_ARCHITECTURE = 4

_NEW_NAMESPACES = 0x7E02_0000
_AF_UNIX = 1
_AF_INET = 2
_AF_INET6 = 10
_SOCK_STREAM = 1
_SOCK_SEQPACKET = 5
_SOCK_TYPE_MASK = 0xF
_TIOCSTI = 0x5412
_TIOCLINUX = 0x541C

_ALWAYS = (
    "_sysctl", "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module",
    "fanotify_init", "fanotify_mark", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module",
    "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load",
    "keyctl", "lookup_dcookie", "mbind", "migrate_pages", "modify_ldt", "mount", "mount_setattr", "move_mount",
    "move_pages", "name_to_handle_at", "nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open",
    "personality", "pidfd_getfd", "pivot_root", "process_madvise", "process_mrelease", "process_vm_readv",
    "process_vm_writev", "ptrace", "quotactl", "quotactl_fd", "reboot", "request_key", "set_mempolicy",
    "setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon", "sysfs", "syslog", "umount2",
    "unshare", "uselib", "userfaultfd", "ustat", "vhangup", "vserver",
)  # fmt: skip
"""Mounts, namespaces, keys, other processes' memory, clocks, modules, and the large interfaces bugs are found in."""

_WITHOUT_NAMESPACES = (
    "accept", "accept4", "bind", "connect", "listen", "socket",
    "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semtimedop", "semctl",
    "mq_open", "mq_unlink",
    "chown", "fchown", "lchown", "fchownat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr",
    "fremovexattr", "truncate", "utime", "utimes", "futimesat",
    "pidfd_send_signal",
)  # fmt: skip
"""Network, IPC and attributes of files, which belong to the host where no namespace parts us from it."""

_TO_CALL_OUT = ("bind", "connect", "socket")

ATTRIBUTES = ("chmod", "fchmod", "fchmodat", "fchmodat2", "utimensat")
"""Calls that Landlock does not govern and tests need."""

_OTHER_PROCESS_FIRST = ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")
_OTHER_PROCESS_SECOND = ("ioprio_set", "setpriority")

Instruction = tuple[int, int, int, int]


def restrict_calls(*, namespaces: bool, network: bool, protected: tuple[int, ...], asks: bool) -> int | None:
    """Install the filter in this process and all it will start.

    Without `namespaces` the network, IPC and limits of other processes are the host's, and refused. The processes
    in `protected` (and their groups) cannot be signalled, whatever Landlock has to say about it. With `asks`, calls on
    attributes of files wait for an answer on the descriptor that comes back; None if the kernel has none to give, and
    nothing is installed. With `network` the host's network may be called, and no local socket of another process.
    """
    if not AUDIT_ARCHITECTURE:
        raise OSError(errno.ENOSYS, f"no system call filter for {linux.ARCHITECTURE}")
    program = write_filter(namespaces=namespaces, network=network, protected=protected, asks=asks)
    if not asks:
        _install(program, 0)
        return None
    try:
        return _install(program, _NEW_LISTENER)
    except OSError:
        # Another sandbox around us listens already, or the kernel is older than this.
        return None


def refuse_attributes() -> None:
    """Refuse what the filter would ask about; a refusal outranks a question."""
    program = [_load(_NUMBER)]
    for name in ATTRIBUTES:
        program += _on(name, [_refuse()])
    _install([*program, _answer(_ALLOW)], 0)


def _install(program: list[Instruction], flags: int) -> int:
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("=H6xQ", len(program), ctypes.addressof(buffer))
    number = number_of("seccomp")
    assert number is not None
    return linux.system_call(number, _SET_MODE_FILTER, flags, header)


def write_filter(*, namespaces: bool, network: bool, protected: tuple[int, ...], asks: bool) -> list[Instruction]:
    """The filter as classic BPF."""
    program = [_load(_ARCHITECTURE), (_JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE), _answer(_KILL_PROCESS), _load(_NUMBER)]
    program += [(_JUMP_GREATER, 0, 1, NEWEST), _refuse(errno.ENOSYS)]
    program += _on("clone3", [_refuse(errno.ENOSYS)])
    program += _on("clone", [_load_argument(0), (_JUMP_ANY_BIT, 0, 1, _NEW_NAMESPACES), _refuse(), _answer(_ALLOW)])
    program += _on("ioctl", _unless(1, (_TIOCSTI, _TIOCLINUX)))
    for name in _ALWAYS:
        program += _on(name, [_refuse()])
    families = (_AF_INET, _AF_INET6) if network else (_AF_UNIX, _AF_INET, _AF_INET6)
    if namespaces or network:
        program += _on("socket", _only(0, families, errno.EAFNOSUPPORT))
    if not namespaces:
        program += _without_namespaces(protected, open_calls=_TO_CALL_OUT if network else ())
    if asks:
        for name in ATTRIBUTES:
            program += _on(name, [_answer(_ASK)])
    return [*program, _answer(_ALLOW)]


def _without_namespaces(protected: tuple[int, ...], open_calls: tuple[str, ...]) -> list[Instruction]:
    program = []
    for name in _WITHOUT_NAMESPACES:
        if name not in open_calls:
            program += _on(name, [_refuse()])
    # A datagram pair could still send to any socket on the host; a connected stream cannot.
    pair = [_load_argument(1), (_AND, 0, 0, _SOCK_TYPE_MASK)]
    pair += [(_JUMP_EQUAL, 2, 0, _SOCK_STREAM), (_JUMP_EQUAL, 1, 0, _SOCK_SEQPACKET), _refuse(), _answer(_ALLOW)]
    program += _on("socketpair", pair)
    for name in _OTHER_PROCESS_FIRST:
        program += _on(name, _only(0, (0,), errno.EPERM))
    for name in _OTHER_PROCESS_SECOND:
        program += _on(name, _only(1, (0,), errno.EPERM))
    everyone = (0xFFFF_FFFF, *(pid for one in protected for pid in (one, -one & 0xFFFF_FFFF)))
    for name in ("kill", "rt_sigqueueinfo", "tkill", "tgkill", "rt_tgsigqueueinfo"):
        program += _on(name, _unless(0, everyone))
    return program


def _on(name: str, block: list[Instruction]) -> list[Instruction]:
    """Run `block`, which must end with an answer, when the call is `name`."""
    number = number_of(name)
    return [] if number is None else [(_JUMP_EQUAL, 0, len(block), number), *block]


def _only(argument: int, allowed: tuple[int, ...], error: int) -> list[Instruction]:
    block = [_load_argument(argument)]
    for value in allowed:
        block += [(_JUMP_EQUAL, 0, 1, value), _answer(_ALLOW)]
    return [*block, _refuse(error)]


def _unless(argument: int, refused: tuple[int, ...]) -> list[Instruction]:
    block = [_load_argument(argument)]
    for value in refused:
        block += [(_JUMP_EQUAL, 0, 1, value), _refuse()]
    return [*block, _answer(_ALLOW)]


def _load(offset: int) -> Instruction:
    return (_LOAD_WORD, 0, 0, offset)


def _load_argument(index: int) -> Instruction:
    # The low half of a 64-bit argument; both architectures are little-endian.
    return _load(16 + 8 * index)


def _answer(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)


def _refuse(error: int = errno.EPERM) -> Instruction:
    return _answer(_ERRNO | error)
