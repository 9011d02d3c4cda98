"""Requirements and versions, as far as plain numbers tell; what cannot be told counts as fulfilled."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assay.codebase.locks import normal, of_poetry

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?((?:[<>=!~]=?=?[^;#()]*)?)\)?\s*(?:#.*)?$")
_PART = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)(\.\*)?\s*$")
_NUMBERS = re.compile(r"(?:\d+!)?(\d+(?:\.\d+)*)(?:\.?post\d+)?(?:\+.*)?$")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A distribution that is asked for wherever the project runs, and which versions of it may be there."""

    name: str
    specifier: str


def requirement_of(line: str) -> Requirement | None:
    """The requirement in a line, or None where it holds in some places only, or names a place instead of a version."""
    found = _REQUIREMENT.match(line)
    return None if found is None else Requirement(normal(found[1]), found[2].strip())


def requirements_in(path: str, text: str) -> frozenset[Requirement]:
    """What a `pyproject.toml`, or a file of requirements, asks for."""
    lines = _lines_of_project(text) if path.endswith(".toml") else text.splitlines()
    return frozenset(found for line in lines if (found := requirement_of(line)) is not None)


def _lines_of_project(text: str) -> Iterator[str]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    project, tool = _table(document, "project"), _table(document, "tool")
    yield from _strings(project.get("dependencies"))
    for group in (*_table(project, "optional-dependencies").values(), *_table(document, "dependency-groups").values()):
        yield from _strings(group)
    poetry = _table(tool, "poetry")
    groups = [poetry, *(group for group in _table(poetry, "group").values() if isinstance(group, Mapping))]
    for one in groups:
        yield from of_poetry(_table(one, "dependencies"))


def _table(within: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = within.get(name)
    return found if isinstance(found, Mapping) else {}


def _strings(found: object) -> Iterator[str]:
    yield from (one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def fulfils(version: str, specifier: str) -> bool:
    """May this version be there? Yes as well where one cannot tell."""
    number = _NUMBERS.match(version)
    return number is None or all(_holds(number[1], part) for part in specifier.split(",") if part.strip())


def _holds(version: str, part: str) -> bool:
    found = _PART.match(part)
    if found is None:
        return True
    operator, wanted, is_open = found[1], found[2], found[3] is not None
    have, want = _padded(version, wanted)
    if is_open or operator == "~=":
        length = wanted.count(".") + (1 if is_open else 0)
        is_alike = version.split(".")[:length] == wanted.split(".")[:length]
        return {"==": is_alike, "!=": not is_alike, "~=": is_alike and have >= want}.get(operator, True)
    return {
        "==": have == want,
        "===": have == want,
        "!=": have != want,
        "<=": have <= want,
        ">=": have >= want,
        "<": have < want,
        ">": have > want,
    }[operator]


def _padded(one: str, other: str) -> tuple[list[int], list[int]]:
    left, right = ([int(number) for number in text.split(".")] for text in (one, other))
    length = max(len(left), len(right))
    return left + [0] * (length - len(left)), right + [0] * (length - len(right))
