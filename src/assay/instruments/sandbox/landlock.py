"""Landlock: a process gives up the right to reach files, for itself and all its descendants.

Works without any privilege from Linux 5.13 on, inside containers and other sandboxes too.
It says nothing about `stat`, `chmod` and other calls on metadata, nor about UDP.
"""

from __future__ import annotations

import os
import stat
import struct

from assay.instruments.sandbox import linux

_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_TRUNCATE = 1 << 14
_IOCTL_DEV = 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_RIGHTS_BY_ABI = {0: 0, 1: 13, 2: 14, 3: 15, 4: 15}
_RIGHTS_KNOWN = 16
_TCP = 3
_ABI_WITH_TCP = 4
ABI_WITH_SCOPES = 6
"""From here on signals and abstract sockets stay inside, too (Linux 6.12)."""
_SCOPES = 3


def read_abi() -> int:
    """The version of Landlock this kernel offers, 0 for none."""
    try:
        return linux.system_call(_CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def restrict_files(*, read: list[str], write: list[str], tcp: bool) -> None:
    """Allow reading below `read`, everything below `write`, and nothing else; paths that do not exist are left out.

    Without `tcp` binding and connecting is refused where the kernel can refuse it. Needs `forbid_new_privileges` first.
    """
    abi = read_abi()
    handled = (1 << _RIGHTS_BY_ABI.get(abi, _RIGHTS_KNOWN)) - 1
    attributes = struct.pack("=Q", handled)
    if abi >= _ABI_WITH_TCP:
        attributes += struct.pack("=Q", 0 if tcp else _TCP)
    if abi >= ABI_WITH_SCOPES:
        attributes += struct.pack("=Q", _SCOPES)
    ruleset = linux.system_call(_CREATE_RULESET, attributes, len(attributes), 0)
    for path in read:
        _allow(ruleset, path, _READ & handled)
    for path in write:
        _allow(ruleset, path, handled)
    linux.system_call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    if not stat.S_ISDIR(os.fstat(place).st_mode):
        rights &= _ON_FILES
    linux.system_call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    os.close(place)
