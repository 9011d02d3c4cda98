"""A process that has imported and collected, and answers each of its jobs in a child.

A child is what a process of its own would be at that moment: no test has run. It has descriptors of its own (see
`descriptors`), and what a job leaves in the folders that may be written to is removed before the next one. Where the
process cannot be forked without losing something (threads), where something stays that was not there (a process, a
file of the tree), it answers one job more or none, and ends.
"""

import fcntl
import json
import os
import shutil
import stat
import struct
import threading

from assay_probe import descriptors, wire

_ABOVE = 100
"""Descriptors of ours stand above those that a target expects to get."""
_FOLDERS = ("TMPDIR", "HOME")
_SHARED_MEMORY = "/dev/shm"


class Jobs:
    """Jobs on standard input, one after the other: 4 bytes big-endian length, then JSON. The target sees none of it."""

    def __init__(self):
        self._descriptor = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, _ABOVE)
        self._output = {_identity(number) for number in (1, 2)}
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def next(self, begun=b""):
        """The next job; None where there is no other. `begun` was read already."""
        head = begun + self._read(4 - len(begun))
        return json.loads(self._read(struct.unpack(">I", head)[0])) if len(head) == 4 else None

    def _read(self, length):
        data = b""
        while len(data) < length:
            part = os.read(self._descriptor, length - len(data))
            if not part:
                break
            data += part
        return data

    def serve(self, job, root, adopt):
        """Answer this job and those that follow, each in a child that returns from here after `adopt(job)`.

        Where no child can be had this process returns itself, after its last job was adopted.
        """
        world = _World(root)
        while job is not None and self._may_fork():
            pid = os.fork()
            if pid == 0:
                os.close(self._descriptor)
                wire.take_over()
                descriptors.own(self._kept())
                adopt(job)
                return
            _, status = os.waitpid(pid, 0)
            more = world.is_restored()
            wire.send("answered", status=os.waitstatus_to_exitcode(status), more=more)
            job = self.next() if more else None
        if job is None:
            os._exit(0)
        os.close(self._descriptor)
        adopt(job)

    def _may_fork(self):
        """Threads are not in a child, and what leads to somebody else cannot be had twice."""
        if threading.active_count() > 1 or len(os.listdir("/proc/self/task")) > 1:
            return False
        kept = self._kept()
        return not any(_leads_elsewhere(number) for number in _open_descriptors() if number not in kept)

    def _kept(self):
        """Descriptors that are no child's own: jobs, frames, and whatever leads to the real output."""
        ours = {0, wire.FRAMES_FD, self._descriptor}
        return ours | {number for number in _open_descriptors() if _identity(number) in self._output}


def _open_descriptors():
    return [int(name) for name in os.listdir("/proc/self/fd")]


def _identity(number):
    try:
        facts = os.fstat(number)
    except OSError:  # the one with which the folder was read
        return None
    return facts.st_dev, facts.st_ino


def _leads_elsewhere(number):
    try:
        mode = os.fstat(number).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISCHR(mode) or stat.S_ISDIR(mode))


class _World:
    """What a job may leave behind: files, processes, changes to the tree."""

    def __init__(self, root):
        self._root = root
        named = [os.environ.get(name, "") for name in _FOLDERS]
        self._folders = [folder for folder in dict.fromkeys([*named, _SHARED_MEMORY]) if os.path.isdir(folder)]
        self._files, self._tree, self._processes = self._seen(), self._room(), _processes()

    def is_restored(self):
        """Remove what is new; is all the rest as it was? No where that cannot be told, or somebody still writes."""
        try:
            for path in sorted(self._seen().keys() - self._files.keys()):
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path, ignore_errors=True)
                elif os.path.lexists(path):
                    os.unlink(path)
            return (self._seen(), self._room(), _processes()) == (self._files, self._tree, self._processes)
        except OSError:
            return False

    def _seen(self):
        """Kind, and for files length, time and number, of all that stands in the folders."""
        found = {}
        for top in self._folders:
            for folder, folders, names in os.walk(top):
                for path in (os.path.join(folder, name) for name in (*folders, *names)):
                    facts = os.lstat(path)
                    is_file = stat.S_ISREG(facts.st_mode)
                    found[path] = (facts.st_mode, is_file and (facts.st_size, facts.st_mtime_ns, facts.st_ino))
        return found

    def _room(self):
        """A file of the tree that is written, made or removed takes room in the layer above it."""
        room = os.statvfs(self._root)
        return room.f_ffree, room.f_bfree


def _processes():
    return {name for name in os.listdir("/proc") if name.isdigit()}
