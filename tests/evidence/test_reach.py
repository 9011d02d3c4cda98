"""One light pass over the tests, in portions, until the units are reached or the time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.evidence.making import POINT, FakeClock, FakeLab, call, facts, placement, result, story

from assay.evidence.frames import merged
from assay.evidence.jobs import Scenarios
from assay.evidence.reach import FAR, NOTHING_KNOWN, PORTIONS, Known, Recorded, record, record_scripts
from assay.values.lab import Completed, Frame, Run, RunResult

UNIT = replace(placement(POINT), telling=frozenset({1}))
FILES = tuple(f"tests/test_{n}.py" for n in range(40))
OUTCOME = {"kind": "returned", "value": 1, "shown": "1"}


def frames(run: Run, reaching: Sequence[str], *, complete: bool = True) -> list[Frame]:
    """One passing test a file; those of `reaching` call the unit."""
    job: Any = run.job
    told: list[Frame] = []
    for path in job["files"]:
        test = f"{path}::test_it"
        if job["tests"] is None or test in job["tests"]:
            if path in reaching:
                told.append({"t": "call", "test": test, "point": POINT, "n": 0, "digest": "d", "args": [], "lines": [1],
                             "touched": [], "outcome": OUTCOME, "chain": [], "shape": "s"})  # fmt: skip
            told.append(
                {"t": "test", "test": test, "outcome": "passed", "seconds": 1.0, "detail": "", "path": path, "line": 1}
            )
    return [*told, {"t": "done", "complete": complete}]


def portions(lab: FakeLab) -> list[int]:
    """How many files each portion had."""
    sizes: list[Any] = [run.job["files"] for run in lab.asked if run.side == "base"]
    return [len(size) for size in sizes]


def recorded(lab: FakeLab, known: Known = NOTHING_KNOWN, *, imports_otherwise: bool = False) -> Recorded:
    """Record all the files."""
    return record(
        lab, [UNIT], Scenarios(runner="pytest", files=FILES), 20.0, known=known, imports_otherwise=imports_otherwise
    )


def test_files_run_in_growing_portions_until_a_unit_is_reached_often_enough() -> None:
    """Three tests are enough."""
    lab = FakeLab(answer=lambda run: frames(run, FILES[:3]))
    told = recorded(lab)
    assert portions(lab) == [PORTIONS[0]]
    assert told.exhausted
    assert told.scenarios.files == FILES[: PORTIONS[0]]
    rare = FakeLab(answer=lambda run: frames(run, FILES[:1]))
    assert recorded(rare).exhausted
    assert portions(rare) == [*PORTIONS, len(FILES) - sum(PORTIONS)]


def test_where_far_more_files_are_left_than_were_likely_one_test_is_enough() -> None:
    """All tests of a repository of 10,000 files ran for a function that two of them call; none is still too few."""
    many = tuple(f"tests/test_{n}.py" for n in range(sum(PORTIONS) * (FAR + 1) + 1))
    for reaching, ran in ((many[:1], list(PORTIONS)), ((), [*PORTIONS, len(many) - sum(PORTIONS)])):
        lab = FakeLab(answer=lambda run, reaching=reaching: frames(run, reaching))  # type: ignore[misc]
        record(lab, [UNIT], Scenarios(runner="pytest", files=many), 20.0)
        assert portions(lab) == ran


def test_a_changed_line_that_did_not_run_asks_for_one_more_portion() -> None:
    """The line may be in another branch of the function."""
    lab = FakeLab(answer=lambda run: frames(run, FILES[:3]))
    record(lab, [replace(UNIT, telling=frozenset({1, 2}))], Scenarios(runner="pytest", files=FILES), 20.0)
    assert portions(lab) == list(PORTIONS)


def test_when_time_is_over_no_further_portion_begins() -> None:
    """And the map is not whole."""
    lab, told = slowly(FILES[:1])
    assert portions(lab) == [PORTIONS[0]]
    assert not told.exhausted


def test_until_a_unit_is_reached_more_time_is_given() -> None:
    """A verdict about nothing would be the only other use for it."""
    lab, told = slowly(())
    assert portions(lab) == list(PORTIONS)
    assert not told.exhausted
    windows: list[Any] = [(run.job["deadline_s"], run.job["patience_s"]) for run in lab.asked]
    assert all(deadline_s < patience_s for deadline_s, patience_s in windows[:2])


def slowly(reaching: Sequence[str]) -> tuple[FakeLab, Recorded]:
    """Portions of 20 s each, where 20 s are meant for all of them."""
    clock = FakeClock()

    def slow(run: Run) -> list[Frame]:
        clock.now_s += 10.0
        return frames(run, reaching)

    lab = FakeLab(answer=slow, clock=clock)
    return lab, recorded(lab)


def test_known_tests_run_alone_where_they_are_all_there_is() -> None:
    """An earlier check came to the end of its search."""
    known = (f"{FILES[30]}::test_it",)
    lab = FakeLab(answer=lambda run: frames(run, FILES[30:31]))
    told = recorded(lab, Known(tests=known, is_whole=True))
    assert portions(lab) == [1]
    assert [test.id for test in told.base.tests] == list(known)


def test_known_tests_that_are_not_all_are_told_once() -> None:
    """They come first, and their file comes again in its portion, for its other tests."""
    known = (f"{FILES[0]}::test_it",)
    lab = FakeLab(answer=lambda run: frames(run, FILES[:1]))
    told = recorded(lab, Known(tests=known))
    assert portions(lab)[:2] == [1, PORTIONS[0]]
    assert [test.id for test in told.base.tests].count(known[0]) == 1
    assert len(told.base.calls) == 1


def test_files_that_an_earlier_check_finished_are_not_run_for_others() -> None:
    """A map that was cut short is continued where it ended."""
    known = (f"{FILES[0]}::test_it",)
    lab = FakeLab(answer=lambda run: frames(run, [FILES[0], FILES[39]]))
    told = recorded(lab, Known(tests=known, finished=frozenset(FILES[:38])))
    assert [run.job["files"] for run in lab.asked if run.side == "base"] == [[FILES[0]], [FILES[38], FILES[39]]]
    assert told.finished == frozenset(FILES)
    cut = FakeLab(answer=lambda run: frames(run, FILES[:1], complete=False))
    assert recorded(cut).finished == frozenset()


def test_tests_that_ran_in_an_earlier_check_do_not_run_again_in_files_that_were_cut_off() -> None:
    """One slow test at the end of a file costs no check the whole file."""
    known, ran = f"{FILES[0]}::test_it", (f"{FILES[0]}::test_that", f"{FILES[5]}::test_that")
    lab = FakeLab(answer=lambda run: frames(run, FILES[:1]))
    recorded(lab, Known(tests=(known,), ran=frozenset(ran)))
    jobs = [run.job for run in lab.asked if run.side == "base"]
    assert [job.get("skipped") for job in jobs[:3]] == [None, sorted([known, ran[0]]), [ran[1]]]


def test_calls_of_a_test_that_was_stopped_count_only_where_they_alone_run_a_line() -> None:
    """Every later run would wait for it as long again."""

    def told(test: str, n: int, line: int, detail: str = "") -> list[Frame]:
        ending: Frame = {"t": "test", "test": test, "outcome": "failed" if detail else "passed", "seconds": 1.0,
                         "detail": detail, "path": FILES[0], "line": 1}  # fmt: skip
        made: Frame = {"t": "call", "test": test, "point": POINT, "n": n, "digest": "d", "args": [], "lines": [line],
                       "touched": [], "outcome": OUTCOME, "chain": [], "shape": "s"}  # fmt: skip
        return [made, ending]

    quick, same, other = (f"{FILES[0]}::test_{name}" for name in ("quick", "same", "other"))
    detail = "assay_probe.scenarios.TooSlow: assay: the test ran for more than 10 s"
    frames_of = [*told(quick, 0, 1), *told(same, 0, 1, detail), *told(other, 0, 2, detail)]
    lab = FakeLab(answer=lambda _: [*frames_of, {"t": "done", "complete": True}])
    found = recorded(lab)
    for side in (found.base, found.head):
        assert [call.experiment.id.scenario for call in side.calls] == [quick, other]
        assert [test.id for test in side.tests] == [quick, same, other]
    on_base = [*told(quick, 0, 1), *told(same, 0, 1), *told(other, 0, 2)]
    slower = FakeLab(
        answer=lambda run: [*(on_base if run.side == "base" else frames_of), {"t": "done", "complete": True}]
    )
    assert len(recorded(slower).base.calls) == 3, "a test that head makes slow is broken, and its calls tell which unit"


DUMP = """..
Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/tree/src/fast.py", line 7 in inner
  File "/tree/tests/test_fast.py", line 2 in test_it

Extension modules: _speedups (total: 1)
"""


@pytest.mark.parametrize(
    ("ending", "answer", "sentence"),
    [
        ({"protocol_error": "a frame of 9 bytes"}, [], "base: a frame of 9 bytes"),
        ({"timed_out": True}, [], "base: the tests did not come to an end and were stopped"),
        ({"status": -11, "output": "x\nSegmentation fault"}, [], "base: the run broke off (Segmentation fault)"),
        ({"status": -11, "output": DUMP}, [], "base: the run broke off (Segmentation fault in inner(), line 7 of fast.py)"),
        ({"status": -11, "output": DUMP.replace("..\n", "..", 1)}, [],
         "base: the run broke off (Segmentation fault in inner(), line 7 of fast.py)"),
        ({"status": 3}, [], "base: the run broke off (it ended with status 3)"),
        ({"status": -15, "output": "....F..x [ 12%]\n..."},
         [{"t": "test", "test": "t.py::a", "outcome": "passed", "seconds": 0.1, "detail": "", "path": "t.py", "line": 1}],
         "base: the run broke off (it ended with signal 15 after t.py::a)"),
        ({}, [{"t": "failed", "detail": "Traceback\nKeyError: 1"}, {"t": "done", "complete": True}],
         "base: the run broke off (KeyError: 1)"),
        ({}, [{"t": "done", "complete": True}], None),
    ],
)  # fmt: skip
def test_a_run_that_breaks_off_is_told(ending: dict[str, Any], answer: list[Frame], sentence: str | None) -> None:
    """With what it said last."""

    class Lab(FakeLab):
        def run(self, runs: Sequence[Run]) -> Sequence[RunResult]:
            ended = Completed(**{"status": 0, "timed_out": False, "output": "", **ending})
            whole = Completed(status=0, timed_out=False, output="")
            done: list[Frame] = [{"t": "done", "complete": True}]
            return [RunResult(frames=tuple(answer), completed=ended), RunResult(frames=tuple(done), completed=whole)]

    told = record_scripts(Lab(), [UNIT], Scenarios(runner="scripts", scripts=(("calls", "bill", "total"),)), 5.0)
    assert told.trouble == (() if sentence is None else (sentence,))


def test_stories_of_one_side_become_one() -> None:
    """In order; the last one says whether all came to its end."""
    one = story(tests=(result("a::b"),), calls=(call(),), uncollected=(("x", "y"),), unobserved=((POINT, "why"),))
    other = story(tests=(result("a::c"),), unobserved=((POINT, "why"),), complete=False, failure="E")
    both = merged([one, other])
    assert [test.id for test in both.tests] == ["a::b", "a::c"]
    assert (len(both.calls), both.uncollected, both.unobserved) == (1, (("x", "y"),), ((POINT, "why"),))
    assert (both.complete, both.failure) == (False, "E")


def test_kinds_that_an_earlier_portion_saw_stay() -> None:
    """They say which inputs are plausible."""
    one, other = story(points={POINT: facts(amount="int none")}), story(points={POINT: facts(amount="int")})
    kinds = dict(merged([one, other]).points[POINT].kinds)
    assert kinds == {"amount": frozenset({"int", "none"})}


def kept(files: Sequence[str], reaching: Sequence[str]) -> RunResult:
    """What an earlier check got from a run of these files on base."""
    run = Run(side="base", job={"files": list(files), "tests": None}, time_limit_s=1.0)
    return RunResult(frames=tuple(frames(run, reaching)), completed=Completed(status=0, timed_out=False, output=""))


def test_where_runs_of_base_are_kept_head_runs_the_tests_that_reach_the_units() -> None:
    """And what is known of base is the same as in the check that kept them."""
    first = FILES[: PORTIONS[0]]
    lab = FakeLab(answer=lambda run: frames(run, FILES[1:4]), kept={first: kept(first, FILES[1:4])})
    told = recorded(lab, Known(tests=(f"{FILES[1]}::test_it",), is_whole=True))
    assert [(run.side, run.job["files"]) for run in lab.asked] == [("head", list(FILES[1:4]))]
    assert len(told.base.tests) == PORTIONS[0]
    assert told.scenarios.files == first


def test_a_kept_portion_that_reaches_nothing_is_not_run_on_head() -> None:
    """The next portion is not kept, and runs on both sides."""
    first = FILES[: PORTIONS[0]]
    lab = FakeLab(answer=lambda run: frames(run, FILES[5:9]), kept={first: kept(first, ())})
    told = recorded(lab)
    assert [run.side for run in lab.asked] == ["base", "head"]
    assert len(told.head.calls) == len(told.base.calls) == 4
    assert told.trouble == ()


def test_where_several_portions_are_kept_head_runs_the_tests_of_all_of_them_at_once() -> None:
    """And one of them whole, where its calls have no partner."""
    first, second = FILES[: PORTIONS[0]], FILES[PORTIONS[0] : sum(PORTIONS)]
    stored = {first: kept(first, FILES[1:2]), second: kept(second, FILES[9:10])}
    asked = FILES[1:2] + FILES[9:10]
    lab = FakeLab(answer=lambda run: frames(run, asked), kept=stored)
    told = recorded(lab)
    assert [(run.side, run.job["files"]) for run in lab.asked] == [("head", list(asked)), *_last_portion()]
    assert len(told.head.calls) == len(told.base.calls) == 2
    lonely = FakeLab(answer=lambda run: frames(run, FILES[1:2] if run.job["tests"] else asked), kept=stored)
    assert len(recorded(lonely).head.calls) == 2
    assert [run.job["files"] for run in lonely.asked][:2] == [list(asked), list(second)]


def test_a_run_of_several_portions_that_breaks_off_is_told_as_it_ended() -> None:
    """Base's kept runs ended well, which says nothing of head's."""
    first, second = FILES[: PORTIONS[0]], FILES[PORTIONS[0] : sum(PORTIONS)]

    class Lab(FakeLab):
        def run(self, runs: Sequence[Run]) -> Sequence[RunResult]:
            ended = Completed(status=-15, timed_out=False, output="")
            return [replace(told, completed=ended, frames=told.frames[:-1]) for told in super().run(runs)]

    third = FILES[sum(PORTIONS) :]
    stored = {first: kept(first, FILES[1:2]), second: kept(second, FILES[9:10]), third: kept(third, ())}
    trouble = recorded(Lab(answer=lambda run: frames(run, FILES), kept=stored)).trouble
    assert any(told.startswith("head: the run broke off (it ended with signal 15") for told in trouble)


def _last_portion() -> list[tuple[str, list[str]]]:
    return [(side, list(FILES[sum(PORTIONS) :])) for side in ("base", "head")]


def test_head_runs_the_whole_kept_portion_where_calls_have_no_partner_or_imports_differ() -> None:
    """A test alone may do something else than after others; a test that reaches no unit may fail all the same."""
    first = FILES[: PORTIONS[0]]
    lab = FakeLab(
        answer=lambda run: frames(run, FILES[1:4] if run.job["tests"] is None else ()),
        kept={first: kept(first, FILES[1:4])},
    )
    recorded(lab)
    assert [run.job["files"] for run in lab.asked] == [list(FILES[1:4]), list(first)]
    otherwise = FakeLab(answer=lambda run: frames(run, FILES[1:4]), kept={first: kept(first, FILES[1:4])})
    recorded(otherwise, imports_otherwise=True)
    assert [run.job["files"] for run in otherwise.asked] == [list(first)]
