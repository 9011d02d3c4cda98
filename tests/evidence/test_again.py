"""One experiment, or one test, of a report made again: the plan is the same, and so is the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.fake_probe import Call, FakeProbe
from tests.evidence.making import (
    FakeLab,
    FakeMemo,
    FakeSource,
    call,
    difference,
    edit,
    experiment,
    placement,
    result,
    returned,
    story,
)

from assay.evidence.again import replay
from assay.evidence.confirm import confirm, confirm_recorded, narrow_to
from assay.evidence.frames import edit_to_json
from assay.evidence.jobs import GRACE_S, Material, Scenarios, Window, plan_of, plan_run, record_run
from assay.evidence.reach import Recorded
from assay.evidence.reachmap import recall, remember
from assay.values.experiment import Edit
from assay.values.record import CallReplay, Expected, FailureReplay

UNIT, TEST = "bill.py::total", "t.py::test_total"
SOURCE = FakeSource({"bill.py": "\n\ndef total(amount):\n    return amount\n", "t.py": "def test_total(): pass\n"})
EDIT = Edit(path=(("arg", "amount"),), operator="number.edge", literal="-1")
ASKED = CallReplay(
    scenario=TEST,
    point=UNIT,
    path="bill.py",
    qualname="total",
    base_lines=(3, 4),
    head_path="bill.py",
    head_qualname="total",
    head_lines=(3, 4),
    call=0,
    intervention=7,
    edits=(EDIT,),
    arguments_digest="-1",
    arrived_digest="10",
    seed=0,
    difference="answers-differently",
    base=Expected(kind="returned", exception=None, shown="-1"),
    head=Expected(kind="returned", exception=None, shown="0"),
)


def lab(head: Any, **members: Any) -> FakeLab:
    """A lab whose base gives back what it is given."""
    probe = FakeProbe(base={UNIT: lambda n: n}, head={UNIT: head}, tests={TEST: (Call(UNIT, 10),)}, **members)
    return FakeLab(answer=probe, source=SOURCE)


def test_a_difference_that_is_there_is_shown() -> None:
    """The same experiment, once on each side, at the place where the source has the function now."""
    world = lab(lambda n: max(n, 0))
    answer = replay(world, ASKED)
    assert answer.differs
    assert answer.base is not None
    assert answer.head is not None
    assert (answer.base.shown, answer.head.shown) == ("-1", "0")
    jobs: list[Any] = [run.job for run in world.asked]
    assert [job["points"][0]["line"] for job in jobs] == [3, 3]
    assert jobs[0]["plan"] == {
        TEST: {UNIT: [{"n": 0, "digest": "10", "experiments": [[7, [edit_to_json(EDIT)], None]]}]}
    }
    assert (jobs[0]["files"], jobs[0]["tests"]) == (["t.py"], [TEST])


def test_a_difference_that_is_gone_is_gone() -> None:
    """Exit status 1."""
    assert not replay(lab(lambda n: n), ASKED).differs


def test_another_difference_is_a_difference_too_but_details_are_none() -> None:
    """Head now refuses where it answered otherwise."""

    def refuse(amount: int) -> object:
        raise ValueError(amount)

    assert replay(lab(refuse), ASKED).differs
    assert not replay(lab(lambda n: n), replace(ASKED, difference="details")).differs


@pytest.mark.parametrize("side", ["base", "head"])
def test_a_function_that_is_not_there_is_named(side: str) -> None:
    """Another revision may not have it."""
    other = {"bill.py": "x = 1\n"}
    files = (other, SOURCE.base) if side == "base" else (SOURCE.base, other)
    world = replace(lab(lambda n: n), source=FakeSource(*files))
    answer = replay(world, ASKED)
    assert (answer.differs, answer.note) == (False, f"There is no total on {side}.")
    assert not world.asked


def test_a_call_that_is_no_longer_made_cannot_be_made_again() -> None:
    """The test goes another way now."""
    answer = replay(lab(lambda n: n, complete=True), replace(ASKED, call=5, arrived_digest="55"))
    assert (answer.differs, answer.note) == (False, "The call was not made on base; the test no longer reaches it.")


def test_a_tests_own_call_is_compared_as_it_is_made() -> None:
    """Where no fork can make it, because it touches the world or needs what came before."""
    own = replace(ASKED, edits=(), intervention=0)
    assert replay(lab(lambda n: n + 1), own).differs
    assert not replay(lab(lambda n: n), own).differs


@pytest.mark.parametrize(("on_head", "differs"), [("failed", True), ("error", True), ("passed", False)])
def test_a_test_is_run_again(on_head: str, differs: bool) -> None:
    """It passes on base and fails on head, or no longer."""
    world = lab(lambda n: n, endings={("head", TEST): on_head})
    answer = replay(world, FailureReplay(scenario=TEST, seed=0, removed_name=None))
    assert answer.differs == differs
    assert answer.head is not None
    assert answer.head.shown == (f"{on_head} boom")


def test_a_file_that_no_longer_imports_is_collected_again() -> None:
    """Under pytest by its path."""

    def answer(run: Any) -> Any:
        done = {"t": "done", "complete": True}
        passed = {"t": "test", "test": TEST, "outcome": "passed", "seconds": 0, "detail": "", "path": "t.py", "line": 1}
        broken = {"t": "uncollected", "path": "t.py", "detail": "E   ImportError: gone"}
        return [passed if run.side == "base" else broken, done]

    found = replay(FakeLab(answer=answer, source=SOURCE), FailureReplay(scenario="t.py", seed=0, removed_name="gone"))
    assert found.differs
    assert found.head is not None
    assert found.head.shown == "not collected: ImportError: gone"


def files_asked(scenario: str, runner: str = "pytest", **files: str) -> Any:
    """Which files, tests and scripts a replay of this scenario asks for."""
    source = FakeSource({**SOURCE.base, **{name.replace("__", "/") + ".py": "" for name in files}})
    world = FakeLab(source=source, runner=runner)
    replay(world, replace(ASKED, scenario=scenario))
    job: Any = world.asked[0].job
    scripts = [f"{s['kind']}:{s['module']}:{s['qualname']}" for s in job["scripts"]]
    return job["files"], job["tests"], scripts


def test_a_scenario_says_what_is_to_be_run() -> None:
    """A test, its set-up, the import of a file, a docstring, generated calls."""
    assert files_asked("t.py::test_total") == (["t.py"], ["t.py::test_total"], [])
    assert files_asked("t.py::test_total::setup") == (["t.py"], ["t.py::test_total"], [])
    assert files_asked("import:t.py") == (["t.py"], None, [])
    assert files_asked("doctest:bill.total") == ([], None, ["doctest:bill:total"])
    nested = files_asked("calls:pack.bill.Till.close", pack__bill="", pack____init__="")
    assert nested == ([], None, ["calls:pack.bill:Till.close"])
    assert files_asked("tests.test_a.Case.test_it", "unittest", tests__test_a="") == (
        ["tests/test_a.py"],
        ["tests.test_a.Case.test_it"],
        [],
    )


def test_under_unittest_a_file_cannot_be_asked_for() -> None:
    """`tests/test_a.py` no longer imports on head."""
    world = FakeLab(source=FakeSource({"tests/test_a.py": ""}), runner="unittest")
    replay(world, FailureReplay(scenario="tests/test_a.py", seed=0, removed_name="x"))
    job: Any = world.asked[0].job
    # wrong: nothing runs, so such a finding is always gone when it is replayed.
    assert job["files"] == []


def test_what_is_confirmed_showed_the_same_kind_again() -> None:
    """Each example alone in fresh processes; what did not show again stays as it was."""
    world = lab(lambda n: max(n, 0))
    made = [
        difference(base=experiment(returned(n), edit(literal=str(n)), m=n, test=TEST, digest="10")) for n in (-1, 5)
    ]
    again = confirm(world, [placement(UNIT)], Scenarios(runner="pytest", files=("t.py", "u.py")), made, 5.0)
    assert [each.confirmed for each in again] == [True, False]
    job: Any = world.asked[0].job
    assert (job["files"], job["tests"], job["deadline_s"]) == (["t.py"], [TEST], 5.0)
    assert confirm(world, [], Scenarios(runner="pytest"), [], 5.0) == ()


def test_recorded_differences_are_confirmed_by_a_second_recording() -> None:
    """By the pair that the same call makes there."""
    first = difference(base=experiment(returned(1)), head=experiment(returned(2)))
    base, other, same = (
        story(calls=(call(returned(1)),)),
        story(calls=(call(returned(2)),)),
        story(calls=(call(returned(1)),)),
    )
    assert [each.confirmed for each in confirm_recorded([first], base, other)] == [True]
    assert [each.confirmed for each in confirm_recorded([first], base, same)] == [False]
    assert [each.confirmed for each in confirm_recorded([first], story(), other)] == [False]


@pytest.mark.parametrize(
    ("names", "files", "tests"),
    [
        (["a.py::x", "a.py::x::setup"], ("a.py",), ("a.py::x",)),
        (["b.py::y[1]", "a.py::x"], ("a.py", "b.py"), ("b.py::y[1]", "a.py::x")),
        (["import:a.py", "b.py::y"], ("a.py", "b.py"), ("b.py::y",)),
        (["a.py"], ("a.py",), None),
        (["<import>"], ("a.py", "b.py"), ()),
    ],
)
def test_only_what_is_needed_runs_again(
    names: list[str], files: tuple[str, ...], tests: tuple[str, ...] | None
) -> None:
    """Files in their order; no test where only an import is meant, which collecting shows."""
    narrow = narrow_to(Scenarios(runner="pytest", files=("a.py", "b.py")), names)
    assert (narrow.files, narrow.tests) == (files, tests)


def test_of_scripts_only_the_named_ones_run_again() -> None:
    """By kind, module and name."""
    scripts = (("doctest", "m", "f"), ("calls", "m", "f"), ("calls", "m", "C.g"))
    narrow = narrow_to(Scenarios(runner="scripts", scripts=scripts), ["calls:m.C.g", "doctest:m.f"])
    assert narrow.scripts == (scripts[0], scripts[2])


numbers = st.integers(0, 3)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([UNIT, "x.py::y"]), numbers, numbers), unique=True)
)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_a_plan_holds_every_experiment_once(made: list[tuple[str, str, int, int]]) -> None:
    """Grouped by scenario, point and call."""
    experiments = [experiment(None, edit(), test=t, point=p, n=n, m=m, digest=f"{t}{n}") for t, p, n, m in made]
    plan: Any = plan_of(experiments)
    found = [
        (test, point, entry["n"], m)
        for test, points in plan.items()
        for point, entries in points.items()
        for entry in entries
        for m, _, _ in entry["experiments"]
    ]
    assert sorted(found) == sorted(made)
    for test, points in plan.items():
        for entries in points.values():
            assert [entry["n"] for entry in entries] == sorted({entry["n"] for entry in entries})
            assert all(entry["digest"] == f"{test}{entry['n']}" for entry in entries)


def test_a_job_says_where_each_function_stands_on_its_side() -> None:
    """A function that a side does not have is no point there."""
    both, removed = placement(UNIT, line=3), placement("bill.py::old", line=9, head=False)
    window = Window(collect_s=1.0, deadline_s=2.0)
    jobs: list[Any] = [
        record_run(side, [both, removed], Scenarios(runner="pytest"), window).job for side in ("base", "head")
    ]
    assert [[point["id"] for point in job["points"]] for job in jobs] == [[UNIT, "bill.py::old"], [UNIT]]
    assert record_run("base", [], Scenarios(runner="pytest"), window).time_limit_s == 2.0 + 3.0
    longer = Window(collect_s=1.0, deadline_s=30.0)
    assert record_run("base", [], Scenarios(runner="pytest"), longer).time_limit_s == 30.0 + GRACE_S
    planned: Any = plan_run(
        [replace(both, material=Material(numbers=(1,), names=("n",)))], Scenarios(runner="x"), window, {}, ()
    )
    assert planned.job["quota"] == {}
    told = {name: value for name, value in planned.job["material"][UNIT].items() if value}
    assert told == {"numbers": [1]}


def test_what_tests_reached_is_remembered_while_their_files_stay_as_they_are() -> None:
    """By content: an edited test file is forgotten, and so is one that is gone."""
    world = FakeLab(source=SOURCE, memo=FakeMemo())
    unit = placement(UNIT)
    recorded = Recorded(scenarios=Scenarios(runner="pytest"), base=story(calls=(call(test=TEST),)), head=story())
    assert recall(world, [unit], ["t.py"]) is None
    remember(world, [unit], recorded)
    known = recall(world, [unit], ["t.py"])
    assert known is not None
    assert (known.tests, known.is_whole) == ((TEST,), True)
    assert recall(world, [unit], ["other.py"]) is None
    assert recall(world, [], ["t.py"]) is None, "without a point every test is still to run"
    assert recall(world, [unit, placement("bill.py::other")], ["t.py"]) is None
    edited = replace(world, source=FakeSource({**SOURCE.base, "t.py": "def test_total(): assert 0\n"}))
    assert recall(edited, [unit], ["t.py"]) is None


def test_that_no_test_reaches_a_point_is_known_until_base_is_another() -> None:
    """Units without tests are frequent, and each check searched the whole suite for them again."""
    world, unit, untested = FakeLab(source=SOURCE, memo=FakeMemo()), placement(UNIT), placement("bill.py::other")
    told = Recorded(
        scenarios=Scenarios(runner="pytest"),
        base=story(calls=(call(test=TEST),), tests=(result(TEST),)),
        head=story(),
        finished=frozenset({"t.py"}),
    )
    remember(world, [unit, untested], told)
    known = recall(world, [unit, untested], ["t.py"])
    assert known is not None
    assert (known.tests, known.is_whole, set(known.finished)) == ((TEST,), True, {"t.py"})
    assert recall(replace(world, base_print="other"), [unit, untested], ["t.py"]) is None
    assert recall(replace(world, base_print="other"), [unit], ["t.py"]) is not None
    assert recall(world, [untested], ["t.py"]) is None, "where no test reaches anything, all are to run"


def test_known_tests_come_in_the_order_in_which_they_ran() -> None:
    """Whatever the files they stand in: else the same change would get other experiments the second time."""
    files = [f"t{n}.py" for n in range(6)]
    order = [f"t{n}.py::test_{m}" for m in range(3) for n in (4, 1, 0, 3, 5, 2)]
    world = FakeLab(source=FakeSource({"bill.py": "", **dict.fromkeys(files, "")}), memo=FakeMemo())
    calls = tuple(call(test=test) for test in order)
    told = Recorded(
        scenarios=Scenarios(runner="pytest"), base=story(calls=calls), head=story(), finished=frozenset(files)
    )
    remember(world, [placement(UNIT)], told)
    known = recall(world, [placement(UNIT)], files)
    assert known is not None
    assert known.tests == tuple(order)


def test_tests_that_ran_are_kept_until_their_file_is_finished() -> None:
    """The next check goes on with the others, and adds what it ran."""
    world, unit = FakeLab(source=SOURCE, memo=FakeMemo()), placement(UNIT)
    reaching, other, late = (result(test) for test in (TEST, "t.py::test_other", "t.py::test_late"))
    cut = Recorded(
        scenarios=Scenarios(runner="pytest"),
        base=story(calls=(call(test=TEST),), tests=(reaching, other)),
        head=story(),
        exhausted=False,
    )
    remember(world, [unit], cut)
    known = recall(world, [unit], ["t.py"])
    assert known is not None
    assert known.ran == {TEST, "t.py::test_other"}
    assert not known.finished
    remember(world, [unit], replace(cut, base=replace(cut.base, tests=(reaching, late))))
    known = recall(world, [unit], ["t.py"])
    assert known is not None
    assert known.ran == {TEST, "t.py::test_other", "t.py::test_late"}
    remember(world, [unit], replace(cut, finished=frozenset({"t.py"})))
    known = recall(world, [unit], ["t.py"])
    assert known is not None
    assert known.finished == {"t.py"}
    assert not known.ran


@pytest.mark.parametrize("garbage", [None, 3, [], {"files": []}, {"files": {"t.py": {"digest": "x"}}}])
def test_a_memo_that_was_tampered_with_costs_time_only(garbage: object) -> None:
    """It is read as if there were none."""
    world = FakeLab(source=SOURCE, memo=FakeMemo({f"reach 5 {UNIT}": garbage}))
    assert recall(world, [placement(UNIT)], ["t.py"]) is None
