"""What the lab itself lacks, and what it was given beside the commits."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from assay.instruments.environments import how_to_make_one
from assay.instruments.installed import IMPORTABLE, stale
from assay.instruments.laboratory import Laboratory
from assay.instruments.target import ON_THE_PATH
from assay.instruments.tree import is_plain
from assay.instruments.trees import Opened
from assay.values.finding import Gap


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
            remedy=f"Make one: `{command}`.",
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
