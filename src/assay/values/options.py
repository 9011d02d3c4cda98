"""What a person asked for on the command line, and what `replay` answers."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from pathlib import Path

from assay.values.experiment import Experiment, Outcome
from assay.values.record import Record, RecordedFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """One `assay check`."""

    directory: Path
    """Where the command was started: a folder inside the repository, or any folder with `trees`."""
    revisions: tuple[str, ...] = ()
    """Nothing, one range or commit, or two revisions, as they were typed."""
    trees: tuple[Path, Path] | None = None
    """The old and the new directory, in place of revisions."""
    python: str | None = None
    budget_s: float = 60.0
    experiments: int | None = None
    """The deterministic form: this many experiments, whatever time they take."""
    seed: int = 0
    expect_same: bool = False
    allow_isolation: int | None = None
    """The lowest rung that the person accepts for this run, in place of `min_isolation`."""
    wants_tests: bool = False
    """Is a test for each finding worth waiting for?"""
    verbose: bool = False
    projects: tuple[str, ...] = ()
    """Folders of the repository that hold the projects to be checked; none means the whole tree."""
    config: Path | None = None
    """A file whose `[tool.assay]` stands in place of base's."""
    build_env: bool = False
    """Is the environment of each side to be built from its lock or declared requirements?"""
    cache: bool = True
    """May the reach map and other memos be read and kept?"""

    def __post_init__(self) -> None:
        if self.trees is not None and self.revisions:
            raise ValueError("a change comes from revisions or from two trees, not from both")
        if len(self.revisions) > 2:
            raise ValueError(f"a change has two sides, not {len(self.revisions)}")
        if not 0 < self.budget_s < inf:
            raise ValueError(f"no time to look: {self.budget_s} s")
        if self.experiments is not None and self.experiments < 1:
            raise ValueError(f"no experiments: {self.experiments}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RealityOptions:
    """One `assay reality` over plain files, or one `assay api`."""

    directory: Path
    """Where the command was started."""
    files: tuple[Path, ...] = ()
    python: str | None = None
    allow_isolation: int | None = None
    verbose: bool = False
    cache: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """One `assay replay`; the report is already read and the finding found in it."""

    directory: Path
    record: Record
    """The report, read with strict checking."""
    finding: RecordedFinding
    """The finding whose identifier was asked for."""
    head: str | None = None
    """A revision to put in head's place: a fix, a step of a bisection."""
    python: str | None = None
    allow_isolation: int | None = None
    verbose: bool = False
    project: str | None = None
    """The folder of the repository that holds the project, as it is typed; None means the whole tree."""
    config: Path | None = None
    """A file whose `[tool.assay]` stands in place of base's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayAnswer:
    """What the experiment showed when it ran again."""

    differs: bool
    """Is the difference there?"""
    base: Outcome | None
    head: Outcome | None
    note: str = ""
    """A sentence, such as why one side has no outcome."""
    experiment: Experiment | None = None
    """The experiment as it ran on base, where it ran."""
