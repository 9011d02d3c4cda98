"""What all ways to get the program running share, and the short ones: imports, docstring examples, generated calls."""

import importlib
import signal
import threading

from assay_probe import forks, observe
from assay_probe.wire import send

TEST_LIMIT_S = 10.0


class Selection:
    """Which tests run, in which order, and until when."""

    def __init__(self, job, now, start):
        self.wanted = job.get("tests")
        self._now = now
        self.collect_until = start + job["collect_s"]
        self.until = start + job["deadline_s"]
        self.is_cut = False
        """Were files left out for want of time?"""

    def is_collecting(self):
        """Is there still time to collect another file?"""
        return self._now() < self.collect_until

    def is_open(self):
        """Is there still time to run another test?"""
        return self._now() < self.until


class TooSlow(Exception):
    """A test took longer than any single test may."""


def limit(seconds):
    """Interrupt the running test after so many seconds; 0 ends the watch."""

    def ring(_number, _frame):
        raise TooSlow("assay: the test ran for more than %g s" % TEST_LIMIT_S)

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
                generated.run(script, job.get("seed", 0))
        except BaseException as error:
            send("script", test=name, detail="%s: %s" % (type(error).__name__, str(error)[:300]))


def last(text, length):
    """The end of a long text."""
    return text if len(text) <= length else "…" + text[-length:]
