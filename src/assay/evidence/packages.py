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


def not_installed(lacking: Iterable[Denial], paths: Iterable[str] = ()) -> Iterator[Gap]:
    """What is not known because packages are not there: one gap for all of them, and one for the repository's own.

    `paths` are those of the repository. Tests put folders on the path of imports; what stands there is nothing that
    anybody could install, and a package index may hold a stranger's by that name.
    """
    places: dict[str, str] = {}
    for denial in lacking:
        places.setdefault(denial.name, f"{denial.path}:{denial.line}")
    own = _homes(places, paths) if places else {}
    names = sorted(places.keys() - own.keys())
    if len(names) > 1:
        where = ", ".join(sorted(places[name] for name in names)[:SHOWN]) + " ..." * (len(names) > SHOWN)
        reason = f"The project uses {', '.join(names)}, which are not installed here ({where})."
        remedy = "Install them in the target's environment, so that their use can be checked."
        yield Gap(slug="not-installed", reason=reason, remedy=remedy)
    elif names:
        reason = f"{places[names[0]]} imports {names[0]}, which the project uses and which is not installed here."
        remedy = f"Install {names[0]} in the target's environment, so that its use can be checked."
        yield Gap(slug="not-installed", reason=reason, remedy=remedy)
    if own:
        told = ", ".join(f"{name} ({own[name]})" for name in sorted(own)[:SHOWN]) + ", ..." * (len(own) > SHOWN)
        yield Gap(
            slug="not-on-the-path",
            reason=f"Imported from folders of the repository that are on the path only while tests run: {told}.",
            remedy="Nothing is to be installed; how they are used was not held against them.",
        )


def _homes(names: Iterable[str], paths: Iterable[str]) -> dict[str, str]:
    """Name -> the package or module of the repository that has it, outside of other packages."""
    wanted, every = set(names), tuple(paths)
    packages = {path.removesuffix("/__init__.py") for path in every if path.endswith("/__init__.py")}
    found: dict[str, str] = {}
    for path in every:
        home = path.removesuffix("/__init__.py").removesuffix(".py")
        folder, _, name = home.rpartition("/")
        if path.endswith(".py") and name in wanted and folder not in packages:
            found.setdefault(name, home if home in packages else path)
    return found
