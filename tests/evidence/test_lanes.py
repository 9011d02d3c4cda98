"""Two lanes share the chosen calls out between them, and nothing is done twice or left out."""

from __future__ import annotations

from assay.evidence.jobs import Quota, Scenarios
from assay.evidence.lanes import Lane, in_lanes

UNIT, CALLER = "a.py::unit", "a.py::caller"


def of_tests(*names: str) -> Scenarios:
    files = tuple(dict.fromkeys(name.split("::")[0] for name in names))
    return Scenarios(runner="pytest", files=files, tests=names)


def calls_of(lanes: tuple[Lane, ...], point: str) -> list[list[tuple[str, int]]]:
    """`(scenario, number)` of the chosen calls, lane by lane."""
    return [
        [(name, n) for name, ns in (lane.quotas[point].calls or {}).items() for n in ns] if point in lane.quotas else []
        for lane in lanes
    ]


def test_tests_are_divided_so_that_both_lanes_have_as_much_to_do() -> None:
    """The calls of one test stay together, with what its fixtures call."""
    named = {"t.py::a": (0, 1, 2), "t.py::a::setup": (0,), "u.py::b": (0, 1), "u.py::c": (4, 5)}
    quota = Quota(experiments=80, per_call=10, calls=named, texts=800)
    one, other = in_lanes(of_tests("t.py::a", "u.py::b", "u.py::c"), {UNIT: quota})
    assert (one.scenarios.tests, one.scenarios.files) == (("t.py::a",), ("t.py",))
    assert (other.scenarios.tests, other.scenarios.files) == (("u.py::b", "u.py::c"), ("u.py",))
    assert [lane.quotas[UNIT].experiments for lane in (one, other)] == [40, 40]
    assert calls_of((one, other), UNIT) == [
        [("t.py::a", 0), ("t.py::a", 1), ("t.py::a", 2), ("t.py::a::setup", 0)],
        [("u.py::b", 0), ("u.py::b", 1), ("u.py::c", 4), ("u.py::c", 5)],
    ]


def test_texts_at_a_point_are_searched_in_one_lane() -> None:
    quota = Quota(experiments=80, per_call=10, calls={"t.py::a": (0,), "t.py::b": (0,)}, texts=800)
    lanes = in_lanes(of_tests("t.py::a", "t.py::b"), {UNIT: quota, CALLER: quota})
    assert [[lane.quotas[point].texts for lane in lanes] for point in (UNIT, CALLER)] == [[800, 0], [0, 800]]


def test_the_calls_of_a_single_test_are_divided() -> None:
    quota = Quota(experiments=80, per_call=10, calls={"t.py::a": (0, 3, 7)})
    lanes = in_lanes(of_tests("t.py::a"), {UNIT: quota})
    assert calls_of(lanes, UNIT) == [[("t.py::a", 0), ("t.py::a", 7)], [("t.py::a", 3)]]
    assert [lane.quotas[UNIT].experiments for lane in lanes] == [53, 27]


def test_where_the_probe_chooses_calls_each_lane_has_half() -> None:
    """Or one lane all, where both run the same test: it would choose the same calls."""
    chosen, free = (
        Quota(experiments=40, per_call=10, calls={"t.py::a": (0,), "t.py::b": (0,)}),
        Quota(experiments=60, per_call=10, untouched=20),
    )
    apart = in_lanes(of_tests("t.py::a", "t.py::b"), {UNIT: chosen, CALLER: free})
    assert [(lane.quotas[CALLER].experiments, lane.quotas[CALLER].untouched) for lane in apart] == [(30, 10), (30, 10)]
    alone = Quota(experiments=40, per_call=10, calls={"t.py::a": (0, 1)})
    together = in_lanes(of_tests("t.py::a"), {UNIT: alone, CALLER: free})
    assert [lane.quotas[CALLER].experiments for lane in together if CALLER in lane.quotas] == [60]


def test_one_call_or_no_list_of_tests_is_one_lane() -> None:
    one = {UNIT: Quota(experiments=80, per_call=10, calls={"t.py::a": (0,)})}
    assert in_lanes(of_tests("t.py::a"), one) == (Lane(scenarios=of_tests("t.py::a"), quotas=one),)
    whole = Scenarios(runner="scripts", scripts=(("doctest", "a", "unit"),))
    two = {UNIT: Quota(experiments=80, per_call=10, calls={"doctest:a.unit": (0, 1)})}
    assert in_lanes(whole, two) == (Lane(scenarios=whole, quotas=two),)
