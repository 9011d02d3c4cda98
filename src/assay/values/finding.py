"""What was found, what it rests on, and what could not be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

from assay.values.change import Change
from assay.values.experiment import Arguments, Effort, Experiment
from assay.values.isolation import Isolation
from assay.values.reality import Denial


class Level(IntEnum):
    """How much a finding weighs; a verdict is the highest one, or `clear`."""

    CLEAR = 0
    NOTICE = 1
    HOLD = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """As it is printed."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place a reader can open."""

    path: str
    line: int


Grade = Literal["exact", "sufficient", "approximate"]
"""*exact*: no counter-example in at least 200 fresh experiments, 20 or more on each side. *sufficient*: wherever it
held, the outcomes differed. *approximate*: the best part that could be said, with its counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A predicate over the call, with its counts."""

    text: str
    expression: str | None
    held_differing: int
    differing: int
    held_others: int
    others: int
    grade: Grade = "approximate"
    fresh: int = 0
    """Experiments made to refute it, after it was learned."""
    borders: tuple[str, ...] = ()
    """Calls nearest to its border, such as `n=1024 differs`."""

    def __post_init__(self) -> None:
        if not 0 <= self.held_differing <= self.differing or not 0 <= self.held_others <= self.others:
            raise ValueError(f"counts that cannot be: {self}")
        fits = self.held_differing == self.differing and self.held_others == 0
        if (self.grade == "exact" and not fits) or (self.grade == "sufficient" and self.held_others):
            raise ValueError(f"a grade that its counts do not bear: {self}")

    @property
    def is_exact(self) -> bool:
        """Did it hold in every differing run and in no other, and stand up to fresh experiments on both sides?"""
        return self.grade == "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The first line that one version runs in the example and the other does not, as `path:line  source`."""

    base: str
    head: str
    decided: str
    """What each side's test came to: "`n < size` is false on base, where n is 1024"; empty where not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is known about a group beyond its example."""

    condition: Condition | None = None
    parting: Parting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One place at which two outcomes differ."""

    path: str
    kind: str
    base: str
    head: str
    soft: bool


DifferenceKind = Literal[
    "answers-differently",
    "raises-instead",
    "accepts-instead",
    "breaks-inside",
    "hangs-instead",
    "raises-otherwise",
    "tells-otherwise",
    "leaves-arguments-differently",
    "writes-differently",
    "iterator-instead",
    "details",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Outcomes of one experiment that disagree, and the group it speaks for."""

    kind: DifferenceKind
    base: Experiment
    head: Experiment
    disagreements: tuple[Disagreement, ...]
    defined: bool
    """Did base return, or refuse by a `raise` of the project?"""
    plausible: bool
    implausible_because: str = ""
    confirmed: bool = False
    """Was it seen again in a fresh process?"""
    unperturbed: bool = False
    """Does it differ on a call exactly as a test makes it?"""
    in_head_tests: bool = False
    """Is the call made by a test of head, which stands in both trees when it is made again?"""
    needs_caller: bool = False
    """Is it seen at a private unit only, although a public caller was observed?"""
    n_differing: int = 1
    n_agreeing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingTest:
    """A test of base that passes on base and fails on head."""

    test: str
    detail: str
    edited_by_head: bool
    """Did head edit or delete this test, or what it stands on?"""
    runs: int
    """How many times it was seen to pass on base and fail on head."""
    removed_name: str | None = None
    """The name whose removal stops the test from importing."""
    before: str = ""
    """The test as base has it, where head edited or deleted it."""
    after: str = ""
    """And as head has it; empty where it is gone."""


Evidence: TypeAlias = Difference | FailingTest | Denial


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproducer:
    """A plain test file, without anything of Assay, that was seen to pass on base and to fail on head."""

    path: str
    """Where it would stand in the project."""
    text: str
    form: Literal["call", "test"]
    """Is it the call alone, with its arguments written as code, or a test of base, cut down to the call?"""
    runs: int
    """How often it passed on base, and as often failed on head."""
    failure: str
    """What it says on head."""
    written: str | None = None
    """The file that was written for the person who asked for it."""

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a person wrote about a finding of this patch; it excuses nothing."""

    reason: str
    at: str
    """The day on which it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """How what was measured lies to what the change says of itself."""

    standing: Literal["inside", "beyond"]
    """*inside*: every experiment that differs is covered. *beyond*: at least one is not."""
    by: Literal["claim", "test", "data"]
    source: str
    """The commit, file or test of head that announces it; the data file whose text the calls give back."""
    says: str
    """The predicate of the claim, or the condition inside which the test makes its call."""
    covered: int
    differing: int
    case: str = ""
    """A call that differs and is not covered; *inside*, one that is covered only because it goes a test's way."""

    def __post_init__(self) -> None:
        if not 0 <= self.covered <= self.differing or (self.standing == "inside") != (self.covered == self.differing):
            raise ValueError(f"an announcement that its counts do not bear: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What lies around an input that a test of head shows to be mended."""

    kind: Literal["incomplete", "overshoot"]
    """*incomplete*: calls around it fail on head as it did on base. *overshoot*: base answered, and head does not."""
    test: str
    """The test of head that shows what is mended."""
    found: int
    tried: int
    failure: str = ""
    """How such a call still fails."""
    example: Arguments = ()
    condition: Condition | None = None
    """When it still fails, where that could be told."""

    def __post_init__(self) -> None:
        if not 0 < self.found <= self.tried:
            raise ValueError(f"a neighbourhood that its counts do not bear: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One claim, where it applies, and what was seen."""

    id: str
    investigator: str
    claim: str
    where: Location
    unit: str
    """Dotted name of the changed unit."""
    observed_at: str
    """Dotted name of the observation point; equals `unit` when it was observed directly."""
    evidence: tuple[Evidence, ...]
    covers: tuple[str, ...] = ()
    """Dotted names of further changed units that the tests reach, where tests fail: it may be any of them."""
    arguments: Arguments | None = None
    """What the changed unit was called with in the first piece of evidence; None where that is not known."""
    condition: Condition | None = None
    parting: Parting | None = None
    announcement: Announcement | None = None
    neighbourhood: Neighbourhood | None = None
    reproducer: Reproducer | None = None
    no_reproducer: str = ""
    """Why none could be written, where that was tried."""
    remark: Remark | None = None

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"a finding without evidence is an opinion: {self.claim}")

    @property
    def announced(self) -> bool:
        """Does the change itself announce all that was measured?"""
        return self.announcement is not None and self.announcement.standing == "inside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that could not be looked at, and what would help."""

    slug: str
    reason: str
    remedy: str
    unit: str | None = None
    detail: str = ""
    """A traceback, for an internal failure."""


@dataclass(frozen=True, slots=True)
class Later:
    """An investigator that yields this has work left that may wait until the others are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the project decided; it may raise a level, never lower one."""

    min_isolation: int = 2
    counted_gaps: frozenset[str] = frozenset()
    """Slugs of gaps that alone hold a change for want of evidence."""
    expect_same: bool = False
    """Is the change announced as a refactoring, so that any plausible difference holds?"""
    refuse_claims: bool = False
    """Do claims of the change about itself count for nothing? Its tests still do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The interpreter that runs the project, and how it was found."""

    python: str
    version: str
    found_by: str
    prefix: str
    base_prefix: str
    has_pytest: bool
    source_roots: tuple[str, ...] = ()
    head_python: str = ""
    """Head's own interpreter, where its environment holds other packages than base's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All that was seen; a verdict is a function of this and of policy, nothing else."""

    change: Change
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    effort: Effort
    established: frozenset[str] = frozenset()
    """Dotted names of changed units about which something was established."""
    isolation: Isolation | None = None
    target: Target | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judged examination."""

    level: Level
    levels: tuple[tuple[Finding, Level], ...]
    """Findings, heaviest first, each with its level."""
    gap_levels: tuple[tuple[Gap, Level], ...]
    want_of_evidence: bool
    """Is it a hold because nothing, or too little, could be established?"""
    exit_status: int
    examination: Examination
    expect_same: bool = False
    """Was it judged as a refactoring, so that any plausible difference holds?"""
