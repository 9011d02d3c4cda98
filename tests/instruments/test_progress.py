from __future__ import annotations

import io
from dataclasses import dataclass, field

from assay.instruments.progress import Progress


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        """Yes."""
        return True


class Broken(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str, /) -> int:
        """Fail as a closed pipe does."""
        raise BrokenPipeError


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 0.0
    asked: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_the_first_status_is_shown_at_once_and_later_ones_now_and_then() -> None:
    """A log gets a line every five seconds, however often there is news."""
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, now=clock)
    for second in range(12):
        clock.now = second
        progress.say(f"{second} done")
    assert stream.getvalue() == "0 done\n5 done\n10 done\n"


def test_a_terminal_has_one_line_that_is_overwritten_and_removed_at_the_end() -> None:
    """What stays is what was told."""
    stream, clock = Terminal(), Clock()
    with Progress(stream, now=clock) as progress:
        progress.say("reach")
        progress.tell("HOLD a.py:1 f()")
        clock.now = 1
        progress.say("probe")
    assert stream.getvalue() == "\r\x1b[Kreach\r\x1b[KHOLD a.py:1 f()\nreach\r\x1b[Kprobe\r\x1b[K"


def test_findings_are_shown_at_once_in_a_log() -> None:
    """However short ago the last line was."""
    stream = io.StringIO()
    progress = Progress(stream, now=Clock())
    progress.say("reach")
    progress.tell("HOLD a.py:1 f()")
    progress.tell("HOLD b.py:1 g()")
    assert stream.getvalue() == "reach\nHOLD a.py:1 f()\nHOLD b.py:1 g()\n"


def test_names_of_the_target_are_not_obeyed() -> None:
    """A test may be called anything."""
    stream = io.StringIO()
    Progress(stream, now=Clock()).tell("test_\x1b[2J\nx")
    assert stream.getvalue() == "test_?[2J?x\n"


def test_a_stream_that_broke_is_no_reason_to_fail() -> None:
    """Progress is a courtesy."""
    with Progress(Broken()) as progress:
        progress.say("reach")
        progress.tell("HOLD")
