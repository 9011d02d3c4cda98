"""Runs the target's tests with unittest, for projects that have nothing else."""

import importlib
import importlib.util
import os
import re
import sys
import unittest

from assay_probe import observe
from assay_probe.scenarios import TimeIsUp, last, running, unwatch
from assay_probe.wire import send


class _Result(unittest.TestResult):
    """Sends how each test ended, as the pytest plugin does."""

    def __init__(self, observer, selection, root):
        super().__init__()
        self._observer, self._selection, self._root = observer, selection, root
        self._outcome, self._detail = "passed", ""

    def startTest(self, test):
        """Tell the observer whose calls come next."""
        super().startTest(test)
        self._selection.watch(self._stop_parts)
        self._outcome, self._detail = "passed", ""
        observe.prepare_scenario(self._observer, test.id())
        if not self._selection.is_open() or self._observer.is_done():
            self.stop()

    def _stop_parts(self):
        self.failfast = True

    def addError(self, test, err):
        """An exception in the test."""
        running(False)
        super().addError(test, err)
        running(True)
        self._outcome, self._detail = "error", last(self.errors[-1][1], 1500)
        if not isinstance(test, unittest.TestCase):
            # The set-up of a class or a module failed: unittest tells of it as a test of its own, and starts none.
            send("test", test=test.id(), outcome="error", seconds=0.0, detail=self._detail, path="", line=1)

    def addFailure(self, test, err):
        """A failed assertion."""
        running(False)
        super().addFailure(test, err)
        running(True)
        self._outcome, self._detail = "failed", last(self.failures[-1][1], 1500)

    def addSubTest(self, test, subtest, err):
        """One part of the test; a part that fails fails the test."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._outcome, self._detail = "failed", last("%s: %s" % (err[0].__name__, err[1]), 1500)

    def addUnexpectedSuccess(self, test):
        """A test that was expected to fail."""
        super().addUnexpectedSuccess(test)
        self._outcome = "failed"

    def addSkip(self, test, reason):
        """A skipped test."""
        super().addSkip(test, reason)
        self._outcome = "skipped"

    def stopTest(self, test):
        """Send the outcome."""
        super().stopTest(test)
        unwatch()
        if self.failfast:
            self.failfast, self.shouldStop = False, not self._selection.is_open()
        if TimeIsUp.__name__ in self._detail:
            return
        module = sys.modules.get(type(test).__module__)
        path = os.path.relpath(getattr(module, "__file__", None) or self._root, self._root)
        send("test", test=test.id(), outcome=self._outcome, seconds=0.0, detail=self._detail, path=path, line=1)


def run_unittest(job, observer, selection):
    """Run the files with unittest, for targets without pytest; in a Django project as `manage.py test` would."""
    loader = unittest.TestLoader()
    suite = unittest.TestSuite()
    wanted = None if selection.wanted is None else set(selection.wanted)
    django = _start_django(job)
    for path in job["files"]:
        if not selection.is_collecting():
            selection.is_cut = True
            break
        try:
            loaded = loader.loadTestsFromName(_module_name(job["root"], path))
        except unittest.SkipTest:
            continue
        except BaseException as error:
            send("uncollected", path=path, detail="%s: %s" % (type(error).__name__, str(error)[:2000]))
            continue
        for problem in loader.errors:
            send("uncollected", path=path, detail=last(problem, 3000))
        loader.errors.clear()
        for test in _flatten(loaded):
            if type(test).__name__ != "_FailedTest" and (wanted is None or test.id() in wanted):
                suite.addTest(test)
    send("collected", tests=suite.countTestCases())
    if django is not None:
        django.setup_test_environment()
        django.setup_databases()
    suite.run(_Result(observer, selection, job["root"]))
    return 0


def _module_name(root, path):
    """The name under which unittest would find a file: from the folder above its outermost package, put on the path."""
    parts = os.path.splitext(path)[0].split("/")
    first = len(parts) - 1
    while first > 0 and os.path.exists(os.path.join(root, *parts[:first], "__init__.py")):
        first -= 1
    folder = os.path.join(root, *parts[:first])
    if folder.rstrip("/") not in sys.path:
        sys.path.append(folder.rstrip("/"))
    return ".".join(parts[first:])


def _start_django(job):
    """The test runner of the Django project around the tests, applications loaded; None where there is none."""
    settings = os.environ.get("DJANGO_SETTINGS_MODULE") or _settings_in_manage(job)
    if not settings or importlib.util.find_spec("django") is None:
        return None
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    importlib.import_module("django").setup()
    configured = importlib.import_module("django.conf").settings
    make = importlib.import_module("django.test.utils").get_runner(configured)
    return make(verbosity=0, interactive=False)


def _settings_in_manage(job):
    """The settings that the nearest manage.py names, whose folder goes on the path."""
    folders = {os.path.dirname(path) for path in job["files"]}
    above = {os.path.dirname(folder) for folder in folders} | {job.get("project", ""), ""}
    for folder in sorted(folders | above, key=lambda name: (-len(name), name)):
        place = os.path.join(job["root"], folder, "manage.py")
        if os.path.isfile(place):
            with open(place, encoding="utf-8", errors="replace") as file:
                found = re.search(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)", file.read())
            if found:
                sys.path.insert(0, os.path.dirname(place))
                return found.group(1)
    return None


def _flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _flatten(test)
        else:
            yield test
