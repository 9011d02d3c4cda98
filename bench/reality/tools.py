"""The tools side by side: how each is asked, and what it says, in one form.

The peers run with everything on that serves the question, and nothing that concerns style: `deprecated` where it is off
by default, untyped functions in mypy, errors and deprecations in pylint. None gets stubs that are not part of it.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bench.reality.environments import INTERPRETERS, site_packages

Row: TypeAlias = tuple[str, int, str, str]  # path below the root, line, rule, message
Command: TypeAlias = list[str]
# Whether something exists and can be called so. What is left out is about the types of values, where a checker of types
# has its own business; it counts for recall and apart for noise.
ABOUT_NAMES = re.compile(
    r"import|module|attr|member|argument|kwarg|keyword|call|overload|deprecat|await|coroutine|context|iter|subscript|key"
    r"|value-for-parameter|function-args|missing|unknown|wrong|misuse",
    re.IGNORECASE,
)
ABOUT_TYPES = re.compile(
    r"argument-?type|arg-type|argument$|union|optional|possibly|assign|return|override|operator|typed-?dict|class-?var"
    r"|bad-argument|TypeForm|invalid-key|untyped|redefin|shadow|key-error"
    r"|lost-keyword|inconsistent|truthiness",
    re.IGNORECASE,
)
COUNT_OF_ARGUMENTS = re.compile(
    r"(missing|unknown|unexpected|too-many|duplicate|positional).*argument|bad-argument-count|reportCallIssue"
)
NOT_INSTALLED = re.compile(
    r"^(import-not-found|unresolved-import|missing-import|reportMissingImports|reportMissingModuleSource|import-error"
    r"|missing-package)$"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool said of some files, and what it cost."""

    rows: tuple[Row, ...]
    cpu_s: float
    trouble: str


@dataclass(frozen=True, slots=True)
class Tool:
    """How a tool is asked and how its answer is read."""

    name: str
    command: Callable[[Path, Path, Path, Sequence[str], str], Command]
    read: Callable[[str], Iterator[Row]]


def is_about_names(rule: str) -> bool:
    """Is this rule about what exists and how it is called?"""
    if COUNT_OF_ARGUMENTS.search(rule):
        return True
    return bool(ABOUT_NAMES.search(rule)) and not ABOUT_TYPES.search(rule)


def is_not_installed(rule: str, message: str) -> bool:
    """Is this about a module that cannot be found, and not about a name in a module that is there?"""
    return NOT_INSTALLED.match(rule) is not None and "has no member" not in message


def ask(tool: Tool, tools: Path, home: Path, root: Path, paths: Sequence[str], *, timeout_s: float = 1800) -> Said:
    """Run the tool over `paths` below `root`, with `home` as the target environment."""
    version = INTERPRETERS[home.name.partition("-")[0]]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYLINTHOME": str(root.parent / ".pylint")}
    try:
        done = subprocess.run(
            tool.command(tools, home, root, paths, version),
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Said((), timeout_s, f"no answer within {timeout_s:.0f} s")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    try:
        rows = tuple((relative(row[0], root), *row[1:]) for row in tool.read(done.stdout))
    except (ValueError, KeyError, TypeError) as error:
        return Said((), cpu_s, f"exit {done.returncode}, unreadable ({error}): {(done.stderr or done.stdout)[-300:]}")
    return Said(rows, cpu_s, "")


def relative(path: str, root: Path) -> str:
    """The path as seen from `root`, however the tool wrote it."""
    return os.path.relpath(os.path.join(root, path), root)  # noqa: PTH118 (an absolute path wins, and nothing is resolved)


def assay(command: Sequence[str], options: Sequence[str]) -> Tool:
    """Assay, called as `command`."""

    def asked(_: Path, home: Path, __: Path, paths: Sequence[str], ___: str) -> Command:
        return [*command, "reality", *paths, "--python", str(home / "bin" / "python"), "--format", "json", *options]

    return Tool("Assay", asked, read_assay)


def ty(tools: Path, home: Path, _: Path, paths: Sequence[str], version: str) -> Command:
    """Default rules."""
    asked = [str(tools / "bin" / "ty"), "check", "--python", str(home), "--python-version", version]
    return [*asked, "--output-format", "gitlab", "--no-progress", *paths]


def pyrefly(tools: Path, home: Path, root: Path, paths: Sequence[str], version: str) -> Command:
    """An empty configuration file, because without one only a basic set of rules is on; deprecations too."""
    settings = root.parent / "pyrefly.toml"
    settings.touch()
    asked = [str(tools / "bin" / "pyrefly"), "check", "--config", str(settings), "--output-format", "json"]
    asked += ["--python-interpreter-path", str(home / "bin" / "python"), "--python-version", version]
    return [*asked, "--error", "deprecated", *paths]


def basedpyright(tools: Path, home: Path, root: Path, paths: Sequence[str], version: str) -> Command:
    """The mode `standard`, that of pyright itself, and deprecations."""
    settings = {
        "include": list(paths),
        "typeCheckingMode": "standard",
        "reportDeprecated": "warning",
        "pythonVersion": version,
    }
    (root / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    asked = [str(tools / "bin" / "basedpyright"), "--outputjson", "--pythonpath", str(home / "bin" / "python")]
    return [*asked, "--project", str(root)]


def mypy(tools: Path, home: Path, _: Path, paths: Sequence[str], version: str) -> Command:
    """With the bodies of functions that have no annotations; the oldest language it still knows is that of 3.10."""
    asked = [str(tools / "bin" / "mypy"), "--python-executable", str(home / "bin" / "python"), "--output", "json"]
    asked += ["--python-version", "3.10" if version == "3.9" else version, "--check-untyped-defs"]
    asked += ["--enable-error-code", "deprecated", "--enable-error-code", "unused-awaitable", "--cache-dir", os.devnull]
    asked += ["--explicit-package-bases", "--namespace-packages", "--no-error-summary", "--config-file", os.devnull]
    return [*asked, *paths]


def pylint(tools: Path, home: Path, _: Path, paths: Sequence[str], version: str) -> Command:
    """Errors and deprecations. It sees the target's packages, and the standard library that it runs on itself."""
    hook = f"import sys; sys.path.insert(0, {str(site_packages(home))!r})"
    wanted = "E,F,deprecated-module,deprecated-method,deprecated-argument,deprecated-class,deprecated-decorator"
    asked = [str(tools / "bin" / "pylint"), "--rcfile", os.devnull, "--init-hook", hook, "--disable", "all"]
    asked += ["--enable", wanted + ",deprecated-attribute", "--py-version", version, "--output-format", "json2"]
    return [*asked, *paths]


def read_ty(text: str) -> Iterator[Row]:
    """The form of GitLab."""
    for item in json.loads(text):
        yield (
            item["location"]["path"],
            item["location"]["positions"]["begin"]["line"],
            item["check_name"],
            item["description"],
        )


def read_pyrefly(text: str) -> Iterator[Row]:
    """Its own JSON."""
    for item in json.loads(text)["errors"]:
        yield item["path"], item["line"], item["name"], item["concise_description"]


def read_basedpyright(text: str) -> Iterator[Row]:
    """Pyright's JSON; hints are not counted."""
    for item in json.loads(text)["generalDiagnostics"]:
        if item["severity"] in ("error", "warning"):
            yield item["file"], item["range"]["start"]["line"] + 1, item.get("rule", "syntax"), item["message"]


def read_mypy(text: str) -> Iterator[Row]:
    """One JSON object on each line; that stubs of a package are missing says nothing of the code."""
    for line in text.splitlines():
        item = json.loads(line)
        if item["severity"] == "error" and item["code"] != "import-untyped":
            yield item["file"], item["line"], item["code"] or "syntax", item["message"]


def read_pylint(text: str) -> Iterator[Row]:
    """Its second JSON."""
    for item in json.loads(text)["messages"]:
        yield item["path"], item["line"], item["symbol"], item["message"]


def read_assay(text: str) -> Iterator[Row]:
    """A list of findings; the level goes with the class."""
    said: Any = json.loads(text)
    for item in said if isinstance(said, list) else said["findings"]:
        yield item["path"], item["line"], item["class"], f"{item['level']} {item['certainty']}: {item['name']}"


PEERS = (
    Tool("ty", ty, read_ty),
    Tool("pyrefly", pyrefly, read_pyrefly),
    Tool("basedpyright", basedpyright, read_basedpyright),
    Tool("mypy", mypy, read_mypy),
    Tool("pylint", pylint, read_pylint),
)
