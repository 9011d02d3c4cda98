"""Ways to get the program running into the code: pytest, unittest, docstring examples, generated calls."""

import importlib
import importlib.util
import os
import signal
import sys
import threading
import unittest

from assay_probe import forks, observe
from assay_probe.wire import send

TEST_LIMIT_S = 10.0
_KEPT_OPTIONS = ("--import-mode", "--asyncio-mode", "--ds=", "--dc=", "--pyargs", "--doctest-glob")


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


def _limit(seconds):
    """Interrupt the running test after so many seconds; 0 ends the watch."""

    def ring(_number, _frame):
        raise TooSlow("assay: the test ran for more than %g s" % TEST_LIMIT_S)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0 if seconds else 0.0)


class PytestPlugin:
    """Orders and stops the tests, and tells the observer which one runs."""

    def __init__(self, observer, selection, job):
        self._observer, self._selection = observer, selection
        self._modules, self._hints = job["verify"], frozenset(job.get("hints", ()))
        self._outcomes = {}
        self._seconds = {}
        self._details = {}

    def _hooks(self):
        """Give the hook methods their pytest marks; pytest belongs to the target and is imported late."""
        import pytest

        for name in ("pytest_runtest_setup", "pytest_runtest_call", "pytest_make_collect_report"):
            function = getattr(type(self), name)
            setattr(type(self), name, pytest.hookimpl(tryfirst=True)(function))
        return self

    def pytest_make_collect_report(self, collector):
        """Leave out the files for which no time is left."""
        if self._selection.is_collecting() or not collector.nodeid.endswith(".py"):
            return None
        import pytest

        self._selection.is_cut = True
        return pytest.CollectReport(collector.nodeid, "passed", None, [])

    def pytest_collectstart(self, collector):
        """Calls that a file makes while it is imported are a scenario of their own."""
        if collector.nodeid.endswith(".py"):
            observe.prepare_scenario(self._observer, "import:" + collector.nodeid)

    def pytest_collection_modifyitems(self, config, items):
        """Keep and order the wanted tests."""
        wanted = self._selection.wanted
        if wanted is not None:
            rank = {name: i for i, name in enumerate(wanted)}
            kept = [item for item in items if item.nodeid in rank]
            config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in rank])
            kept.sort(key=lambda item: rank[item.nodeid])
            items[:] = kept
        else:
            items.sort(key=lambda item: -_promise(item, self._hints))
        send("collected", tests=len(items))

    def pytest_collection_finish(self):
        """Load the observed modules, as the whole suite would have done by some earlier test."""
        for name in self._modules:
            if name.split(".")[0] in sys.modules:
                try:
                    importlib.import_module(name)
                except Exception:
                    continue

    def pytest_collectreport(self, report):
        """Report a file that could not be collected."""
        if report.outcome == "failed":
            send("uncollected", path=report.nodeid, detail=_last(str(report.longrepr), 3000))

    def pytest_runtest_protocol(self, item, nextitem):
        """Stop between tests when the time is over or every quota is used up."""
        del nextitem
        if not self._selection.is_open() or self._observer.is_done():
            item.session.shouldstop = "assay: enough"
        _limit(TEST_LIMIT_S)

    def pytest_runtest_setup(self, item):
        """Calls that fixtures make are a scenario of their own."""
        observe.prepare_scenario(self._observer, item.nodeid + "::setup")

    def pytest_runtest_call(self, item):
        """The test itself begins."""
        observe.prepare_scenario(self._observer, item.nodeid)

    def pytest_runtest_logreport(self, report):
        """Send how a test ended once its teardown is over."""
        name = report.nodeid
        if report.when == "call" or report.outcome != "passed":
            before = self._outcomes.get(name)
            outcome = "error" if report.outcome == "failed" and report.when != "call" else report.outcome
            if before not in ("failed", "error"):
                self._outcomes[name] = outcome
            if report.outcome == "failed":
                self._details[name] = _last(str(report.longrepr), 1500)
        self._seconds[name] = self._seconds.get(name, 0.0) + report.duration
        if report.when == "teardown":
            _limit(0)
            location = report.location
            send(
                "test",
                test=name,
                outcome=self._outcomes.get(name, "passed"),
                seconds=self._seconds[name],
                detail=self._details.get(name, ""),
                path=location[0],
                line=(location[1] or 0) + 1,
            )


def _promise(item, hints):
    """How likely a test is to reach the units: 2 where its code names one, 1 where its own name does."""
    function = getattr(item, "obj", None)
    code = getattr(function, "__code__", None)
    setup = getattr(getattr(getattr(item, "cls", None), "setUp", None), "__code__", None)
    for names in (getattr(code, "co_names", ()), getattr(setup, "co_names", ())):
        if not hints.isdisjoint(names):
            return 2
    title = item.name.lower()
    return int(any(hint.lower() in title for hint in hints))


def _plugins(options):
    """Plugins that the project names itself, as far as they are installed: a missing one would end the run."""
    for option in options:
        name = option[2:].lstrip("= ") if option.startswith("-p") and not option.startswith("--") else ""
        try:
            if name and (importlib.util.find_spec("_pytest." + name) or importlib.util.find_spec(name)):
                yield name
        except (ImportError, ValueError):
            continue


def run_pytest(job, observer, selection):
    """Run the files with the target's own pytest; returns its exit status."""
    import pytest

    arguments = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-p",
        "no:cov",
        "-o",
        "filterwarnings=",
        "-o",
        "addopts=",
    ]
    arguments += [
        "--rootdir=" + job["root"],
        "--continue-on-collection-errors",
        "--tb=short",
        "--basetemp=" + os.path.join(os.environ.get("TMPDIR", "/tmp"), "assay-tests"),
    ]
    arguments += [option for option in job.get("options", ()) if option.startswith(_KEPT_OPTIONS)]
    if importlib.util.find_spec("pytest_benchmark") is not None:
        arguments.append("--benchmark-disable")  # it would wait for a clock that stands still
    arguments += ["-p" + name for name in _plugins(job.get("options", ()))]
    return int(
        pytest.main([*arguments, "--", *job["files"]], plugins=[PytestPlugin(observer, selection, job)._hooks()])
    )


class _Result(unittest.TestResult):
    """Sends how each test ended, as the pytest plugin does."""

    def __init__(self, observer, selection, root):
        super().__init__()
        self._observer, self._selection, self._root = observer, selection, root
        self._outcome, self._detail = "passed", ""

    def startTest(self, test):
        """Tell the observer whose calls come next."""
        super().startTest(test)
        _limit(TEST_LIMIT_S)
        self._outcome, self._detail = "passed", ""
        observe.prepare_scenario(self._observer, test.id())
        if not self._selection.is_open() or self._observer.is_done():
            self.stop()

    def addError(self, test, err):
        """An exception in the test."""
        super().addError(test, err)
        self._outcome, self._detail = "error", _last(self.errors[-1][1], 1500)

    def addFailure(self, test, err):
        """A failed assertion."""
        super().addFailure(test, err)
        self._outcome, self._detail = "failed", _last(self.failures[-1][1], 1500)

    def addSubTest(self, test, subtest, err):
        """One part of the test; a part that fails fails the test."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._outcome, self._detail = "failed", _last("%s: %s" % (err[0].__name__, err[1]), 1500)

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
        _limit(0)
        module = sys.modules.get(type(test).__module__)
        path = os.path.relpath(getattr(module, "__file__", None) or self._root, self._root)
        send("test", test=test.id(), outcome=self._outcome, seconds=0.0, detail=self._detail, path=path, line=1)


def run_unittest(job, observer, selection):
    """Run the files with unittest, for targets without pytest."""
    loader = unittest.TestLoader()
    suite = unittest.TestSuite()
    wanted = None if selection.wanted is None else set(selection.wanted)
    for path in job["files"]:
        if not selection.is_collecting():
            break
        name = os.path.splitext(path)[0].replace("/", ".")
        try:
            loaded = loader.loadTestsFromName(name)
        except unittest.SkipTest:
            continue
        except BaseException as error:
            send("uncollected", path=path, detail="%s: %s" % (type(error).__name__, str(error)[:2000]))
            continue
        for problem in loader.errors:
            send("uncollected", path=path, detail=_last(problem, 3000))
        loader.errors.clear()
        for test in _flatten(loaded):
            if type(test).__name__ != "_FailedTest" and (wanted is None or test.id() in wanted):
                suite.addTest(test)
    send("collected", tests=suite.countTestCases())
    suite.run(_Result(observer, selection, job["root"]))
    return 0


def _flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _flatten(test)
        else:
            yield test


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


def _last(text, limit):
    return text if len(text) <= limit else "…" + text[-limit:]
