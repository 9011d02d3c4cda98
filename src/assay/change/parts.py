"""The part of a change that lies in one project of a larger tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from assay.errors import UsageError
from assay.values.change import Change
from assay.values.finding import Gap


def part_of(change: Change, project: str) -> Change:
    """Units and unread files below the folder; the files stay whole, because other parts of the tree run too."""
    if not project:
        return change
    return replace(
        change,
        units=tuple(unit for unit in change.units if _is_below(unit.unit.path, project)),
        unread=tuple(unread for unread in change.unread if _is_below(unread.path, project)),
    )


def with_parts(change: Change, parts: Sequence[Change]) -> Change:
    """The whole change with what was learned of its parts: packages that differ, functions that use them, remarks."""
    units = {(unit.kind, unit.unit): unit for one in (change, *parts) for unit in one.units}
    settled = {
        unread for one in parts for unread in change.unread if one.environments_compared and unread not in one.unread
    }
    return replace(
        change,
        units=tuple(units.values()),
        unread=tuple(unread for unread in change.unread if unread not in settled or unread.slug != "dependencies"),
        remarks=tuple(dict.fromkeys(remark for one in (change, *parts) for remark in one.remarks)),
        bumps=tuple(dict.fromkeys(bump for one in parts for bump in one.bumps)),
        environments_compared=any(one.environments_compared for one in parts),
    )


def folders_named(names: Sequence[str], here: PurePath, root: PurePath, paths: Sequence[str]) -> tuple[str, ...]:
    """The named folders relative to the root of the tree; "" alone, the whole of it, where none is named.

    A name is as a person types it: relative to where they are, else to the root. Nothing is looked up on disk.

    Raises:
        UsageError: none of the tree's paths is below such a folder.
    """
    found = []
    for name in names:
        typed = _without_dots(here / name)
        inner = typed.relative_to(root).as_posix() if typed.is_relative_to(root) and typed != root else ""
        choices = (inner, name.strip("/").removeprefix("./"))
        project = next((one for one in choices if one and any(_is_below(path, one) for path in paths)), None)
        if project is None:
            raise UsageError(
                f"There is no folder {name} in base.",
                why="--project names a folder of the repository.",
                next_step="Check the path; it is relative to here or to the root of the repository.",
            )
        found.append(project)
    return tuple(dict.fromkeys(found)) or ("",)


def gaps_outside(change: Change, projects: Sequence[str]) -> Iterator[Gap]:
    """Changed units and unread files that are below none of the folders."""
    paths = {unit.unit.path for unit in change.units} | {unread.path for unread in change.unread}
    lost = sorted(path for path in paths if not any(not one or _is_below(path, one) for one in projects))
    if lost:
        shown = ", ".join(lost[:3]) + (", ..." if len(lost) > 3 else "")
        yield Gap(
            slug="outside-project",
            reason=f"{len(lost)} changed files are in none of the projects under check: {shown}.",
            remedy="Name their projects too: `--project` may be repeated.",
        )


def _without_dots(path: PurePath) -> PurePath:
    parts: list[str] = []
    for part in path.parts:
        if part != "..":
            parts.append(part)
        elif len(parts) > 1:
            parts.pop()
    return PurePath(*parts)


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")
