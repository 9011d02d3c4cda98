"""The walks that the command line starts: a check, and on the two sides that a report names its experiments again."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from assay.change.parts import folders_named
from assay.errors import UsageError
from assay.evidence.again import replay as make_again
from assay.evidence.reproducers.findings import reproduce_recorded
from assay.instruments.git import open_range
from assay.instruments.laboratory import Laboratory, WallClock
from assay.instruments.progress import Progress
from assay.instruments.scratch import scratch_folder
from assay.instruments.trees import open_trees
from assay.judgement.policy import read_policy
from assay.values.change import SIDES, Side
from assay.values.finding import Reproducer
from assay.values.options import CheckOptions, ReplayAnswer, ReplayOptions
from assay.values.record import Sources
from assay.wiring import check, laboratory, settings_of

__all__ = ["as_test", "check", "replay"]


def replay(options: ReplayOptions) -> ReplayAnswer:
    """Run one experiment of a report again, with another revision in head's place where one is given."""
    with _laboratory_of(options) as lab:
        return make_again(lab, options.finding.replay)


def as_test(options: ReplayOptions) -> Reproducer | str:
    """Write a test for a finding of a report, or say why there is none."""
    with _laboratory_of(options) as lab:
        record = options.record
        return reproduce_recorded(lab, options.finding, record.base.label, options.head or record.head.label)


@contextlib.contextmanager
def _laboratory_of(options: ReplayOptions) -> Iterator[Laboratory]:
    """A lab on the two sides that a report names."""
    progress = Progress(sys.stderr)
    progress.say("writing both sides")
    with scratch_folder() as scratch:
        folders = {side: scratch / side for side in SIDES}
        root = _write_recorded(options, folders)
        with contextlib.closing(progress), open_trees(folders["base"], folders["head"]) as opened:
            here = options.directory.resolve()
            typed = () if options.project is None else (options.project,)
            (project,) = folders_named(typed, here, root.resolve(), opened.source.paths("base"))
            table = settings_of(opened, options.config, project)
            policy = read_policy(table)
            settings = CheckOptions(
                directory=options.directory, seed=options.finding.replay.seed, python=options.python
            )
            with laboratory(
                opened,
                python=options.python or options.record.python,
                head_python=None if options.python else options.record.head_python,
                table=table,
                at_least=policy.min_isolation if options.allow_isolation is None else options.allow_isolation,
                clock=WallClock(),
                progress=progress,
                options=settings,
                project=project,
            ) as lab:
                yield lab


def _write_recorded(options: ReplayOptions, folders: Mapping[Side, Path]) -> Path:
    """Both sides of the report as folders: from the repository, and from the report what no repository holds.

    Returns the root of the repository, or the folder where the command was started.
    """
    record = options.record
    if record.base.commit is None:
        if options.head is not None:
            raise UsageError(
                "The report compares two folders, so there is no revision to put in head's place.",
                next_step="Run `assay check --trees` with the other folder.",
            )
        for side in SIDES:
            _write_sources(record.sources, side, folders[side])
        return options.directory
    head = options.head or record.head.commit or record.base.commit
    with open_range(options.directory, [record.base.commit, head]) as opened:
        root = opened.root or options.directory
        for side in SIDES:
            opened.materialise(side, folders[side])
    if options.head is None and record.head.commit is None:
        _write_sources(record.sources, "head", folders["head"])
    return root


def _write_sources(sources: Mapping[str, Sources], side: Side, folder: Path) -> None:
    """Write the report's own files of one side; those that the side does not have are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, both in sources.items():
        text = both.base if side == "base" else both.head
        place = folder / path
        if not place.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"The report names a file outside the project: {path}.", next_step="Make the report again."
            )
        if text is None:
            place.unlink(missing_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
