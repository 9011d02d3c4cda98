"""Packages that are imported and not installed: a mistake, or known to the project and lacking in the environment?

A name that nobody in the project declares or uses is a mistake of who wrote it. One that it declares, or that files
which were there before import too, says that the environment is not whole: then nothing is known about its use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from assay.values.finding import Gap
from assay.values.reality import Denial

SHOWN = 3
"""So many places are named at which missing packages are imported."""

DECLARING = re.compile(
    r"(^|/)(pyproject\.toml|setup\.cfg|setup\.py|Pipfile|tox\.ini|noxfile\.py|environment\.ya?ml"
    r"|[\w.-]*requirements[\w.-]*\.(txt|in)|requirements/[\w.-]+\.(txt|in))$"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a project says of packages: the texts that declare them, and the files that were there before."""

    declaring: tuple[str, ...]
    standing: Callable[[], Iterable[tuple[str, str]]]
    """Paths and texts of Python files that are not in question."""


def told_apart(found: Sequence[Denial], known: Known) -> tuple[tuple[Denial, ...], tuple[Denial, ...]]:
    """What is a mistake, and one denial for each package that the environment lacks."""
    missing = {denial.name for denial in found if denial.kind == "missing-package"}
    if not missing:
        return tuple(found), ()
    declared = "\n".join(known.declaring).lower().replace("_", "-")
    lacking = {name for name in missing if is_declared(name, declared)}
    users = importing(missing - lacking, known.standing())
    first: dict[str, Denial] = {}
    for denial in found:
        is_used = bool(users.get(denial.name, set()) - {denial.path})
        if denial.kind == "missing-package" and (denial.name in lacking or is_used):
            first.setdefault(denial.name, denial)
    return tuple(d for d in found if d.kind != "missing-package" or d.name not in first), tuple(
        first[name] for name in sorted(first)
    )


def is_declared(package: str, declared: str) -> bool:
    """Is a distribution of this name, or one that goes by it, among the words of the declaring files?"""
    name = re.escape(package.lower().replace("_", "-"))
    return re.search(rf"(?<![\w-])(python-|py)?{name}(?![\w-])", declared) is not None


def importing(packages: Iterable[str], files: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Package -> files that import it."""
    patterns = {one: re.compile(rf"^\s*(?:import|from)\s+{re.escape(one)}\b", re.MULTILINE) for one in packages}
    found: dict[str, set[str]] = {one: set() for one in patterns}
    for path, text in files if patterns else ():
        for package, pattern in patterns.items():
            if pattern.search(text):
                found[package].add(path)
    return found


def not_installed(lacking: Iterable[Denial]) -> Iterator[Gap]:
    """What is not known because packages are not there: one gap for all of them."""
    places: dict[str, str] = {}
    for denial in lacking:
        places.setdefault(denial.name, f"{denial.path}:{denial.line}")
    names = ", ".join(sorted(places))
    if len(places) > 1:
        where = ", ".join(sorted(places.values())[:SHOWN])
        reason = f"The project uses {names}, which are not installed here ({where}{' ...' * (len(places) > SHOWN)})."
        remedy = "Install them in the target's environment, so that their use can be checked."
    elif places:
        reason = f"{places[names]} imports {names}, which the project uses and which is not installed here."
        remedy = f"Install {names} in the target's environment, so that its use can be checked."
    if places:
        yield Gap(slug="not-installed", reason=reason, remedy=remedy)
