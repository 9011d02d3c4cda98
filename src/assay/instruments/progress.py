"""Progress for the person who waits: on standard error, so that standard output stays clean for machines."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

TTY_INTERVAL_S = 0.1
LOG_INTERVAL_S = 5.0

_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """A status that is overwritten on a terminal and logged now and then elsewhere, and lines that stay.

    Safe to call from many threads. A stream that was closed or broke is no reason to fail.
    """

    def __init__(self, stream: TextIO, *, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._now = now
        self._live = stream.isatty()
        self._interval_s = TTY_INTERVAL_S if self._live else LOG_INTERVAL_S
        self._shown_at: float | None = None
        self._status = ""
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Show what is being done. The first status is shown at once, later ones not more often than is bearable."""
        with self._lock:
            now = self._now()
            if self._shown_at is not None and now - self._shown_at < self._interval_s:
                return
            self._shown_at = now
            if self._live:
                self._status = _one_line(text)[: shutil.get_terminal_size().columns - 1]
                self._write(_CLEAR_LINE + self._status)
            else:
                self._write(_one_line(text) + "\n")

    def tell(self, text: str) -> None:
        """Show a line that stays, such as a finding just made."""
        with self._lock:
            if self._live:
                self._write(f"{_CLEAR_LINE}{_one_line(text)}\n{self._status}")
            else:
                self._write(_one_line(text) + "\n")

    def close(self) -> None:
        """Remove the status, so that the report starts on a clean line."""
        with self._lock:
            if self._live and self._status:
                self._write(_CLEAR_LINE)
                self._status = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self._stream.flush()


def _one_line(text: str) -> str:
    """The text without anything a terminal could obey; names of tests and files come from the target."""
    return "".join(char if char.isprintable() else "?" for char in text)
