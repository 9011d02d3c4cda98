"""A root folder of our own: system folders and the interpreter to read, the tree to play with, nothing else.

Built inside fresh user, mount, PID, network, IPC and UTS namespaces, by a process that may do anything in there
and nothing outside.
"""

from __future__ import annotations

import os

from assay.instruments.sandbox import linux
from assay.instruments.sandbox.spec import DEVICES, NETWORK_PATHS, SYSTEM_PATHS, Spec, Stage

TEMPORARY = "/tmp"  # noqa: S108 - it is a mount of its own in there
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - so is this
_TEMPORARY_BYTES = 512 << 20
_SHARED_MEMORY_BYTES = 256 << 20
_LAYER = "/assay/layer"
_USER = 1000
_FILES = {
    "/etc/passwd": f"assay:x:{_USER}:{_USER}::{TEMPORARY}/home:/bin/sh\n",
    "/etc/group": f"assay:x:{_USER}:\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_LINKS = {
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
    "/dev/ptmx": "pts/ptmx",
}


def become_root_of_a_user_namespace() -> None:
    """Enter fresh user and PID namespaces; the next child is their first process.

    Fails where user namespaces are switched off or a seccomp filter forbids them, and for root without CAP_SETFCAP.
    """
    user, group = os.getuid(), os.getgid()
    with Stage("user namespace"):
        linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWPID)
    with Stage("user map"):
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{_USER} {user} 1")
        _write("/proc/self/gid_map", f"{_USER} {group} 1")


def build_root(spec: Spec) -> None:
    """Leave the host's file system, network and IPC behind for a root that holds what `spec` allows."""
    with Stage("namespaces"):
        linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP)
        linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
        linux.set_hostname("assay")
    if not spec.network:
        with Stage("loopback"):
            linux.unshare(linux.CLONE_NEWNET)
            linux.raise_loopback()
    # Everything is opened first: the new root may cover the places it is made from.
    tree = os.open(spec.tree, os.O_PATH)
    sources = [(path, os.open(path, os.O_PATH)) for path in _without_nested(_existing(spec.readable))]
    filled = [(path, os.open(path, os.O_PATH)) for path in spec.writable]
    devices = [(name, os.open(f"/dev/{name}", os.O_PATH)) for name in DEVICES]
    names = _texts_of(NETWORK_PATHS) if spec.network else {}
    with Stage("root"):
        _mount_memory(spec.scratch, 16 << 20)
        _write_skeleton(spec.scratch, _FILES | names)
        for path, source in sources:
            _show(source, spec.scratch + path)
        for path, place in filled:
            os.makedirs(spec.scratch + path, exist_ok=True)
            linux.bind_writable(f"/proc/self/fd/{place}", spec.scratch + path)
        for link, target in _links([*SYSTEM_PATHS, *spec.readable]):
            _make_link(spec.scratch + link, target)
        for name, device in devices:
            _write(f"{spec.scratch}/dev/{name}", "")
            linux.mount(f"/proc/self/fd/{device}", f"{spec.scratch}/dev/{name}", None, linux.MS_BIND)
    with Stage("process folder"):
        quiet = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
        linux.mount("proc", f"{spec.scratch}/proc", "proc", quiet | linux.MS_RDONLY)
    _mount_tree(spec, tree)
    _mount_terminals(spec.scratch)
    for descriptor in (tree, *(opened for _, opened in (*sources, *filled, *devices))):
        os.close(descriptor)
    with Stage("new root"):
        linux.enter_root(spec.scratch)
        linux.make_read_only("/")


def _texts_of(paths: tuple[str, ...]) -> dict[str, str]:
    """The host's files that are there; they may be links to places that are not shown."""
    found = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as stream:
                found[path] = stream.read()
        except OSError:
            continue
    return found


def _write_skeleton(root: str, files: dict[str, str]) -> None:
    for folder in (_SHARED_MEMORY, "/dev/pts", "/proc", "/etc", TEMPORARY, _LAYER):
        os.makedirs(root + folder, exist_ok=True)
    _mount_memory(root + TEMPORARY, _TEMPORARY_BYTES, mode="1777")
    _mount_memory(root + _SHARED_MEMORY, _SHARED_MEMORY_BYTES, mode="1777")
    os.mkdir(f"{root}{TEMPORARY}/home")
    for path, text in files.items():
        _write(root + path, text)
    for link, target in _LINKS.items():
        os.symlink(target, root + link)


def _mount_tree(spec: Spec, tree: int) -> None:
    """Lay a throw-away layer over the tree; where the kernel refuses that, show it read-only."""
    root = spec.scratch
    os.makedirs(root + spec.tree_path)
    try:
        _mount_memory(root + _LAYER, _TEMPORARY_BYTES)
        os.mkdir(f"{root}{_LAYER}/upper")
        os.mkdir(f"{root}{_LAYER}/work")
        layers = f"lowerdir=/proc/self/fd/{tree},upperdir={root}{_LAYER}/upper,workdir={root}{_LAYER}/work"
        linux.mount(
            "overlay", root + spec.tree_path, "overlay", linux.MS_NOSUID | linux.MS_NODEV, f"{layers},userxattr"
        )
        linux.unmount(root + _LAYER)
    except OSError:
        with Stage("tree"):
            linux.bind_read_only(f"/proc/self/fd/{tree}", root + spec.tree_path)


def _mount_terminals(root: str) -> None:
    try:
        quiet = linux.MS_NOSUID | linux.MS_NOEXEC
        linux.mount("devpts", f"{root}/dev/pts", "devpts", quiet, "newinstance,ptmxmode=0666,mode=0620")
    except OSError:
        os.unlink(f"{root}/dev/ptmx")


def _mount_memory(place: str, size: int, mode: str = "0755") -> None:
    inodes = size >> 13
    linux.mount(
        "tmpfs", place, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, f"size={size},nr_inodes={inodes},mode={mode}"
    )


def _existing(readable: list[str]) -> list[str]:
    """Real paths of all that is to be seen."""
    return sorted({os.path.realpath(path) for path in (*SYSTEM_PATHS, *readable) if os.path.exists(path)})


def _without_nested(paths: list[str]) -> list[str]:
    kept: list[str] = []
    for path in paths:
        if not any(path == above or path.startswith(f"{above}/") for above in kept):
            kept.append(path)
    return kept


def _links(paths: list[str]) -> list[tuple[str, str]]:
    """Paths that lead elsewhere, with where they lead."""
    pairs = [(path, os.path.realpath(path)) for path in paths]
    return [(path, real) for path, real in pairs if real != path and os.path.exists(real)]


def _make_link(place: str, target: str) -> None:
    if not os.path.lexists(place):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.symlink(target, place)


def _show(source: int, place: str) -> None:
    origin = f"/proc/self/fd/{source}"
    if os.path.isdir(origin):
        os.makedirs(place, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        _write(place, "")
    linux.bind_read_only(origin, place)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write(text)
