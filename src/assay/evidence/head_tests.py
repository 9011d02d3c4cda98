"""What head's own tests announce: calls that they make, in tests that fail on base and pass on head.

They run on both sides in the place of base's tests. A test whose old form head does not keep is a promise withdrawn;
its new form announces nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.codebase.edited_tests import edited_tests
from assay.codebase.pytest_settings import read_pytest_settings
from assay.codebase.tests import find_tests
from assay.evidence.announced import Shown
from assay.evidence.classify import contrast, is_comparable, silent_at
from assay.evidence.differences import difference_of
from assay.evidence.frames import Story, read_story
from assay.evidence.jobs import Placement, Scenarios, Window, record_run
from assay.evidence.matching import match_calls
from assay.evidence.promises import Broken
from assay.evidence.withdrawn import texts_of_head
from assay.values.change import SIDES, Change
from assay.values.experiment import ScenarioResult
from assay.values.lab import Lab


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTests:
    """Head's tests as they ran on both sides."""

    scenarios: Scenarios
    files: tuple[tuple[str, str], ...]
    """All that head changed about its tests, to stand in both trees."""
    base: Story
    head: Story
    announcing: frozenset[str]
    """Tests that fail on base and pass on head."""


def run_head_tests(
    lab: Lab,
    change: Change,
    placements: Sequence[Placement],
    options: tuple[str, ...],
    broken: Iterable[Broken],
    hints: Sequence[str],
    share_s: float,
) -> HeadTests | None:
    """Run the tests that head adds or edits on both sides; None where there are none.

    Where they share what head edits with others of their file, all of them run, those that name a unit first.
    """
    files = texts_of_head(lab, change)
    settings = read_pytest_settings(lab.source, lab.project)
    tests = find_tests([path for path, _ in files], replace(settings, testpaths=()), lab.project)
    if not tests:
        return None
    lab.say(f"running {len(tests)} test files of head on both sides")
    wanted = _wanted(lab, change, tests)
    scenarios = Scenarios(runner=lab.runner, files=tests, tests=wanted, options=options, hints=tuple(hints))
    window = Window(collect_s=share_s, deadline_s=share_s)
    runs = [replace(record_run(side, placements, scenarios, window), files=files) for side in SIDES]
    base, head = (read_story(result.frames) for result in lab.run(runs))
    withdrawn = {_function(promise.test) for promise in broken}
    return HeadTests(
        scenarios=scenarios,
        files=files,
        base=base,
        head=head,
        announcing=frozenset(
            test for test in _passing(head.tests) if _fails(test, base) and _function(test) not in withdrawn
        ),
    )


def _wanted(lab: Lab, change: Change, files: Collection[str]) -> tuple[str, ...] | None:
    """The tests that head adds or edits; None where they cannot be told from the others."""
    if lab.runner != "pytest":
        return None
    wanted: list[str] = []
    for pair in change.tests:
        if pair.head_path is None or pair.head_path not in files:
            continue
        base = None if pair.base_path is None else lab.source.text("base", pair.base_path)
        names = edited_tests(base, lab.source.text("head", pair.head_path) or "")
        if names is None:
            return None
        wanted.extend(f"{pair.head_path}::{name}" for name in names)
    return tuple(wanted) or None


def shown_by(tests: HeadTests, placements: Mapping[str, Placement]) -> tuple[Shown, ...]:
    """Calls in announcing tests that end differently on the two sides, or that base does not come to."""
    ours = [call for call in tests.base.calls if _is_of(call.experiment.id.scenario, tests.announcing)]
    theirs = [call for call in tests.head.calls if _is_of(call.experiment.id.scenario, tests.announcing)]
    reached = {call.experiment.id.scenario for call in ours}
    found = [
        Shown(test=call.experiment.id.scenario, call=call.experiment, difference=None)
        for call in theirs
        if call.experiment.id.scenario not in reached and is_comparable(call.experiment)
    ]
    for pair in match_calls(ours, theirs).pairs:
        if not is_comparable(pair.base) or not is_comparable(pair.head):
            continue
        seen = contrast(pair.base.outcome, pair.head.outcome, silent_at(pair.base.id.point))
        point = placements[pair.base.id.point].point
        if seen is not None:
            difference = difference_of(pair, seen, point, {})
            found.append(Shown(test=pair.base.id.scenario, call=pair.head, difference=difference))
    return tuple(found)


def _passing(results: Iterable[ScenarioResult]) -> Collection[str]:
    return {result.id for result in results if result.outcome == "passed"}


def _fails(test: str, story: Story) -> bool:
    """Did it fail there, or its whole file? A test that did not run for want of time says nothing."""
    if any(test.startswith(path) for path, _ in story.uncollected):
        return True
    return any(result.id == test and result.outcome in ("failed", "error") for result in story.tests)


def _is_of(scenario: str, tests: Collection[str]) -> bool:
    return scenario.removesuffix("::setup") in tests


def _function(test: str) -> str:
    """The test without its parameters."""
    return test.partition("[")[0]
