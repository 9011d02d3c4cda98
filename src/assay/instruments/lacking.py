"""What the lab itself lacks, and what it was given beside the commits."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from assay.instruments.environments import distribution_of, how_to_make_one
from assay.instruments.installed import IMPORTABLE, stale
from assay.instruments.laboratory import Laboratory
from assay.instruments.target import ON_THE_PATH
from assay.instruments.tree import is_plain
from assay.instruments.trees import Opened
from assay.values.finding import Gap
from assay.values.options import CheckOptions

_MISSING = re.compile(r"No module named '(\w+)'|no fixture '\w+'")
_SAID = re.compile(r"\bpip install ['\"]?([A-Za-z0-9][\w.-]*)")
"""What the project itself says to install, where it stumbles over a package that is not there."""
_PLUGIN = re.compile(r"offers it \(([\w-]+)\)|\((pytest-[\w-]+)")


def told_of_carried(carried: Mapping[str, Path]) -> Iterator[str]:
    """One sentence about importable files that no commit holds."""
    files = [path for path in carried if path.endswith(IMPORTABLE)]
    if files:
        shown = ", ".join(sorted(files)[:3]) + (", ..." if len(files) > 3 else "")
        yield f"Files that no commit holds were given to both sides: {shown} ({len(files)} in all)."


def gaps_of_lab(lab: Laboratory, opened: Opened, directory: Path) -> Iterator[Gap]:
    """Variables that are not set, no environment, files that are missing or stale."""
    command = how_to_make_one(directory / lab.project) or how_to_make_one(directory)
    if lab.interpreter.target.found_by == ON_THE_PATH and command:
        yield Gap(
            slug="environment",
            reason=f"No environment of the project was found, so {lab.interpreter.target.python} ran its tests.",
            remedy=f"Make one: `{command}`; or have one built for this check: `assay check --build-env`.",
        )
    missing = [path for path, entry in opened.trees["base"].entries.items() if is_plain(entry)]
    missing = [path for path in missing if not os.path.lexists(lab.trees["base"] / path)]
    if missing:
        yield Gap(
            slug="missing-files",
            reason=f"{len(missing)} files of base are not in this clone: {', '.join(missing[:3])}.",
            remedy="Fetch them: `git fetch --refetch`; both sides ran without them.",
        )
    old = stale(lab.carried, lab.source.paths("base"), directory)
    if old:
        yield Gap(
            slug="stale",
            reason=f"{len(old)} compiled files are older than their sources: {', '.join(old[:3])}.",
            remedy="Build them anew; both sides ran with what was there.",
        )
    yield from lab.lacks
    for name in lab.surroundings.unset:
        yield Gap(
            slug="environment",
            reason=f"The environment variable {name}, which [tool.assay] env passes on, is not set here.",
            remedy=f"Set {name} before running Assay, or give it a value in [tool.assay] env.",
        )


def with_commands(gaps: Iterable[Gap], python: str, options: CheckOptions) -> Iterator[Gap]:
    """Gaps, those of tests that lack a package with the command that installs it."""
    for gap in gaps:
        package = _package(gap) if gap.slug in {"collection", "failing-on-base"} else ""
        if not package:
            yield gap
        elif options.build_env:
            remedy = (
                f"Nothing in base asks for {package}, so it was not installed; add it to what tests need, or name an "
            )
            yield replace(gap, remedy=f"{remedy}environment that has it with --python.")
        else:
            told = shlex.join([package])
            by_hand = f"`uv pip install --python {python} {told}`, or `{python} -m pip install {told}`"
            yield replace(gap, remedy=f"Install it: {by_hand}; or have one built: `{_with_build(options)}`.")


def _package(gap: Gap) -> str:
    """The distribution that would close the gap; empty where that is not known."""
    missing, plugin = _MISSING.search(gap.reason), _PLUGIN.search(gap.remedy)
    if missing is None:
        said = _SAID.search(gap.reason)
        return said[1] if said else ""
    return distribution_of(missing[1]) if missing[1] else next(filter(None, plugin.groups() if plugin else ()), "")


def _with_build(options: CheckOptions) -> str:
    """The same check, with environments of its own."""
    words = [*options.revisions, *(word for project in options.projects for word in ("--project", project))]
    words += ["--python", options.python] if options.python else []
    trees = ["--trees", *map(str, options.trees)] if options.trees else []
    return shlex.join(["assay", "check", "--build-env", *trees, *words])
