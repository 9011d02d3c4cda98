"""What a call changed in live arguments is put back, on the very same objects."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import pytest

from assay_probe import encoding, restoring

Kept: Any = restoring.Kept
encode_call: Any = encoding.encode_call
digest: Any = encoding.digest


class Node:
    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def call(self) -> None:
        """A method."""


class Slotted:
    __slots__ = ("one", "two")
    one: list[int]
    two: int


class Names(OrderedDict[str, int]):
    """An ordered dictionary of somebody's own."""


class Unequal(str):
    """Nothing that is put back is compared."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("asked")

    __hash__ = str.__hash__


def counting() -> Callable[[], int]:
    n = 0

    def count() -> int:
        nonlocal n
        n += 1
        return n

    return count


def slotted() -> Slotted:
    made = Slotted()
    made.one = [1]
    return made


def fill(made: Slotted) -> None:
    made.one.append(2)
    made.two = 3


def leave(made: Slotted) -> None:
    del made.one


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "a list grows": (lambda: [1, [2]], lambda made: made[1].append(3)),
    "a list is sorted": (lambda: [3, 1, 2], list.sort),
    "a key goes": (lambda: {"a": 1, "b": 2}, lambda made: made.pop("a")),
    "a key comes": (lambda: {"a": {}}, lambda made: made["a"].update(b=1)),
    "a default is made": (lambda: defaultdict(list, a=[]), lambda made: made["b"]),
    "a counter counts": (lambda: Counter("ab"), lambda made: made.update("aa")),
    "an order changes": (lambda: OrderedDict(a=1, b=2), lambda made: made.move_to_end("a")),
    "an order of one's own changes": (lambda: Names(a=1, b=2), lambda made: made.popitem(last=False)),
    "a member goes": (lambda: {1, 2}, lambda made: made.discard(1)),
    "a queue turns": (lambda: deque([1, 2, 3], maxlen=3), lambda made: made.append(4)),
    "bytes are written": (lambda: bytearray(b"ab"), lambda made: made.extend(b"c")),
    "an attribute changes": (lambda: Node(a=Node(b=1)), lambda made: vars(made.a).update(b=2)),
    "an attribute comes": (lambda: Node(a=1), lambda made: vars(made).update(b=2)),
    "an attribute goes": (lambda: Node(a=1), lambda made: vars(made).clear()),
    "a slot is filled": (slotted, fill),
    "a slot is left": (slotted, leave),
    "a tuple's list grows": (lambda: ([1], 2), lambda made: made[0].append(3)),
    "a method's object changes": (lambda: Node(a=[1]).call, lambda made: made.__self__.a.append(2)),
    "what a function closes over changes": (counting, lambda made: made()),
    "what nobody may compare": (lambda: [Unequal("a")], lambda made: made.append(Unequal("b"))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_holds_other_things_holds_the_same_again(name: str) -> None:
    make, change = CHANGES[name]
    value = make()
    before = digest(encode_call({"value": value}))
    kept = Kept({"value": value})
    change(value)
    assert digest(encode_call({"value": value})) != before
    kept.put_back()
    assert digest(encode_call({"value": value})) == before


def test_what_was_there_is_there_again_and_no_copy_of_it() -> None:
    inner = Node(a=1)
    value = [inner]
    kept = Kept({"value": value})
    value[0] = Node(a=1)
    kept.put_back()
    assert value[0] is inner


def test_an_order_that_was_put_back_can_be_changed_again() -> None:
    """The C code of ordered dictionaries links their items in a list of its own."""
    value = OrderedDict(a=1, b=2)
    kept = Kept({"value": value})
    value.move_to_end("a")
    kept.put_back()
    value.move_to_end("a")
    assert list(value) == ["b", "a"]


def test_the_nearest_are_kept_where_there_are_too_many() -> None:
    near: list[int] = []
    far: list[list[int]] = [[] for _ in range(restoring.HOLDERS + 10)]
    kept = Kept({"near": near, "far": far})
    near.append(1)
    far[-1].append(1)
    kept.put_back()
    assert near == []
    assert far[-1] == [1]


def test_circles_and_things_of_the_machine_are_passed_by() -> None:
    circle: list[Any] = [threading.Lock(), iter([1]), len, threading, Node]
    circle.append(circle)
    kept = Kept({"circle": circle})
    circle.clear()
    kept.put_back()
    assert len(circle) == 6
