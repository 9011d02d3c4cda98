"""Things on the host that a canary must not reach, and a look whether it did."""

from __future__ import annotations

import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_SECRET_MODE = 0o640
_TCP = "connect by TCP"
_UDP = "send by UDP"
_UNIX = "connect to a unix socket"
_ABSTRACT = "connect to an abstract socket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bait:
    """A folder with a secret and a tree in it, and sockets that listen."""

    outside: Path
    token: str
    listeners: Mapping[str, socket.socket]
    decoy: int
    """A process of ours that nothing protects but the walls."""

    @property
    def secret(self) -> Path:
        """A file nobody inside may know of."""
        return self.outside / "secret"

    @property
    def tree(self) -> Path:
        """The tree of the canary's run."""
        return self.outside / "tree"

    def facts(self) -> dict[str, object]:
        """What the canary is told; None where this machine gave us nothing to listen on."""
        addresses = {name: listener.getsockname() for name, listener in self.listeners.items()}
        return {
            "outside": str(self.outside),
            "secret": str(self.secret),
            "token": self.token,
            "process": self.decoy,
            "tcp": addresses[_TCP][1] if _TCP in addresses else None,
            "udp": addresses[_UDP][1] if _UDP in addresses else None,
            "unix": addresses.get(_UNIX),
            "abstract": addresses[_ABSTRACT][1:].decode() if _ABSTRACT in addresses else None,
        }

    def taken(self) -> frozenset[str]:
        """Promises that were broken as the host sees it, whatever the canary says."""
        state = self.secret.stat()
        reached = {name for name, listener in self.listeners.items() if select.select([listener], [], [], 0)[0]}
        if (self.outside / "written").exists():
            reached.add("write outside")
        if (self.tree / "written").exists():
            reached.add("write the tree")
        if state.st_mode & 0o777 != _SECRET_MODE or state.st_mtime == 0:
            reached.add("change attributes outside")
        return frozenset(reached)


@contextmanager
def laid_out() -> Iterator[Bait]:
    """Lay it out for the length of the block."""
    with ExitStack() as stack:
        outside = Path(tempfile.mkdtemp(prefix="assay-"))
        stack.callback(shutil.rmtree, outside, ignore_errors=True)
        token = secrets.token_hex(16)
        listeners = dict(_listeners(stack, outside, token))
        bait = Bait(outside=outside, token=token, listeners=listeners, decoy=_start_decoy(stack))
        bait.tree.mkdir()
        bait.secret.write_text(token, encoding="ascii")
        bait.secret.chmod(_SECRET_MODE)
        yield bait


def _start_decoy(stack: ExitStack) -> int:
    """A process that waits for its standard input to end, which it does with the block or with Assay."""
    waiting = [sys.executable, "-I", "-S", "-c", "input()"]
    decoy = subprocess.Popen(waiting, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/")
    stack.enter_context(decoy)
    stack.callback(decoy.kill)
    return decoy.pid


def _listeners(stack: ExitStack, outside: Path, token: str) -> Iterator[tuple[str, socket.socket]]:
    """Sockets of all kinds; a machine that is a sandbox itself may refuse some, and a long path is no name for one."""
    wanted = (
        (_TCP, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        (_UDP, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        (_UNIX, socket.AF_UNIX, socket.SOCK_STREAM, str(outside / "socket")),
        (_ABSTRACT, socket.AF_UNIX, socket.SOCK_STREAM, f"\0assay-{token}".encode()),
    )
    for name, family, kind, address in wanted:
        try:
            listener = stack.enter_context(socket.socket(family, kind))
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen(1)
        except OSError:
            continue
        yield name, listener
