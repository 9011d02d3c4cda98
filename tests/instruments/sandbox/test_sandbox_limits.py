"""A run ends, whatever it does, and takes everyone with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.instruments.sandbox.conftest import PYTHON, Cell

from assay.errors import SandboxFailed
from assay.instruments.sandbox.door import open_sandbox

Survivors = Callable[[], list[int]]

DAEMON = """
import time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", sys.argv[1]])
    os._exit(0)
os.wait()
time.sleep(0.1)
"""
HANG = """
import signal, time
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True:
    try: time.sleep(60)
    except BaseException: pass
"""


def eventually(is_true: Callable[[], bool], within_s: float = 3.0) -> bool:
    """Does it become true in time?"""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(0.02)
    return is_true()


def test_a_status_and_the_end_of_the_output_come_back(cell: Cell) -> None:
    """Standard output and error together, its last 64 KiB."""
    ran = cell.run("print('to the one', flush=True); print('to the other', file=sys.stderr); sys.exit(3)")
    assert (ran.completed.status, ran.completed.timed_out) == (3, False)
    assert ran.completed.output == "to the one\nto the other\n"


def test_death_by_a_signal_is_a_negative_status(cell: Cell) -> None:
    """As `subprocess` has it."""
    assert cell.run("os.kill(os.getpid(), 15)").completed.status == -signal.SIGTERM


def test_a_daemon_does_not_survive_the_run(cell: Cell, marker: str, survivors: Survivors) -> None:
    """Two forks and a session of its own are no way out."""
    ran = cell.run(DAEMON, marker)
    assert ran.completed.status == 0
    assert survivors() == []


def test_a_hang_that_swallows_everything_ends_in_time(cell: Cell, marker: str, survivors: Survivors) -> None:
    """Within a second of the limit, children included."""
    ran = cell.run("os.fork(); os.fork()\n" + HANG, marker, time_limit_s=0.5)
    assert ran.completed.timed_out
    assert ran.completed.status == -signal.SIGKILL
    assert ran.seconds < 1.5
    assert survivors() == []


def test_a_fork_bomb_is_contained(cell: Cell, marker: str, survivors: Survivors) -> None:
    """By the kernel where it counts, by the watchdog for root."""
    bomb = "import time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)\n"
    ran = cell.run(bomb, marker, time_limit_s=1.0, processes=40)
    assert ran.completed.timed_out or "more than 40 processes" in ran.completed.output
    assert ran.seconds < 2.5
    assert survivors() == []


def test_many_forks_one_after_the_other_are_no_bomb(cell: Cell) -> None:
    """The engine forks for every experiment; some children hang until their own alarm."""
    told = cell.run(
        """
import signal
statuses = set()
for number in range(500):
    child = os.fork()
    if child == 0:
        if number % 100 == 99:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            while True: pass
        os._exit(number % 7)
    statuses.add(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
tell(statuses=sorted(statuses))
""",
        processes=16,
        time_limit_s=30,
    ).told
    assert told["statuses"] == [-signal.SIGALRM, *range(7)]


def test_one_process_cannot_take_more_memory_than_it_may(cell: Cell) -> None:
    """It gets a MemoryError, as on a small machine."""
    told = cell.run("try: bytearray(1 << 30)\nexcept MemoryError: tell(refused=True)\n", memory_bytes=512 << 20).told
    assert told["refused"]


def test_many_processes_cannot_take_more_memory_together(cell: Cell) -> None:
    """No limit of the kernel's sums them up, so the watchdog does."""
    ran = cell.run(
        """
import time
for _ in range(5):
    if os.fork() == 0:
        block = bytearray(60 << 20)
        for place in range(0, len(block), 4096): block[place] = 1
        time.sleep(30)
time.sleep(30)
""",
        memory_bytes=200 << 20,
    )
    assert "more than 200 MiB of memory" in ran.completed.output
    assert ran.seconds < 8


def test_memory_that_forks_share_is_counted_once(cell: Cell) -> None:
    """A preloaded parent with many children is what the engine looks like."""
    told = cell.run(
        """
import time
block = bytearray(100 << 20)
for place in range(0, len(block), 4096): block[place] = 1
children = []
for _ in range(6):
    child = os.fork()
    if child == 0:
        time.sleep(0.3); os._exit(0)
    children.append(child)
tell(statuses=[os.waitpid(child, 0)[1] for child in children])
""",
        memory_bytes=300 << 20,
    ).told
    assert told["statuses"] == [0] * 6


def test_a_flood_of_output_neither_blocks_nor_grows(cell: Cell) -> None:
    """The last 64 KiB are kept."""
    ran = cell.run("for n in range(400): os.write(1, b'x' * 65536)\nprint('the end')", time_limit_s=20)
    assert ran.completed.status == 0
    assert ran.completed.output.endswith("xthe end\n")
    assert len(ran.completed.output) == 64 << 10


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("os.write(3, b'\\xff\\xff\\xff\\xff')", "a frame of 4294967295 bytes"),
        ("os.write(3, b'\\0\\0\\0\\3{x}')", "a frame that is no JSON: JSONDecodeError"),
        ("os.write(3, b'\\0\\0\\0\\2[]')", "a frame that is no object"),
        ("os.write(3, (200000).to_bytes(4, 'big') + b'[' * 200000)", "a frame that is no JSON: RecursionError"),
        (
            "b = b'{\"n\": ' + b'9' * 5000 + b'}'; os.write(3, len(b).to_bytes(4, 'big') + b)",
            "a frame that is no JSON: ValueError",
        ),
    ],
)
def test_a_forged_frame_ends_the_run(cell: Cell, code: str, error: str) -> None:
    """Frames before it arrived; it and those after it do not."""
    ran = cell.run(f"import time\ntell(n=1)\n{code}\ntell(n=2)\ntime.sleep(30)")
    assert ran.completed.protocol_error == error
    assert ran.frames == [{"n": 1}]
    assert ran.seconds < 5


def test_more_frames_than_allowed_end_the_run(cell: Cell) -> None:
    """Small frames, for ever."""
    ran = cell.run("while True: tell(text='x' * 1000)", frames_bytes=100_000)
    assert ran.completed.protocol_error == "more than 100000 bytes of frames"
    assert len(ran.frames) == 98


def test_a_frame_cut_off_at_the_end_is_an_error(cell: Cell) -> None:
    """Unless the run was ended from outside."""
    assert cell.run("os.write(3, b'\\0\\0\\0\\7{')").completed.protocol_error == "the last frame was cut off"


def test_a_reader_that_fails_ends_the_run(cell: Cell, marker: str, survivors: Survivors) -> None:
    """And the failure is the caller's to see."""

    def fail(frame: object) -> None:
        raise LookupError(frame)

    with pytest.raises(LookupError):
        cell.run("tell(n=1)\n" + HANG, marker, on_frame=fail)
    assert survivors() == []


def test_a_program_that_is_not_there_is_named(cell: Cell) -> None:
    """The stage and the kernel's reason."""
    with pytest.raises(SandboxFailed) as failure:
        Cell(sandbox=cell.sandbox, tree=cell.tree / "absent").run("pass")
    assert failure.value.why


def test_closing_kills_what_runs(cell: Cell, tmp_path: Path, marker: str, survivors: Survivors) -> None:
    """From another thread, as Ctrl-C does; nothing runs afterwards."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    own = Cell(sandbox=open_sandbox(scratch, at_least=2, level=cell.level), tree=cell.tree)
    statuses: list[int] = []
    runs = [threading.Thread(target=lambda: statuses.append(own.run(HANG, marker).completed.status)) for _ in range(2)]
    for run in runs:
        run.start()
    assert eventually(lambda: len(survivors()) == 2)
    begin = time.monotonic()
    own.sandbox.close()
    for run in runs:
        run.join()
    assert time.monotonic() - begin < 1.5
    assert (statuses, survivors()) == ([-signal.SIGKILL] * 2, [])
    assert list(scratch.iterdir()) == []
    with pytest.raises(SandboxFailed):
        own.run("pass")


OWNER = """
import sys
from pathlib import Path
from assay.instruments.sandbox.door import open_sandbox
from assay.values.lab import Command
scratch, tree, level, marker, code = sys.argv[1:]
sandbox = open_sandbox(Path(scratch), at_least=2, level=int(level))
sandbox.run(Command(argv=(%r, "-I", "-S", "-c", code, marker), tree=Path(tree), environment=(), readable=(Path(sys.base_prefix),),
                    job=b"", time_limit_s=60), lambda frame: print("ready", flush=True))
"""


@pytest.mark.parametrize("victim", ["owner", "launcher", "keeper"])
def test_no_process_outlives_the_death_of_any_part(
    cell: Cell, tmp_path: Path, marker: str, survivors: Survivors, victim: str
) -> None:
    """SIGKILL for Assay itself, for the launcher or for the keeper: each takes the daemon with it."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    frame = json.dumps({}).encode()
    code = f"import os, sys\n{DAEMON}\nos.write(3, {len(frame).to_bytes(4, 'big') + frame!r})\n{HANG}"
    arguments = [str(scratch), str(cell.tree), str(cell.level), marker, code]
    with subprocess.Popen(
        [sys.executable, "-c", OWNER % PYTHON, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        (launcher,) = children_of(owner.pid)
        (keeper,) = children_of(launcher)
        os.kill({"owner": owner.pid, "launcher": launcher, "keeper": keeper}[victim], signal.SIGKILL)
        assert eventually(lambda: survivors() in ([], [owner.pid]), within_s=1.5)
        owner.kill()
    assert eventually(lambda: not survivors())


def children_of(process: int) -> list[int]:
    """Its children."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
