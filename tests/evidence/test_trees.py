"""Two encoded values are compared: what a caller would notice is hard, the rest soft, and garbage harms nobody."""

from __future__ import annotations

import collections
import decimal
import functools
import io
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import assay_probe.encoding as untyped
from assay.evidence.tree_nodes import read
from assay.evidence.trees import HARD_KINDS, SOFT_KINDS, compare, generalise, kind_of, noisy_paths, render

encoding: Any = untyped

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["seq", "map", "obj", "ref", "result", "iter", "out", "call", "is", "long", "set", "named", "fn"]
    ),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=25,
)


class Thing:
    """Any attributes at all."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


class Other(Thing):
    """Another type with the same attributes."""


def tree(value: object, **options: Any) -> Any:
    """The value as it arrives over the wire."""
    return json.loads(json.dumps(encoding.encode(value, **options)))


def told(base: object, head: object, **options: Any) -> list[str]:
    """Each disagreement as `path kind: base -> head`, soft kinds in brackets."""
    found = compare(tree(base, **options), tree(head, **options))
    assert all((each.kind in SOFT_KINDS) <= each.soft for each in found)
    assert all(each.kind in HARD_KINDS | SOFT_KINDS for each in found)
    lines = [f"{each.path} {each.kind}: {each.base} -> {each.head}" for each in found]
    return [f"({line})" if each.soft else line for line, each in zip(lines, found, strict=True)]


def written(text: str) -> io.TextIOWrapper:
    """A text stream over bytes in memory, not flushed."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    stream.write(text)
    return stream


Amount = collections.namedtuple("Amount", "value currency")  # noqa: PYI024 - the kind without types is what is meant
Renamed = collections.namedtuple("Amount", "value unit")  # type: ignore[name-match] # noqa: PYI024 - as head has it


@pytest.mark.parametrize(
    ("base", "head", "says"),
    [
        (1, 2, ["result value: 1 -> 2"]),
        (1, 1.0, ["result type: 1 -> 1.0"]),
        (True, 1, ["result type: True -> 1"]),
        (None, 0, ["result type: None -> 0"]),
        (0.0, -0.0, ["result value: 0.0 -> -0.0"]),
        ([1], (1,), ["result type: [1] -> (1,)"]),
        ([1, 2, 3], [1, 5, 3], ["result[1] value: 2 -> 5"]),
        ([1], [1, 2], ["result length: [1] -> [1, 2]"]),
        ({"a": 1}, {"b": 1}, ["result['a'] missing: 1 -> ", "result['b'] extra:  -> 1"]),
        ({1, 2}, {1, 3}, ["result{} value: 2 -> 3"]),
        ({1}, {1, 2}, ["result length: {1} -> {1, 2}", "result{} extra:  -> 2"]),
        (decimal.Decimal(100), decimal.Decimal("99.99"), ["result value: Decimal('100') -> Decimal('99.99')"]),
        (Amount(1, "EUR"), Amount(1, "USD"), ["result.currency value: 'EUR' -> 'USD'"]),
        (ValueError("a"), ValueError("b"), ["result.args[0] value: 'a' -> 'b'"]),
        (ValueError("a"), KeyError("a"), ["result type: ValueError('a') -> KeyError('a')"]),
        ([Thing(name="x")], [Thing(name="y")], ["result[0].name value: 'x' -> 'y'"]),
        (Thing(), Other(), ["result type: Thing() -> Other()"]),
        ({"k": {"it's": [0]}}, {"k": {"it's": [1]}}, ["""result['k']["it's"][0] value: 0 -> 1"""]),
        ({(1, 2): "a"}, {(1, 2): "b"}, ["result[(1, 2)] value: 'a' -> 'b'"]),
        (len, max, ["result value: <function len> -> <function max>"]),
        (int, str, ["result value: <class int> -> <class str>"]),
        (written("a"), written("b"), ["result output: 'a' -> 'b'"]),
    ],
)
def test_what_a_caller_would_notice_is_hard(base: object, head: object, says: list[str]) -> None:
    """Values, types, lengths, keys and output."""
    assert told(base, head) == says


def cached() -> Callable[[], int]:
    """A local function."""

    def wrapper() -> int:
        return 1

    return wrapper


def memoised() -> Callable[[], int]:
    """The same under another local name."""

    def inner() -> int:
        return 1

    return inner


shared = [1]


@pytest.mark.parametrize(
    ("base", "head", "says"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ["(result order: 'a', 'b' -> 'b', 'a')"]),
        (Thing(a=1), Thing(a=1, cache=2), ["(result.cache schema:  -> 2)"]),
        (Amount(1, "EUR"), Renamed(1, "EUR"), ["(result schema: value, currency -> value, unit)"]),
        ([shared, shared], [[1], [1]], ["(result[1] identity: <result[0] again> -> [1])"]),
        (Thing(_seen=[1]), Thing(_seen=[2]), ["(result._seen[0] private: 1 -> 2)"]),
        (Thing(_p=Thing(x=1)), Thing(_p=Thing(x=2)), ["(result._p.x private: 1 -> 2)"]),
        (Thing(_p={"k": 1}), Thing(_p={}), ["(result._p['k'] private: 1 -> )"]),
        (
            cached(),
            memoised(),
            ["(result private: <function cached.<locals>.wrapper> -> <function memoised.<locals>.inner>)"],
        ),
    ],
)
def test_what_a_caller_cannot_count_on_is_soft(base: object, head: object, says: list[str]) -> None:
    """Order of keys, new attributes, identity, private state, names of local functions."""
    assert told(base, head) == says


def test_what_an_object_keeps_for_itself_of_its_caller_is_the_callers_still() -> None:
    """The object comes first, and what it keeps is written down there: where the caller has it, it is a reference."""
    mine, other = [1], [1, 2]
    assert told([Thing(_rows=mine), mine], [Thing(_rows=other), other]) == [
        "result[1] length: [1] -> [1, 2]",
        "(result[0]._rows private: [1] -> [1, 2])",
    ]
    assert told([Thing(_rows=mine), mine], [Thing(_rows=[1]), [1]]) == [
        "(result[1] identity: <result[0]._rows again> -> [1])"
    ]
    assert told([Thing(_rows=mine, _mine=mine)], [Thing(_rows=other, _mine=other)]) == [
        "(result[0]._mine private: [1] -> [1, 2])"
    ]


def test_addresses_that_slipped_through_are_soft() -> None:
    """Short hexadecimal numbers may be addresses; longer ones never arrive."""
    assert [(each.kind, each.soft) for each in compare("<x 0x7f01>", "<x 0x7f02>")] == [("address", True)]
    assert [(each.kind, each.soft) for each in compare(["is", "bytes", "0x1"], ["is", "bytes", "0x2"])] == [
        ("value", False)
    ]


def test_output_is_hard_even_below_private_attributes() -> None:
    """A progress bar hangs off a private attribute, and what it wrote is what the user saw."""
    assert told(Thing(_to=written("50 %")), Thing(_to=written("51 %"))) == ["result._to output: '50 %' -> '51 %'"]
    assert told(Thing(_to=io.StringIO("a")), Thing(_to=io.StringIO("b"))) == ["result._to output: 'a' -> 'b'"]


def test_an_iterator_with_the_items_of_the_list_has_a_kind_of_its_own() -> None:
    """Only the kind of container changed; with other items, or unread, the type did."""
    assert told([1, [2]], iter([1, [2]]), consume=True) == ["result iterator: [1, [2]] -> <list_iterator of [1, [2]]>"]
    assert told(iter([1]), (1,), consume=True) == ["result iterator: <list_iterator of [1]> -> (1,)"]
    assert told([1], iter([2]), consume=True) == ["result type: [1] -> <list_iterator of [2]>"]
    assert told([1], iter([1])) == ["result type: [1] -> <list_iterator>"]


def numbers(*items: int, error: type[Exception] | None = None) -> Iterator[int]:
    """A generator that may fail at its end."""
    yield from items
    if error:
        raise error


@pytest.mark.parametrize(
    ("base", "head", "differences"),
    [
        (([1], "left"), ([1, 2], ""), []),
        (([1, 2], "more"), ([1], "left"), []),
        (([1], "left"), ([1], "!ValueError"), []),
        (([1, 2], "left"), ([1], ""), ["length"]),
        (([1], "left"), ([2, 3], ""), ["value"]),
        (([1], "more"), ([1], ""), ["value"]),
    ],
)
def test_what_a_reader_did_not_ask_a_generator_for_is_no_answer(
    base: tuple[list[Any], str], head: tuple[list[Any], str], differences: list[str]
) -> None:
    """It is the caller that reads on; what one came to its end without giving is a difference, and what it gave."""
    one, other = (["iter", "generator", [*items], end, {}] for items, end in (base, head))
    assert [each.kind for each in compare(one, other)] == differences


def test_iterators_are_compared_by_what_they_yield() -> None:
    """Which kind of iterator it is stays soft; where and how it ends does not."""
    assert told(numbers(1, 2), iter([1, 2]), consume=True) == [
        "(result type: <generator of [1, 2]> -> <list_iterator of [1, 2]>)"
    ]
    assert told(numbers(1, 2), numbers(1, 3), consume=True) == ["result[1] value: 2 -> 3"]
    assert told(numbers(1), numbers(1, 2), consume=True) == [
        "result length: <generator of [1]> -> <generator of [1, 2]>"
    ]
    assert told(numbers(1), numbers(1, error=KeyError), consume=True) == ["result at its end value: ends -> !KeyError"]
    begun = iter([1, 2])
    next(begun)
    assert told(iter([1, 2]), begun) == ["result value: <list_iterator> 2 left -> <list_iterator> 1 left"]


def test_a_reference_is_followed_where_the_other_side_has_the_thing_itself() -> None:
    """Aliasing alone is soft, but what hides behind it is compared."""
    assert told([shared, shared], [[1], [2]]) == [
        "result[1][0] value: 1 -> 2",
        "(result[1] identity: <result[0] again> -> [2])",
    ]
    one, other = Thing(n=1), Thing(n=1)
    one.me, other.me = one, Thing(n=1, me=other)  # type: ignore[attr-defined]
    assert told(one, other)[0].startswith("(result.me identity:")


def test_an_attribute_that_moves_the_first_visit_hides_nothing() -> None:
    """A new attribute is met first on one side, so everything else there becomes a reference."""
    items, changed = [[1], [2]], [[1], [3]]
    said = told(Thing(items=items), Thing(cache=changed, items=changed))
    assert said[0] == "result.items[1][0] value: 2 -> 3"
    assert all(line.startswith("(") for line in said[1:])


def test_a_call_is_told_by_its_parameters() -> None:
    """Paths begin with the name of the argument."""
    base, head = ({"amount": Thing(currency=each), "n": [1]} for each in ("EUR", "USD"))
    found = compare(encoding.encode_call(base), encoding.encode_call(head))
    assert [(each.path, each.kind, each.base, each.head) for each in found] == [
        ("amount.currency", "value", "'EUR'", "'USD'")
    ]


def test_what_lies_beyond_the_width_is_compared_by_checksum() -> None:
    """The order of keys stays soft there too."""
    longer = list(range(500))
    assert told(longer, [*longer[:-1], 0]) == ["result[60:] value: 440 more items -> 440 more items, not the same"]
    wide = {n: n for n in range(90)}
    assert [line[:14] for line in told(wide, dict(reversed(wide.items())))] == ["(result order:"]
    assert [line[:18] for line in told(wide, {**wide, 89: 0})] == ["result[...] value:"]
    assert told(wide, {**wide, 90: 0}) == ["result length: 90 keys -> 91 keys"]
    assert "other after the first 200" in told(["x" * 900 + "a"], ["x" * 900 + "b"])[0]


def test_long_texts_are_shown_where_they_part() -> None:
    """A person sees the difference, not the common beginning."""
    (said,) = told("x" * 500 + "left", "x" * 500 + "right")
    assert "left" in said
    assert "right" in said


def test_hard_disagreements_come_first_and_both_kinds_are_limited() -> None:
    """However much is soft, what holds a change is not crowded out."""
    base = Thing(**{f"_a{n}": n for n in range(50)}, z=1)
    head = Thing(**{f"_a{n}": -n - 1 for n in range(50)}, z=2)
    found = compare(tree(base), tree(head), limit=5)
    assert [each.soft for each in found] == [False, True, True, True, True]


def test_noise_is_masked_at_its_path_for_all_items() -> None:
    """Base against base tells which places say nothing; what stands beside them is still compared."""
    first = tree({"rows": [{"at": n, "sum": 5} for n in range(3)], "id": 1})
    second = tree({"rows": [{"at": n + 9, "sum": 5} for n in range(3)], "id": 1})
    noise = noisy_paths(first, second)
    assert noise == {"result['rows'][]['at']"}
    head = tree({"rows": [{"at": 77, "sum": 5}, {"at": 78, "sum": 6}, {"at": 79, "sum": 5}], "id": 1})
    assert [each.path for each in compare(first, head, masked=noise)] == ["result['rows'][1]['sum']"]
    assert len(compare(first, head)) == 4
    assert generalise("a[0].b[#12]['k'][-3]") == "a[].b[]['k'][]"


def test_keys_and_members_that_come_and_go_mask_their_container() -> None:
    """A key that is a fresh token each time is never the same twice."""
    assert noisy_paths(tree({"t": {"x1": 1}}), tree({"t": {"x2": 1}})) == {"result['t']"}
    assert noisy_paths(tree([{"a", "b", "c"}]), tree([{"a"}])) == {"result[]"}


def test_soft_noise_masks_only_its_own_kind() -> None:
    """That keys come in any order says nothing about their values."""
    noise = noisy_paths(tree([{"a": 1, "b": 2}]), tree([{"b": 2, "a": 1}]))
    assert noise == {"result[]!order"}
    found = compare(tree([{"a": 1, "b": 2}]), tree([{"b": 3, "a": 1}]), masked=noise)
    assert [(each.path, each.kind) for each in found] == [("result[0]['b']", "value")]


@pytest.mark.parametrize(
    ("value", "kind", "line"),
    [
        (None, "none", "None"),
        (True, "bool", "True"),
        (5, "int", "5"),
        (1.5, "float", "1.5"),
        ("x", "text", "'x'"),
        (b"x", "bytes", "b'x'"),
        ([1, [2]], "sequence", "[1, [2]]"),
        ((1,), "sequence", "(1,)"),
        (Amount(1, "EUR"), "sequence", "Amount(value=1, currency='EUR')"),
        ({"a": {1}}, "mapping", "{'a': {1}}"),
        (set(), "set", "set()"),
        (iter([1]), "iterator", "<list_iterator>"),
        (decimal.Decimal("1.5"), "Decimal", "Decimal('1.5')"),
        (Thing(a=1, b=[2]), "Thing", "Thing(a=1, b=[2])"),
        (KeyError("k"), "KeyError", "KeyError('k')"),
        (io.StringIO("x"), "stream", "<StringIO 'x'>"),
        (len, "function", "<function len>"),
        (Thing, "class", "<class Thing>"),
        (json, "module", "<module json>"),
        (functools.partial(int, "1"), "partial", "partial(func=<class int>, args=('1',), keywords={})"),
        (10**2000, "int", "<int of 6644 bits>"),
        (random.Random(1), "Random", "<Random>"),  # noqa: S311 - a value, not a source of chance
    ],
)
def test_a_tree_has_a_kind_and_is_read_in_one_line(value: object, kind: str, line: str) -> None:
    """Kinds are coarse words; lines are close to the Python that would make the value."""
    assert kind_of(tree(value)) == kind
    assert render(tree(value)) == line


@given(junk, junk, st.integers(1, 40))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_whatever_the_target_sends_is_compared_without_harm(base: Any, head: Any, limit: int) -> None:
    """No shape raises; equal garbage is equal, other garbage is not."""
    assert compare(base, base) == ()
    found = compare(base, head, limit=limit)
    assert len(found) <= limit
    assert noisy_paths(base, base) == frozenset()
    assert isinstance(kind_of(base), str)
    assert len(render(base, limit)) <= max(limit, 3)
    if read(base).tag == "malformed" and json.dumps(base) != json.dumps(head):
        assert found


def broken(good: Any, data: st.DataObject) -> Any:
    """A tree with one list or member replaced by something else."""
    if not isinstance(good, list) or not good or data.draw(st.integers(0, 3)) == 0:
        return data.draw(junk)
    position = data.draw(st.integers(0, len(good) - 1))
    return [*good[:position], broken(good[position], data), *good[position + 1 :]]


@given(st.data())
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_a_tree_broken_anywhere_is_compared_without_harm(data: st.DataObject) -> None:
    """Almost right is the hardest kind of wrong."""
    loop: list[object] = [Thing(_a={"k": (1, {2, 3})}, b=iter([1]), c=io.StringIO("x"), d=ValueError(1)), len]
    loop.append(loop)
    good = tree(loop)
    bad = broken(good, data)
    for pair in ((good, bad), (bad, good), (bad, bad)):
        for each in compare(*pair):
            assert each.soft or each.kind in HARD_KINDS
    render(bad)


def test_references_in_circles_and_endless_nesting_end() -> None:
    """Neither a path that leads to itself nor ten thousand levels keep the reader busy."""
    circle = ["seq", "list", 1, [["ref", "result[0]"]]]
    assert [each.kind for each in compare(circle, tree([[1]]))] == ["identity"]
    lost = ["seq", "list", 1, [["ref", "nowhere"]]]
    assert [each.kind for each in compare(lost, tree([[1]]))] == ["identity"]
    deep: Any = 1
    for _ in range(5000):
        deep = ["seq", "list", 1, [deep]]
    assert [each.soft for each in compare(deep, deep)] == [False]
    wide = ["seq", "list", 200_000, [["seq", "list", 1, [n]] for n in range(200_000)]]
    narrow = ["seq", "list", 200_000, [["seq", "list", 1, [n]] for n in range(199_999)] + [["seq", "list", 1, [0]]]]
    assert [each.base for each in compare(wide, narrow)] == ["a value too large to compare"]
