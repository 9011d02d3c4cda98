"""Whatever becomes of a child in which an experiment is made, the run goes on and says what it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, Told, write

from assay.values.experiment import Experiment

DANGEROUS = """
=== m.py
import ctypes, os, signal, socket, subprocess, sys, threading


def hang(n):
    while n > 3:
        pass
    return n


def sleepless(n):
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.alarm(1)
    for _ in range(200000 if n > 3 else 0):
        pass
    return n


def abort(n):
    if n > 3:
        os.abort()
    return n


def segfault(n):
    if n > 3:
        ctypes.string_at(0)
    return n


def leave(n):
    if n > 3:
        os._exit(n % 256)
    return n


def stop(n):
    if n > 3:
        sys.exit(n)
    return n


def eat(n):
    return len(bytearray(n << 30)) if n > 3 else n


def deep(n):
    return deep(n + 1) if n > 3 else n


def fork(n):
    return os.fork() if n > 3 else n


def start(n):
    return subprocess.run(["true"]).returncode if n > 3 else n


def kill(n):
    if n > 3:
        os.kill(os.getppid(), signal.SIGTERM)
    return n


def connect(n):
    if n > 3:
        socket.create_connection(("127.0.0.1", 9), 1)
    return n


def stubborn(n):
    try:
        return kill(n)
    except BaseException:
        return "caught"


def thread(n):
    if n > 3:
        threading.Thread(target=hang, args=(n,)).start()
    return n


def shout(n):
    print("loud", n)
    sys.stderr.write("louder")
    return n


def close(n):
    if n > 3:
        os.closerange(0, 256)
    return n


def flood(n):
    return "x" * (5 << 20) if n > 3 else n


def many(n):
    return [str(i) for i in range(200000)] if n > 3 else n
=== test_m.py
import unittest
import m


class Dangerous(unittest.TestCase):
    pass


for name in ("hang", "sleepless", "abort", "segfault", "leave", "stop", "eat", "deep", "fork", "start", "kill", "connect",
             "stubborn", "thread", "shout", "close", "flood", "many"):
    def test(self, function=getattr(m, name)):
        self.assertEqual(function(2), 2)
    setattr(Dangerous, "test_" + name, test)
"""
ENDS = {
    "hang": ("hung", "no answer within 2 s"),
    "sleepless": ("returned", "10"),
    "abort": ("died", "killed by signal 6"),
    "segfault": ("died", "killed by signal 11"),
    "stop": ("raised", "SystemExit: 10"),
    "eat": ("raised", "MemoryError: "),
    "deep": ("raised", "RecursionError: maximum recursion depth exceeded"),
    "fork": ("blocked", "os.fork"),
    "start": ("blocked", "subprocess.Popen"),
    "kill": ("blocked", "os.kill"),
    "connect": ("blocked", "socket.getaddrinfo"),
    "stubborn": ("returned", "'caught'"),
    "thread": ("returned", "10"),
    "shout": ("returned", "10"),
    "flood": ("returned", "'xxxx"),
    "many": ("returned", "['0', '1', '2'"),
}
"""How a call with 10 ends in a fork."""
ENDED = {"leave", "close"}
"""Functions that end the process, or close what it answers through."""


def test_whatever_becomes_of_a_child_the_run_goes_on(tmp_path: Path) -> None:
    """Hangs, crashes, exits, hunger, output, processes: contained, told apart, and over in time."""
    project = replace(write(tmp_path, DANGEROUS), seed=0)
    told = project.run_altered(list(ENDS) + sorted(ENDED), "10")
    assert set(told.endings.values()) == {"passed"}, told.problems
    assert told.story.complete
    for name, (kind, shown) in ENDS.items():
        first, altered = own(told, name)
        assert (first.outcome.kind, first.outcome.shown) == ("returned", "2")
        assert altered.outcome.kind == kind, name
        assert altered.outcome.shown.startswith(shown), (name, altered.outcome.shown)
    for name in ENDED:
        assert own(told, name)[1].outcome.kind == "died"
    assert own(told, "shout")[1].outcome.output == "loud 10\nlouder"
    assert "loud 10" not in told.output


def own(told: Told, name: str) -> list[Experiment]:
    """Experiments at a function in the test that is named after it."""
    return [made for made in told.made(name) if made.id.scenario.endswith(f"test_{name}")]


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_children_are_contained_on_every_interpreter(tmp_path: Path, python: str) -> None:
    """The short ones."""
    names = ["abort", "segfault", "stop", "eat", "deep", "fork", "start", "kill", "stubborn", "shout"]
    told = write(tmp_path, DANGEROUS).under(python).run_altered(names, "10")
    assert {name: own(told, name)[1].outcome.kind for name in names} == {name: ENDS[name][0] for name in names}
    assert set(told.endings.values()) == {"passed"}, told.problems


def test_a_child_that_signals_its_group_signals_itself(tmp_path: Path) -> None:
    """`os.killpg` is not among what is refused; a child has a group of its own."""
    project = write(tmp_path, GROUP)
    assert project.record("kill").endings == {"test_group": "passed"}
    told = project.run_altered(["kill"], "10")
    assert told.endings == {"test_group": "passed"}
    assert [made.outcome.kind for made in told.made("kill")] == ["returned", "died"]


GROUP = """
=== m.py
import os, signal
def kill(n):
    if n > 3:
        os.killpg(0, signal.SIGTERM)
    return n
=== test_m.py
import unittest, m
class Group(unittest.TestCase):
    def test_group(self): self.assertEqual(m.kill(2), 2)
"""


def test_a_child_that_takes_the_alarm_away_is_killed(tmp_path: Path) -> None:
    """Functions with a time limit of their own set and clear the one alarm of the process."""
    project = replace(write(tmp_path, ALARM), limit_s=12.0)
    told = project.run_altered(["impatient"], "10")
    assert told.endings == {"test_alarm": "passed"}
    assert [made.outcome.kind for made in told.made("impatient")] == ["returned", "hung"]


ALARM = """
=== m.py
import signal
def impatient(n):
    signal.setitimer(signal.ITIMER_REAL, 5)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while n > 3:
        pass
    return n
=== test_m.py
import unittest, m
class Alarm(unittest.TestCase):
    def test_alarm(self): self.assertEqual(m.impatient(2), 2)
"""


TIMERS = """
=== m.py
def f(n):
    return n
=== test_m.py
import signal, unittest, m
class Timers(unittest.TestCase):
    def test_once(self):
        def ring(*_): raise TimeoutError
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with self.assertRaises(TimeoutError):
            while True:
                m.f(2)
    def test_again_and_again(self):
        rung = []
        signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.3, 0.1)
        self.assertEqual(m.f(1), 1)
        self.assertEqual(signal.setitimer(signal.ITIMER_REAL, 0)[1], 0.1)
"""


def test_alarms_of_a_test_ring_although_experiments_are_made(tmp_path: Path) -> None:
    """The timer stands still meanwhile, and no child hears it."""
    project = replace(write(tmp_path, TIMERS))
    assert project.record("f").endings == {"test_once": "passed", "test_again_and_again": "passed"}
    told = project.plan("f", experiments=30, per_call=10)
    assert told.endings == {"test_once": "passed", "test_again_and_again": "passed"}
    assert len(told.made("f")) >= 30
