"""Files that an experiment writes, in a forked child: into memory, and told of afterwards.

In a child `open`, `os.mkdir`, `os.remove`, `os.rename` and `os.replace` work on private copies, so that what a call
writes is part of its outcome while nothing on disk changes, and an experiment may let a file hold something else. What
reaches for files another way is stopped by the guard; what a test put in the place of these functions stays there.
Only where the system has files without a name (Linux).
"""

import builtins
import errno
import hashlib
import io
import os
import types

from assay_probe import encoding

KEPT_BYTES = 8 << 20
SHOWN = 120
_MODES = frozenset("wax+")
_REPLACED = (
    (builtins, "open"),
    (io, "open"),
    (os, "mkdir"),
    (os, "remove"),
    (os, "unlink"),
    (os, "rename"),
    (os, "replace"),
)
io_open, os_mkdir, os_remove, os_rename = io.open, os.mkdir, os.remove, os.rename
_STANDS_IN = {"unlink": "remove", "replace": "rename"}


class Files:
    """What became of files since `install`; paths are absolute."""

    def __init__(self, allowed):
        self._allowed = allowed
        self._made = {}
        """Descriptor of each file's private copy, or None where it was removed."""
        self._held = {}
        """What files hold for this call alone, whatever stands on disk."""
        self._folders = set()
        self._real = {}

    def install(self):
        """Stand in for the functions that write, in this process."""
        if not hasattr(os, "memfd_create"):
            return
        for owner, name in _REPLACED:
            own = getattr(owner, name)
            former = getattr(own, "__self__", None)
            if isinstance(former, Files):
                own = former._real[name]
            if isinstance(own, types.BuiltinFunctionType):
                self._real[name] = own
                setattr(owner, name, getattr(self, _STANDS_IN.get(name, name)))

    def hold(self, path, data):
        """Let a file hold something else for whoever opens it from now on."""
        number = os.memfd_create("assay")
        os.write(number, data)
        self._made[path], self._held[path] = number, data

    def open(self, file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
        """As `io.open`; what is written goes into the copy, and what was written is read from there."""
        path = _absolute(file) if opener is None and isinstance(mode, str) else None
        writes = path is not None and not _MODES.isdisjoint(mode)
        if path is None or path.startswith(("/dev/", "/proc/")) or not (writes or path in self._made):
            return io_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        number = self._copy(path, mode, file)
        with self._allowed():
            flags = os.O_RDWR | (os.O_APPEND if "a" in mode else 0)
            own = os.open("/proc/self/fd/%d" % number, flags | os.O_CLOEXEC)
            made = io_open(own, mode.replace("x", "w"), buffering, encoding, errors, newline)
        raw = made
        for inner in ("buffer", "raw"):
            raw = getattr(raw, inner, raw)
        raw.name = file
        return made

    def _copy(self, path, mode, file):
        there = self._exists(path)
        folder = os.path.dirname(path)
        if not there and ("r" in mode or not (folder in self._folders or os.path.isdir(folder))):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), file)
        if there and "x" in mode:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), file)
        number = self._made.get(path)
        if number is None:
            number = os.memfd_create("assay")
            if there and "w" not in mode:
                os.write(number, self._read(path))
            self._made[path] = number
        elif "w" in mode:
            os.ftruncate(number, 0)
        return number

    def _read(self, path):
        with io_open(path, "rb") as real:
            return real.read(KEPT_BYTES)

    def _exists(self, path):
        return self._made[path] is not None if path in self._made else os.path.exists(path)

    def mkdir(self, path, mode=0o777, *, dir_fd=None):
        """As `os.mkdir`."""
        name = _absolute(path)
        if name is None or dir_fd is not None:
            return os_mkdir(path, mode, dir_fd=dir_fd)
        if name in self._folders or self._exists(name):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        folder = os.path.dirname(name)
        if not (folder in self._folders or os.path.isdir(folder)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        self._folders.add(name)
        return None

    def remove(self, path, *, dir_fd=None):
        """As `os.remove`."""
        name = _absolute(path)
        if name is None or dir_fd is not None:
            return os_remove(path, dir_fd=dir_fd)
        if not self._exists(name):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if os.path.isdir(name):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        self._made[name] = None
        return None

    def rename(self, source, target, *, src_dir_fd=None, dst_dir_fd=None):
        """As `os.rename` and `os.replace`, for files."""
        old, new = _absolute(source), _absolute(target)
        if old is None or new is None or src_dir_fd is not None or dst_dir_fd is not None or os.path.isdir(old):
            return os_rename(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        self._copy(new, "w", target)
        data = self._content(old) if old in self._made and self._exists(old) else None
        os.write(self._made[new], self._read(old) if data is None else data)
        self._made[old] = None
        return None

    def _content(self, path):
        number = self._made[path]
        return os.pread(number, KEPT_BYTES, 0)

    def lines(self):
        """One line for each file that was written or removed, and for each folder."""
        here = os.getcwd()
        out = ["makes the folder %s" % os.path.relpath(path, here) for path in self._folders]
        for path, number in self._made.items():
            name = os.path.relpath(path, here)
            if number is None:
                out += ["removes the file %s" % name] if os.path.exists(path) else []
                continue
            data = self._content(path)
            if path in self._held:
                if data == self._held[path]:
                    continue
            elif os.path.isfile(path) and data == self._read(path):
                continue
            plain = encoding.strip_addresses(data.decode("utf-8", "backslashreplace"))
            digest = hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:12]
            out.append("writes the file %s, %d characters (%s): %s" % (name, len(plain), digest, ascii(plain[:SHOWN])))
        return out


def _absolute(path):
    try:
        name = os.fspath(path)
    except TypeError:
        return None
    return os.path.abspath(os.fsdecode(name)) if isinstance(name, (str, bytes)) else None
