"""From the probe's frames, which may be forged, to values. What is malformed is dropped and counted, never trusted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from assay.values.experiment import (
    Arguments,
    Edit,
    Experiment,
    ExperimentId,
    Intervention,
    Outcome,
    OutcomeKind,
    Raised,
    ScenarioResult,
)
from assay.values.lab import Frame

_OUTCOME_KINDS = frozenset(get_args(OutcomeKind))
_ENDINGS = ("passed", "failed", "skipped", "error")
MAX_TEXT = 4000
_STARS = re.compile(r"^\*{1,2}(?=\w+$)")
"""`*names` and `**options` are parameters called `names` and `options`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call as a test made it, unperturbed, with what came of it."""

    experiment: Experiment
    chain: tuple[tuple[str, int, str], ...]
    """`(path, first line, name)` of the project's frames above the call, innermost first."""
    shape: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFacts:
    """What one run learned about an observation point."""

    calls: int
    experiments: int
    kinds: tuple[tuple[str, frozenset[str]], ...]
    pairs_tried: int
    pairs_known: int
    faults: tuple[tuple[str, int], ...] = ()
    """What went wrong in the probe itself, and how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Many texts or numbers at one call in one process, with a digest of what came of each."""

    scenario: str
    point: str
    call: int
    arrived_digest: str
    tried: tuple[tuple[str, str], ...]
    """`(parameter, literal)` in order; told only by the run that chose them."""
    digests: tuple[str, ...]
    """Fewer than were tried where time ran out; `lost` where the call ended its process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that one run of the probe told."""

    tests: tuple[ScenarioResult, ...]
    calls: tuple[RecordedCall, ...]
    experiments: tuple[Experiment, ...]
    points: Mapping[str, PointFacts]
    uncollected: tuple[tuple[str, str], ...]
    unobserved: tuple[tuple[str, str], ...]
    origins: Mapping[str, str | None]
    failure: str
    complete: bool
    """Did it come to its end before its deadline?"""
    malformed: int
    searches: tuple[Searched, ...] = ()


def unimported_in(frames: Iterable[Frame]) -> dict[str, str]:
    """Modules whose import failed in a run that only imports, with what it said."""
    return {str(frame.get("module")): str(frame.get("detail")) for frame in frames if frame.get("t") == "unimported"}


def read_story(frames: Iterable[Frame]) -> Story:
    """Sort the frames of one run."""
    tests: list[ScenarioResult] = []
    calls: list[RecordedCall] = []
    experiments: list[Experiment] = []
    searches: list[Searched] = []
    points: dict[str, PointFacts] = {}
    uncollected: list[tuple[str, str]] = []
    unobserved: list[tuple[str, str]] = []
    origins: dict[str, str | None] = {}
    failure, complete, malformed = "", False, 0
    for frame in frames:
        try:
            match frame.get("t"):
                case "test":
                    tests.append(_test(frame))
                case "call":
                    calls.append(_call(frame))
                case "experiment":
                    experiments.append(_experiment(frame))
                case "searched":
                    searches.append(_searched(frame))
                case "point":
                    points[_text(frame, "point")] = _point(frame)
                case "uncollected":
                    uncollected.append((_text(frame, "path"), _text(frame, "detail")))
                case "unobserved":
                    unobserved.append((_text(frame, "point"), _text(frame, "reason")))
                case "origin":
                    origins[_text(frame, "module")] = cast("str | None", frame.get("file"))
                case "failed":
                    failure = _text(frame, "detail")
                case "done":
                    complete = frame.get("complete") is True
                case _:
                    pass
        except (TypeError, ValueError, KeyError, IndexError):
            malformed += 1
    return Story(
        tests=tuple(tests),
        calls=tuple(calls),
        experiments=tuple(experiments),
        points=points,
        uncollected=tuple(uncollected),
        unobserved=tuple(unobserved),
        origins=origins,
        failure=failure,
        complete=complete,
        malformed=malformed,
        searches=tuple(searches),
    )


def merged(stories: Iterable[Story]) -> Story:
    """Several runs on one side as one story; it is complete when the last of them is."""
    told = tuple(stories)
    if not told:
        return read_story(())
    points: dict[str, PointFacts] = {}
    for story in told:
        for name, facts in story.points.items():
            points[name] = _together(points[name], facts) if name in points else facts
    return Story(
        tests=tuple(test for story in told for test in story.tests),
        calls=tuple(call for story in told for call in story.calls),
        experiments=tuple(experiment for story in told for experiment in story.experiments),
        points=points,
        uncollected=tuple(entry for story in told for entry in story.uncollected),
        unobserved=tuple(dict.fromkeys(entry for story in told for entry in story.unobserved)),
        origins={
            **{name: file for story in told for name, file in story.origins.items()},
            **{name: file for story in told for name, file in story.origins.items() if file},
        },
        failure=next((story.failure for story in told if story.failure), ""),
        complete=told[-1].complete,
        malformed=sum(story.malformed for story in told),
        searches=tuple(search for story in told for search in story.searches),
    )


def without(story: Story, tests: Collection[str]) -> Story:
    """A story without what these tests did, which another one tells already."""
    if not tests:
        return story
    return replace(
        story,
        tests=tuple(test for test in story.tests if test.id not in tests),
        calls=tuple(c for c in story.calls if c.experiment.id.scenario.removesuffix("::setup") not in tests),
    )


def _together(one: PointFacts, other: PointFacts) -> PointFacts:
    """Each run ticks off the kinds of alteration for itself, so the one that came further speaks for both."""
    further = max(one, other, key=lambda facts: (facts.pairs_tried, facts.pairs_known))
    kinds: dict[str, frozenset[str]] = {}
    for name, seen in (*one.kinds, *other.kinds):
        kinds[name] = kinds.get(name, frozenset()) | seen
    faults = Counter(dict(one.faults)) + Counter(dict(other.faults))
    return PointFacts(
        calls=one.calls + other.calls,
        experiments=one.experiments + other.experiments,
        kinds=tuple(kinds.items()),
        pairs_tried=further.pairs_tried,
        pairs_known=further.pairs_known,
        faults=tuple(faults.most_common()),
    )


def _searched(frame: Frame) -> Searched:
    tried = cast("list[list[str]]", frame.get("tried") or [])
    return Searched(
        scenario=_text(frame, "test"),
        point=_text(frame, "point"),
        call=_int(frame, "n"),
        arrived_digest=_text(frame, "before"),
        tried=tuple((str(name), str(literal)) for name, literal in tried),
        digests=tuple(str(digest) for digest in cast("list[str]", frame.get("digests") or [])),
    )


def _test(frame: Frame) -> ScenarioResult:
    outcome = _text(frame, "outcome")
    if outcome not in _ENDINGS:
        raise ValueError(outcome)
    return ScenarioResult(
        id=_text(frame, "test"),
        outcome=cast("Literal['passed', 'failed', 'skipped', 'error']", outcome),
        seconds=float(cast("float", frame.get("seconds", 0.0))),
        detail=_text(frame, "detail"),
        path=_text(frame, "path"),
        line=_int(frame, "line"),
    )


def _call(frame: Frame) -> RecordedCall:
    experiment = Experiment(
        id=ExperimentId(
            scenario=_text(frame, "test"), point=_text(frame, "point"), call=_int(frame, "n"), intervention=0
        ),
        intervention=Intervention(),
        arguments_digest=_text(frame, "digest"),
        arrived_digest=_text(frame, "digest"),
        arguments=_arguments(frame),
        outcome=read_outcome(frame["outcome"]),
        touched=_strings(frame, "touched"),
        lines=_lines(frame),
        unaltered=frame.get("tree"),
    )
    chain = tuple(
        (str(path), int(line), str(name)) for path, line, name in cast("list[list[str]]", frame.get("chain", []))
    )
    return RecordedCall(experiment=experiment, chain=chain, shape=_text(frame, "shape"))


def _experiment(frame: Frame) -> Experiment:
    plant = frame.get("plant")
    made = cast("list[list[object]]", frame.get("edits") or [])
    planned = cast("list[Mapping[str, object]]", frame.get("plan") or [])
    # A call that hung or died tells nothing of its edits, but they were made all the same.
    silent: list[object] = ["", "", "", {}]
    told = [*made, *([silent] * (len(planned) - len(made)))]
    edits = tuple(_edit(plan, done) for plan, done in zip(planned, told, strict=False))
    kinds: dict[str, frozenset[str]] = {}
    for done in made:
        for words, names in cast("Mapping[str, list[str]]", done[3]).items():
            kinds[str(words)] = kinds.get(str(words), frozenset()) | frozenset(str(name) for name in names)
    return Experiment(
        id=ExperimentId(
            scenario=_text(frame, "test"),
            point=_text(frame, "point"),
            call=_int(frame, "n"),
            intervention=_int(frame, "m"),
        ),
        intervention=Intervention(edits=edits, plant=str(plant) if plant else None),
        arguments_digest=str(frame.get("digest")),
        arrived_digest=_text(frame, "before"),
        arguments=_arguments(frame),
        outcome=read_outcome(frame["outcome"]),
        inner=tuple(
            (str(unit), _arguments({"args": rows}))
            for unit, rows in cast("Mapping[str, object]", frame.get("inner") or {}).items()
        ),
        touched=_strings(frame, "touched"),
        lines=_lines(frame),
        kinds_after=tuple(kinds.items()),
        aligned=frame.get("matched") == "order",
        unaltered=frame.get("tree"),
        given=frame.get("given"),
    )


def _edit(plan: Mapping[str, object], done: list[object]) -> Edit:
    literal = plan.get("literal")
    path = tuple((str(step[0]), step[1]) for step in cast("list[list[str | int]]", plan["path"]))
    return Edit(
        path=path,
        operator=str(plan["op"]),
        literal=None if literal is None else str(literal),
        variant=int(cast("int", plan.get("variant", 0))),
        before_kind=str(done[0]),
        after_kind=str(done[1]),
        shown=str(done[2])[:MAX_TEXT],
    )


def edit_to_json(edit: Edit) -> dict[str, object]:
    """The edit as the probe reads it."""
    return {
        "path": [list(step) for step in edit.path],
        "op": edit.operator,
        "variant": edit.variant,
        "literal": edit.literal,
    }


def read_outcome(data: object) -> Outcome:
    """Check and read an outcome.

    Raises:
        ValueError, TypeError or KeyError: it is malformed.
    """
    if not isinstance(data, Mapping) or data.get("kind") not in _OUTCOME_KINDS:
        raise ValueError("no outcome")
    raised = data.get("raised")
    return Outcome(
        kind=cast("OutcomeKind", data["kind"]),
        value=data.get("value"),
        raised=None if raised is None else _raised(raised),
        before=data.get("before"),
        after=data.get("after"),
        output=str(data.get("output", ""))[:MAX_TEXT],
        text=str(data.get("text", ""))[:MAX_TEXT],
        shown=str(data.get("shown", ""))[:MAX_TEXT],
    )


def _raised(data: Mapping[str, object]) -> Raised:
    return Raised(
        type=_text(data, "type"),
        bases=tuple(str(base) for base in cast("list[str]", data["bases"])),
        text=_text(data, "text"),
        purposeful=data["purposeful"] is True,
        internal=data["internal"] is True,
        where=_text(data, "where"),
    )


def _point(frame: Frame) -> PointFacts:
    tried, known = cast("list[int]", frame.get("pairs", [0, 0]))
    kinds = cast("Mapping[str, list[str]]", frame.get("kinds", {}))
    return PointFacts(
        calls=_int(frame, "calls"),
        experiments=_int(frame, "experiments"),
        kinds=tuple((str(name), frozenset(str(kind) for kind in seen)) for name, seen in kinds.items()),
        pairs_tried=int(tried),
        pairs_known=int(known),
        faults=tuple((str(fault), int(n)) for fault, n in cast("Mapping[str, int]", frame.get("faults", {})).items()),
    )


def _arguments(frame: Frame) -> Arguments:
    rows = cast("list[list[str | None]]", frame.get("args") or [])
    return tuple((_STARS.sub("", str(row[0])), None if row[1] is None else str(row[1])) for row in rows)


def _strings(frame: Frame, name: str) -> frozenset[str]:
    return frozenset(str(item) for item in cast("list[str]", frame.get(name) or []))


def _lines(frame: Frame) -> frozenset[int]:
    return frozenset(int(line) for line in cast("list[int]", frame.get("lines") or []))


def _text(frame: Mapping[str, object], name: str) -> str:
    value = frame[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _int(frame: Mapping[str, object], name: str) -> int:
    value = frame[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(name)
    return value
