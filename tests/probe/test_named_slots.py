"""What the changed lines name is altered before what stands beside it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.probe.test_interventions import MATERIAL, Context, Order, choose

import assay_probe.applying as untyped_applying
import assay_probe.interventions as untyped
import assay_probe.places as untyped_places

applying: Any = untyped_applying
interventions: Any = untyped
places: Any = untyped_places


def test_keys_that_the_changed_code_names_come_with_the_arguments() -> None:
    """However many others stand before them."""
    options = {f"option_{n}": n for n in range(30)} | {"rules": 1}
    chosen = choose(interventions.Planner(0), {"options": options}, 20, names=frozenset({"rules"}))
    paths = [edits[0].path for edits in chosen if len(edits) == 1]
    assert paths.count((("arg", "options"), ("key", "rules"))) > 5
    assert not any(path[-1][0] == "key" and path[-1][1] != "rules" for path in paths)


def test_an_attribute_that_keeps_what_the_code_names_is_a_named_slot() -> None:
    """`rules` and `_rules` are one thing to whoever wrote them."""
    chosen = choose(interventions.Planner(0), {"order": Order()}, 14, names=frozenset({"paid"}))
    assert "order._paid" in {places.words_for(edits[0].path) for edits in chosen[:8]}


def test_named_attributes_are_seen_among_many() -> None:
    """They come before the others in the alphabet."""
    order = Order()
    vars(order).update({f"a{n}": n for n in range(60)}, zone=3)
    chosen = choose(interventions.Planner(0), {"order": order}, 14, names=frozenset({"zone"}))
    assert "order.zone" in {places.words_for(edits[0].path) for edits in chosen[:8]}


def test_named_slots_are_tried_again_at_a_call_that_runs_other_lines() -> None:
    """What they do may depend on the lines."""
    planner, order = interventions.Planner(0), Order()
    names = frozenset({"paid"})
    choose(planner, {"order": order}, 60, names=names)
    for is_fresh in (True, False):
        chosen = planner.choose("p", "t|1", {"order": order}, MATERIAL, names, None, 2, is_fresh=is_fresh)
        assert all(places.words_for(edits[0].path) == "order._paid" for _, edits in chosen) == is_fresh


def test_what_head_dropped_comes_with_the_first_alterations_and_other_kinds_after_them() -> None:
    """Where calls are few, what the code merely mentions must not take the place of everything else."""
    context = Context(asked={"": ["decimal"], "n": ["text", "bytes", "path"]}, given={"n": ["7", "8"]})
    chosen = interventions.Planner(0).choose("p", "t|0", {"n": 1, "m": 2}, context, frozenset(), None, 300)
    told = [(edits[0].operator, edits[0].path[0][1]) for _, edits in chosen if len(edits) == 1]
    first_of_others = told.index(("argument.given", "n"))
    assert all(told.index((operator, "m")) < first_of_others for operator in ("value.asked", "number.edge", "none"))
    assert told.count(("value.asked", "n")) == 1 + 4


class Table:
    """An object with a property that anybody may set, and one that nobody may."""

    def __init__(self) -> None:
        self._style = 1
        self._width = 7

    @property
    def style(self) -> int:
        """How rules are drawn."""
        return self._style

    @style.setter
    def style(self, style: int) -> None:
        if style not in (0, 1, 2):
            raise ValueError(style)
        self._style = style

    @property
    def width(self) -> int:
        """How wide it came out."""
        return self._width


def test_what_a_property_keeps_is_set_by_the_property() -> None:
    """So that the object never holds what its class refuses; who may not set it alters the slot, as before."""
    context = Context(numbers=(0, 2))
    table, names = Table(), frozenset({"style", "width"})
    chosen = interventions.Planner(0).choose("p", "t|0", {"self": table}, context, names, None, 300)
    alone = [edits[0] for _, edits in chosen if len(edits) == 1 and len(edits[0].path) == 2]
    by_place = {edit.path[1]: {each.operator for each in alone if each.path == edit.path} for edit in alone}
    assert set(by_place) == {("set", "style"), ("attr", "_width")}
    assert "number.constant" in by_place["set", "style"] - by_place["attr", "_width"]


def test_an_edit_by_a_property_can_be_undone_and_may_be_refused() -> None:
    """What is refused is no experiment."""
    table = Table()
    place = (("arg", "self"), ("set", "style"))
    edit = places.Edit(place, "number.constant", 0, "2")
    kept = applying.undoing({"self": table}, edit)
    assert applying.apply({"self": table}, edit, Context())[:3] == ("int", "int", "self.style: 1 -> 2")
    assert table.style == 2
    applying.put_back({"self": table}, *kept)
    assert table.style == 1
    with pytest.raises(AttributeError, match="width"):
        applying.apply(
            {"self": table}, places.Edit((("arg", "self"), ("set", "width")), "number.edge", 0, "2"), Context()
        )
    with pytest.raises(ValueError, match="9"):
        applying.apply({"self": table}, places.Edit(place, "number.constant", 0, "9"), Context())


def test_what_base_compares_a_name_with_stands_there_once_however_deep() -> None:
    """First where a value stands that it is compared with as well; a value of another type is no such thing."""
    leaf, other, number = Order(), Order(), Order()
    vars(leaf).update(type="text")
    vars(other).update(type="paragraph")
    vars(number).update(type=3)
    tree = {"a": [{"b": [number, other, leaf]}]}
    context = Context(compared={"type": [["'special'"], ["'text'"]]})
    chosen = interventions.Planner(0).choose("p", "t|0", {"tree": tree}, context, frozenset(), None, 300)
    made = [edits[0] for _, edits in chosen if edits[0].operator == interventions.COMPARED]
    assert [(edit.path[-2:], edit.literal) for edit in made] == [
        ((("item", 2), ("attr", "type")), "'special'"),
        ((("item", 1), ("attr", "type")), "'special'"),
    ]
    arguments = {"tree": tree}
    applying.apply(arguments, made[0], context)
    assert leaf.type == "special"  # type: ignore[attr-defined]
