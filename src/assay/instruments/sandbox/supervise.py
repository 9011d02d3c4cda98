"""One run seen from Assay: start the launcher, read what the target says, end it when it is enough."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from assay.errors import SandboxFailed
from assay.instruments.sandbox.frames import BrokenProtocol, FrameReader
from assay.instruments.sandbox.spec import Spec, write_spec
from assay.values.lab import Completed, Frame

_OUTPUT_BYTES = 64 << 10
_READ_BYTES = 256 << 10
_PIPE_BYTES = 1 << 20
_FED_BYTES = 64 << 10
ANSWERED = "answered"
"""The frame after which a process that stands for other jobs waits for the next one."""
_SETPIPE_SIZE = 1031
"""F_SETPIPE_SZ, which `fcntl` names from 3.10 on Linux only."""
_GRACE_S = 10.0
"""The launcher keeps the time; if it fails to, it is killed this much later."""
_DRAIN_S = 1.0
_SOURCE_ROOT = str(Path(__file__).parents[3])
_PROGRAM = "import sys; sys.path.append(sys.argv.pop()); from assay.instruments.sandbox.launcher import main; main()"


class Stop:
    """The end of the control pipe that Assay holds; closing it ends the run."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._is_closed = False

    def send(self, data: bytes) -> None:
        """Tell the launcher what to run."""
        try:
            with open(self._descriptor, "wb", closefd=False) as stream:
                stream.write(data)
        except BrokenPipeError:
            # The launcher died at once; the missing report says so.
            pass

    def now(self) -> None:
        """End the run; any thread may say so, any number of times."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                os.close(self._descriptor)


class Running:
    """The runs that are under way, so that all of them can be stopped at once."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._stops: set[Stop] = set()
        self._is_stopped = False

    @contextmanager
    def listed(self, stop: Stop) -> Iterator[None]:
        """Let `stop_all` end this run too during the block."""
        with self._condition:
            if self._is_stopped:
                raise SandboxFailed("The sandbox is closed.")
            self._stops.add(stop)
        try:
            yield
        finally:
            with self._condition:
                self._stops.discard(stop)
                self._condition.notify_all()

    def stop_all(self, timeout_s: float) -> None:
        """End every run and wait until all have ended; no other can begin."""
        with self._condition:
            self._is_stopped = True
            for stop in self._stops:
                stop.now()
            self._condition.wait_for(lambda: not self._stops, timeout_s)


def supervise(
    spec: Spec,
    job: bytes,
    frames_bytes: int,
    on_frame: Callable[[Frame], None],
    running: Running,
    launcher_environment: dict[str, str],
) -> Completed:
    """Run it to its end; whatever happens here, nothing of it is left when this returns.

    Raises:
        SandboxFailed: a wall could not be raised, or the program could not be started.
    """
    with ExitStack() as stack:
        started = start(spec, _write_job(job), running, launcher_environment, stack)
        conversation = Conversation(started, FrameReader(frames_bytes), on_frame)
        conversation.hold(spec.time_limit_s + _GRACE_S)
    return conversation.conclude()


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Our ends of the pipes of a run that was started."""

    frames: int
    output: int
    report: int
    stop: Stop


def start(spec: Spec, job: int, running: Running, launcher_environment: dict[str, str], stack: ExitStack) -> Started:
    """Start the launcher with the descriptor `job`, which is closed here; leaving `stack` ends the run."""
    try:
        frames, frames_end = os.pipe()
        output, output_end = os.pipe()
        report, report_end = os.pipe()
        control_end, control = os.pipe()
        stop = Stop(control)
        theirs = (frames_end, control_end, report_end)
        try:
            for descriptor in (frames, output, report):
                stack.callback(os.close, descriptor)
            stack.callback(stop.now)
            stack.enter_context(running.listed(stop))
            _widen(frames)
            process = _start_launcher(job, output_end, theirs, launcher_environment)
        finally:
            for descriptor in (output_end, *theirs):
                os.close(descriptor)
    finally:
        os.close(job)
    stack.callback(_end, process, stop)
    data = write_spec(spec)
    stop.send(b"%08d" % len(data) + data)
    return Started(frames=frames, output=output, report=report, stop=stop)


def _write_job(job: bytes) -> int:
    """A descriptor from which the job can be read once, and nothing written; cheaper than feeding a pipe."""
    memory = os.memfd_create("job", os.MFD_CLOEXEC)
    try:
        with open(memory, "wb", closefd=False) as stream:
            stream.write(job)
        return os.open(f"/proc/self/fd/{memory}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(memory)


def _widen(pipe: int) -> None:
    import fcntl  # noqa: PLC0415 - Linux only

    # A user may only have so many wide pipes; a narrow one works too.
    with suppress(OSError):
        fcntl.fcntl(pipe, _SETPIPE_SIZE, _PIPE_BYTES)


def _start_launcher(
    job: int, output: int, pipes: tuple[int, int, int], environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    numbers = [str(pipe) for pipe in pipes]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", _PROGRAM, *numbers, _SOURCE_ROOT],
        stdin=job,
        stdout=output,
        stderr=output,
        pass_fds=pipes,
        env=environment,
        cwd="/",
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes], stop: Stop) -> None:
    """Let the launcher end all it started, and make sure that it did."""
    stop.now()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Feed:
    """A job on its way into a pipe, as fast as the other side takes it."""

    def __init__(self, descriptor: int, data: bytes) -> None:
        self.descriptor, self._left = descriptor, memoryview(data)

    def write(self) -> bool:
        """Write what can be written now; is anything left?"""
        try:
            self._left = self._left[os.write(self.descriptor, self._left[:_FED_BYTES]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        return bool(self._left)


class Conversation:
    """What is said between a run and Assay until both have said all, or the answer to one job is whole."""

    def __init__(self, started: Started, reader: FrameReader, on_frame: Callable[[Frame], None]) -> None:
        self._frames = started.frames
        self._output = started.output
        self._source = started.report
        self._stop = started.stop
        self._reader = reader
        self._on_frame = on_frame
        self._report = b""
        self._tail = b""
        self._error = ""
        self.answered: Frame | None = None
        """The last frame of the answer to a job, where the process stands for others."""
        self.went_on = False
        """Did it speak after the end of its answer? Nobody knows what that belongs to."""

    @property
    def error(self) -> str:
        """How the frames broke the protocol."""
        return self._error

    @property
    def has_report(self) -> bool:
        """Did the launcher say how the process ended?"""
        return bool(self._report)

    @property
    def output(self) -> str:
        """The last of what was written to standard output and error."""
        return self._tail.decode("utf-8", "replace")

    def hold(self, timeout_s: float, feed: Feed | None = None) -> None:
        """Read until everyone has hung up, or one job is answered; at most a second longer than the launcher lives."""
        poll = select.poll()
        is_open = {self._frames, self._output, self._source}
        for descriptor in is_open:
            poll.register(descriptor, select.POLLIN)
        if feed is not None:
            poll.register(feed.descriptor, select.POLLOUT)
        deadline = time.monotonic() + timeout_s
        while is_open and self.answered is None and (left_s := deadline - time.monotonic()) > 0:
            for descriptor, _ in poll.poll(left_s * 1000):
                if feed is not None and descriptor == feed.descriptor:
                    if not feed.write():
                        poll.unregister(descriptor)
                elif not self._hear(descriptor):
                    is_open.discard(descriptor)
                    poll.unregister(descriptor)
                    if descriptor == self._source:
                        deadline = min(deadline, time.monotonic() + _DRAIN_S)

    def _hear(self, descriptor: int) -> bool:
        """Take in what arrived; false at the end of it."""
        data = os.read(descriptor, _READ_BYTES)
        if descriptor == self._output:
            self._tail = (self._tail + data)[-_OUTPUT_BYTES:]
        elif descriptor == self._frames:
            self._read_frames(data)
        else:
            self._report += data
        return bool(data)

    def _read_frames(self, data: bytes) -> None:
        if self._error:
            return
        try:
            for frame in self._reader.read(data):
                if self.answered is not None:
                    self.went_on = True
                elif frame.get("t") == ANSWERED:
                    self.answered = frame
                else:
                    self._on_frame(frame)
        except BrokenProtocol as error:
            self._error = str(error)
            self._stop.now()

    def conclude(self) -> Completed:
        """How it ended."""
        first, _, rest = self._report.decode("utf-8", "replace").partition("\n")
        verb, _, detail = first.partition(" ")
        reason = rest.strip()
        output = self.output
        if verb != "ended":
            raise SandboxFailed(
                "A process could not be started in the sandbox.",
                why=detail or output.strip()[-500:] or "the launcher died",
            )
        status = int(detail)
        if reason and reason not in {"time", "stopped"}:
            output += f"\nassay: ended because it {reason}\n"
        error = self._error
        if not error and status >= 0 and self._reader.is_inside_a_frame:
            error = "the last frame was cut off"
        return Completed(status=status, timed_out=reason == "time", output=output, protocol_error=error)
