"""What the change declares and what it locks, held against each other and against what is installed.

Only news count: a requirement or a pin that base did not have so. All of it is a notice, for the environment that is
asked may be the one that is out of date; but then what the change calls was judged by other versions than it will meet.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping

from assay.codebase.locks import pins_of
from assay.codebase.versions import Requirement, fulfils, requirements_in
from assay.values.change import Change
from assay.values.lab import Source
from assay.values.reality import Denial

MOST = 8
"""So many packages are told of one file."""
ALIKE = 0.8
_DECLARING = re.compile(r"(^|/)(pyproject\.toml|[\w.-]*requirements[\w.-]*\.(txt|in)|requirements/[\w.-]+\.(txt|in))$")
_LOCK = re.compile(r"(^|/)(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock)$")
Versions = Mapping[str, str]


def disagreements(change: Change, source: Source, installed: Callable[[], Versions]) -> Iterator[Denial]:
    """One denial for each requirement or pin of the change that something else contradicts.

    `installed` gives the version of each distribution by its compared name; it is asked at most once.
    """
    changed = list(_changed(change))
    versions = installed() if changed else {}
    if not versions:
        return
    locks = {path: source.text("head", path) or "" for path in source.paths("head") if _LOCK.search(path)}
    for old, path in changed:
        text, before = source.text("head", path) or "", (source.text("base", old) if old else None) or ""
        if _LOCK.search(path):
            had = dict(_pins_of(path, before))
            news = {name: pin for name, pin in _pins_of(path, text) if had.get(name) != pin}
            yield from _installed_otherwise(path, text, news, versions)
        elif _DECLARING.search(path):
            asked = sorted(requirements_in(path, text) - requirements_in(path, before), key=lambda one: one.name)
            yield from _declared_otherwise(path, text, asked[:MOST], locks, versions)


def concerns(change: Change) -> bool:
    """Does the change touch a file that declares or locks packages?"""
    return any(_changed(change))


def _changed(change: Change) -> Iterator[tuple[str | None, str]]:
    for pair in change.files:
        path = pair.head_path
        if path is not None and (_DECLARING.search(path) or _LOCK.search(path)):
            yield pair.base_path, path


def _pins_of(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Name and version of what a lock holds in one version, wherever it is installed."""
    try:
        lines = pins_of(path.rpartition("/")[2], text) if text else ()
    except (ValueError, AttributeError):
        lines = ()
    for line in lines:
        name, _, version = line.partition("==")
        if ";" not in version:
            yield name, version


def _installed_otherwise(path: str, text: str, news: Versions, versions: Versions) -> Iterator[Denial]:
    other = [name for name, pin in sorted(news.items()) if name in versions and versions[name] != pin]
    for name in other[:MOST]:
        yield _denial(
            path,
            text,
            name,
            kind="not-as-locked",
            says=f"{path} has {name} {news[name]}, and {versions[name]} is installed here",
            installed=f"{name} {versions[name]}",
        )


def _declared_otherwise(
    path: str, text: str, news: list[Requirement], locks: Mapping[str, str], versions: Versions
) -> Iterator[Denial]:
    known = {*versions, *(name for lock, held in locks.items() for name, _ in _pins_of(lock, held))}
    for one in news:
        version = versions.get(one.name)
        if version is not None and not fulfils(version, one.specifier):
            yield _denial(
                path,
                text,
                one.name,
                kind="not-as-declared",
                says=f"{path} asks for {one.name} {one.specifier}, and {version} is installed here",
                installed=f"{one.name} {version}",
            )
        meant = tuple(difflib.get_close_matches(one.name, sorted(known - {one.name}), n=2, cutoff=ALIKE))
        if locks and not any(_spelt(one.name).search(lock) for lock in locks.values()):
            yield _denial(
                path,
                text,
                one.name,
                kind="not-locked",
                says=f"{path} asks for {one.name}, and {next(iter(locks))} does not have it",
                installed=f"{one.name} {version}" if version is not None else "not installed",
                nearest=() if version is not None else meant,
            )
        elif version is None and meant and not locks:
            yield _denial(
                path,
                text,
                one.name,
                kind="missing-package",
                says=f"{path} asks for {one.name}, which is not installed here and is like a name that is",
                installed="not installed",
                nearest=meant,
            )


def _denial(
    path: str, text: str, name: str, *, kind: str, says: str, installed: str, nearest: tuple[str, ...] = ()
) -> Denial:
    line = next((number for number, line in enumerate(text.splitlines(), 1) if _spelt(name).search(line)), 1)
    return Denial(
        path=path,
        line=line,
        kind=kind,
        name=name,
        text=says,
        certainty="suspect",
        installed=installed,
        nearest=nearest,
    )


def _spelt(name: str) -> re.Pattern[str]:
    """The name as anybody writes it (PEP 503)."""
    spelt = "[-_.]".join(map(re.escape, name.split("-")))
    return re.compile(rf"(?<![\w.-]){spelt}(?![\w-])", re.IGNORECASE)
