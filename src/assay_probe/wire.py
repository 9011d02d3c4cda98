"""Frames to Assay: length-prefixed JSON on descriptor 3, written by the probing process alone.

A forked child never writes here: it has a pipe of its own, and the descriptor is closed in it.
"""

import json
import os
import select
import signal
import struct

FRAMES_FD = 3
_write, _read, _kill = os.write, os.read, os.kill
_select, _SIGKILL = select.select, signal.SIGKILL
_dumps = json.dumps
_pack = struct.Struct(">I").pack
_owner = [os.getpid()]
_getpid = os.getpid


def send(kind, **members):
    """Write one frame; does nothing in a forked child, whatever the target forked."""
    if _getpid() != _owner[0]:
        return
    members["t"] = kind
    data = _dumps(members, ensure_ascii=True, allow_nan=False, default=str).encode("ascii")
    write_all(FRAMES_FD, _pack(len(data)) + data)


def take_over():
    """This process, a child, is the one that writes frames from now on."""
    _owner[0] = _getpid()


def write_all(descriptor, data):
    """Write every byte; `os.write` may take fewer."""
    view = memoryview(data)
    while view:
        view = view[_write(descriptor, view) :]


def read_until(descriptor, limit, patience_s, pid):
    """Read to the end of file, at most `limit` bytes; a writer that is silent for `patience_s` seconds is killed.

    What comes after `limit` is read and dropped.
    """
    chunks, size = [], 0
    while True:
        ready, _, _ = _select([descriptor], [], [], patience_s)
        if not ready:
            _kill(pid, _SIGKILL)
            return b"".join(chunks)
        chunk = _read(descriptor, 1 << 16)
        if not chunk:
            return b"".join(chunks)
        if size < limit:
            chunks.append(chunk[: limit - size])
            size += len(chunk)
