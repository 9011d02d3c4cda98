"""Answers chmod and utime for a target that only Landlock keeps in: yes inside its folder, no elsewhere.

Landlock does not govern attributes, so the system call filter stops these calls and asks the launcher, which does what
was asked on the file it has itself opened and looked at; what the target changes meanwhile makes no difference.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct

from assay.instruments.sandbox import linux
from assay.instruments.sandbox.calls import name_of, number_of

_RECEIVE = 0xC050_2100
_SEND = 0xC018_2101
_IS_VALID = 0x4008_2102
_NOTIFICATION = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=QqiI")
_AT_FDCWD = -100
_AT_SYMLINK_NOFOLLOW = 0x100
_AT_EMPTY_PATH = 0x1000
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LONGEST_PATH = 4096
_SET_ID_BITS = 0o6000
_TIMES_BYTES = 32


def open_line() -> tuple[int, int]:
    """Two ends of a line between launcher and target."""
    import _socket  # noqa: PLC0415 - needed on one rung only, and the start of every run pays for imports

    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM, 0)
    return ours.detach(), theirs.detach()


def hand_over(line: int, listener: int | None) -> bool:
    """Give the launcher the listener, or the word that there is none; true when it is going to answer."""
    import _socket  # noqa: PLC0415 - as above

    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, line)
    if listener is None:
        return False
    passed = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, struct.pack("=i", listener))]
    connection.sendmsg([b"?"], passed)
    answer = bool(connection.recv(1))
    connection.detach()
    return answer


def take_over(line: int) -> int | None:
    """The listener that the target hands over, once it does; None if it has none or died before."""
    import _socket  # noqa: PLC0415 - as above

    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, line)
    _, passed, _, _ = connection.recvmsg(1, _socket.CMSG_SPACE(4), _socket.MSG_CMSG_CLOEXEC)
    listener = None
    if passed:
        (listener,) = struct.unpack("=i", passed[0][2])
        connection.send(b"!")
    connection.close()
    return listener


def answer_one(listener: int, folders: tuple[str, ...]) -> None:
    """Take one waiting call and answer it."""
    buffer = bytearray(_NOTIFICATION.size)
    try:
        fcntl.ioctl(listener, _RECEIVE, buffer, True)  # noqa: FBT003 - it has no name
    except OSError:
        # Whoever asked is dead.
        return
    identity, task, _, number, _, _, *arguments = _NOTIFICATION.unpack(buffer)
    error = 0
    try:
        _Asked(listener, identity, task, arguments).do(name_of(number), folders)
    except OSError as refusal:
        error = refusal.errno or errno.EPERM
    try:  # noqa: SIM105 - contextlib would cost every run more than this file
        fcntl.ioctl(listener, _SEND, _ANSWER.pack(identity, 0, -error, 0))
    except OSError:
        pass


class _Asked:
    """One call of one thread, which waits for its answer."""

    def __init__(self, listener: int, identity: int, task: int, arguments: list[int]) -> None:
        self._listener = listener
        self._identity = identity
        self._task = task
        self._arguments = arguments

    def do(self, call: str, folders: tuple[str, ...]) -> None:
        """Do what was asked for if the file lies in one of `folders`."""
        first, second, third, fourth = self._arguments[:4]
        flags = 0
        if call == "chmod":
            place, path, value = _AT_FDCWD, first, second
        elif call == "fchmod":
            place, path, value = _signed(first), 0, second
        else:
            place, path, value = _signed(first), second, third
            flags = 0 if call == "fchmodat" else fourth
        times = None
        if call == "utimensat" and value:
            times = self._read(value, _TIMES_BYTES)
        file = self._open(place, self._read_path(path) if path else b"", flags)
        try:
            real = os.readlink(f"/proc/self/fd/{file}")
            if not any(real == folder or real.startswith(f"{folder}/") for folder in folders):
                raise PermissionError(errno.EPERM, "outside")
            if call == "utimensat":
                number = number_of("utimensat")
                assert number is not None
                linux.system_call(number, _AT_FDCWD, b"/proc/self/fd/%d" % file, times, 0)
            elif value & _SET_ID_BITS:
                raise PermissionError(errno.EPERM, "set-id bits")
            else:
                os.chmod(f"/proc/self/fd/{file}", value & 0o1777)
        finally:
            os.close(file)

    def _open(self, place: int, path: bytes, flags: int) -> int:
        """Pin the file that is meant, without any right to it."""
        how = os.O_PATH | os.O_CLOEXEC | (os.O_NOFOLLOW if flags & _AT_SYMLINK_NOFOLLOW else 0)
        own = b"/proc/self/"
        if path.startswith(own):
            path = b"/proc/%d/" % self._task + path.removeprefix(own)
        if path.startswith(b"/"):
            file = os.open(path, how)
        else:
            if not path and place == _AT_FDCWD and not flags & _AT_EMPTY_PATH:
                raise FileNotFoundError(errno.ENOENT, "no path")
            name = "cwd" if place == _AT_FDCWD else f"fd/{place}"
            try:
                start = os.open(f"/proc/{self._task}/{name}", os.O_PATH | os.O_CLOEXEC)
            except FileNotFoundError:
                raise OSError(errno.EBADF, "no such descriptor") from None
            if not path:
                file = start
            else:
                try:
                    file = os.open(path, how, dir_fd=start)
                finally:
                    os.close(start)
        try:
            self._check_still_waiting()
        except OSError:
            os.close(file)
            raise
        return file

    def _read_path(self, address: int) -> bytes:
        path = b""
        while len(path) < _LONGEST_PATH:
            at = address + len(path)
            path += self._read(at, _PAGE - at % _PAGE)
            end = path.find(b"\0")
            if end >= 0:
                return path[:end]
        raise OSError(errno.ENAMETOOLONG, "path")

    def _read(self, address: int, length: int) -> bytes:
        memory = os.open(f"/proc/{self._task}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._check_still_waiting()
            try:
                data = os.pread(memory, length, address)
            except (OSError, OverflowError):
                data = b""
        finally:
            os.close(memory)
        if len(data) != length:
            raise OSError(errno.EFAULT, "bad address")
        return data

    def _check_still_waiting(self) -> None:
        """Its number may belong to another thread by now if it is not."""
        fcntl.ioctl(self._listener, _IS_VALID, struct.pack("=Q", self._identity))


def _signed(number: int) -> int:
    number &= 0xFFFF_FFFF
    return number - (1 << 32) if number >> 31 else number
