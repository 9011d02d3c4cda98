"""Packages that differ between the two sides are a change of the functions that use them."""

from __future__ import annotations

from dataclasses import replace

from tests.change.telling import MemorySource, files
from tests.values_for_tests import change

from assay.change.bumped import with_bumps
from assay.change.parts import with_parts
from assay.values.change import Change, Unread
from assay.values.environment import Bump

ATTRS = Bump(name="attrs", before="23.1", after="24.2", modules=frozenset({"attr", "attrs"}))
CBOR = Bump(name="cbor2", before="5.6", after="", modules=frozenset({"cbor2"}))
TREE = """\
=== shop/box.py
import attr
from attrs import define as make, field
def boxed(cls):
    return make(cls)
def both():
    return make, attr.s, loads
def alone():
    return 1
from cbor2 import loads
=== shop/__init__.py
=== tests/test_box.py
import attr
def test_it():
    attr.s
"""
LOCK = Unread(path="uv.lock", slug="dependencies", reason="", remedy="")


def bumped(*bumps: Bump, tree: str = TREE, project: str = "") -> Change:
    """A change of a lock alone, where these packages differ."""
    source = MemorySource(files(tree), files(tree))
    return with_bumps(of_a_lock(), source, bumps, project)


def of_a_lock() -> Change:
    """Nothing else changed."""
    return replace(change(), unread=(LOCK,))


def test_functions_that_use_a_bumped_package_count_as_changed() -> None:
    """Tests do not; a function that uses two packages is one unit."""
    found = bumped(ATTRS, CBOR)
    assert [(unit.unit.name, unit.why) for unit in found.units] == [
        ("shop.box.boxed", ("reads make of attrs 23.1 -> 24.2",)),
        (
            "shop.box.both",
            ("reads attr of attrs 23.1 -> 24.2", "reads make of attrs 23.1 -> 24.2", "reads loads of cbor2 5.6 went"),
        ),
    ]
    assert not any(unit.changed_itself for unit in found.units)
    assert found.remarks == (
        "Head's environment: attrs 23.1 -> 24.2; used by shop.box.boxed, shop.box.both.",
        "Head's environment: cbor2 5.6 went; used by shop.box.both.",
    )


def test_the_lock_is_no_gap_where_both_environments_were_there() -> None:
    assert bumped(ATTRS).unread == ()
    assert bumped().remarks == ("What the project asks for changed; both environments hold the same packages.",)


def test_a_package_that_no_function_names_is_told() -> None:
    found = bumped(Bump(name="idna", before="3", after="4", modules=frozenset({"idna"})))
    assert found.units == ()
    assert found.remarks == ("Head's environment, in packages that no function of the project names: idna 3 -> 4.",)
    assert found.bumps == ("idna 3 -> 4",)


def test_only_functions_of_the_project_under_check_are_looked_at() -> None:
    assert bumped(ATTRS, project="other").units == ()
    assert len(bumped(ATTRS, project="shop").units) == 2


def test_the_whole_change_knows_what_was_learned_of_its_parts() -> None:
    whole = with_parts(of_a_lock(), [bumped(ATTRS)])
    assert (len(whole.units), whole.unread, whole.bumps) == (2, (), ("attrs 23.1 -> 24.2",))
    kept = with_parts(of_a_lock(), [change()])
    assert (kept.unread, kept.bumps) == ((LOCK,), ())
