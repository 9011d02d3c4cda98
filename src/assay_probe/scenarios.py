"""What all ways to get the program running share, and the short ones: imports, docstring examples, generated calls."""

import importlib
import signal
import threading

from assay_probe import forks, observe
from assay_probe.wire import send

TEST_LIMIT_S = 10.0
OVERTIME_S = 2.0
"""A test may go on for so long after the end of the run's time."""


class Selection:
    """Which tests run, in which order, and until when."""

    def __init__(self, job, now, start):
        self._now = now
        self.has_reached = lambda: False
        """Did a test reach an observation point? Until one does, the run may go on for longer."""
        self.is_cut = False
        """Were files left out for want of time?"""
        self.begin(job, start)

    def begin(self, job, start):
        """The tests of this job, from this moment on."""
        self.wanted = job.get("tests")
        self.skipped = frozenset(job.get("skipped", ()))
        self.collect_until = start + job["collect_s"]
        self.until = start + job["deadline_s"]
        self.patient_until = start + job.get("patience_s", job["deadline_s"])

    def is_collecting(self):
        """Is there still time to collect another file?"""
        return self._now() < self.collect_until

    def is_open(self):
        """Is there still time to run another test?"""
        return self._now() < self.until or (self._now() < self.patient_until and not self.has_reached())

    def watch(self, stop_parts):
        """Interrupt the test that begins now when it takes too long, or longer than the run may.

        `stop_parts` is called first: parts of a test (`subTest`) survive an exception each, unless told to end with it.
        """
        left_s = max(1.0, (self.until if self.has_reached() else self.patient_until) + OVERTIME_S - self._now())
        if left_s < TEST_LIMIT_S:
            _limit(left_s, TimeIsUp("assay: the time of the run was over"), stop_parts)
        else:
            _limit(TEST_LIMIT_S, TooSlow("assay: the test ran for more than %g s" % TEST_LIMIT_S), stop_parts)


# Not derived from Exception: a test that retries on every exception would never end.
class TooSlow(BaseException):
    """A test took longer than any single test may."""


class TimeIsUp(BaseException):
    """The run ended in the middle of a test, which says nothing about the test."""


_is_running = [True]
"""Does code of a test run? Whoever runs the tests would not survive being interrupted."""


def running(is_running):
    """Say that code of a test begins or ends."""
    _is_running[0] = is_running


def unwatch():
    """The test is over."""
    _limit(0, None, None)


def _limit(seconds, error, stop_parts):
    def ring(_number, _frame):
        if _is_running[0]:
            stop_parts()
            raise error

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0 if seconds else 0.0)


def import_modules(job, _observer, _selection):
    """Import the observed modules and the test runner, so that they are compiled; what fails to import is told."""
    for name in [*job["verify"], "pytest"]:
        try:
            importlib.import_module(name)
        except BaseException as error:
            send("unimported", module=name, detail="%s: %s" % (type(error).__name__, str(error)[:300]))


def run_scripts(job, observer, selection):
    """Run docstring examples and generated calls; both guarded, because nobody meant them to run here."""
    from assay_probe import generated

    for script in job.get("scripts", ()):
        if not selection.is_open():
            return
        name = "%s:%s.%s" % (script["kind"], script["module"], script["qualname"])
        observe.prepare_scenario(observer, name)
        try:
            with forks.guarded():
                generated.run(script, job.get("seed", 0), job.get("constructions", {}))
        except BaseException as error:
            send("script", test=name, detail="%s: %s" % (type(error).__name__, str(error)[:300]))


def last(text, length):
    """The end of a long text."""
    return text if len(text) <= length else "…" + text[-length:]
