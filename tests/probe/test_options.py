"""Options and keys: what one of them does may hang on another, so they are tried where they meet."""

from __future__ import annotations

from typing import Any

import assay_probe.interventions as untyped
import assay_probe.operators as untyped_operators
import assay_probe.places as untyped_places

interventions: Any = untyped
places: Any = untyped_places
Context: Any = untyped_operators.Context


def test_keys_that_two_mappings_share_are_places_like_arguments() -> None:
    """What one says of a key meets what the other says of it there."""
    arguments = {"known": {"a": 1, "b": 2, "c": 3}, "given": {"b": "x", "d": 4}}
    planner = interventions.Planner(0)
    chosen = planner.choose("p", "t|0", arguments, Context(asked={"": ["bool"]}), frozenset(), None, 40)
    first = [places.words_for(edits[0].path) for _, edits in chosen if edits[0].operator == "value.asked"]
    inside = [words for words in first if "[" in words]
    assert {"known['b']", "given['b']"} == set(inside[:2])


def test_two_options_are_given_together() -> None:
    """Another flag and what another call gives; a text comes from the texts of the tests."""
    context = Context(corpus=("a;b",), given={"mode": ["'fast'"]})
    arguments = {"text": "a", "mode": None, "flag": False}
    chosen = interventions.Planner(0).choose("p", "t|0", arguments, context, frozenset(), None, 400)
    pairs = [{edit.path[0][1]: edit.literal for edit in edits} for _, edits in chosen if len(edits) == 2]
    assert {"mode": "'fast'", "flag": "True"} in pairs
    assert {"text": "'a;b'", "flag": "True"} in pairs


def test_flags_and_options_are_tried_at_every_call_that_goes_another_way() -> None:
    """One option may change what another does, so what was tried at other calls is no reason to leave it out."""
    context = Context(given={"mode": ["'fast'"]})
    arguments = {"flag": True, "mode": "slow", "rows": [1, 2], "n": 3}
    for is_fresh in (True, False):
        planner = interventions.Planner(0)
        for call in range(12):
            for key, _ in planner.choose("p", f"t|{call}", arguments, context, frozenset(), None, 30):
                planner.note(key)
        chosen = planner.choose("p", "t|12", arguments, context, frozenset(), None, 6, is_fresh=is_fresh)
        made = {edit.operator for _, edits in chosen for edit in edits if len(edits) == 1}
        assert ({"boolean.flip", "argument.given"} <= made) == is_fresh
