"""Frames come from the target's process and may be forged: what is malformed is dropped and counted, and nothing raises."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assay.evidence.frames import MAX_TEXT, edit_to_json, read_outcome, read_story

OUTCOME = {"kind": "returned", "value": 3, "text": "", "shown": "3", "output": "said"}
REFUSED = {
    "kind": "raised",
    "shown": "ValueError: no",
    "raised": {
        "type": "builtins.ValueError",
        "bases": ["builtins.ValueError", "builtins.Exception"],
        "text": "no",
        "purposeful": True,
        "internal": False,
        "where": "m.py:3",
    },
}
TEST = {"t": "test", "test": "t.py::a", "outcome": "passed", "seconds": 0.5, "detail": "", "path": "t.py", "line": 3}
CALL = {
    "t": "call", "test": "t.py::a", "point": "m.py::f", "n": 2, "digest": "d", "args": [["x", "1", "1"], ["y", None, "<y>"]],
    "lines": [3, 4], "touched": ["m.py::g"], "outcome": OUTCOME, "chain": [["m.py", 9, "g"]], "shape": "s",
}  # fmt: skip
EXPERIMENT: dict[str, Any] = {
    "t": "experiment", "test": "t.py::a", "point": "m.py::f", "n": 2, "m": 5, "plant": None, "before": "d0", "digest": "d1",
    "matched": "digest", "tree": None, "args": [["x", "7", "7"]], "lines": [3], "touched": [], "outcome": REFUSED,
    "plan": [{"path": [["arg", "x"], ["item", 0]], "op": "number.edge", "variant": 2, "literal": "7"}],
    "edits": [["int", "text", "x[0]: 1 -> 7", {"x['*']": ["text", "int"]}]],
}  # fmt: skip
POINT = {
    "t": "point",
    "point": "m.py::f",
    "calls": 4,
    "experiments": 9,
    "kinds": {"x": ["int", "none"]},
    "pairs": [3, 5],
}
OTHERS: list[dict[str, Any]] = [
    {"t": "uncollected", "path": "bad.py", "detail": "E no"},
    {"t": "unobserved", "point": "m.py::g", "reason": "why"},
    {"t": "origin", "module": "m", "file": "/tree/m.py"},
    {"t": "done", "complete": True, "status": 0},
    {"t": "hello", "version": "3.11"},
    {"t": "something newer"},
]
WELL_FORMED: list[dict[str, Any]] = [TEST, CALL, EXPERIMENT, POINT, *OTHERS]


def test_a_story_is_read_whole() -> None:
    """Every kind of frame has its place; kinds that are not known are passed over."""
    story = read_story(WELL_FORMED)
    assert story.malformed == 0
    assert [(r.id, r.outcome, r.seconds, r.line) for r in story.tests] == [("t.py::a", "passed", 0.5, 3)]
    (call,) = story.calls
    assert call.chain == (("m.py", 9, "g"),)
    assert call.experiment.arguments == (("x", "1"), ("y", None))
    assert call.experiment.lines == {3, 4}
    assert call.experiment.touched == {"m.py::g"}
    assert (call.experiment.outcome.shown, call.experiment.outcome.output) == ("3", "said")
    assert dict(story.points["m.py::f"].kinds) == {"x": frozenset({"int", "none"})}
    assert story.uncollected == (("bad.py", "E no"),)
    assert story.unobserved == (("m.py::g", "why"),)
    assert story.origins == {"m": "/tree/m.py"}
    assert story.complete


def test_an_experiment_is_read_whole() -> None:
    """With its edits as planned, what they were seen to do, and the kinds they left."""
    (experiment,) = read_story([EXPERIMENT]).experiments
    (edit,) = experiment.intervention.edits
    assert (edit.path, edit.operator, edit.variant, edit.literal) == (
        (("arg", "x"), ("item", 0)),
        "number.edge",
        2,
        "7",
    )
    assert (edit.before_kind, edit.after_kind, edit.shown) == ("int", "text", "x[0]: 1 -> 7")
    assert edit_to_json(edit) == EXPERIMENT["plan"][0]
    assert (experiment.arrived_digest, experiment.arguments_digest) == ("d0", "d1")
    assert experiment.kinds_after == (("x['*']", frozenset({"text", "int"})),)
    raised = experiment.outcome.raised
    assert raised is not None
    assert (raised.type, raised.purposeful, raised.internal, raised.where) == (
        "builtins.ValueError",
        True,
        False,
        "m.py:3",
    )
    assert not experiment.aligned
    assert read_story([{**EXPERIMENT, "matched": "order"}]).experiments[0].aligned


def test_a_run_that_broke_off_is_not_complete() -> None:
    """Only `done` says that it was."""
    assert not read_story(WELL_FORMED[:3]).complete
    assert not read_story([{"t": "done", "complete": False}]).complete
    assert read_story([{"t": "failed", "error": "X", "detail": "Traceback\nX: y"}]).failure == "Traceback\nX: y"


def test_texts_have_a_limit() -> None:
    """A megabyte of output is told by its beginning."""
    outcome = read_outcome({**OUTCOME, "output": "x" * 10**6, "shown": "y" * 10**6})
    assert (len(outcome.output), len(outcome.shown)) == (MAX_TEXT, MAX_TEXT)


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"t": "test"},
        {**TEST, "outcome": "maybe"},
        {**TEST, "test": 3},
        {**TEST, "line": "3"},
        {**TEST, "line": True},
        {**CALL, "outcome": None},
        {**CALL, "outcome": {"kind": "won"}},
        {**CALL, "outcome": {**REFUSED, "raised": {"type": "X"}}},
        {**CALL, "n": None},
        {**CALL, "args": 5},
        {**CALL, "chain": [["m.py"]]},
        {**CALL, "lines": ["x"]},
        {**EXPERIMENT, "plan": [{}]},
        {**EXPERIMENT, "edits": [[]]},
        {**EXPERIMENT, "before": None},
        {**POINT, "pairs": [1]},
        {**POINT, "calls": "many"},
        {"t": "origin"},
        {"t": "failed"},
    ],
    ids=str,
)
def test_a_malformed_frame_is_dropped_and_counted(frame: dict[str, Any]) -> None:
    """The frames around it are read as ever."""
    story = read_story([TEST, frame, CALL])
    assert (len(story.tests), len(story.calls)) == (1, 1)
    assert story.malformed == (1 if frame else 0)


ESCAPING: list[tuple[dict[str, Any], type[Exception]]] = [
    ({**POINT, "kinds": []}, AttributeError),
    ({**EXPERIMENT, "edits": [["int", "text", "x", []]]}, AttributeError),
    ({**EXPERIMENT, "plan": ["x"]}, AttributeError),
    ({**TEST, "seconds": 10**400}, OverflowError),
    ({**CALL, "lines": [float("inf")]}, OverflowError),
]


@pytest.mark.parametrize(("frame", "error"), ESCAPING, ids=lambda each: str(each)[:60])
def test_some_malformed_frames_stop_the_reader(frame: dict[str, Any], error: type[Exception]) -> None:
    """A change could send one, and turn its examination into a fault of Assay."""
    # wrong: they should be dropped and counted like the others.
    with pytest.raises(error):
        read_story([json.loads(json.dumps(frame))])


def test_an_exception_without_its_description_passes() -> None:
    """`raised` may be absent where `kind` says that something was raised."""
    # wrong: who relies on it (`classify.noise`) stops.
    assert read_outcome({"kind": "raised"}).raised is None


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
KNOWN_TO_ESCAPE = (AttributeError,)
"""# wrong: see above."""


@given(frames=st.lists(st.dictionaries(st.sampled_from(["t", "test", "n", "outcome", "kinds"]), junk), max_size=4))
@example(frames=[{"t": ["x"]}])
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_frames_of_anything_are_no_reason_to_stop(frames: list[dict[str, Any]]) -> None:
    """Whatever they hold, a story comes out."""
    assert read_story(frames).tests == ()


@given(data=st.data())
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_a_frame_with_one_member_replaced_is_read_or_counted(data: st.DataObject) -> None:
    """At any depth, by anything."""
    frame = copy.deepcopy(data.draw(st.sampled_from([TEST, CALL, EXPERIMENT, POINT])))
    replace_somewhere(frame, data)
    try:
        story = read_story([frame, TEST])
    except KNOWN_TO_ESCAPE:
        return
    read = len(story.tests) + len(story.calls) + len(story.experiments) + len(story.points)
    assert read + story.malformed in (1, 2)
    assert story.tests


def replace_somewhere(frame: dict[str, Any], data: st.DataObject) -> None:
    """Put something else in one place."""
    place: Any = frame
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        step = data.draw(st.sampled_from(steps))
        if isinstance(place[step], dict | list) and place[step] and data.draw(st.booleans()):
            place = place[step]
        else:
            place[step] = data.draw(junk)
            return
