"""Experiments and what came out of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Tree: TypeAlias = object
"""An encoded value: JSON as `assay_probe.encoding` writes it. Only `evidence.trees` looks inside."""

Arguments: TypeAlias = tuple[tuple[str, str | None], ...]
"""Parameter names with their values as Python literals, None where a value is no literal."""

OutcomeKind = Literal["returned", "raised", "hung", "died", "blocked", "pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An exception that left the observation point."""

    type: str
    """Qualified name with module, `builtins.ValueError`."""
    bases: tuple[str, ...]
    """Qualified names of its classes, itself first."""
    text: str
    purposeful: bool
    """Did a `raise` statement of the project raise it, or is its class one of the project? Else it was an accident."""
    internal: bool
    """Did code of the project stumble (AttributeError, NameError, TypeError from inside, ...) rather than refuse?"""
    where: str
    """`path:line` of the innermost frame inside the project, or of the raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one call did: what came back, and what it left behind."""

    kind: OutcomeKind
    value: Tree = None
    """What came back, or an exception of the project with its attributes."""
    raised: Raised | None = None
    after: Tree = None
    """The arguments after the call, or None when they are as before."""
    before: Tree = None
    """The arguments before the call, kept only where `after` is."""
    output: str = ""
    """What it wrote to the standard streams."""
    text: str = ""
    """`str(result)` where a caller would see one; the `repr` in one line for people."""
    shown: str = ""
    """One line for people: the result's `repr`, or the exception with its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One alteration of a live argument. The same edit can be made on any version.

    `path` is a tuple of steps such as ("arg", "amount"), ("item", 0), ("attr", "width"), ("set", "style").
    `operator` is the class of the intervention (`number.edge`, `text.token`, `sequence.iterator` ...).
    `literal` is the new value as a Python literal where it is one; otherwise the operator builds it from the
    live value, and `variant` tells which of its results is meant.
    """

    path: tuple[tuple[str, str | int], ...]
    operator: str
    literal: str | None = None
    variant: int = 0
    before_kind: str = ""
    after_kind: str = ""
    shown: str = ""
    """`amount: 10 -> 10.005`, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """What was altered at the observation point; no edits means the call as the test makes it."""

    edits: tuple[Edit, ...] = ()
    plant: str | None = None
    """A planted difference (`result`, `argument`, `exception`): a control, never evidence."""

    @property
    def is_none(self) -> bool:
        """Was the call left as it was?"""
        return not self.edits and self.plant is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentId:
    """The same on both sides: scenario, observation point, call, intervention."""

    scenario: str
    point: str
    call: int
    intervention: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One experiment as it ran on one side."""

    id: ExperimentId
    intervention: Intervention
    arguments_digest: str
    """Digest of the arguments just before the call, after the intervention."""
    arrived_digest: str
    """Digest of the arguments as the scenario gave them."""
    arguments: Arguments
    """Parameter names with their values as Python literals, None where a value is no literal."""
    outcome: Outcome
    inner: tuple[tuple[str, Arguments], ...] = ()
    """Arguments of the first call of each changed unit, by the unit's id, where the point is a caller."""
    touched: frozenset[str] = frozenset()
    """Ids of the changed units that ran during the call."""
    lines: frozenset[int] = frozenset()
    """Lines of changed units that ran during the call."""
    kinds_after: tuple[tuple[str, frozenset[str]], ...] = ()
    """Kinds of value at the altered places and inside them, by general path (`rows['*']`)."""
    aligned: bool = False
    """Was the call matched by its order only, because its arguments differed from those on base?"""
    unaltered: Tree = None
    """The arguments as they arrived, kept only where the call is aligned."""
    given: Tree = None
    """Those arguments just before the call that are no literals, in outline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPoint:
    """A function at which we look."""

    id: str
    """`path::qualname`, with `#2` for the second definition of one name in a file; base's path on both sides."""
    name: str
    """Dotted name for people."""
    path: str
    line: int
    changed: bool
    """Is it a changed unit itself, or a caller through which one is observed?"""
    public: bool
    parameters: tuple[str, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    """Parameter names with the source text of their annotations."""
    defaults: tuple[tuple[str, str], ...] = ()
    """Parameter names with the source text of their defaults."""
    asked: tuple[tuple[str, frozenset[str]], ...] = ()
    """Kinds of value that base's code asks a parameter about; under "" those that head asks nothing about any more."""
    branches: frozenset[int] = frozenset()
    """Lines of whole branches of base that the change removed or rewrote, and that no test of base runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """How one test ended on one side."""

    id: str
    outcome: Literal["passed", "failed", "skipped", "error"]
    seconds: float
    detail: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a verdict cost and stands on."""

    experiments: int = 0
    matched: int = 0
    compared: int = 0
    searched: int = 0
    """Texts that both sides were given in one process, compared by digest; they are no experiments."""
    noisy: int = 0
    masked: int = 0
    seconds: float = 0.0
    plants: int = 0
    plants_seen: int = 0
    observed_units: int = 0
    calls_held: int = 0
    """Calls in changed files that were held against the signatures of what is installed."""
    unknown_receivers: int = 0
    """Method calls in changed files whose receiver could not be resolved; nothing is said about these."""
    kept_runs: int = 0
    """Runs on base that were not made, because an earlier check had made them."""
    stages: tuple[tuple[str, float], ...] = field(default=())
    by_operator: tuple[tuple[str, int], ...] = field(default=())
    observed: frozenset[str] = frozenset()
    """Dotted names of the changed units about which something was established."""
