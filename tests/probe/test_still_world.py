"""The world is the same each time: clocks, chance and names made of it. What is not is asserted as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, Project, Told, write

SAMPLES = """
=== m.py
import datetime, hashlib, os, random, secrets, tempfile, time, uuid
from time import time as imported_time

class Moment(datetime.datetime):
    pass

def seconds():
    return (time.time(), imported_time(), time.time_ns(), time.monotonic(), time.monotonic_ns(), time.perf_counter(),
            time.perf_counter_ns())
def moments():
    utc = datetime.timezone.utc
    return [str(m) for m in (datetime.datetime.now(), datetime.datetime.now(utc), datetime.datetime.now(tz=None),
            datetime.datetime.utcnow(), datetime.datetime.today(), datetime.date.today(), Moment.now(), Moment.utcnow())]
def subclass(): return type(Moment.now()).__name__
def texts():
    return [time.strftime("%Y-%m-%d %H:%M:%S"), time.ctime(), time.asctime(), list(time.localtime()), list(time.gmtime())]
def chance():
    return random.random(), random.randint(1, 10**9), random.sample(range(1000), 5), random.choice("abcdef")
def uuids(): return str(uuid.uuid4()), str(uuid.uuid1()), str(uuid.uuid5(uuid.NAMESPACE_DNS, "a"))
def hidden(): return secrets.token_hex(8), secrets.randbelow(10**9), os.urandom(8).hex(), random.SystemRandom().random()
def slept():
    before = time.time()
    time.sleep(3600)
    return time.time() - before
def waited():
    end, n = time.time() + 3, 0
    while time.time() < end:
        n += 1
    return n
def refused():
    try:
        time.sleep(-1)
    except ValueError as error:
        return str(error)

def own_generator(): return random.Random().random()
def from_the_kernel(): return os.getrandom(8).hex()
def clock(): return time.clock_gettime(time.CLOCK_REALTIME)
def process(): return os.getpid()
def temporary(): return tempfile.mktemp()
=== test_m.py
import tempfile, unittest
import m

class Samples(unittest.TestCase):
    def test_still(self):
        for name in ("seconds", "moments", "subclass", "texts", "chance", "uuids", "hidden", "slept", "waited", "refused",
                     "temporary"):
            getattr(m, name)()
    def test_moving(self):
        for name in ("own_generator", "from_the_kernel", "clock", "process"):
            getattr(m, name)()
"""
STILL = (
    "seconds",
    "moments",
    "subclass",
    "texts",
    "chance",
    "uuids",
    "hidden",
    "slept",
    "waited",
    "refused",
    "temporary",
)
MOVING = ("own_generator", "from_the_kernel", "clock", "process")
WITHOUT_HYPOTHESIS = [path for path in EVERY_PYTHON if path != EVERY_PYTHON[0]] or EVERY_PYTHON


def shown(told: Told) -> dict[str, str]:
    """What each function gave."""
    return {call.experiment.id.point.rpartition("::")[2]: call.experiment.outcome.shown for call in told.story.calls}


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_clocks_and_chance_stand_still(tmp_path: Path, python: str) -> None:
    """Two runs, under two hash seeds, give the same; sleeping moves the clock, and a busy wait ends."""
    project = write(tmp_path, SAMPLES).under(python)
    runs = [project.record(*STILL, hash_seed=seed) for seed in (0, 1)]
    assert set(runs[0].endings.values()) == {"passed"}, runs[0].problems
    one, other = map(shown, runs)
    assert one == other
    assert one["seconds"].startswith("(1700000000.0, 1700000000.0, 1700000000000000000, 1000.0,")
    assert one["moments"].count("2023-11-14 22:13:20") == 7
    assert one["subclass"] == "'Moment'"
    assert one["texts"].startswith("['2023-11-14 22:13:20', 'Tue Nov 14 22:13:20 2023'")
    assert (one["slept"], one["refused"]) == ("3600.0", "'sleep length must be non-negative'")
    assert all(frame.get("problems") == [] for frame in runs[0].frames if frame["t"] == "done")


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_what_still_moves(tmp_path: Path, python: str) -> None:
    """Each of these costs experiments on both sides, because base does not agree with itself."""
    project = write(tmp_path, SAMPLES).under(python)
    one, other = (shown(project.record(*MOVING)) for _ in range(2))
    # wrong: generators of one's own, the kernel's chance and clock, and process ids.
    assert {name for name in one if one[name] != other[name]} == set(MOVING)


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_each_call_draws_the_same_numbers_in_every_fork(tmp_path: Path, python: str) -> None:
    """Whatever was drawn before it."""
    project = write(tmp_path, DRAWS).under(python)
    planned = project.plan("draw", experiments=8, per_call=8)
    drawn = {e.outcome.shown for e in planned.made("draw") if e.outcome.kind == "returned"}
    assert len(drawn) == 1
    again = project.replay(planned, "draw", hash_seed=1)
    assert {e.outcome.shown for e in again.made("draw") if e.outcome.kind == "returned"} == drawn


DRAWS = """
=== m.py
import random, uuid
def draw(unused):
    return random.random(), str(uuid.uuid4())
=== test_m.py
import random, unittest, m
class Draws(unittest.TestCase):
    def test_draws(self):
        for _ in range(3):
            random.random()
        m.draw(1)
"""


def test_temporary_folders_have_the_same_names_each_time(tmp_path: Path) -> None:
    """They are arguments in many tests of `unittest` projects."""
    project = write(tmp_path, FOLDERS)
    one, other = (project.record("size").called("size")[0] for _ in range(2))
    assert one.arguments_digest == other.arguments_digest


FOLDERS = """
=== m.py
import os
def size(folder):
    return len(os.listdir(folder))
=== test_m.py
import tempfile, unittest, m
class Folders(unittest.TestCase):
    def test_size(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(m.size(folder), 0)
"""


def test_event_loops_keep_real_time(tmp_path: Path) -> None:
    """With a clock that stands still their timers would never fire."""
    told = write(tmp_path, LOOPS).record("slowly")
    assert told.endings == {"test_timers": "passed"}, told.problems


LOOPS = """
=== m.py
import asyncio
async def slowly(n):
    await asyncio.sleep(0.05)
    return n
=== test_m.py
import asyncio, unittest, m
class Loops(unittest.IsolatedAsyncioTestCase):
    async def test_timers(self):
        self.assertEqual(await asyncio.wait_for(m.slowly(1), 30), 1)
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.sleep(60), 0.05)
"""


def test_threads_wait_in_real_time(tmp_path: Path) -> None:
    """Locks and queues with a timeout come back."""
    told = write(tmp_path, THREADS).record("ask")
    assert told.endings == {"test_queue": "passed", "test_event": "passed"}, told.problems


THREADS = """
=== m.py
import queue, threading
def ask(q):
    try:
        return q.get(timeout=0.05)
    except queue.Empty:
        return None
=== test_m.py
import queue, threading, unittest, m
class Threads(unittest.TestCase):
    def test_queue(self):
        self.assertIsNone(m.ask(queue.Queue()))
    def test_event(self):
        self.assertFalse(threading.Event().wait(0.05))
        with self.assertRaises(RuntimeError):
            threading.Lock().release()
"""


TRAVELS = """
=== _time_machine.py
import time, types
original_time, original_time_ns = time.time, time.time_ns
def patch():
    # As the package does in C, without asking: into anything else it would write, too.
    for name in ("time", "time_ns", "gmtime", "localtime", "strftime"):
        assert type(getattr(time, name)) is types.BuiltinFunctionType, name
def unpatch():
    patch()
=== time_machine.py
import _time_machine
class travel:
    def __enter__(self): _time_machine.patch()
    def __exit__(self, *error): _time_machine.unpatch()
def time_ns():
    return _time_machine.original_time_ns()
=== m.py
import time, time_machine
def now(): return time.time()
def elapsed(): return time_machine.time_ns()
def before(): return time.gmtime().tm_year
=== test_m.py
import unittest, time, time_machine, m
class Travels(unittest.TestCase):
    def test_travels(self):
        m.now(), m.elapsed(), m.before()
        with time_machine.travel():
            # Nothing has changed the clock of the C library here, but it is the one that is asked.
            assert time.time() > 1_700_000_001 and time.gmtime().tm_year > 2023
        m.now(), m.elapsed(), m.before()
"""


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_a_library_that_writes_into_the_clocks_finds_those_of_the_c_library(tmp_path: Path, python: str) -> None:
    """Into ours it wrote all the same, and the interpreter died somewhere else; what it adds up stands still."""
    project = write(tmp_path, TRAVELS).under(python)
    told = project.record("now", "elapsed", "before")
    assert set(told.endings.values()) == {"passed"}, told.problems
    seen = [(call.experiment.id.point.rpartition("::")[2], call.experiment.outcome.shown) for call in told.story.calls]
    assert sorted(set(seen)) == [("before", "2023"), ("elapsed", "1700000000000000000"), ("now", "1700000000.0")]


TURNS = """
=== trio/__init__.py
import trio._core._run
=== trio/_core/__init__.py
=== trio/_core/_run.py
import random
_ALLOW_DETERMINISTIC_SCHEDULING = False
_r = random.Random()
=== m.py
from trio._core import _run
def turns(): return _run._ALLOW_DETERMINISTIC_SCHEDULING, [_run._r.random() for _ in range(3)]
=== test_m.py
import unittest
class Turns(unittest.TestCase):
    def test_first(self):
        import m
        m.turns()
    def test_second(self):
        import m
        m.turns()
"""


def test_the_tasks_of_trio_take_the_same_turns_each_time(tmp_path: Path) -> None:
    """It draws lots with a generator of its own, which nobody seeds: two runs of one test took other ways."""
    project = write(tmp_path, TURNS)
    runs = [project.record("turns", hash_seed=seed) for seed in (0, 1)]
    (one, other), (again, more) = ([call.experiment.outcome.shown for call in run.story.calls] for run in runs)
    assert one == other == again == more
    assert one.startswith("(True, [0.8444")


def hypothesis_project(root: Path) -> Project:
    """A test whose examples hypothesis generates."""
    return write(root, GENERATED)


GENERATED = """
=== m.py
def f(x):
    return x + 1
=== test_m.py
import unittest, m
from hypothesis import given, strategies
class Generated(unittest.TestCase):
    @given(strategies.integers())
    def test_any(self, x):
        self.assertEqual(m.f(x), x + 1)
"""


UNUSED_HYPOTHESIS = """
=== m.py
def f(n):
    return n
=== test_m.py
import sys
import m


def test_f():
    assert m.f(2) == 2
    assert "hypothesis" not in sys.modules


def test_g():
    import hypothesis
    assert hypothesis.settings().derandomize
=== conftest.py
import sys


def pytest_unconfigure():
    sys.stderr.write("hypothesis was %s" % ("loaded" if "hypothesis" in sys.modules else "not needed"))
"""


def test_hypothesis_is_loaded_only_by_those_who_use_it(tmp_path: Path) -> None:
    """It is large, and each run would pay for it; whoever loads it finds it tamed."""
    project = replace(write(tmp_path, UNUSED_HYPOTHESIS), runner="pytest")
    everything = project.record("f")
    assert everything.endings == {"test_f": "passed", "test_g": "passed"}, everything.problems
    assert "hypothesis was loaded" in everything.output
    assert "hypothesis was not needed" in replace(project, tests=("test_m.py::test_f",)).record("f").output


def test_hypothesis_generates_the_same_examples_each_time(tmp_path: Path) -> None:
    """And few of them; no database is kept in the tree."""
    project = hypothesis_project(tmp_path)
    one, other = (project.record("f", hash_seed=seed) for seed in (0, 1))
    given = [[call.arguments for call in told.called("f")] for told in (one, other)]
    assert given[0] == given[1]
    assert 5 < len(given[0]) <= 40
    assert not (project.root / ".hypothesis").exists()


def test_hypothesis_generates_the_same_examples_whatever_the_code_of_the_project_names(tmp_path: Path) -> None:
    """It draws constants of the project's code by itself, and those are another matter on the other side."""
    projects = []
    for start in (10**6, 2 * 10**6):
        rare = ", ".join(str(start + n) for n in range(500))
        text = GENERATED.replace("def f", f"RARE = [{rare}]\ndef f").replace("strategies.integers()", "MANY")
        text = text.replace("class Gen", "MANY = strategies.lists(strategies.integers(), min_size=20)\nclass Gen")
        projects.append(write(tmp_path / str(start), text.replace("x + 1", "x")))
    first, second = ([e.arguments for e in project.record("f").called("f")] for project in projects)
    assert first == second


@pytest.mark.parametrize("python", WITHOUT_HYPOTHESIS)
def test_where_there_is_no_hypothesis_nobody_misses_it(tmp_path: Path, python: str) -> None:
    """A file that needs it is not collected, and says why; the others are."""
    project = hypothesis_project(tmp_path).under(python)
    (project.root / "test_other.py").write_text(
        "import unittest, m\nclass Other(unittest.TestCase):\n    def test_f(self): self.assertEqual(m.f(1), 2)\n",
        encoding="utf-8",
    )
    told = project.record("f")
    assert told.endings["test_f"] == "passed"
    assert len(told.endings) + len(told.story.uncollected) == 2
    assert not told.story.failure
