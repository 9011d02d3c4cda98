"""Frames to Assay: length-prefixed JSON on descriptor 3, written by the probing process alone.

A forked child never writes here: it has a pipe of its own, and the descriptor is closed in it.
"""

import json
import os
import struct

FRAMES_FD = 3
_write = os.write
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


def write_all(descriptor, data):
    """Write every byte; `os.write` may take fewer."""
    view = memoryview(data)
    while view:
        view = view[_write(descriptor, view) :]


def read_all(descriptor, limit):
    """Read to the end of file, at most `limit` bytes; what comes after is read and dropped."""
    chunks, size = [], 0
    while True:
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return b"".join(chunks)
        if size < limit:
            chunks.append(chunk[: limit - size])
            size += len(chunk)
