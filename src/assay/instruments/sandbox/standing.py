"""A process in the sandbox that answers one job after the other, for jobs that begin alike."""

from __future__ import annotations

import os
import select
import struct
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from assay.instruments.sandbox.frames import FrameReader
from assay.instruments.sandbox.spec import Spec
from assay.instruments.sandbox.supervise import Conversation, Feed, Running, start
from assay.values.lab import Completed, Frame

_LAST_WORDS_S = 2.0


class StandingProcess:
    """See `values.lab.Standing`. Used by one thread at a time."""

    def __init__(
        self, spec: Spec, frames_bytes: int, running: Running, launcher_environment: dict[str, str], stack: ExitStack
    ) -> None:
        """Start it; `stack` holds what it needs as long as it lives, and is closed with it."""
        self._stack, self._frames_bytes = stack, frames_bytes
        self._is_open = True
        try:
            theirs, self._jobs = os.pipe()
            stack.callback(os.close, self._jobs)
            os.set_blocking(self._jobs, False)
            self._started = start(spec, theirs, running, launcher_environment, stack)
        except BaseException:
            stack.close()
            raise

    @property
    def is_open(self) -> bool:
        """May it be given another job?"""
        return self._is_open and not select.select([self._started.frames, self._started.report], [], [], 0)[0]

    def ask(self, job: bytes, on_frame: Callable[[Frame], None], time_limit_s: float) -> Completed:
        """Hand over the frames of the answer as they arrive; a job that takes longer ends the process.

        Raises:
            SandboxFailed: the program could not be started.
        """
        conversation = Conversation(self._started, FrameReader(self._frames_bytes), on_frame)
        try:
            conversation.hold(time_limit_s, Feed(self._jobs, struct.pack(">I", len(job)) + job))
        except BaseException:
            self.close()
            raise
        answered = conversation.answered
        if answered is None:
            return self._concluded(conversation)
        status = answered.get("status")
        self._is_open = answered.get("more") is True and not (conversation.error or conversation.went_on)
        return Completed(
            status=status if isinstance(status, int) else 1,
            timed_out=False,
            output=conversation.output,
            protocol_error=conversation.error,
        )

    def _concluded(self, conversation: Conversation) -> Completed:
        """It ended by itself, or is ended now because its time is over."""
        is_late = not conversation.has_report
        if is_late:
            self._started.stop.now()
        try:
            conversation.hold(_LAST_WORDS_S)
            completed = conversation.conclude()
        finally:
            self.close()
        return replace(completed, timed_out=True) if is_late else completed

    def close(self) -> None:
        """End it; nothing of it is left."""
        self._is_open = False
        self._stack.close()
