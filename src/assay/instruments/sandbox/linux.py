"""The system calls Linux has for building walls, straight from libc.

Constants are those of the kernel's uapi headers and the same on every architecture, numbers of calls excepted.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct

CLONE_NEWNS = 0x0002_0000
CLONE_NEWCGROUP = 0x0200_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

_MOUNT_ATTR_RDONLY = 1
_MOUNT_ATTR_NOSUID = 2
_MOUNT_ATTR_NODEV = 4
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION_3 = 0x2008_0522

_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1

X86_64 = "x86_64"
AARCH64 = "aarch64"
ARCHITECTURE = os.uname().machine if hasattr(os, "uname") else ""
_SYS_MOUNT_SETATTR = 442
_SYS_PIVOT_ROOT = {X86_64: 155, AARCH64: 41}.get(ARCHITECTURE, -1)
_SYS_CAPSET = {X86_64: 126, AARCH64: 91}.get(ARCHITECTURE, -1)

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def system_call(number: int, *arguments: int | bytes | None) -> int:
    """The result of a raw system call.

    Raises:
        OSError: the kernel refused.
    """
    converted = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *converted))


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for fresh ones."""
    _checked(_libc.unshare(ctypes.c_int(flags)))


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Attach a file system, or what lies at `source`, at `target`."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    _checked(_libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]))


def bind_read_only(source: str, target: str) -> None:
    """Show `source` with all below it at `target`, without writing, devices or set-id bits."""
    mount(source, target, None, MS_BIND | MS_REC)
    attributes = _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV
    _set_mount_attributes(target, attributes, _AT_RECURSIVE)


def bind_writable(source: str, target: str) -> None:
    """Show `source` with all below it at `target`, without devices or set-id bits."""
    mount(source, target, None, MS_BIND | MS_REC)
    _set_mount_attributes(target, _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV, _AT_RECURSIVE)


def make_read_only(target: str) -> None:
    """Forbid writing to this one mount."""
    _set_mount_attributes(target, _MOUNT_ATTR_RDONLY, 0)


def _set_mount_attributes(target: str, attributes: int, flags: int) -> None:
    wanted = struct.pack("=QQQQ", attributes, 0, 0, 0)
    system_call(_SYS_MOUNT_SETATTR, _AT_FDCWD, os.fsencode(target), flags, wanted, len(wanted))


def unmount(target: str) -> None:
    """Take a mount out of sight; it goes when nobody uses it any more."""
    _checked(_libc.umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)))


def enter_root(new_root: str) -> None:
    """Make `new_root` the root of this mount namespace and lose the old one."""
    os.chdir(new_root)
    system_call(_SYS_PIVOT_ROOT, b".", b".")
    # Both roots are stacked at "." now; the old one lies on top.
    unmount(".")
    os.chdir("/")


def set_hostname(name: str) -> None:
    """Name this machine, in a UTS namespace of our own."""
    encoded = os.fsencode(name)
    _checked(_libc.sethostname(encoded, ctypes.c_size_t(len(encoded))))


def raise_loopback() -> None:
    """Bring `lo` up in a network namespace of our own, so that a test can talk to itself."""
    import _socket  # noqa: PLC0415 - needed on one rung only, and the start of every run pays for imports

    probe = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM, 0)
    fcntl.ioctl(probe.fileno(), _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", _IFF_UP))
    probe.close()


def control_process(option: int, value: int = 0, more: int = 0) -> int:
    """prctl(2) with up to two arguments."""
    zero = ctypes.c_ulong(0)
    result = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), ctypes.c_ulong(more), zero, zero)
    return _checked(result)


def die_with_parent(signal: int) -> None:
    """Ask the kernel to send this process a signal when the thread that made it ends."""
    control_process(_PR_SET_PDEATHSIG, signal)


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own, so that none can slip away."""
    control_process(_PR_SET_CHILD_SUBREAPER, 1)


def outrank() -> None:
    """Go before ordinary processes where we may; what we start does not.

    Root's processes are not counted by the kernel, so a fork bomb could otherwise starve the one who is to end it.
    """
    try:  # noqa: SIM105 - contextlib would cost every run more than this file
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except OSError:
        pass


def hide_memory() -> None:
    """Forbid processes of the same user to look into this one (environment, memory, descriptors)."""
    control_process(_PR_SET_DUMPABLE, 0)


def forbid_new_privileges() -> None:
    """Make set-id bits and file capabilities mean nothing from here on."""
    control_process(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up every capability, and with `forbid_new_privileges` the way back to them."""
    try:
        control_process(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
        for capability in range(_LAST_CAPABILITY + 1):
            control_process(_PR_CAPBSET_DROP, capability)
    except OSError:
        # The kernel knows fewer capabilities, or we may not shrink the bounding set;
        # no_new_privs keeps execve from giving back what capset takes away.
        pass
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    system_call(_SYS_CAPSET, header, struct.pack("=6I", 0, 0, 0, 0, 0, 0))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
