"""Locks of tools other than uv, read as constraints: which version of each package was chosen."""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

LOCKS = ("poetry.lock", "pdm.lock", "Pipfile.lock")
_PLACES = {"editable", "virtual", "directory", "path", "git"}
"""Where uv's lock has a package from, if it is from no index."""
_CARET = re.compile(r"^\^\s*v?(\d+(?:\.\d+)*)")
_TILDE = re.compile(r"^~\s*v?(\d+(?:\.\d+)*)")


def pins_of(name: str, text: str) -> tuple[str, ...]:
    """Constraints as lines; nothing for a package that the lock holds in several versions without saying when.

    Raises:
        ValueError: the lock cannot be read.
    """
    chosen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for package, version, marker in _of_pipenv(text) if name == "Pipfile.lock" else _of_packages(text):
        chosen[package].append((version, marker))
    lines = []
    for package, found in sorted(chosen.items()):
        versions = dict.fromkeys(version for version, _ in found)
        if len(versions) == 1:
            lines.append(f"{package}=={next(iter(versions))}")
        elif all(marker for _, marker in found):
            lines += [f"{package}=={version} ; {marker}" for version, marker in found]
    return tuple(lines)


def _of_packages(text: str) -> Iterator[tuple[str, str, str]]:
    """`[[package]]` tables, as poetry and pdm write them."""
    for package in tomllib.loads(text).get("package", ()):
        source = package.get("source", {})
        is_elsewhere = isinstance(source, Mapping) and bool(
            source.get("type") in {"git", "url", "file", "directory"} or source.keys() & _PLACES
        )
        if is_elsewhere or package.keys() & {"path", "git", "url", "ref", "revision"}:
            continue
        name, version, marker = package.get("name"), package.get("version"), package.get("markers", "")
        if isinstance(name, str) and isinstance(version, str):
            yield normal(name), version, marker if isinstance(marker, str) else ""


def _of_pipenv(text: str) -> Iterator[tuple[str, str, str]]:
    document = json.loads(text)
    for section in ("default", "develop"):
        for name, entry in document.get(section, {}).items():
            version = entry.get("version", "") if isinstance(entry, Mapping) else ""
            if isinstance(version, str) and version.startswith("=="):
                yield normal(name), version.removeprefix("=="), ""


def normal(name: str) -> str:
    """The name of a package as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def of_poetry(table: Mapping[str, object]) -> Iterator[str]:
    """Requirement lines out of a table of poetry; what lies in other places than an index is left out."""
    for name, wanted in table.items():
        if name == "python":
            continue
        for one in wanted if isinstance(wanted, list) else [wanted]:
            entry: Mapping[str, object] = one if isinstance(one, Mapping) else {"version": one}
            version = entry.get("version", "*")
            if not isinstance(version, str) or entry.keys() & {"git", "path", "url", "file"}:
                continue
            extras = entry.get("extras")
            bracket = f"[{','.join(map(str, extras))}]" if isinstance(extras, list) and extras else ""
            markers = entry.get("markers")
            python = entry.get("python")
            conditions = [f"({markers})"] if isinstance(markers, str) else []
            if isinstance(python, str):
                conditions += [f"python_version {part}" for part in _quoted(specifier(python))]
            when = f" ; {' and '.join(conditions)}" if conditions else ""
            yield f"{name}{bracket}{specifier(version)}{when}"


def specifier(text: str) -> str:
    """A version of poetry's as everybody else writes it; the lower bound of what cannot be said so."""
    parts = [part.strip() for part in text.partition("||")[0].split(",")]
    return ",".join(filter(None, (_plain(part) for part in parts)))


def _plain(part: str) -> str:
    if found := _CARET.match(part):
        numbers = [int(number) for number in found[1].split(".")]
        first = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
        return f">={found[1]},<{'.'.join(map(str, [*numbers[:first], numbers[first] + 1]))}"
    if found := _TILDE.match(part):
        numbers = [int(number) for number in found[1].split(".")]
        upper = [numbers[0], numbers[1] + 1] if len(numbers) > 1 else [numbers[0] + 1]
        return f">={found[1]},<{'.'.join(map(str, upper))}"
    if part in {"", "*"}:
        return ""
    if part.startswith(("=", "<", ">", "!", "~=")):
        return f"={part}" if re.match(r"=[^=]", part) else part
    return f"=={part}"


def _quoted(specifiers: str) -> Iterable[str]:
    for part in filter(None, specifiers.split(",")):
        operator = re.match(r"[<>=!~]+", part)
        if operator:
            yield f"{operator[0]} '{part[operator.end() :].strip()}'"
