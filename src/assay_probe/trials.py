"""Plain test files run as anybody would run them: nothing observed, no clock stopped; and what a written call shows.

A draft of a test wraps its call in `with __assay_watch__(key) as seen: seen.result = ...`; what came back, was raised,
written or left in arguments is then told as expressions of which an assertion can be made. Finished tests know
nothing of this.
"""

import builtins
import contextlib
import io
import itertools
import os
import signal
import unittest

from assay_probe import encoding, pytest_suite
from assay_probe.expressions import evaluate, expression, name_of
from assay_probe.places import attributes
from assay_probe.variants import OPAQUE
from assay_probe.wire import send

FILE_LIMIT_S = 20.0
PLACES = 150
NEAR = 3
_PLAIN = (int, float, str, bytes, bool, type(None))


def run(job):
    """Run the files of the job with its runner, each test told as a `test` frame."""
    vars(builtins)["__assay_watch__"] = Watch
    signal.alarm(int(FILE_LIMIT_S * max(1, len(job["files"]))))
    if job["runner"] == "pytest":
        import pytest

        files = [os.path.join(job["root"], path) for path in job["files"]]
        options = pytest_suite.installed(job.get("options", ()))
        arguments = [*pytest_suite.fixed_arguments(job), *options, "--", *files]
        return int(pytest.main(arguments, plugins=[_Plugin()]))
    loader = unittest.TestLoader()
    for path in job["files"]:
        name = os.path.splitext(path)[0].replace("/", ".")
        result = unittest.TestResult()
        loader.loadTestsFromName(name).run(result)
        bad = [*result.errors, *result.failures, *result.unexpectedSuccesses, *result.skipped]
        detail = str(bad[0][1])[-1500:] if bad and isinstance(bad[0], tuple) else ""
        good = result.testsRun > 0 and not bad and not loader.errors
        send("test", test=path, outcome="passed" if good else "failed", seconds=0.0, detail=detail, path=path, line=1)
        loader.errors.clear()
    return 0


class _Plugin:
    """Tells how each test ended."""

    def pytest_runtest_logreport(self, report):
        """A test passed, or some part of it did not."""
        if report.when == "call" or report.outcome != "passed":
            detail = str(report.longrepr)[-1500:] if report.outcome == "failed" else ""
            path = report.nodeid.split("::")[0]
            send("test", test=path, outcome=report.outcome, seconds=0.0, detail=detail, path=path, line=1)

    def pytest_collectreport(self, report):
        """A file that cannot be collected has no test that passes."""
        if report.outcome == "failed":
            detail = str(report.longrepr)[-1500:]
            send("test", test=report.nodeid, outcome="error", seconds=0.0, detail=detail, path=report.nodeid, line=1)


class Watch:
    """Stands around one call of a draft; swallows what it raises, and tells what was seen."""

    def __init__(self, key):
        self._key = key
        self._out = io.StringIO()
        self._redirect = contextlib.redirect_stdout(self._out)
        self.result = None
        self.left = {}

    def __enter__(self):
        self._redirect.__enter__()
        return self

    def __exit__(self, _kind, error, _trace):
        self._redirect.__exit__(None, None, None)
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            return False
        told = {"raised": None, "bases": [], "text": "", "seen": [], "left": {}}
        if error is not None:
            kind = name_of(type(error))
            told["raised"] = kind and kind.to_json()
            told["bases"] = ["%s.%s" % (base.__module__, base.__qualname__) for base in type(error).__mro__]
            told["text"] = encoding.strip_addresses(str(error))[:500]
        else:
            told["left"] = {name: list(observations(value)) for name, value in self.left.items()}
            told["seen"] = list(observations(self.result))
        send("saw", key=self._key, out=self._out.getvalue()[:4000], **told)
        return True


def observations(value):
    """`[template, code, imports]`: what could be asserted of a value, what a person would assert first."""
    if hasattr(value, "__next__"):
        found = expression(list(itertools.islice(value, 100)))
        if found:
            yield ["list({})", found.code, sorted(found.imports)]
        return
    found = expression(value)
    if found and _equal(value, found):
        yield ["{}", found.code, sorted(found.imports)]
    public, private = [], []
    for template, item in _places(value):
        literal = encoding.literal(item)
        if literal is not None and len(literal) < 300 and "1e999" not in literal:
            (private if "._" in template else public).append([template, literal, []])
    yield from public
    yield from _told(value)
    yield from private
    yield ["type({}).__name__", repr(type(value).__name__), []]


def _equal(value, found):
    try:
        return bool(evaluate(found.code, found.imports) == value) is True
    except Exception:
        return False


def _told(value):
    """What `str`, `repr` and `len` say."""
    if type(value) in _PLAIN:
        yield ["repr({})", repr(repr(value)), []]
        return
    for template, ask in (("str({})", str), ("repr({})", repr), ("len({})", len)):
        try:
            said = ask(value)
        except Exception:
            continue
        if isinstance(said, int) or ("0x" not in said and len(said) < 500):
            yield [template, repr(said), []]


def _places(value):
    """`(template, value)` of attributes and items at most three steps inside, nearest first."""
    level, seen, n = [("{}", value)], set(), 0
    for _ in range(NEAR):
        below = []
        for template, holder in level:
            if id(holder) in seen or isinstance(holder, (*OPAQUE, *_PLAIN)):
                continue
            seen.add(id(holder))
            for step, item in _steps(holder):
                n += 1
                if n > PLACES:
                    return
                inner = template + step
                yield inner, item
                if isinstance(item, (list, tuple, dict, set)):
                    yield "len(%s)" % inner, len(item)
                below.append((inner, item))
        level = below


def _steps(holder):
    if isinstance(holder, dict):
        for key, item in list(dict.items(holder))[:20]:
            code = encoding.literal(key)
            if code is not None:
                yield "[%s]" % code, item
        return
    if isinstance(holder, (list, tuple)):
        for index, item in enumerate(list(holder)[:20]):
            yield "[%d]" % index, item
        if not hasattr(type(holder), "_fields"):
            return
    for name in sorted(k for k, v in vars(type(holder)).items() if isinstance(v, property) and not k.startswith("_")):
        try:
            yield "." + name, getattr(holder, name)
        except Exception:
            continue
    for name, item in attributes(holder)[:30]:
        yield "." + name, item
