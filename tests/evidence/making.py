"""Small factories: a test states what matters to it, the rest is a plausible call of a billing function."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from tests.evidence.canary import canary_remarks

import assay_probe.encoding as untyped_encoding
from assay.evidence.frames import PointFacts, RecordedCall, Story, read_story
from assay.evidence.jobs import Placement
from assay.evidence.matching import Matched, Pair
from assay.values.change import Side, Unit
from assay.values.experiment import (
    Edit,
    Experiment,
    ExperimentId,
    Intervention,
    ObservationPoint,
    Outcome,
    Raised,
    ScenarioResult,
    Tree,
)
from assay.values.finding import Difference, DifferenceKind, Disagreement
from assay.values.lab import Completed, Frame, Run, RunResult
from assay.values.reality import Remark

encoding: Any = untyped_encoding
Ending = Literal["passed", "failed", "skipped", "error"]
TEST = "tests/test_bill.py::test_total"
POINT = "bill.py::total"


def tree(value: object) -> Tree:
    """The value as it arrives over the wire."""
    made: Tree = json.loads(json.dumps(encoding.encode(value)))
    return made


def arguments(**values: object) -> Tree:
    """The arguments of a call as they arrive over the wire."""
    made: Tree = json.loads(json.dumps(encoding.encode_call(values)))
    return made


def returned(value: object = None, **members: Any) -> Outcome:
    """A call that came back with this."""
    return Outcome(kind="returned", value=tree(value), shown=repr(value), **members)


def raised(
    name: str = "ValueError", text: str = "", *, purposeful: bool = True, internal: bool | None = None, **members: Any
) -> Outcome:
    """A call that raised, on purpose unless it says otherwise."""
    type_name = name if "." in name else f"builtins.{name}"
    error = Raised(
        type=type_name,
        bases=(type_name, "builtins.Exception"),
        text=text,
        purposeful=purposeful,
        internal=(not purposeful) if internal is None else internal,
        where="bill.py:3",
    )
    return Outcome(kind="raised", raised=error, shown=f"{name}: {text}", **members)


HUNG = Outcome(kind="hung", shown="no answer within 2 s")
DIED = Outcome(kind="died", shown="killed by signal 11")
BLOCKED = Outcome(kind="blocked", shown="os.remove")
PENDING = Outcome(kind="pending", shown="waits for the event loop")


def edit(
    path: str | tuple[tuple[str, str | int], ...] = "amount", operator: str = "number.edge", **members: Any
) -> Edit:
    """An edit of one argument, by name or by path."""
    steps = (("arg", path),) if isinstance(path, str) else path
    return Edit(path=steps, operator=operator, **members)


def experiment(
    outcome: Outcome | None = None,
    *edits: Edit,
    n: int = 0,
    m: int | None = None,
    test: str = TEST,
    point: str = POINT,
    plant: str | None = None,
    digest: str = "d",
    **members: Any,
) -> Experiment:
    """One experiment at `total`; its number is 0 without edits."""
    number = (1 if edits else 0) if m is None else m
    given: dict[str, Any] = {
        "arguments_digest": digest,
        "arrived_digest": digest,
        "arguments": (("amount", "10"),),
        **members,
    }
    return Experiment(
        id=ExperimentId(scenario=test, point=point, call=n, intervention=number),
        intervention=Intervention(edits=edits, plant=plant),
        outcome=outcome or returned(1),
        **given,
    )


def call(
    outcome: Outcome | None = None,
    *,
    chain: tuple[tuple[str, int, str], ...] = (),
    shape: str = "s",
    **members: Any,
) -> RecordedCall:
    """A recorded call."""
    return RecordedCall(experiment=experiment(outcome, **members), chain=chain, shape=shape)


def by_id(*experiments: Experiment) -> dict[ExperimentId, Experiment]:
    """Experiments by identity."""
    return {each.id: each for each in experiments}


def pairs(*both: tuple[Experiment, Experiment]) -> Matched:
    """Experiments of both sides that were matched."""
    made = tuple(Pair(base=base, head=head) for base, head in both)
    return Matched(pairs=made, n_base=len(made), n_arguments_differ=0)


def difference(
    kind: DifferenceKind = "answers-differently",
    base: Experiment | None = None,
    head: Experiment | None = None,
    **members: Any,
) -> Difference:
    """A difference that may hold: defined, plausible."""
    given: dict[str, Any] = {
        "disagreements": (Disagreement(path="result", kind="value", base="1", head="2", soft=False),),
        "defined": True,
        "plausible": True,
        **members,
    }
    return Difference(kind=kind, base=base or experiment(returned(1)), head=head or experiment(returned(2)), **given)


def point(name: str = POINT, *, changed: bool = True, public: bool = True, **members: Any) -> ObservationPoint:
    """An observation point, by `path::qualname`."""
    path, _, qualname = name.partition("::")
    dotted = f"{path.removesuffix('.py').replace('/', '.')}.{qualname.partition('#')[0]}"
    return ObservationPoint(id=name, name=dotted, path=path, line=1, changed=changed, public=public, **members)


def placement(
    name: str = POINT, *, line: int = 1, changed: bool = True, public: bool = True, head: bool = True, **members: Any
) -> Placement:
    """A function that stands on the same line on both sides."""
    path, _, qualname = name.partition("::")
    module = path.removesuffix(".py").replace("/", ".")
    unit = Unit(path=path, module=module, qualname=qualname, first_line=line, last_line=line + 3)
    at = point(name, changed=changed, public=public)
    return Placement(point=at, base=unit, head=unit if head else None, **members)


def result(test: str = TEST, outcome: Ending = "passed", *, seconds: float = 0.01, detail: str = "") -> ScenarioResult:
    """How a test ended."""
    path = test.partition("::")[0]
    return ScenarioResult(id=test, outcome=outcome, seconds=seconds, detail=detail, path=path, line=3)


def story(**members: Any) -> Story:
    """What one run told: nothing but this, and that it came to its end."""
    told = read_story([{"t": "done", "complete": True}])
    return Story(**{**{name: getattr(told, name) for name in Story.__dataclass_fields__}, **members})


def facts(**kinds: str) -> PointFacts:
    """Kinds seen at the arguments of a point: `amount="int none"`."""
    return PointFacts(
        calls=1,
        experiments=0,
        kinds=tuple((name, frozenset(text.split())) for name, text in kinds.items()),
        pairs_tried=0,
        pairs_known=0,
    )


@dataclass
class FakeClock:
    """Time that stands still unless a test moves it."""

    now_s: float = 0.0

    def elapsed_s(self) -> float:
        """Seconds since the command began."""
        return self.now_s


@dataclass
class FakeMemo:
    """Remembers in a dictionary."""

    kept: dict[str, object] = field(default_factory=dict)

    def get(self, key: str) -> object | None:
        """The stored value."""
        return self.kept.get(key)

    def put(self, key: str, value: object) -> None:
        """Store a copy, as a disk would."""
        self.kept[key] = json.loads(json.dumps(value))


@dataclass(frozen=True, eq=False)
class FakeSource:
    """Files of both sides from dictionaries."""

    base: Mapping[str, str] = field(default_factory=dict)
    head: Mapping[str, str] | None = None

    def paths(self, side: Side) -> Sequence[str]:
        """All files, sorted."""
        return sorted(self._files(side))

    def text(self, side: Side, path: str) -> str | None:
        """The file as text."""
        return self._files(side).get(path)

    def _files(self, side: Side) -> Mapping[str, str]:
        return self.base if side == "base" or self.head is None else self.head


@dataclass
class FakeLab:
    """Answers runs with frames from a function of the run, and remembers what it was asked."""

    answer: Callable[[Run], Sequence[Frame]] = lambda _: [{"t": "done", "complete": True}]
    source: FakeSource = field(default_factory=FakeSource)
    clock: FakeClock = field(default_factory=FakeClock)
    memo: FakeMemo = field(default_factory=FakeMemo)
    budget_s: float = 60.0
    experiments: int | None = None
    seed: int = 0
    runner: str = "pytest"
    source_roots: Sequence[str] = ("",)
    project: str = ""
    base_print: str = "print"
    asked: list[Run] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    kept: dict[tuple[str, ...], RunResult] = field(default_factory=dict)

    def run(self, runs: Sequence[Run]) -> Sequence[RunResult]:
        """One result for each run, in their order."""
        self.asked.extend(runs)
        ended = Completed(status=0, timed_out=False, output="")
        return [RunResult(frames=tuple(self.answer(run)), completed=ended) for run in runs]

    def recalled(self, run: Run) -> RunResult | None:
        """What `kept` holds of a run on base with these files."""
        return self.kept.get(tuple(cast("list[str]", run.job["files"])))

    def check_types(self, side: Side, files: Sequence[tuple[str, str]], python: str = "") -> Sequence[Remark]:
        """Nothing but the canary."""
        return canary_remarks()

    def say(self, text: str) -> None:
        """Remember a line of progress."""
        self.said.append(text)

    def tell(self, text: str) -> None:
        """Remember a line that stays."""
        self.told.append(text)
