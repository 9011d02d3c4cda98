"""Seen twice: whatever may hold a change is made again in fresh processes on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assay.evidence.classify import contrast, silent_at
from assay.evidence.frames import Story, read_story
from assay.evidence.jobs import Placement, Scenarios, Window, plan_of, record_run, replay_run
from assay.evidence.matching import match_calls
from assay.evidence.selection import file_of
from assay.values.change import SIDES
from assay.values.experiment import Experiment
from assay.values.finding import Difference
from assay.values.lab import Lab

FIRST_SEED = 2
"""The hash seed of the first tests that are recorded again; that of the next ones is one more."""


def confirm(
    lab: Lab, placements: Sequence[Placement], scenarios: Scenarios, differences: Sequence[Difference], limit_s: float
) -> tuple[Difference, ...]:
    """Make each difference's experiment again; those that show again come back confirmed, the others as they were."""
    if not differences:
        return ()
    experiments = [difference.base for difference in differences]
    plan = plan_of(experiments)
    narrow = narrow_to(scenarios, (e.id.scenario for e in experiments))
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    runs = [replace(replay_run(side, placements, narrow, window, plan), is_fresh=True) for side in SIDES]
    base, head = ({e.id: e for e in read_story(run.frames).experiments} for run in lab.run(runs))
    return tuple(
        _seen_again(difference, base.get(difference.base.id), head.get(difference.base.id))
        for difference in differences
    )


def rerun(
    lab: Lab,
    placements: Sequence[Placement],
    scenarios: Scenarios,
    some: Sequence[Sequence[str]],
    limit_s: float,
    *,
    whole_files: bool,
) -> list[tuple[Story, Story]]:
    """Record some tests again on base and head, and then others, in fresh processes under other hash seeds.

    With `whole_files` the tests around them run too: what one test leaves behind may be what the next one shows.
    """
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    runs = []
    for number, tests in enumerate(some):
        narrow = narrow_to(scenarios, tests)
        if whole_files and narrow.runner != "scripts":
            narrow = replace(narrow, tests=None)
        runs += [record_run(side, placements, narrow, window, hash_seed=FIRST_SEED + number) for side in SIDES]
    told = [read_story(result.frames) for result in lab.run(runs)]
    return list(zip(told[::2], told[1::2], strict=True))


def confirm_recorded(differences: Sequence[Difference], base: Story, head: Story) -> tuple[Difference, ...]:
    """Confirm differences between the tests' own calls from a second recording of both sides."""
    pairs = {pair.base.id: pair for pair in match_calls(base.calls, head.calls).pairs}
    out = []
    for difference in differences:
        pair = pairs.get(difference.base.id)
        out.append(_seen_again(difference, pair.base if pair else None, pair.head if pair else None))
    return tuple(out)


def narrow_to(scenarios: Scenarios, names: Iterable[str]) -> Scenarios:
    """Only the files, tests or scripts that are needed for the named scenarios."""
    wanted = list(dict.fromkeys(name.removesuffix("::setup") for name in names))
    if scenarios.runner == "scripts":
        scripts = tuple(s for s in scenarios.scripts if f"{s[0]}:{s[1]}.{s[2]}" in wanted)
        return replace(scenarios, scripts=scripts)
    imports = {test for test in wanted if test.startswith(("import:", "<import>"))}
    files = {file_of(test) for test in wanted}
    kept = tuple(file for file in scenarios.files if file in files) or scenarios.files
    if scenarios.runner == "pytest":
        # What a file calls while it is imported shows while tests are collected, whichever of them run.
        tests = tuple(test for test in wanted if "::" in test)
        whole = any("::" not in test for test in wanted if test not in imports)
    else:
        tests = tuple(test for test in wanted if "::" in test or scenarios.runner == "unittest")
        whole = bool(imports)
    return replace(scenarios, files=kept, tests=None if whole else tests)


def _seen_again(difference: Difference, base: Experiment | None, head: Experiment | None) -> Difference:
    if base is None or head is None:
        return difference
    seen = contrast(base.outcome, head.outcome, silent_at(base.id.point))
    if seen is None or seen.kind != difference.kind:
        return difference
    return replace(difference, confirmed=True)
