"""Classes that derive from those of the target, as its users write them."""

from __future__ import annotations

from typing import Any

import pytest

import assay_probe.conversions as untyped_conversions
import assay_probe.heirs as untyped
import assay_probe.interventions as untyped_interventions
import assay_probe.kinds as untyped_kinds
import assay_probe.operators as untyped_operators

heirs: Any = untyped
conversions: Any = untyped_conversions
interventions: Any = untyped_interventions
operators: Any = untyped_operators
kind_of: Any = untyped_kinds.kind_of


class Version:
    """A class with a dictionary."""

    def __init__(self, major: int) -> None:
        self.major = major

    @classmethod
    def first(cls) -> Version:
        """The lowest one."""
        return cls(1)


class Slotted:
    """A class without."""

    __slots__ = ("major", "minor")

    major: int
    minor: int


def test_an_heir_has_the_state_of_the_object_and_a_class_below_its_own() -> None:
    """Its kind is its own, so that only code that expects heirs is given one."""
    made = heirs.heir_of(Version(3))
    assert isinstance(made, Version)
    assert (type(made) is not Version, type(made).__name__, made.major) == (True, "Version", 3)
    assert (kind_of(Version(3)), kind_of(made), kind_of(type(made))) == ("object Version", "heir", "heir")
    assert made.first().__class__ is type(made)
    slotted = Slotted()
    slotted.major = 2
    assert heirs.heir_of(slotted).major == 2


def test_a_class_has_an_heir_too_and_a_plain_value_has_none() -> None:
    """What cannot be made is no experiment."""
    assert issubclass(heirs.heir_of(Version), Version)
    with pytest.raises(TypeError):
        heirs.heir_of((1, 2))


def test_heirs_come_first_where_the_code_goes_by_the_type_of_its_argument() -> None:
    """Of an object, and of the class that a class method is given."""
    for value in (Version(3), Version):
        context = operators.Context(asked={"self": ["heir"]})
        chosen = interventions.Planner(0).choose("p", "t|0", {"self": value}, context, frozenset(), None, 300)
        asked = [edits[0] for _, edits in chosen[:12] if edits[0].operator == interventions.ASKED]
        assert [kind_of(conversions.converted(value, edit.variant)) for edit in asked] == ["heir"]
