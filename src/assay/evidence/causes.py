"""Why tests of base fail before anything was changed: what they lack, and what would give it to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assay.evidence.promises import failing_on_base
from assay.evidence.reach import Recorded
from assay.evidence.selection import STOPPED
from assay.values.experiment import ScenarioResult
from assay.values.finding import Gap

SHOWN = 5
_PACKAGE = re.compile(r"No module named '?([\w.]+)")
_FIXTURE = re.compile(r"fixture '(\w+)' not found")
_BINARY = re.compile(
    r"No such file or directory: [b]?'([\w.+-]+)'|(?:^|\s)([\w.+-]+): (?:command )?not found"
    r"|(?:find|locate) executable '?([\w.+-]+)"
)
_OF_THE_TREE = re.compile(r"No such file or directory: [b]?'/(?:[^']*/)?tree/([^']+)'")
_VARIABLE = re.compile(r"KeyError: '([A-Z][A-Z0-9_]{2,})'|[Ee]nvironment variable[s]? '?\"?([A-Z][A-Z0-9_]{2,})")
_SOCKET = re.compile(
    r"Connection ?[Rr]efused|Network is unreachable|[Nn]ame or service not known|Temporary failure in name resolution"
    r"|getaddrinfo failed|gaierror|Max retries exceeded|could not connect to server"
    r"|Can't connect to|Cannot connect to host"
    r"|No route to host|ServerSelectionTimeout|NoBrokersAvailable|All connection attempts failed"
)
_ADDRESS = re.compile(
    r"(?:connect(?:ing|ion)? to(?: server(?: at)?)?|host=|host) ['\"]?([\w.-]+['\"]?(?:[:, ]+(?:port )?\d{2,5})?)"
)
_QUOTES = re.compile("['\"]")
_VARIABLE_PART = re.compile(r"'[^']*'?|\"[^\"]*\"?|\d+")
_EXCEPTION = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Failed)\b")
_STARTED = re.compile(r"CalledProcessError: Command .+ ((?:returned|died) .+?)\.?$", re.MULTILINE)
"""A process that a test started: which command it was and with which arguments differs from test to test."""
_WRITING = re.compile(r"Read-only file system|\[Errno 13\] Permission denied")
_FROM_FIXTURE = {"mocker": "pytest-mock", "httpserver": "pytest-httpserver", "requests_mock": "requests-mock"}
_FROM_FIXTURE |= {"benchmark": "pytest-benchmark", "snapshot": "syrupy", "event_loop": "pytest-asyncio"}
_FROM_FIXTURE |= {
    "db": "pytest-django",
    "settings": "pytest-django",
    "client": "pytest-django",
    "httpx_mock": "pytest-httpx",
}
_FROM_FIXTURE |= {
    "freezer": "pytest-freezer",
    "qtbot": "pytest-qt",
    "aiohttp_client": "pytest-aiohttp",
    "fs": "pyfakefs",
}
_LOOPBACK = (
    "It starts no service by itself: name the commands in [tool.assay] setup; loopback works inside the sandbox."
)
_FAULT_OF_PYTHON = "AST constructor recursion depth mismatch"
_NEWER_PYTHON = (
    "That is a fault of CPython 3.11 before 3.11.8, met where there are threads "
    "(github.com/python/cpython/issues/106905): check again, or with a newer interpreter."
)
_BY_HAND = "Run one of them by hand in the same environment."
_MORE_TIME = "Give more time with --budget; where tests wait for what the sandbox does not have, that does not help."


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for which tests fail, and what helps."""

    text: str
    remedy: str


def cause_of(detail: str) -> Cause:
    """What a traceback says is missing; its telling line where it says nothing that is known."""
    if found := _PACKAGE.search(detail):
        package, _, module = found[1].rpartition(".")
        if package:
            # Python names the first that it does not find: the package is there, and installing it gives nothing new.
            meant = "another version of it, or what else brings that, is meant."
            return Cause(f"No module named '{found[1]}'", f"'{package}' is there and has no '{module}': {meant}")
        return Cause(f"No module named '{found[1]}'", f"Install '{found[1]}' in the target's environment.")
    if found := _FIXTURE.search(detail):
        plugin = _FROM_FIXTURE.get(found[1])
        remedy = f"Install the plugin that offers it{f' ({plugin})' if plugin else ''} in the target's environment."
        return Cause(f"no fixture '{found[1]}'", remedy)
    if "async def functions are not natively supported" in detail:
        return Cause(
            "asynchronous tests without a plugin that runs them",
            "Install the plugin that the project uses (pytest-asyncio, anyio, pytest-trio) in its environment.",
        )
    if _SOCKET.search(detail):
        found = _ADDRESS.search(detail)
        where = f" ({_QUOTES.sub('', found[1]).strip(' ,')})" if found else ""
        return Cause(f"no network inside the sandbox{where}", _LOOPBACK)
    if found := _VARIABLE.search(detail):
        name = found[1] or found[2]
        return Cause(f"the environment variable {name} is not set", f"Name it: [tool.assay] env = {{ {name} = ... }}.")
    if found := _BINARY.search(detail):
        name = next(part for part in found.groups() if part)
        return Cause(
            f"no program {name}", f"Install {name} where the sandbox sees it (/usr, or beside the interpreter)."
        )
    if found := _OF_THE_TREE.search(detail):
        return Cause(
            f"no file {found[1]} in base's tree",
            "It may be part of a submodule, or made by a build: name the command that brings it in [tool.assay] setup.",
        )
    if _WRITING.search(detail):
        return Cause(
            _telling(detail), "Tests may write below the tree and the folder for temporary files, and nowhere else."
        )
    return Cause(_telling(detail), _BY_HAND)


def gaps_of_tests(recorded: Recorded) -> Iterator[Gap]:
    """What runs, files and tests of base did not tell, by cause."""
    for sentence in recorded.trouble:
        yield Gap(
            slug="run",
            reason=sentence[:1].upper() + sentence[1:] + ".",
            remedy=_remedy_of(sentence),
        )
    yield from _gaps_of_files(recorded.base.uncollected)
    failing = failing_on_base(recorded.base.tests)
    slow = [result for result in failing if STOPPED in result.detail]
    if slow:
        yield Gap(
            slug="slow-tests",
            reason=_slow_words(slow),
            remedy="They say nothing here; a faster test of the same code would.",
        )
    yield from _gaps_of_failing([one for one in failing if one not in slow], len(recorded.base.tests))


def _slow_words(slow: Sequence[ScenarioResult]) -> str:
    if len(slow) == 1:
        return f"{slow[0].id} ran for longer than a test may and was stopped."
    return f"{len(slow)} tests ran for longer than a test may and were stopped, {slow[0].id} among them."


def _remedy_of(trouble: str) -> str:
    """What helps a run that did not end as it should."""
    if trouble.endswith("were stopped"):
        return _MORE_TIME
    if "declared in the hookimpl but" in trouble:
        return "A conftest.py or plugin is written for another version of pytest: install that one in its environment."
    if "it ended with" in trouble:
        return "What runs after it ends the whole process, so nothing behind it was looked at: run its file by hand."
    return _NEWER_PYTHON if _FAULT_OF_PYTHON in trouble else "Run the project's tests by hand in the same environment."


def _gaps_of_files(uncollected: Iterable[tuple[str, str]]) -> Iterator[Gap]:
    counts: Counter[Cause] = Counter()
    examples: dict[Cause, str] = {}
    for path, detail in uncollected:
        cause = cause_of(detail)
        counts[cause] += 1
        examples.setdefault(cause, path)
    for cause, n in counts.most_common(SHOWN):
        yield Gap(
            slug="collection",
            reason=f"{n} test file{'s' * (n > 1)} could not be collected on base: {cause.text} ({examples[cause]}).",
            remedy=cause.remedy,
        )


def _gaps_of_failing(failing: Sequence[ScenarioResult], n_tests: int) -> Iterator[Gap]:
    counts: Counter[Cause] = Counter()
    examples: dict[Cause, str] = {}
    alike: dict[str, Cause] = {}
    for result in failing:
        cause = cause_of(result.detail)
        # Names and numbers differ from test to test where the reason is one.
        cause = alike.setdefault(_VARIABLE_PART.sub("", cause.text), cause)
        counts[cause] += 1
        examples.setdefault(cause, result.id)
    for cause, n in counts.most_common(SHOWN):
        yield Gap(
            slug="failing-on-base",
            reason=f"{n} of {n_tests} tests fail on base inside the sandbox: {cause.text} ({examples[cause]}).",
            remedy=cause.remedy,
        )
    if rest := sum(counts.values()) - sum(n for _, n in counts.most_common(SHOWN)):
        yield Gap(
            slug="failing-on-base",
            reason=f"{rest} more of {n_tests} tests fail on base inside the sandbox, each for another reason.",
            remedy=_BY_HAND,
        )


def _telling(detail: str) -> str:
    """The first line that pytest marks as the exception, else the last that begins with one, else the last line.

    How a process ended that the test started says more than its command.
    """
    if found := _STARTED.search(detail):
        return f"a process that the test starts {found[1]}"
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    marked = [text for line in lines if line.startswith("E ") and (text := line.removeprefix("E").strip())]
    # unittest shows the two values below the exception.
    raised = [line for line in detail.splitlines() if _EXCEPTION.match(line)]
    return (marked[0] if marked else raised[-1] if raised else lines[-1] if lines else "no reason given")[:160]
