"""What the target tries and does not get."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.instruments.sandbox.conftest import Cell

from assay.instruments.sandbox.door import LinuxSandbox

REFUSED = {errno.EACCES, errno.EPERM, errno.ENOENT, errno.EROFS}


def test_every_promise_was_tried_and_what_the_rung_needs_was_kept(sandbox: LinuxSandbox) -> None:
    """A property is proven by a probe, assumed where only the watchdog keeps it, or open and said so."""
    states = {one.name: one.state for one in sandbox.isolation.properties}
    expected_open = set() if sandbox.isolation.level == 3 else {"see file names outside"}
    assert {name for name, state in states.items() if state == "open"} <= expected_open | {"signal a host process"}
    assert states["write outside"] == states["read outside"] == states["connect by TCP"] == "proven"
    assert all(one.mechanism for one in sandbox.isolation.properties)


def test_nothing_outside_is_written(cell: Cell, tmp_path: Path) -> None:
    """New files, existing files, folders, links and removals alike."""
    victim = tmp_path / "victim"
    victim.write_text("whole", encoding="utf-8")
    told = cell.run(
        f"""
folder, victim = {str(tmp_path)!r}, {str(victim)!r}
tell(errors=[
    errno_of(lambda: open(folder + "/new", "w")),
    errno_of(lambda: open(victim, "a")),
    errno_of(lambda: os.truncate(victim, 0)),
    errno_of(lambda: os.mkdir(folder + "/made")),
    errno_of(lambda: os.unlink(victim)),
    errno_of(lambda: os.rename(victim, folder + "/moved")),
    errno_of(lambda: os.symlink("/", folder + "/link")),
    errno_of(lambda: os.link(victim, os.environ["TMPDIR"] + "/mine")),
    errno_of(lambda: open(os.__file__, "a")),
])
"""
    ).told
    assert set(told["errors"]) <= REFUSED | {errno.EXDEV}
    assert victim.read_text(encoding="utf-8") == "whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tree", "victim"]


def test_attributes_of_files_outside_stay(cell: Cell, tmp_path: Path) -> None:
    """Landlock does not govern chmod and utime, so another wall has to."""
    victim = tmp_path / "victim"
    victim.write_text("", encoding="utf-8")
    victim.chmod(0o640)
    before = victim.stat()
    told = cell.run(
        f"""
victim, source = {str(victim)!r}, os.open(os.__file__, os.O_RDONLY)
mode = os.fstat(source).st_mode & 0o777
tell(errors=[
    errno_of(lambda: os.chmod(victim, 0o777)),
    errno_of(lambda: os.utime(victim, (0, 0))),
    errno_of(lambda: os.chown(victim, os.getuid(), os.getgid())),
    errno_of(lambda: os.setxattr(victim, "user.x", b"")),
    errno_of(lambda: os.fchmod(source, mode)),
    errno_of(lambda: os.utime(source, (0, 0))),
    errno_of(lambda: os.chmod(os.__file__, mode)),
])
"""
    ).told
    assert set(told["errors"]) <= REFUSED
    after = victim.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_nothing_outside_is_read(cell: Cell, tmp_path: Path) -> None:
    """Neither a file beside the tree nor the home folder."""
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    told = cell.run(
        f"""
home = {str(Path.home())!r}
names = []
try: names = os.listdir(home)
except OSError: pass
tell(errors=[errno_of(lambda: open({str(secret)!r})), errno_of(lambda: open("/etc/shadow")),
             errno_of(lambda: os.listdir({str(tmp_path)!r}))], names=names)
"""
    ).told
    assert set(told["errors"]) <= REFUSED
    assert set(told["names"]) <= {".pyenv"}


def test_nobody_outside_is_reached_over_a_network(cell: Cell, tmp_path: Path) -> None:
    """TCP, UDP and unix sockets, named and abstract; the host sees nothing arrive."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        cell.run(
            f"""
import socket
for kind, port in ((socket.SOCK_STREAM, {tcp.getsockname()[1]}), (socket.SOCK_DGRAM, {udp.getsockname()[1]})):
    try:
        s = socket.socket(type=kind); s.settimeout(0.3); s.connect(("127.0.0.1", port)); s.send(b"x")
    except OSError: pass
"""
        )
        for listener in (tcp, udp):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.recv(1) if listener is udp else listener.accept()


def test_a_pair_of_sockets_works_and_leads_nowhere(cell: Cell, tmp_path: Path) -> None:
    """Asyncio needs one; a datagram pair without namespaces could send to any socket of the host."""
    address = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(address)
        log.setblocking(False)
        told = cell.run(
            f"""
import asyncio, socket
async def answer(): await asyncio.sleep(0); return 7
def leak():
    a, b = socket.socketpair(type=socket.SOCK_DGRAM)
    a.sendto(b"x", {address!r})
a, b = socket.socketpair()
a.send(b"hi")
tell(error=errno_of(leak), heard=b.recv(2).decode(), answer=asyncio.run(answer()))
"""
        ).told
        with pytest.raises(BlockingIOError):
            log.recv(1)
    assert told["error"] in REFUSED
    assert (told["heard"], told["answer"]) == ("hi", 7)


def test_the_environment_is_the_commands_and_nothing_else(cell: Cell) -> None:
    """No variable of Assay's own gets in, and none can be read from another process."""
    told = cell.run(
        """
seen = []
try: names = [name for name in os.listdir("/proc") if name.isdecimal()]
except OSError: names = [str(os.getppid()), "1"]
for name in names:
    if name != str(os.getpid()) and not errno_of(lambda: open(f"/proc/{name}/environ").read()): seen.append(name)
tell(names=sorted(os.environ), seen=seen, home=os.environ["HOME"])
"""
    ).told
    assert set(told["names"]) - {"LC_CTYPE"} == {"HOME", "LANG", "TMPDIR"}
    assert told["seen"] == []
    assert told["home"] != str(Path.home())


def test_processes_outside_are_not_signalled_and_not_limited(cell: Cell) -> None:
    """Not Assay, not our parent, not everybody, not a stranger of the same user."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        told = cell.run(
            f"""
import resource, signal
stranger, assay = {stranger.pid}, {os.getpid()}
tell(errors=[errno_of(lambda: os.kill(pid, 9)) for pid in (stranger, assay, -assay, -1)],
     limit=errno_of(lambda: resource.prlimit(assay, resource.RLIMIT_NOFILE, (1, 1))))
try: os.kill(os.getppid(), 9)
except OSError: pass
"""
        ).told
        assert stranger.poll() is None
        stranger.kill()
    assert all(told["errors"])
    assert told["limit"] in {errno.EPERM, errno.ESRCH}


def test_only_the_four_descriptors_are_open(cell: Cell) -> None:
    """Standard streams and the frame pipe; standard input holds the job and then ends."""
    told = cell.run(
        """
still = [fd for fd in range(1024) if not errno_of(lambda: os.fstat(fd))]
tell(open=still, job=sys.stdin.read(), again=sys.stdin.read(), write=errno_of(lambda: os.write(0, b"x")))
"""
    ).told
    assert told == {"open": [0, 1, 2, 3], "job": "the job", "again": "", "write": errno.EBADF}


def test_the_kernel_cannot_be_asked_for_more(cell: Cell) -> None:
    """No namespaces, no mounts, no capabilities, no way back to privileges."""
    told = cell.run(
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(result):
    if result < 0: raise OSError(ctypes.get_errno(), "")
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
tell(errors=[
    errno_of(lambda: call(libc.unshare(0x10000000))),
    errno_of(lambda: call(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None))),
    errno_of(lambda: call(libc.ptrace(16, os.getppid(), 0, 0))),
    errno_of(lambda: os.chroot(".")),
], capabilities=[int(status[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapAmb")],
  no_new_privileges=status["NoNewPrivs"].strip(), filters=status["Seccomp"].strip())
"""
    ).told
    assert set(told["errors"]) == {errno.EPERM}
    assert told["capabilities"] == [0, 0, 0, 0]
    assert (told["no_new_privileges"], told["filters"]) == ("1", "2")
