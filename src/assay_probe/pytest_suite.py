"""Runs the target's tests with its own pytest, as the project configures it, save what spreads or decorates a run."""

import contextlib
import importlib
import importlib.util
import inspect
import io
import os
import re
import sys

from assay_probe import determinism, observe
from assay_probe.scenarios import TimeIsUp, last, running, unwatch
from assay_probe.wire import send

USAGE_ERROR = 4
ENOUGH = "assay: enough"
ATTEMPTS = 8
"""pytest is asked again without what it refused: a broken conftest.py, an option of a plugin that is not there."""
_BROKEN_CONFTEST = re.compile(r"while loading conftest '([^']+)'")
_REFUSED = re.compile(r"unrecognized arguments: (.+)")
_MISSING_PLUGIN = re.compile(r"Error importing plugin \"([^\"]+)\"")


class PytestPlugin:
    """Orders and stops the tests, and tells the observer which one runs."""

    def __init__(self, observer, selection, job, jobs):
        self._observer, self._selection = observer, selection
        self._job, self._jobs = job, jobs
        self._uncollected = []
        self._modules, self._hints = job["verify"], frozenset(job.get("hints", ()))
        self._is_in_call = False
        self._outcomes = {}
        self._seconds = {}
        self._details = {}

    def _hooks(self):
        """Give the hook methods their pytest marks; pytest belongs to the target and is imported late."""
        import pytest

        for name in (
            "pytest_runtest_setup",
            "pytest_runtest_call",
            "pytest_runtest_teardown",
            "pytest_runtest_makereport",
            "pytest_make_collect_report",
            "pytest_runtestloop",
        ):
            function = getattr(type(self), name)
            wraps = inspect.isgeneratorfunction(function)
            setattr(type(self), name, pytest.hookimpl(tryfirst=True, hookwrapper=wraps)(function))
        return self

    def pytest_make_collect_report(self, collector):
        """Leave out the files for which no time is left, and those that end the process when they are imported."""
        import pytest

        if not isinstance(collector, pytest.Module):
            return None
        if not self._selection.is_collecting():
            self._selection.is_cut = True
            return pytest.CollectReport(collector.nodeid, "passed", None, [])
        try:
            assert collector.obj
        except SystemExit as error:
            return pytest.CollectReport(collector.nodeid, "failed", "SystemExit: %s, while it was imported" % error, [])
        except BaseException:
            return None  # pytest meets the same exception and tells it in its own words
        return None

    def pytest_collectstart(self, collector):
        """Calls that a file makes while it is imported are a scenario of their own."""
        if collector.nodeid.endswith(".py"):
            observe.prepare_scenario(self._observer, "import:" + collector.nodeid)

    def pytest_collection_modifyitems(self, config, items):
        """Choose among the tests, unless each job is to choose for itself."""
        if self._jobs is None:
            self._choose(config, items)

    def _choose(self, config, items):
        """Keep and order the wanted tests; a name without its parameters means all of them."""
        wanted = self._selection.wanted
        if wanted is not None:
            rank = {name: i for i, name in enumerate(wanted)}
            last_place = len(rank)
            place = {item: rank.get(item.nodeid, rank.get(item.nodeid.partition("[")[0], last_place)) for item in items}
            kept = [item for item in items if place[item] < last_place]
            config.hook.pytest_deselected(items=[item for item in items if place[item] == last_place])
            kept.sort(key=lambda item: place[item])
            items[:] = kept
        else:
            skipped = [item for item in items if item.nodeid in self._selection.skipped]
            config.hook.pytest_deselected(items=skipped)
            items[:] = [item for item in items if item.nodeid not in self._selection.skipped]
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

    def pytest_runtestloop(self, session):
        """Where several jobs begin here, go on with each of them in a child."""
        if self._jobs is None:
            return
        if self._selection.is_cut:
            self._adopt(session, self._job)
        else:
            self._jobs.serve(self._job, self._job["root"], lambda job: self._adopt(session, job))

    def _adopt(self, session, job):
        if job is not self._job:
            self._job.clear()
            self._job.update(job)
        self._hints = frozenset(job.get("hints", ()))
        self._selection.begin(job, determinism.real_monotonic())
        self._observer.adopt(self._job)
        self._observer.begin(self._selection.until)
        for told in self._uncollected:
            send("uncollected", **told)
        self._choose(session.config, session.items)
        session.testscollected = len(session.items)

    def pytest_collectreport(self, report):
        """Report a file that could not be collected."""
        if report.outcome == "failed":
            told = {"path": report.nodeid, "detail": last(str(report.longrepr), 3000)}
            if self._jobs is None:
                send("uncollected", **told)
            self._uncollected.append(told)

    def pytest_internalerror(self, excrepr):
        """Pytest itself, or a plugin of the target, failed: the run ends here."""
        send("failed", error="pytest", detail=last(str(excrepr), 3000))

    def pytest_runtest_protocol(self, item, nextitem):
        """Stop between tests when the time is over or every quota is used up."""
        del nextitem
        if not self._selection.is_open() or self._observer.is_done():
            # Not as an interruption: of that pytest makes a long report, which reads every file on the stack.
            item.session.shouldfail = ENOUGH
        running(False)

        def stop_parts():
            item.failfast = True
            if not self._selection.is_open():
                item.session.shouldfail = ENOUGH

        self._selection.watch(stop_parts)

    def pytest_sessionfinish(self, session):
        """The plugin of hypothesis would load all of it for its last word, though no test did."""
        plugin = session.config.pluginmanager.get_plugin("hypothesispytest")
        if plugin is not None and "hypothesis" not in sys.modules:
            session.config.pluginmanager.unregister(plugin)

    def pytest_runtest_setup(self, item):
        """Calls that fixtures make are a scenario of their own."""
        observe.prepare_scenario(self._observer, item.nodeid + "::setup")
        running(True)

    def pytest_runtest_call(self, item):
        """The test itself begins."""
        observe.prepare_scenario(self._observer, item.nodeid)
        running(True)
        self._is_in_call = True
        yield
        running(False)
        self._is_in_call = False

    def pytest_runtest_teardown(self):
        """The test is tidied up."""
        running(True)

    def pytest_runtest_makereport(self):
        """What became of a part of the test is written down; an interruption here would end the whole run.

        A `subTest` is reported in the middle of its test, which goes on.
        """
        running(False)
        yield
        running(self._is_in_call)

    def pytest_runtest_logreport(self, report):
        """Send how a test ended once its teardown is over."""
        running(False)
        self._note(report)
        running(self._is_in_call)

    def _note(self, report):
        name = report.nodeid
        if report.when == "call" or report.outcome != "passed":
            before = self._outcomes.get(name)
            outcome = "error" if report.outcome == "failed" and report.when != "call" else report.outcome
            if before not in ("failed", "error"):
                self._outcomes[name] = outcome
            if report.outcome == "failed":
                self._details[name] = last(str(report.longrepr), 1500)
        self._seconds[name] = self._seconds.get(name, 0.0) + report.duration
        if report.when == "teardown":
            unwatch()
            if TimeIsUp.__name__ in self._details.get(name, ""):
                return
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


def run_pytest(job, observer, selection, jobs=None):
    """Run the files; returns pytest's exit status. What made pytest give up is told and left out of a next attempt.

    With `jobs` the files are collected once, and each job runs its tests in a child.
    """
    import pytest

    files, options = list(job["files"]), installed(job.get("options", ()))
    plugin = PytestPlugin(observer, selection, job, jobs)._hooks()
    _leave_as_compiled({os.path.join(job["root"], point["path"]) for point in job["points"]}, job["root"] + "/")
    said = _Said(sys.stderr)
    for _ in range(ATTEMPTS):
        said.forget()
        arguments = [*fixed_arguments(job), *options, "--", *(os.path.join(job["root"], path) for path in files)]
        with contextlib.redirect_stderr(said):
            status = int(pytest.main(arguments, plugins=[plugin]))
        text = said.text()
        if status != USAGE_ERROR:
            return status
        conftest = _BROKEN_CONFTEST.search(text)
        refused = _REFUSED.search(text)
        if conftest:
            broken = os.path.relpath(os.path.dirname(conftest.group(1)), job["root"]) + "/"
            kept = [] if broken == "./" else [path for path in files if not path.startswith(broken)]
            for path in files:
                if path not in kept:
                    send("uncollected", path=path, detail=last(text, 3000))
            if not kept or len(kept) == len(files):
                return status
            files = kept
        elif options:
            words = set(refused.group(1).split()) if refused else set()
            options = [option for option in options if option not in words] if words.intersection(options) else []
        else:
            break
    send("failed", error="pytest", detail=last(text, 3000))
    return status


def _leave_as_compiled(files, root):
    """Keep pytest from loading observed files by its own loader, which would pass the instrumentation by.

    It rewrites the assertions of files that are named to it (a module whose docstrings are tests), of those that its
    patterns for test files fit, and of all that comes with a plugin, which the project may be. Those of plugins from
    elsewhere are left as compiled too: nothing keeps what was rewritten, so every run would do it anew.
    """
    try:
        from _pytest.assertion.rewrite import AssertionRewritingHook as Hook

        decide = Hook._should_rewrite
    except (ImportError, AttributeError):
        return

    def should_rewrite(hook, name, path, *state):
        return str(path).startswith(root) and str(path) not in files and decide(hook, name, path, *state)

    Hook._should_rewrite = should_rewrite


class _Said(io.TextIOBase):
    """Passes on what is written, and remembers it."""

    def __init__(self, stream):
        self._stream, self._parts = stream, []

    def write(self, text):
        """Write on, and remember."""
        self._parts.append(text)
        return self._stream.write(text)

    def flush(self):
        """Flush the stream behind."""
        self._stream.flush()

    def fileno(self):
        """The descriptor behind."""
        return self._stream.fileno()

    def forget(self):
        """Begin anew."""
        self._parts.clear()

    def text(self):
        """What was written since."""
        return "".join(self._parts)


def fixed_arguments(job):
    """What every run is told, whatever the project says."""
    arguments = ["-q", "--continue-on-collection-errors", "--tb=short", "--rootdir=" + job["root"]]
    arguments.append("--basetemp=" + os.path.join(os.environ.get("TMPDIR", "/tmp"), "assay-tests"))
    for setting in ("filterwarnings=", "addopts=", "required_plugins=", "log_cli=false", "faulthandler_timeout=0"):
        arguments += ["-o", setting]
    # They repeat, shuffle or interrupt tests, or write beside them.
    for name in ("cacheprovider", "randomly", "random-order", "timeout", "rerunfailures", "flaky", "testmon", "sugar"):
        arguments += ["-p", "no:" + name]
    if importlib.util.find_spec("pytest_benchmark") is not None:
        arguments.append("--benchmark-disable")  # it would wait for a clock that stands still
    return arguments


def installed(options):
    """The project's options without plugins that are not installed: a missing one would end the run."""
    kept = []
    for option in options:
        name = option[2:] if option.startswith("-p") and not option.startswith("--") else "no:"
        try:
            known = (
                name.startswith("no:") or importlib.util.find_spec("_pytest." + name) or importlib.util.find_spec(name)
            )
        except (ImportError, ValueError):
            known = False
        if known:
            kept.append(option)
    return kept
