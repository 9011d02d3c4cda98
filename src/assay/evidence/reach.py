"""One light pass over the tests: which reach the units, and what the tests' own calls do on both sides.

Test files that are likely to reach the units run first, in growing portions, until every unit is reached or the time
is over. Base and head run the same files side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assay.evidence.frames import Story, merged, read_story, without
from assay.evidence.jobs import Placement, Scenarios, Window, record_run
from assay.evidence.matching import match_calls
from assay.evidence.promises import reach_by_test
from assay.evidence.selection import STOPPED, file_of, test_of
from assay.values.lab import Frame, Lab, Run, RunResult

PORTIONS = (4, 24)
"""Test files in the first and the second portion; the third is all the rest."""
LAST_PART = 0.15
"""With less than this part of the time left no further portion begins."""
PATIENCE = 2.2
"""So many times its share of the budget is given to running tests while none of them reaches any unit."""
LEAST_S = 3.0
"""A portion that begins is given this long, or half of a small share."""
NO_WINDOW = Window(collect_s=0.0, deadline_s=0.0)
_PROGRESS = re.compile(r"[.FEsxX]*\s*(?:\[ *\d+%\])?|Extension modules: .*")
"""What pytest writes while tests run, and what stands below the stack of an interpreter that died."""
_FATAL = re.compile(r"Fatal Python error: (.+)$", re.MULTILINE)
"""Behind the dots of a test runner, which ends no line before."""
_FRAME = re.compile(r'^  File "(?:[^"]*/)?([^"/]+)", line (\d+) in (\S+)$', re.MULTILINE)
"""A line of the stack that an interpreter writes when it dies, the innermost first."""
ENOUGH_TESTS = 3
"""A unit that this many tests reach needs no further portion."""
FAR = 10
"""Where so many times as many files are left as were likely, one test is enough: it costs what the repository costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the tests do on both sides, without any intervention."""

    scenarios: Scenarios
    base: Story
    head: Story
    trouble: tuple[str, ...] = ()
    """Sentences about runs that broke off."""
    exhausted: bool = True
    """Did every portion run to its end?"""
    finished: frozenset[str] = frozenset()
    """Test files of which every test ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What earlier checks leave to do: tests that reach all the points of a change, and where no others are."""

    tests: tuple[str, ...] = ()
    is_whole: bool = False
    """Did an earlier check come to the end of its search, so that nothing more is to be found?"""
    finished: frozenset[str] = frozenset()
    """Files of which earlier checks ran every test, with all these points observed."""
    ran: frozenset[str] = frozenset()
    """Tests of other files that ran with all these points observed, whether they reach one or not."""


NOTHING_KNOWN = Known()


def record(
    lab: Lab,
    placements: Sequence[Placement],
    scenarios: Scenarios,
    share_s: float,
    *,
    known: Known = NOTHING_KNOWN,
    also: Sequence[Placement] = (),
    imports_otherwise: bool = False,
) -> Recorded:
    """Run the files of `scenarios` in portions on both sides until the units are reached or `share_s` seconds over.

    As long as no test reaches any of the units, `PATIENCE` times as many seconds are given.
    Tests that are `known` run first; when they are all there is, they run alone. Calls of `also` are written down too,
    and nothing waits for them.
    Where base's runs are kept from an earlier check only head runs: the tests that reach the units on base, or all of
    them where the change `imports_otherwise`, so that tests may fail that reach no unit.
    """
    start = lab.clock.elapsed_s()
    stories: list[tuple[Story, Story]] = []
    trouble: list[str] = []
    done: dict[str, None] = {}
    exhausted = True
    ended = set(known.finished)
    portions = list(_order(lab, (*placements, *also), scenarios, known))
    ahead = None if imports_otherwise else _ahead_on_head(lab, (*placements, *also), portions, share_s)
    for portion in portions:
        # Nothing can be said before a test reaches a unit, so until then more time is given.
        spent = lab.clock.elapsed_s() - start
        patience = share_s * (1.0 if not placements or _reaches_any(stories) else PATIENCE) - spent
        left = max(share_s - spent, patience * 0.5)
        is_far = len(stories) >= len(PORTIONS) and len(portion.files) > FAR * len(done)
        is_enough = _is_enough(placements, stories, n_portions=len(stories), n_tests=1 if is_far else ENOUGH_TESTS)
        if stories and (left < share_s * LAST_PART or is_enough):
            exhausted = left >= share_s * LAST_PART
            break
        lab.say(f"running {len(portion.files)} of {len(scenarios.files)} test files on base and head")
        window = _window(share_s, left, patience)
        results = _both_sides(lab, (*placements, *also), portion, window, ahead, whole=imports_otherwise)
        trouble.extend(_trouble(results))
        told = {test.id for story, _ in stories for test in story.tests}
        base, head = (without(read_story(result.frames), told) for result in results)
        stories.append((base, head))
        if portion.tests is None and base.complete:
            ended |= {*portion.files}
        done.update(dict.fromkeys(portion.files))
        exhausted = stories[-1][0].complete
        if portion.tests is not None and known.is_whole and _is_reached(placements, stories):
            break
    base, head = _without_stopped(merged(base for base, _ in stories), merged(head for _, head in stories))
    return Recorded(
        scenarios=replace(scenarios, files=tuple(done)),
        base=base,
        head=head,
        trouble=tuple(dict.fromkeys(trouble)),
        exhausted=exhausted,
        finished=frozenset(ended),
    )


def _window(share_s: float, left: float, patience: float) -> Window:
    least_s = min(LEAST_S, share_s / 2)
    return Window(
        collect_s=max(least_s * 0.7, left * 0.7), deadline_s=max(least_s, left), patience_s=max(least_s, patience)
    )


def _without_stopped(base: Story, head: Story) -> tuple[Story, Story]:
    """Without the calls of tests that base's run stopped for their length, unless they alone run a line of a point.

    Every later run would wait for such a test as long again. One that only head's run stopped is a broken promise.
    """
    stopped = {test.id for test in base.tests if STOPPED in test.detail}
    if not stopped:
        return base, head
    ran: dict[str, set[int]] = {}
    alone: set[tuple[str, str]] = set()
    for call in base.calls:
        if test_of(call.experiment.id.scenario) not in stopped:
            ran.setdefault(call.experiment.id.point, set()).update(call.experiment.lines)
    for call in base.calls:
        name = call.experiment.id
        if test_of(name.scenario) in stopped and not (name.point in ran and call.experiment.lines <= ran[name.point]):
            alone.add((name.scenario, name.point))

    def wanted(story: Story) -> Story:
        names = ((call, call.experiment.id) for call in story.calls)
        kept = (call for call, n in names if test_of(n.scenario) not in stopped or (n.scenario, n.point) in alone)
        return replace(story, calls=tuple(kept))

    return wanted(base), wanted(head)


def _order(lab: Lab, placements: Sequence[Placement], scenarios: Scenarios, known: Known) -> Iterator[Scenarios]:
    """The portions from the beginning where base's first one is kept; else known tests before the others."""
    first = next(_portions(scenarios, NOTHING_KNOWN), None)
    is_kept = first is not None and lab.recalled(_on_base(placements, first, NO_WINDOW)) is not None
    return _portions(scenarios, NOTHING_KNOWN if is_kept else known)


def _on_base(placements: Sequence[Placement], portion: Scenarios, window: Window) -> Run:
    return replace(record_run("base", placements, portion, window), may_be_kept=True)


def _ahead_on_head(
    lab: Lab, placements: Sequence[Placement], portions: Sequence[Scenarios], share_s: float
) -> RunResult | None:
    """What the tests of all kept portions that reach the units do on head, where they would else take several runs."""
    some: list[Scenarios] = []
    for portion in portions:
        kept = lab.recalled(_on_base(placements, portion, NO_WINDOW))
        if kept is None:
            break
        reaching = _reaching(portion, read_story(kept.frames))
        some += [reaching] if reaching.tests else []
    if len(some) < 2:
        return None
    files = tuple(dict.fromkeys(file for one in some for file in one.files))
    tests = tuple(test for one in some for test in one.tests or ())
    window = Window(collect_s=share_s * 0.7, deadline_s=share_s)
    return lab.run([record_run("head", placements, replace(some[0], files=files, tests=tests), window)])[0]


def _reaching(portion: Scenarios, base: Story) -> Scenarios:
    """The tests of a portion that reach the units on base, and their files."""
    reaching = reach_by_test(base.calls).keys()
    tests = tuple(test.id for test in base.tests if test.id in reaching)
    files = tuple(file for file in portion.files if any(file_of(test) == file for test in tests))
    return replace(portion, tests=tests, files=files or portion.files)


def _told_of(frames: Sequence[Frame], some: Scenarios) -> tuple[Frame, ...]:
    """The frames about these tests and files, and those that are about none."""
    names = {*(some.tests or ()), *some.files, *(f"import:{file}" for file in some.files)}

    def is_meant(frame: Frame) -> bool:
        about = frame.get("path") if frame.get("t") == "uncollected" else frame.get("test")
        return about is None or str(about).removesuffix("::setup") in names

    return tuple(frame for frame in frames if is_meant(frame))


def _both_sides(
    lab: Lab,
    placements: Sequence[Placement],
    portion: Scenarios,
    window: Window,
    ahead: RunResult | None,
    *,
    whole: bool,
) -> Sequence[RunResult]:
    """The portion on base and on head; `ahead` is what head told of the tests that reach the units, if it was asked."""
    on_base = _on_base(placements, portion, window)
    kept = lab.recalled(on_base)
    if kept is not None and not whole:
        base = read_story(kept.frames)
        some = _reaching(portion, base)
        if not some.tests:
            return (kept, RunResult(frames=({"t": "done", "complete": True},), completed=kept.completed))
        if ahead is not None:
            head = replace(ahead, frames=_told_of(ahead.frames, some))
        else:
            head = lab.run([record_run("head", placements, some, window)])[0]
        if len(match_calls(base.calls, read_story(head.frames).calls).pairs) == len(base.calls):
            return (kept, head)
    if kept is not None:
        return (kept, *lab.run([record_run("head", placements, portion, window)]))
    return lab.run([on_base, record_run("head", placements, portion, window)])


def record_scripts(lab: Lab, placements: Sequence[Placement], scenarios: Scenarios, share_s: float) -> Recorded:
    """Run docstring examples and generated calls on base and head."""
    window = Window(collect_s=share_s, deadline_s=share_s)
    on_base = _on_base(placements, scenarios, window)
    results = lab.run([on_base, record_run("head", placements, scenarios, window)])
    return Recorded(
        scenarios=scenarios,
        base=read_story(results[0].frames),
        head=read_story(results[1].frames),
        trouble=tuple(_trouble(results)),
    )


def _portions(scenarios: Scenarios, known: Known) -> Iterator[Scenarios]:
    """Known tests first; then growing numbers of the files that hold others, without those that ran."""
    if known.tests:
        wanted = {file_of(test) for test in known.tests}
        files = tuple(file for file in scenarios.files if file in wanted)
        yield replace(scenarios, files=files, tests=tuple(known.tests))
    start, others = 0, tuple(file for file in scenarios.files if file not in known.finished)
    told = sorted({*known.tests, *known.ran})
    for size in (*PORTIONS, len(others)):
        portion = others[start : start + size]
        if portion:
            yield replace(scenarios, files=portion, skipped=tuple(test for test in told if file_of(test) in portion))
        start += len(portion)


def _is_enough(
    placements: Sequence[Placement], stories: Sequence[tuple[Story, Story]], *, n_portions: int, n_tests: int
) -> bool:
    """Is every unit reached by `n_tests`, and did every changed line run? After two portions lines may stay away.

    Without units it is enough when time is over: what is looked for is a test that no longer passes.
    """
    if not placements:
        return False
    reached: dict[str, set[str]] = {}
    lines: dict[str, set[int]] = {}
    for base, head in stories:
        for call in base.calls:
            reached.setdefault(call.experiment.id.point, set()).add(call.experiment.id.scenario)
        for sign, story in ((1, base), (-1, head)):
            for call in story.calls:
                lines.setdefault(call.experiment.id.point, set()).update(sign * line for line in call.experiment.lines)
    return all(
        len(reached.get(placement.point.id, ())) >= n_tests
        and (n_portions > 1 or placement.telling <= lines.get(placement.point.id, set()))
        for placement in placements
    )


def _reaches_any(stories: Sequence[tuple[Story, Story]]) -> bool:
    return any(base.calls and head.calls for base, head in stories)


def _is_reached(placements: Sequence[Placement], stories: Sequence[tuple[Story, Story]]) -> bool:
    reached = {call.experiment.id.point for base, _ in stories for call in base.calls}
    return all(placement.point.id in reached for placement in placements)


def _trouble(results: Sequence[RunResult]) -> Iterator[str]:
    for side, result in zip(("base", "head"), results, strict=True):
        story = read_story(result.frames)
        if result.completed.protocol_error:
            yield f"{side}: {result.completed.protocol_error}"
        elif result.completed.timed_out:
            yield f"{side}: the tests did not come to an end and were stopped"
        elif story.failure or not any(frame.get("t") == "done" for frame in result.frames):
            yield f"{side}: the run broke off ({_last_words(story.failure or result.completed.output, result)})"


def _last_words(said: str, result: RunResult) -> str:
    """Where the interpreter died; else the last line that says something, or the status, and after which test."""
    if fatal := _FATAL.search(said):
        frame = _FRAME.search(said, fatal.end())
        return fatal[1][:300] + (f" in {frame[3]}(), line {frame[2]} of {frame[1]}" if frame else "")
    lines = [line for line in said.strip().splitlines() if not _PROGRESS.fullmatch(line.strip())]
    if lines:
        return lines[-1][:300]
    status = result.completed.status
    how = f"signal {-status}" if status < 0 else f"status {status}"
    tests = [str(frame.get("test")) for frame in result.frames if frame.get("t") == "test"]
    return f"it ended with {how}{f' after {tests[-1]}' if tests else ''}"
