"""Descriptors of its own for a forked child, so that what it reads, writes and closes is not the test's.

A fork shares open files: offsets, what is left in a pipe or socket, the set of an epoll, locks. The child puts
something of its own under each number: a file is opened again, one that may be written is copied, a socket or pipe is
filled with what waits in the old one (which stays there). Whatever cannot be had twice is left shared.

Only where /proc tells what the descriptors are; elsewhere nothing is done.
"""

import ctypes
import fcntl
import os
import select
import socket
import stat

COPIED_BYTES = 4 << 20
WAITING_BYTES = 1 << 16
_NONBLOCK = 2
_OTHER_ENDS = []
"""The far ends of what was made here stay open as long as the child lives."""


def own(kept):
    """Replace every descriptor but those in `kept`; returns the new ones of the standard streams, with their length."""
    streams = {}
    try:
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        return streams
    for number in numbers:
        if number in kept:
            continue
        try:
            made = _replacement(number)
        except OSError:
            continue
        if made is None:
            continue
        if number in (1, 2):
            streams[number] = os.fstat(made).st_size
        os.dup2(made, number, inheritable=os.get_inheritable(number))
        os.close(made)
    return streams


def written(streams):
    """What was written to the standard streams below Python since they were asked last."""
    parts = []
    for number, length in sorted(streams.items()):
        try:
            if stat.S_ISREG(os.fstat(number).st_mode):
                parts.append(os.pread(number, WAITING_BYTES, length))
                streams[number] = length + len(parts[-1])
        except OSError:
            continue
    return b"".join(parts).decode("utf-8", "replace")


def _replacement(number):
    mode = os.fstat(number).st_mode
    if stat.S_ISREG(mode):
        return _file(number)
    if stat.S_ISSOCK(mode):
        return _socket(number)
    if stat.S_ISFIFO(mode):
        return _pipe(number)
    if os.readlink("/proc/self/fd/%d" % number) == "anon_inode:[eventpoll]":
        return _epoll(number)
    return None


def _file(number):
    """The same file with an offset of its own; a copy of it where it may be written."""
    flags = fcntl.fcntl(number, fcntl.F_GETFL)
    offset = os.lseek(number, 0, os.SEEK_CUR)
    size = os.fstat(number).st_size
    if flags & os.O_ACCMODE == os.O_RDONLY or size > COPIED_BYTES:
        made = os.open("/proc/self/fd/%d" % number, os.O_RDONLY | os.O_CLOEXEC)
    else:
        made = os.memfd_create("assay")
        if size:
            source = os.open("/proc/self/fd/%d" % number, os.O_RDONLY | os.O_CLOEXEC)
            os.sendfile(made, source, 0, size)
            os.close(source)
        fcntl.fcntl(made, fcntl.F_SETFL, flags & os.O_APPEND)
    os.lseek(made, offset, os.SEEK_SET)
    return made


def _socket(number):
    """One end of a new pair; what waits in the old socket waits in it, and so does its end."""
    near, far = socket.socketpair()
    old = socket.socket(fileno=os.dup(number))
    try:
        waiting = old.recv(WAITING_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        far.setblocking(False)
        if waiting:
            far.send(waiting)
        elif old.type & 0xF == socket.SOCK_STREAM:
            far.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    os.set_blocking(near.fileno(), os.get_blocking(number))
    old.close()
    _OTHER_ENDS.append(far)
    return near.detach()


def _pipe(number):
    """Reading: a new pipe with a copy of what waits. Writing: a file of its own."""
    if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
        return os.memfd_create("assay")
    reading, writing = os.pipe()
    waiter = select.poll()
    waiter.register(number, select.POLLIN)
    ready = dict(waiter.poll(0)).get(number, 0)
    if ready & select.POLLIN:
        ctypes.CDLL(None, use_errno=True).tee(number, writing, WAITING_BYTES, _NONBLOCK)
    if ready & select.POLLHUP:
        os.close(writing)
    else:
        _OTHER_ENDS.append(writing)
    os.set_blocking(reading, os.get_blocking(number))
    return reading


def _epoll(number):
    """A new set that watches the same numbers."""
    made = select.epoll()
    with open("/proc/self/fdinfo/%d" % number) as lines:
        for line in lines:
            words = line.split()
            if words[:1] == ["tfd:"]:
                try:
                    made.register(int(words[1]), int(words[3], 16))
                except OSError:
                    continue
    copy = os.dup(made.fileno())
    made.close()
    return copy
