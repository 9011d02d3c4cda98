"""A world that is the same each time: wall clock, sleep, randomness, identifiers, names of temporary files, examples.

The wall clock stands still during a test and moves by one second every 2,000 reads, so that a busy wait ends.
`sleep` moves it and returns at once. Clocks that only measure (`monotonic`, `perf_counter`) follow it in the
`time` module as the target sees it; the standard library's own waiting (threads, selectors) keeps real time.
"""

import ctypes
import datetime
import os
import queue
import random
import selectors
import sys
import tempfile
import threading
import time

assert queue and selectors and threading  # They hold the real clock because they are imported before it is replaced.

START_S = 1_700_000_000.0
READS_PER_SECOND = 2000

real_monotonic = time.monotonic
_real_sleep = time.sleep
_real_perf_counter = time.perf_counter
_real_gmtime, _real_localtime = time.gmtime, time.localtime
_real_strftime, _real_ctime, _real_asctime = time.strftime, time.ctime, time.asctime


class _Clock:
    """Seconds since the epoch as the target sees them."""

    now = START_S
    reads = 0
    travels = False
    """Has a library that travels in time put its own functions into those of the C library?"""


def frozen_time():
    """The wall clock that stands still, in seconds."""
    _Clock.reads += 1
    if _Clock.reads % READS_PER_SECOND == 0:
        _Clock.now += 1.0
    return _Clock.now


def frozen_ns():
    """The wall clock that stands still, in nanoseconds."""
    return int(frozen_time() * 1_000_000_000)


def _time():
    return _REAL["time"]() if _Clock.travels else frozen_time()


def _time_ns():
    return _REAL["time_ns"]() if _Clock.travels else frozen_ns()


def _monotonic():
    return frozen_time() - START_S + 1000.0


def _monotonic_ns():
    return int((frozen_time() - START_S + 1000.0) * 1_000_000_000)


def _sleep(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _Clock.now += seconds
    _real_sleep(0)


def _gmtime(seconds=None):
    return _real_gmtime(_time() if seconds is None else seconds)


def _localtime(seconds=None):
    return _real_localtime(_time() if seconds is None else seconds)


def _strftime(format, t=None):
    return _real_strftime(format, _localtime() if t is None else t)


def _ctime(seconds=None):
    return _real_ctime(_time() if seconds is None else seconds)


def _asctime(t=None):
    return _real_asctime(_localtime() if t is None else t)


_FAKES = {
    "time": _time,
    "time_ns": _time_ns,
    "monotonic": _monotonic,
    "monotonic_ns": _monotonic_ns,
    "perf_counter": _monotonic,
    "perf_counter_ns": _monotonic_ns,
    "sleep": _sleep,
    "gmtime": _gmtime,
    "localtime": _localtime,
    "strftime": _strftime,
    "ctime": _ctime,
    "asctime": _asctime,
}
_REAL = {name: getattr(time, name) for name in _FAKES}
_keep_alive = []


def freeze():
    """Replace the clocks; returns the names of those that could not be replaced."""
    for name, fake in _FAKES.items():
        setattr(time, name, fake)
    try:
        _freeze_datetime()
    except Exception as error:
        return ["datetime.now: " + type(error).__name__]
    return []


def with_real_clocks(change):
    """What `change` answers, called while the clocks of the C library stand in the module `time`."""
    for name, real in _REAL.items():
        setattr(time, name, real)
    try:
        return change()
    finally:
        for name, fake in _FAKES.items():
            setattr(time, name, fake)


def travel(*, travels):
    """Ask the clocks of the C library from now on, or those that stand still."""
    _Clock.travels = travels


def _freeze_datetime():
    """Point `datetime.now` and `utcnow` of the C type at the frozen clock, for subclasses and captured names too.

    Source: the layout of PyMethodDef and PyMethodDescrObject, unchanged from CPython 3.8 to 3.14.
    """

    class MethodDef(ctypes.Structure):
        _fields_ = [
            ("name", ctypes.c_char_p),
            ("meth", ctypes.c_void_p),
            ("flags", ctypes.c_int),
            ("doc", ctypes.c_char_p),
        ]

    def definition(descriptor):
        address = ctypes.c_void_p.from_address(
            id(descriptor) + object.__basicsize__ + 3 * ctypes.sizeof(ctypes.c_void_p)
        )
        return ctypes.cast(address.value, ctypes.POINTER(MethodDef)).contents

    def replace(name, choices):
        target = definition(datetime.datetime.__dict__[name])
        make = choices.get(target.flags & 0xFF)
        if target.name != name.encode() or make is None:
            raise RuntimeError("unexpected layout of datetime." + name)
        callback = make()
        _keep_alive.append(callback)
        target.meth = ctypes.cast(callback, ctypes.c_void_p).value

    varargs, keywords, noargs, klass, fast = 0x01, 0x02, 0x04, 0x10, 0x80
    one = ctypes.py_object
    noargs_call = ctypes.PYFUNCTYPE(one, one, ctypes.c_void_p)
    varargs_call = ctypes.PYFUNCTYPE(one, one, one, ctypes.c_void_p)
    fast_call = ctypes.PYFUNCTYPE(one, one, ctypes.POINTER(one), ctypes.c_ssize_t, ctypes.c_void_p)

    def now(cls, positional, named):
        names = ctypes.cast(named, one).value if named else {}
        zone = positional[0] if positional else names.get("tz")
        return cls.fromtimestamp(frozen_time(), zone)

    def fast_now(cls, arguments, n_positional, names):
        n_named = len(ctypes.cast(names, one).value) if names else 0
        given = (n_positional & ((1 << 62) - 1)) + n_named
        return cls.fromtimestamp(frozen_time(), arguments[0] if given else None)

    def utcnow(cls, _ignored):
        moment = datetime.datetime.fromtimestamp(frozen_time(), datetime.timezone.utc)
        return cls(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond)

    replace(
        "now",
        {
            varargs | keywords | klass: lambda: varargs_call(now),
            fast | keywords | klass: lambda: fast_call(fast_now),
        },
    )
    replace("utcnow", {noargs | klass: lambda: noargs_call(utcnow)})


def begin_test(name=""):
    """Set clock and randomness back, so that each test starts from the same world.

    Names of temporary files are those of the test: what another left behind is not in their way.
    """
    _Clock.now, _Clock.reads = START_S, 0
    _Entropy.names.seed(name)
    begin_call()
    _free_event_loops()


def begin_call():
    """Seed what is random, so that the same call draws the same numbers."""
    random.seed(0)
    _Entropy.counter = 0
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        try:
            numpy_random.seed(0)
        except Exception:
            pass


def _free_event_loops():
    """Event loops measure with real time: a frozen clock would never fire their timers."""
    base_events = sys.modules.get("asyncio.base_events")
    if base_events is not None:
        base_events.BaseEventLoop.time = lambda _loop: real_monotonic()
    trio_clock = sys.modules.get("trio._core._run")
    if trio_clock is not None:
        same_turns(trio_clock)
    if hasattr(trio_clock, "perf_counter"):
        trio_clock.perf_counter = _real_perf_counter


def same_turns(trio_run):
    """Let trio's tasks take the same turns in every run: it draws lots among those that are ready."""
    turns = getattr(trio_run, "_r", None)
    if isinstance(turns, random.Random):
        trio_run._ALLOW_DETERMINISTIC_SCHEDULING = True
        turns.seed(0)


class _Entropy:
    counter = 0
    names = random.Random(0)


def _urandom(size):
    """As many bytes as asked for, drawn from a counter."""
    _Entropy.counter += 1
    return random.Random(_Entropy.counter).getrandbits(8 * size).to_bytes(size, "big") if size else b""


def tame_randomness():
    """Replace the sources of entropy that `uuid`, `secrets` and `random.SystemRandom` read."""
    os.urandom = _urandom
    random._urandom = _urandom  # type: ignore[attr-defined]  # what SystemRandom and secrets really call
    sys.modules.pop("uuid", None)
    import uuid

    uuid._generate_time_safe = None  # type: ignore[attr-defined]  # else uuid1 asks the C library
    uuid.getnode = lambda *_ignored: 0x0242AC110002
    tempfile._RandomNameSequence.rng = property(lambda _sequence: _Entropy.names)  # type: ignore[attr-defined]
    random.seed(0)
