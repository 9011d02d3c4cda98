"""One experiment, or one test, of a report made again on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.codebase.pytest_settings import read_pytest_settings
from assay.evidence.classify import contrast
from assay.evidence.frames import Story, read_story
from assay.evidence.jobs import Placement, Scenarios, Window, plan_of, record_run, replay_run
from assay.evidence.points import Places
from assay.evidence.reality import run_line
from assay.evidence.scripts import scripted
from assay.evidence.standing import Standing
from assay.values.change import Side, Unit
from assay.values.experiment import Experiment, ExperimentId, Intervention, ObservationPoint, Outcome
from assay.values.lab import Lab, Source
from assay.values.options import ReplayAnswer
from assay.values.record import CallReplay, FailureReplay, LineReplay

LIMIT_S = 120.0
_WINDOW = Window(collect_s=LIMIT_S, deadline_s=LIMIT_S)
_SCRIPTS = ("doctest:", "calls:")


def replay(lab: Lab, asked: CallReplay | FailureReplay | LineReplay) -> ReplayAnswer:
    """Make it again, and say whether the two sides still differ."""
    match asked:
        case CallReplay():
            return _replay_call(lab, asked)
        case LineReplay():
            said = run_line(lab, asked.line)
            return ReplayAnswer(differs=bool(said), base=None, head=None, note=said or "The line runs through now.")
        case FailureReplay():
            return _replay_test(lab, asked)


def _replay_call(lab: Lab, asked: CallReplay) -> ReplayAnswer:
    if asked.in_head_tests:
        lab = Standing(lab, tests_of_head(lab.source, asked.scenario))
    placement = placed(lab, asked)
    if placement.base is None or placement.head is None:
        side = "base" if placement.base is None else "head"
        return ReplayAnswer(differs=False, base=None, head=None, note=f"There is no {asked.qualname} on {side}.")
    planned = Experiment(
        id=ExperimentId(scenario=asked.scenario, point=asked.point, call=asked.call, intervention=asked.intervention),
        intervention=Intervention(edits=asked.edits),
        arguments_digest=asked.arguments_digest,
        arrived_digest=asked.arrived_digest,
        arguments=(),
        outcome=Outcome(kind="returned"),
    )
    scenarios = scenarios_of(lab, asked.scenario)
    plan = plan_of([planned])
    runs = lab.run([replay_run(side, [placement], scenarios, _WINDOW, plan) for side in ("base", "head")])
    base, head = (_made(read_story(run.frames), planned.id) for run in runs)
    if base is None or head is None:
        story = read_story(runs[0 if base is None else 1].frames)
        return _from_recording(lab, placement, scenarios, asked, story.failure)
    seen = contrast(base.outcome, head.outcome)
    if seen is None and not asked.edits:
        return _from_recording(lab, placement, replace(scenarios, tests=None), asked, "")
    return ReplayAnswer(
        differs=seen is not None and (seen.kind == asked.difference or seen.kind != "details"),
        base=base.outcome,
        head=head.outcome,
        experiment=base,
    )


def tests_of_head(source: Source, scenario: str) -> tuple[tuple[str, str], ...]:
    """The file of a test of head, and what else of its folder head has otherwise than base."""
    path = scenario.removesuffix("::setup").partition("::")[0]
    folder = path.rpartition("/")[0]
    texts = [
        (other, source.text("head", other))
        for other in source.paths("head")
        if other == path or (folder and other.startswith(f"{folder}/") and other.endswith(".py"))
    ]
    return tuple((other, text) for other, text in texts if text is not None and text != source.text("base", other))


def _from_recording(
    lab: Lab, placement: Placement, scenarios: Scenarios, asked: CallReplay, failure: str
) -> ReplayAnswer:
    """Compare the test's own call: it cannot be made in a fork, or needs what the tests before it left behind."""
    sides: tuple[Side, Side] = ("base", "head")
    runs = lab.run([record_run(side, [placement], scenarios, _WINDOW) for side in sides])
    base, head = (_recorded(read_story(run.frames), asked) for run in runs)
    if base is None or head is None or asked.edits:
        missing = "base" if base is None else "head"
        cause = failure.strip().splitlines()[-1] if failure else "the test no longer reaches it"
        note = f"The call was not made on {missing}; {cause}."
        return ReplayAnswer(differs=base is not None and head is None, base=base, head=head, note=note)
    return ReplayAnswer(differs=contrast(base, head) is not None, base=base, head=head)


def _replay_test(lab: Lab, asked: FailureReplay) -> ReplayAnswer:
    sides: tuple[Side, Side] = ("base", "head")
    scenarios = scenarios_of(lab, asked.scenario)
    runs = lab.run([record_run(side, [], scenarios, _WINDOW) for side in sides])
    base, head = (_ending(read_story(run.frames), asked.scenario) for run in runs)
    differs = base.text == "passed" and head.text in ("failed", "error")
    return ReplayAnswer(differs=differs, base=base, head=head)


def _ending(story: Story, test: str) -> Outcome:
    for result in story.tests:
        if result.id == test:
            return Outcome(
                kind="returned", text=result.outcome, shown=f"{result.outcome} {_last_line(result.detail)}".strip()
            )
    for path, detail in story.uncollected:
        if path == test or test.startswith(path):
            return Outcome(kind="returned", text="error", shown=f"not collected: {_last_line(detail)}")
    passed = "::" not in test and bool(story.tests)
    return Outcome(
        kind="returned", text="passed" if passed else "missing", shown="collected" if passed else "did not run"
    )


def _last_line(detail: str) -> str:
    lines = [line.removeprefix("E").strip() for line in detail.splitlines() if line.startswith("E ")]
    return lines[-1][:200] if lines else ""


def placed(lab: Lab, asked: CallReplay) -> Placement:
    """The observation point of a report's experiment, on both sides."""
    places = Places(lab.source, (), lab.source_roots)
    ordinal = int(asked.point.rpartition("#")[2]) if "#" in asked.point else 1
    base = _unit(places, "base", asked.path, asked.qualname, ordinal)
    head = _unit(places, "head", asked.head_path or asked.path, asked.head_qualname or asked.qualname, ordinal)
    point = ObservationPoint(
        id=asked.point,
        name=asked.qualname,
        path=asked.path,
        line=1 if base is None else base.first_line,
        changed=True,
        public=True,
    )
    return Placement(point=point, base=base, head=head)


def _unit(places: Places, side: Side, path: str, qualname: str, ordinal: int) -> Unit | None:
    function = places.named(side, path, qualname, ordinal)
    return None if function is None else places.unit(path, function)


def scenarios_of(lab: Lab, scenario: str) -> Scenarios:
    """What has to run so that a scenario of a report runs again."""
    test = scenario.removesuffix("::setup")
    if test.startswith(_SCRIPTS):
        kind, _, name = test.partition(":")
        module, qualname = _split(name, lab)
        return scripted(lab, [(kind, module, qualname)])
    path = test.removeprefix("import:").split("::")[0]
    whole = test.startswith("import:") or "::" not in test
    if lab.runner == "unittest":
        files = [p for p in lab.source.paths("base") if p.endswith(".py") and _may_hold(p, test)]
        return Scenarios(runner="unittest", files=tuple(files), tests=(test,))
    options = read_pytest_settings(lab.source, lab.project).options
    return Scenarios(runner="pytest", files=(path,), tests=None if whole else (test,), options=options)


def _may_hold(path: str, test: str) -> bool:
    """Can a file be the module of a unittest name, from whatever folder it is imported?"""
    parts = path.removesuffix(".py").split("/")
    return any(f"{test}.".startswith(".".join(parts[n:]) + ".") for n in range(len(parts)))


def _split(name: str, lab: Lab) -> tuple[str, str]:
    """`package.module.Class.method` as module and qualified name, by the longest module that exists at base."""
    parts = name.split(".")
    paths = set(lab.source.paths("base"))
    for n in range(len(parts) - 1, 0, -1):
        stem = "/".join(parts[:n])
        for root in lab.source_roots:
            prefix = f"{root}/" if root else ""
            if f"{prefix}{stem}.py" in paths or f"{prefix}{stem}/__init__.py" in paths:
                return ".".join(parts[:n]), ".".join(parts[n:])
    return parts[0], ".".join(parts[1:])


def _made(story: Story, name: ExperimentId) -> Experiment | None:
    return next((experiment for experiment in story.experiments if experiment.id == name), None)


def _recorded(story: Story, asked: CallReplay) -> Outcome | None:
    calls: Sequence[Experiment] = [c.experiment for c in story.calls if c.experiment.id.scenario == asked.scenario]
    same = [e for e in calls if e.arrived_digest == asked.arrived_digest] or [
        e for e in calls if e.id.call == asked.call
    ]
    return same[0].outcome if same else None
