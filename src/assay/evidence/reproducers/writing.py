"""From a difference to a test that anybody can run: written, and then run as it is on both sides.

The call is made once more on base, to have its arguments as code and to see where its test stands. Of that drafts are
made, the plainest first: the call alone, or a test of base cut down to it. Drafts run on both sides to see what could
be asserted; finished files run without anything of Assay. Only what passes on base and fails on head each time stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.codebase.definitions import Definition, definition_of
from assay.codebase.pytest_settings import read_pytest_settings
from assay.evidence.again import scenarios_of
from assay.evidence.jobs import GRACE_S, Placement, Scenarios, Window, harvest_run, plan_of
from assay.evidence.points import Places
from assay.evidence.reproducers.call_alone import Harvest, Unwritable, draft_call
from assay.evidence.reproducers.cut_down import draft_cut, without_class
from assay.evidence.reproducers.drafts import Assertion, Draft, Saw, assertions, finished, seeing
from assay.evidence.reproducers.frames import read_harvest, read_saw, read_trials
from assay.values.change import SIDES, Side
from assay.values.experiment import Experiment, ExperimentId, ScenarioResult
from assay.values.finding import DifferenceKind, Reproducer
from assay.values.lab import Lab, Run

RUNS = 3
LIMIT_S = 60.0
NO_TIME = "there was no time left to write one; `assay replay ID --as-test` takes its time"
_SCRIPTS = ("doctest:", "calls:")
_PHRASES: Mapping[DifferenceKind, str] = {
    "answers-differently": "keeps_its_answer",
    "raises-instead": "still_answers",
    "accepts-instead": "still_refuses",
    "breaks-inside": "still_refuses_properly",
    "hangs-instead": "comes_back",
    "raises-otherwise": "refuses_in_the_same_way",
    "tells-otherwise": "tells_the_same_when_it_refuses",
    "leaves-arguments-differently": "leaves_the_same_behind",
    "writes-differently": "writes_the_same",
    "iterator-instead": "gives_the_same_kind",
    "details": "keeps_its_details",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A difference for which a test is wanted."""

    id: str
    title: str
    """What the file says of itself in its first line."""
    kind: DifferenceKind
    experiment: Experiment
    """As it ran on base."""
    placement: Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A finished file on trial."""

    id: str
    path: str
    text: str
    draft: Draft


def reproduce(lab: Lab, wanted: Sequence[Wanted], until_s: float) -> Mapping[str, Reproducer | str]:
    """For each wanted test the test, or a sentence that says why there is none. Nothing goes on after `until_s`."""
    answers: dict[str, Reproducer | str] = {}
    whys: dict[str, str] = {}
    harvests = _harvests(lab, wanted, until_s)
    if not harvests and lab.clock.elapsed_s() >= until_s:
        return {one.id: NO_TIME for one in wanted}
    drafts: dict[str, tuple[Draft, ...]] = {}
    for one in wanted:
        harvest = harvests.get(one.experiment.id)
        drafts[one.id], whys[one.id] = _drafts(lab, one, harvest)
    candidates = _finish(lab, wanted, drafts, whys, until_s)
    chosen: dict[str, _Candidate] = {}
    failures: dict[str, str] = {}
    if candidates and lab.clock.elapsed_s() < until_s:
        lab.say(f"trying {len(candidates)} tests on base and head")
        first = _try(lab, candidates, [1], until_s)
        for candidate in candidates:
            if first.get(candidate.path) and candidate.id not in chosen:
                chosen[candidate.id], failures[candidate.id] = candidate, first[candidate.path]
            elif candidate.id not in chosen:
                whys[candidate.id] = "the test that was written does not pass on base and fail on head"
    elif candidates:
        whys.update({candidate.id: NO_TIME for candidate in candidates})
    has_time = lab.clock.elapsed_s() < until_s
    steady = _steady(lab, tuple(chosen.values()), until_s) if has_time else frozenset()
    in_time = has_time and lab.clock.elapsed_s() < until_s
    for one in wanted:
        taken = chosen.get(one.id)
        if taken is None:
            answers[one.id] = whys[one.id]
        elif taken.path in steady:
            failure, form = failures[one.id], taken.draft.form
            answers[one.id] = Reproducer(path=taken.path, text=taken.text, form=form, runs=RUNS, failure=failure)
        elif not in_time:
            answers[one.id] = NO_TIME
        else:
            answers[one.id] = f"the test that was written did not end the same way {RUNS} times"
    return answers


def _left_s(lab: Lab, until_s: float) -> float:
    """How long a run that begins now may take."""
    return max(1.0, min(LIMIT_S, until_s - lab.clock.elapsed_s()))


def _harvests(lab: Lab, wanted: Sequence[Wanted], until_s: float) -> Mapping[ExperimentId, Harvest]:
    """Make every experiment's call once more on base, and have it described."""
    groups: dict[bool, list[Wanted]] = {}
    for one in wanted:
        groups.setdefault(one.experiment.id.scenario.startswith(_SCRIPTS), []).append(one)
    runs = []
    for members in groups.values():
        parts = [scenarios_of(lab, one.experiment.id.scenario) for one in members]
        placements = list({one.placement.point.id: one.placement for one in members}.values())
        left_s = _left_s(lab, until_s)
        window = Window(collect_s=left_s, deadline_s=left_s)
        plan = plan_of(one.experiment for one in members)
        runs.append(harvest_run(placements, _joined(parts), window, plan))
    found: dict[ExperimentId, Harvest] = {}
    for result in lab.run(runs) if runs else ():
        found.update(read_harvest(result.frames))
    return found


def _joined(parts: Sequence[Scenarios]) -> Scenarios:
    """One run for several scenarios of one runner."""
    files = tuple(dict.fromkeys(file for part in parts for file in part.files))
    scripts = tuple(dict.fromkeys(script for part in parts for script in part.scripts))
    tests = tuple(dict.fromkeys(test for part in parts for test in part.tests or ()))
    whole = any(part.tests is None for part in parts)
    return replace(parts[0], files=files, scripts=scripts, tests=None if whole else tests)


def _drafts(lab: Lab, one: Wanted, harvest: Harvest | None) -> tuple[tuple[Draft, ...], str]:
    """Ways to write the call, the plainest first; and why the last of them that failed did."""
    if harvest is None:
        return (), "the call was not made again on base"
    unit = _definition(lab, one.placement)
    if unit is None:
        return (), "the unit is not where base's source says it is"
    keeps = one.kind == "leaves-arguments-differently"
    path = next(iter(scenarios_of(lab, harvest.scenario).files), "")
    text = lab.source.text("base", path)
    folder = path.rpartition("/")[0] if text is not None else _folder_of_tests(lab)
    name = f"{_word(unit.qualname)}_{_PHRASES[one.kind]}"
    drafts, whys = [], []
    for make in ("call", "test"):
        try:
            if make == "call":
                drafts.append(draft_call(harvest, unit, name, keeps=keeps, folder=folder))
            elif text is not None and not harvest.scenario.startswith("import:"):
                drafts.extend(without_class(draft_cut(harvest, unit, name, path, text, keeps=keeps)))
        except Unwritable as why:
            whys.append(str(why))
        except SyntaxError:
            whys.append("what would have to be written is no Python")
    if lab.runner == "unittest":
        drafts = [replace(draft, is_unittest=True) for draft in drafts]
    return tuple(drafts), "; ".join(dict.fromkeys(whys))


def _definition(lab: Lab, placement: Placement) -> Definition | None:
    if placement.base is None:
        return None
    places = Places(lab.source, (), lab.source_roots)
    function = places.at("base", placement.base.path, placement.base.first_line)
    return None if function is None else definition_of(function)


def _folder_of_tests(lab: Lab) -> str:
    return next(
        (path.partition("/")[0] for path in lab.source.paths("base") if path.startswith(("tests/", "test/"))), ""
    )


def _word(qualname: str) -> str:
    """`Class.method` as a part of a test's name."""
    parts = [part for part in re.split(r"\W+", qualname) if part not in ("__init__", "__new__", "locals", "")]
    return re.sub(r"_+", "_", "_".join(parts[-2:] if len(parts) > 1 else parts).lower()).strip("_") or "it"


def _finish(
    lab: Lab, wanted: Sequence[Wanted], drafts: Mapping[str, Sequence[Draft]], whys: dict[str, str], until_s: float
) -> tuple[_Candidate, ...]:
    """Run the drafts on both sides, and write down of each what base did and head did not."""
    paths = {
        (one.id, n): _path(draft, f"{one.id[:8]}_draft{n}") for one in wanted for n, draft in enumerate(drafts[one.id])
    }
    files = tuple(
        (paths[one.id, n], seeing(d, f"{one.id} {n}")) for one in wanted for n, d in enumerate(drafts[one.id])
    )
    if not files or lab.clock.elapsed_s() >= until_s:
        whys.update({one.id: NO_TIME for one in wanted if drafts[one.id]})
        return ()
    lab.say(f"writing {len(files)} tests")
    left_s = _left_s(lab, until_s)
    base, head = (read_saw(result.frames) for result in lab.run([_trial(lab, side, files, left_s) for side in SIDES]))
    out: list[_Candidate] = []
    for one in wanted:
        for n, draft in enumerate(drafts[one.id]):
            found = _assertions(draft, base.get(f"{one.id} {n}"), head.get(f"{one.id} {n}"))
            for m, assertion in enumerate(found):
                path = _path(draft, f"{one.id[:6]}" + (f"_{n}{m}" if n or m else ""))
                out.append(_Candidate(id=one.id, path=path, text=finished(draft, assertion, one.title), draft=draft))
            if not found:
                whys[one.id] = "; ".join(filter(None, [whys[one.id], _silence(base.get(f"{one.id} {n}"))]))
    return tuple(out)


def _assertions(draft: Draft, base: Saw | None, head: Saw | None) -> tuple[Assertion, ...]:
    return () if base is None or head is None else assertions(draft, base, head)


def _silence(base: Saw | None) -> str:
    if base is None:
        return "a test cut down to the call does not run on base"
    return "outside of the experiment nothing that can be asserted differs"


def _path(draft: Draft, suffix: str) -> str:
    name = f"test_{draft.name}_{suffix}.py"
    return f"{draft.folder}/{name}" if draft.folder else name


def _try(lab: Lab, candidates: Sequence[_Candidate], seeds: Sequence[int], until_s: float) -> Mapping[str, str]:
    """Paths of the files that pass on base and fail on head under every hash seed, with what they say there."""
    files = tuple((candidate.path, candidate.text) for candidate in candidates)
    left_s = _left_s(lab, until_s)
    results = lab.run([_trial(lab, side, files, left_s, hash_seed=seed) for seed in seeds for side in SIDES])
    trials = [read_trials(result.frames) for result in results]
    pairs = list(zip(trials[::2], trials[1::2], strict=True))
    return {
        path: pairs[0][1][path].detail
        for path, _ in files
        if all(_ended(base, path) == "passed" and _ended(head, path) == "failed" for base, head in pairs)
    }


def _ended(trials: Mapping[str, ScenarioResult], path: str) -> str:
    return trials[path].outcome if path in trials else ""


def _steady(lab: Lab, chosen: Sequence[_Candidate], until_s: float) -> frozenset[str]:
    """Paths of those that end the same way in fresh processes, under other hash seeds."""
    return frozenset(_try(lab, chosen, range(2, RUNS + 1), until_s)) if chosen else frozenset()


def _trial(lab: Lab, side: Side, files: tuple[tuple[str, str], ...], limit_s: float, *, hash_seed: int = 0) -> Run:
    job = {
        "mode": "trial",
        "runner": lab.runner,
        "files": [path for path, _ in files],
        "options": list(read_pytest_settings(lab.source, lab.project).options),
    }
    return Run(side=side, job=job, time_limit_s=limit_s + min(GRACE_S, limit_s), hash_seed=hash_seed, files=files)


def names_of(answers: Mapping[str, Reproducer | str]) -> Iterator[str]:
    """Paths of the tests that were written."""
    yield from (answer.path for answer in answers.values() if isinstance(answer, Reproducer))
