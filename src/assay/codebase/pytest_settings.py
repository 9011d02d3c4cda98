"""What a project tells pytest: which files are tests, and options without which they do not run as they are meant."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.change.kinds import is_test, places_of
from assay.values.lab import Source

_FILES = (
    ("pytest.toml", "pytest"),
    (".pytest.toml", "pytest"),
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", ""),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)
"""The files in pytest's own order, with the section of each."""

_FLAGS = frozenset(
    {
        "-x",
        "--exitfirst",
        "--lf",
        "--last-failed",
        "--ff",
        "--failed-first",
        "--nf",
        "--new-first",
        "--sw",
        "--stepwise",
    }
    | {
        "--sw-skip",
        "--stepwise-skip",
        "-s",
        "--pdb",
        "--trace",
        "-l",
        "--showlocals",
        "--no-showlocals",
        "--full-trace",
    }
    | {"--setup-show", "--setup-only", "--setup-plan", "--collect-only", "--co", "--cache-clear", "--strict"}
    | {"--strict-config", "--strict-markers", "--no-header", "--no-summary", "--disable-warnings", "--xfail-tb"}
    | {
        "--disable-pytest-warnings",
        "--forked",
        "--looponfail",
        "-f",
        "--quiet",
        "--verbose",
        "--instafail",
        "--testmon",
    }
    | {"--flake8", "--pep8", "--black", "--mypy", "--pylint", "--isort", "--ruff", "--ruff-format", "--codespell"}
    | {"--codspeed", "--memray", "--random-order", "--force-sugar", "--no-cov", "--no-cov-on-fail", "--cov-reset"}
    | {"--cov-branch", "--cov-append", "--self-contained-html", "--force-flaky", "--no-flaky-report"}
)
"""They stop, repeat, measure or decorate a run; none of them says what a test does."""
_VALUED = frozenset(
    {"-n", "-r", "-c", "-W", "--numprocesses", "--maxprocesses", "--dist", "--tx", "--maxfail", "--tb", "--color"}
    | {"--code-highlight", "--show-capture", "--capture", "--verbosity", "--rootdir", "--basetemp", "--splits"}
    | {"--pythonwarnings", "--max-worker-restart", "--session-timeout", "--alluredir", "--html", "--report-log"}
    | {"--config-file", "--group", "--count"}
)
_FAMILIES = (
    *("--cov", "--benchmark", "--timeout", "--reruns", "--only-rerun", "--rerun", "--randomly", "--random-order"),
    *("--junit", "--log-file", "--durations", "--json-report", "--memray", "--hypothesis-show", "--mypy"),
    *("--max-runs", "--min-passes", "--pylint", "--sugar", "--test-group", "--flake-finder"),
)
_KEPT_VALUED = frozenset(
    {"-m", "-k", "-o", "--override-ini", "--ignore", "--ignore-glob", "--deselect", "--import-mode"}
    | {"--ds", "--dc", "--asyncio-mode", "--doctest-glob", "--confcutdir", "--hypothesis-profile"}
)
_GATHERS = re.compile(r"^[ \t]*from \.(\w+) import \*", re.MULTILINE)
_LEFT_OUT_PLUGINS = frozenset(
    {"xdist", "cov", "pytest_cov", "randomly", "pytest_randomly", "timeout", "pytest_timeout"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PytestSettings:
    """The settings of one project, as far as they say which tests there are and how they run."""

    python_files: tuple[str, ...] = ()
    testpaths: tuple[str, ...] = ()
    """Relative to the root of the tree."""
    options: tuple[str, ...] = ()
    """What is left of `addopts`, ready for the command line."""
    gathered: tuple[str, ...] = ()
    """Files of which the package of tests that they stand in imports all names, for `python -m unittest tests`."""

    @property
    def doctests(self) -> bool:
        """Are examples in docstrings among the tests?"""
        return any(option.startswith(("--doctest-modules", "--doctest-plus")) for option in self.options)


def read_pytest_settings(source: Source, project: str = "") -> PytestSettings:
    """The settings of base, from the file that pytest would take: in the project's folder, else in one above it."""
    known = frozenset(source.paths("base"))
    return replace(_read_settings(source, project, known), gathered=tuple(_gathered(source, known)))


def _gathered(source: Source, known: Collection[str]) -> Iterator[str]:
    places = places_of(known)
    for path in sorted(known):
        if path.endswith("/__init__.py") and is_test(path, places):
            folder = path.removesuffix("__init__.py")
            for found in _GATHERS.finditer(source.text("base", path) or ""):
                if f"{folder}{found[1]}.py" in known:
                    yield f"{folder}{found[1]}.py"


def _read_settings(source: Source, project: str, known: Collection[str]) -> PytestSettings:
    folder = project
    while True:
        for name, section in _FILES:
            path = f"{folder}/{name}".lstrip("/")
            if path not in known:
                continue
            found = _read(path, section, source.text("base", path) or "")
            if found is not None:
                return _settings(found, folder, known)
        if not folder:
            return PytestSettings()
        folder = folder.rpartition("/")[0]


def _settings(found: Mapping[str, object], folder: str, known: Collection[str]) -> PytestSettings:
    paths = (f"{folder}/{path}".strip("/") if folder else path for path in _words(found.get("testpaths")))
    return PytestSettings(
        python_files=tuple(_words(found.get("python_files"))),
        testpaths=tuple(path.removeprefix("./").rstrip("/") or "." for path in paths),
        options=tuple(kept_options(_words(found.get("addopts")), known)),
    )


def kept_options(words: Sequence[str], known: Collection[str]) -> Iterator[str]:
    """The options that decide what a test does: plugins, markers, modes, what is ignored, the project's own.

    Left out is what stops, repeats, spreads, measures or decorates a run, and paths: which files run is said elsewhere.
    """
    folders = {path.rpartition("/")[0] for path in known}
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        name, equals, _ = word.partition("=")
        value = waiting[0] if waiting and not equals else None
        if word == "-p" or (word.startswith("-p") and not word.startswith("--")):
            plugin = word[2:].lstrip("=") or (waiting.pop(0) if waiting else "")
            if plugin and plugin.removeprefix("no:") not in _LEFT_OUT_PLUGINS:
                yield f"-p{plugin}"
        elif name in _FLAGS or _is_short_noise(word):
            continue
        elif name in _VALUED or name.startswith(_FAMILIES):
            if value is not None and not value.startswith("-"):
                waiting.pop(0)
        elif name in _KEPT_VALUED and value is not None:
            yield from (word, waiting.pop(0))
        elif word.startswith("-"):
            yield word
            if value is not None and not value.startswith("-") and not _is_path(value, known, folders):
                yield waiting.pop(0)


def _is_short_noise(word: str) -> bool:
    """`-vv`, `-q`, `-ra`, `-n4`, `-Werror`: short options that only decorate, with their value attached."""
    if word.startswith("--") or len(word) < 2:
        return False
    return set(word[1:]) <= set("vqsxl") or (len(word) > 2 and word[1] in "rnW")


def _is_path(word: str, known: Collection[str], folders: Collection[str]) -> bool:
    path = word.removeprefix("./").rstrip("/")
    return path in known or path in folders or any(folder.startswith(f"{path}/") for folder in folders)


def _read(path: str, section: str, text: str) -> Mapping[str, object] | None:
    """The table of one file, or None where pytest would look further."""
    if path.endswith(".toml"):
        return _from_toml(text, section)
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    if not parser.has_section(section):
        return {} if path.endswith("pytest.ini") else None
    return dict(parser[section])


def _from_toml(text: str, section: str) -> Mapping[str, object] | None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    tool = document.get("tool")
    table = document.get(section) if section else tool.get("pytest") if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        return None
    options = table.get("ini_options", table)
    return options if isinstance(options, dict) else None


def _words(value: object) -> list[str]:
    if isinstance(value, list):
        return [word for word in value if isinstance(word, str)]
    if not isinstance(value, str):
        return []
    try:
        return shlex.split(value)
    except ValueError:
        return value.split()
