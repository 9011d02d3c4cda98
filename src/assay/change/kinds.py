"""What kind of file a path is: code under test, a test, help around the code, prose, or something nobody runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

AROUND = frozenset(
    {"docs", "doc", "examples", "example", "samples", "demo", "demos", "benchmark", "benchmarks", "bench", "asv_bench"}
    | {
        "performance",
        "perf",
        "profiling",
        "fuzz",
        "fuzzing",
        "notebooks",
        "tutorials",
        "typing-examples",
        "typing_tests",
    }
    | {"typing-tests", "type_tests", "typetests"}
    | {".github", ".circleci", ".ci", "ci", "changelog.d", "newsfragments", "releasenotes", "news", "changes"}
)
ALWAYS_AROUND = frozenset({"docs", "doc", "examples", "example", "benchmarks", "asv_bench"})
"""At the top these are never part of the program, even where they are packages."""
AROUND_FILES = frozenset(
    {"setup.py", "noxfile.py", "tasks.py", "fabfile.py", "dodo.py", "wscript", "SConstruct", "versioneer.py"}
)
DEVELOPMENT = re.compile(r"(?:^|[-_./])(?:dev|develop|tests?|testing|docs?|lint|ci|typing|mypy|style|build)(?:[-_.]|$)")
"""Requirements with one of these words in their name are what developers need."""

_TEST_FILE = re.compile(r"^(?:test_.*|.*_test|tests?|conftest)\.py$")
_PROSE = re.compile(
    r"^(?:readme|license|licence|copying|notice|authors|contributors|contributing|changelog|changes|history|news|todo|thanks"
    r"|code_of_conduct|security|maintainers|citation|release|upgrading|install|pkg-info|manifest\.in)",
    re.IGNORECASE,
)
_TOOLING = re.compile(
    r"^(?:tox\.ini|pytest\.ini|\.?(?:coveragerc|flake8|pylintrc|isort\.cfg|yapfrc|style\.yapf|ruff\.toml|bandit)"
    r"|ruff\.toml|mypy\.ini|pyrightconfig\.json|\.git.*|\.mailmap|\.editorconfig|\.pre-commit.*|\.travis.*|\.?appveyor\.ya?ml"
    r"|\.readthedocs.*|\.?readthedocs\.ya?ml|\.?codecov\.ya?ml|\.?codeclimate\.yml|\.coveralls\.yml|azure-pipelines.*"
    r"|\.bumpversion\.cfg|\.all-contributorsrc|renovate\.json5?|\.dockerignore|makefile|justfile|gnumakefile|.*\.mk"
    r"|\.python-version|\.tool-versions|py\.typed|jenkinsfile|netlify\.toml|\.zenodo\.json|sonar-project\.properties"
    r"|asv\.conf\.json|\.semgrepignore|\.gitlab-ci\.yml|\.cirrus\.yml|\.lgtm\.yml|dependabot\.yml|\.prettier.*|\.eslint.*|\.noserc"
    r"|\.sourcery\.yaml|pixi\.toml|taskfile\.ya?ml|\.envrc|\.vscode|pip-selfcheck\.json|_config\.yml|.*\.sublime-project)$",
    re.IGNORECASE,
)
_LOCKS = re.compile(
    r"^(?:requirements.*\.(?:txt|in|pip)|constraints.*\.txt|.*\.lock|pipfile|environment.*\.ya?ml|pylock.*\.toml"
    r"|conda.*\.ya?ml|meta\.yaml|package(?:-lock)?\.json|go\.(?:mod|sum)|cargo\.toml|pnpm-lock\.yaml)$",
    re.IGNORECASE,
)
_BY_SUFFIX: dict[str, str] = (
    dict.fromkeys((".sql", ".ddl"), "sql")
    | dict.fromkeys((".html", ".htm", ".jinja", ".jinja2", ".j2", ".mako", ".tmpl", ".tpl", ".template"), "template")
    | dict.fromkeys(
        (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".pyx", ".pxd", ".pxi", ".so", ".pyd", ".rs", ".f"), "native"
    )
    | dict.fromkeys((".f90", ".cu", ".dll", ".dylib", ".a", ".o", ".go", ".java"), "native")
    | dict.fromkeys((".toml", ".ini", ".cfg", ".yml", ".yaml", ".conf", ".env", ".properties", ".tf"), "configuration")
)
_NAMED: dict[str, str] = {"dockerfile": "configuration", "procfile": "configuration", ".env": "configuration"}
_PROSE_SUFFIXES = frozenset({".md", ".rst", ".txt", ".adoc", ".markdown"})


@dataclass(frozen=True, slots=True)
class Places:
    """What the paths of one side tell about its folders."""

    packages: frozenset[str]
    """Folders that hold an `__init__.py`."""
    test_folders: frozenset[str]
    """Folders that hold a `test_*.py`."""


def places_of(paths: Iterable[str]) -> Places:
    """Packages and folders of tests among `paths`."""
    packages: set[str] = set()
    tests: set[str] = set()
    for path in paths:
        folder, _, name = path.rpartition("/")
        if name == "__init__.py":
            packages.add(folder)
        elif name.startswith("test_") and name.endswith(".py"):
            tests.add(folder)
    return Places(frozenset(packages), frozenset(tests))


def kind_of(path: str, places: Places) -> str:
    """`code`, `test`, `around`, `prose`, `settings`, or the slug of an `Unread` that a change of this file is."""
    name = PurePosixPath(path).name
    suffix = PurePosixPath(path).suffix.lower()
    if is_test(path, places):
        return "test"
    if name in {"pyproject.toml", "setup.cfg", "setup.py"}:
        return "around" if _is_around(path, places) else "settings"
    if is_auxiliary(path, places) or suffix == ".pyi" or _is_metadata(path):
        return "around"
    if suffix in {".py", ".pyw"}:
        return "code"
    if _TOOLING.match(name):
        return "around"
    if _LOCKS.match(name) or re.search(r"(?:^|/)requirements/[^/]+\.(?:txt|in)$", path):
        return "around" if DEVELOPMENT.search(path.lower().removesuffix(suffix)) else "dependencies"
    if suffix in _PROSE_SUFFIXES or (_PROSE.match(name) and suffix not in _BY_SUFFIX):
        return "prose"
    return _NAMED.get(name.lower()) or _BY_SUFFIX.get(suffix) or "data"


def is_test(path: str, places: Places) -> bool:
    """Is it a test, or data that tests keep beside them?"""
    *folders, name = path.split("/")
    inside = "/".join(folders)
    # `package/test.py` is what libraries call the tools they offer for testing, and so are `test/` and `testing/`.
    if _TEST_FILE.match(name) and not (name == "test.py" and inside in places.packages):
        return True
    for n, part in enumerate(folders):
        here = "/".join(folders[: n + 1])
        if part in {"tests", "unittests", "unit_tests", "integration_tests"}:
            return True
        if part in {"test", "testing"} and (here in places.test_folders or (n == 0 and here not in places.packages)):
            return True
    return False


def is_auxiliary(path: str, places: Places) -> bool:
    """Is it around the code: documentation, examples, benchmarks, the build?"""
    folder, _, name = path.rpartition("/")
    return (name in AROUND_FILES and folder not in places.packages) or _is_around(path, places)


def _is_around(path: str, places: Places) -> bool:
    parts = path.split("/")[:-1]
    if parts and parts[0] in ALWAYS_AROUND:
        return True
    return any(
        part.lower() in AROUND and "/".join(parts[: n + 1]) not in places.packages for n, part in enumerate(parts)
    )


def _is_metadata(path: str) -> bool:
    return any(part.endswith((".egg-info", ".dist-info")) for part in path.split("/"))
