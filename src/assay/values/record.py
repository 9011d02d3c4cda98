"""A report as it was read back: what a finding needs to be run again, and nothing that was not checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assay.values.change import Revision
from assay.values.experiment import Edit, OutcomeKind
from assay.values.finding import DifferenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one side did when the report was made."""

    kind: OutcomeKind
    exception: str | None
    """Qualified name of the exception's type, where one was raised."""
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReplay:
    """Everything that is needed to run one experiment again."""

    scenario: str
    point: str
    """`path::qualname`, with base's path on both sides."""
    path: str
    qualname: str
    base_lines: tuple[int, int] | None
    """First and last line at base, or None where the point is no changed unit."""
    head_path: str | None
    head_qualname: str | None
    head_lines: tuple[int, int] | None
    call: int
    intervention: int
    edits: tuple[Edit, ...]
    arguments_digest: str
    """Of the arguments just before the call, after the edits."""
    arrived_digest: str
    """Of the arguments as the test gave them: this finds the call where its number has changed."""
    seed: int
    difference: DifferenceKind
    """The kind of the difference, such as `answers-differently`."""
    base: Expected
    head: Expected
    in_head_tests: bool = False
    """Is the call made by a test of head, which has to stand in both trees?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReplay:
    """Everything that is needed to run one test again on both sides."""

    scenario: str
    seed: int
    removed_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReplay:
    """A line of Python that the target's interpreter refused."""

    line: str
    output: str
    """What it said."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFinding:
    """One finding of a report."""

    id: str
    level: Literal["notice", "hold", "block"]
    unit: str
    observed_at: str
    path: str
    line: int
    claim: str
    replay: CallReplay | FailureReplay | LineReplay
    reproducer: str | None = None
    """The text of a test that shows it, where one was written."""
    no_reproducer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """One changed file as both sides had it; None where a side has no such file."""

    base: str | None
    head: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A report, as far as it is needed to see its findings again."""

    base: Revision
    head: Revision
    python: str | None
    """The interpreter that ran the target."""
    head_python: str | None = None
    """The one that ran head, where it had its own."""
    source_roots: tuple[str, ...]
    findings: tuple[RecordedFinding, ...]
    patch: str = ""
    """What the change is, whatever it is based on; empty where the report does not say."""
    sources: Mapping[str, Sources] = field(default_factory=dict)
    """Changed files that are not in the repository: uncommitted work, `--trees`."""
