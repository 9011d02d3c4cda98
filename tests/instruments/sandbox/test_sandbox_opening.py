"""The one kind of run that may reach the network, and write to folders that it was given."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

from tests.instruments.sandbox.conftest import Cell

from assay.values.lab import Opening

TRY = """
import socket
folder, outside, port, local = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
def connect():
    with socket.create_connection(("127.0.0.1", port), timeout=5) as made: made.sendall(b"hello")
def call_locally():
    with socket.socket(socket.AF_UNIX) as made: made.connect(local)
def fill():
    with open(folder + "/new", "w") as stream: stream.write("mine")
    os.chmod(folder + "/new", 0o755)
    os.rename(folder + "/new", folder + "/kept")
tell(network=errno_of(connect), local=errno_of(call_locally), given=errno_of(fill),
     outside=errno_of(lambda: open(outside + "/new", "w")), home=errno_of(lambda: os.listdir("/root/.ssh")))
"""


def attempt(cell: Cell, tmp_path: Path, opening: Opening | None, folder: Path) -> dict[str, int]:
    """What a run gets to do, by errno."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        place = tmp_path / "s"
        local.bind(str(place))
        local.listen()
        told = cell.run(TRY, str(folder), str(tmp_path), str(server.getsockname()[1]), str(place), opening=opening).told
    return {str(name): int(value) for name, value in told.items()}


def test_an_opening_is_the_network_and_the_folders_it_names(cell: Cell, tmp_path: Path) -> None:
    """Files keep their modes; the host's own sockets stay out of reach."""
    folder = tmp_path / "given"
    folder.mkdir()
    told = attempt(cell, tmp_path, Opening(writable=(folder,)), folder)
    assert (told["network"], told["given"]) == (0, 0)
    assert told["local"] in {errno.EAFNOSUPPORT, errno.EPERM}
    assert told["home"]
    assert (folder / "kept").read_text(encoding="utf-8") == "mine"
    assert os.access(folder / "kept", os.X_OK)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "s", "tree"]


def test_without_an_opening_neither_is_there(cell: Cell, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    told = attempt(cell, tmp_path, None, folder)
    assert told["network"]
    assert not list(folder.iterdir())


def test_an_opening_limits_the_size_of_files(cell: Cell, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    ran = cell.run(
        """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def write():
    with open(sys.argv[1] + "/large", "wb") as stream: stream.write(bytes(5000))
tell(error=errno_of(write))
""",
        str(folder),
        opening=Opening(writable=(folder,), file_bytes=4096),
    )
    assert ran.told["error"] == errno.EFBIG
