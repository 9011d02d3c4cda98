"""Live values become trees that tell different values apart, on every interpreter, whatever the values do."""

from __future__ import annotations

import ast
import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.probe import encoding_facts
from tests.probe import hostile_values as untyped_zoo
from tests.probe.projects import EVERY_PYTHON

import assay_probe.encoding as untyped
from assay.evidence.tree_nodes import index, read
from assay.evidence.trees import compare, render

encoding: Any = untyped
facts: Any = encoding_facts
zoo: Any = untyped_zoo
ROOT = Path(__file__).parents[2]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.complex_numbers()
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.timedeltas()
    | st.fractions()
    | st.uuids()
)
keys = st.integers() | st.text(max_size=4) | st.booleans() | st.none() | st.tuples(st.integers(), st.text(max_size=2))
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.sets(keys, max_size=4)
        | st.frozensets(keys, max_size=4)
    ),
    max_leaves=12,
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.sets(keys, max_size=4)
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way down; every NaN is the same, the two zeros are not."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (one == other and repr(one) == repr(other))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=False)
        return len(one) == len(other) and all(same(a, c) and same(b, d) for (a, b), (c, d) in pairs)
    if isinstance(one, set | frozenset):
        return sorted(map(repr, one)) == sorted(map(repr, other))
    return repr(one) == repr(other)


@given(values)
@settings(max_examples=80, deadline=None, derandomize=True, database=None)
def test_a_value_has_the_same_tree_after_a_trip_over_the_wire(value: Any) -> None:
    """JSON carries a tree unaltered, and its digest with it."""
    tree = encoding.encode(value)
    arrived = json.loads(json.dumps(tree, allow_nan=False))
    assert arrived == tree
    assert encoding.digest(arrived) == encoding.digest(encoding.encode(value))
    assert compare(tree, arrived) == ()


@given(values, values)
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_different_values_have_different_trees_and_equal_ones_equal_trees(one: Any, other: Any) -> None:
    """Nothing that differs in value or type is told to be the same, nor the other way round."""
    trees = encoding.encode(one), encoding.encode(other)
    assert (json.dumps(trees[0]) == json.dumps(trees[1])) == same(one, other)
    assert (compare(*trees) == ()) == same(one, other)


@given(st.data())
@settings(max_examples=80, deadline=None, derandomize=True, database=None)
def test_a_change_at_any_depth_is_seen(data: st.DataObject) -> None:
    """One scalar replaced somewhere inside makes a hard disagreement."""
    value = data.draw(st.recursive(st.integers(), lambda inner: st.lists(inner, min_size=1, max_size=4), max_leaves=9))
    whole = [value]
    before = encoding.encode(whole, depth=40)
    place: Any = whole
    step: Any = 0
    while isinstance(place[step], list):
        place = place[step]
        step = data.draw(st.integers(0, len(place) - 1))
    place[step] += 1
    found = compare(before, encoding.encode(whole, depth=40))
    assert found
    assert not found[0].soft


@given(plain)
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_a_literal_is_read_back_as_an_equal_value_of_the_same_types(value: Any) -> None:
    """What Python reads back is the value; where there is no literal, none is made up."""
    text = encoding.literal(value)
    if text is not None:
        assert same(ast.literal_eval(text), value)
        assert len(text) <= 2000


@given(st.data())
@settings(max_examples=50, deadline=None, derandomize=True, database=None)
def test_every_reference_leads_to_a_place_in_its_tree(data: st.DataObject) -> None:
    """Paths written by the probe are the paths the reader finds, through keys of every kind."""
    shared = [[1], {"k": 2}, {(1, "x"): [3]}]
    mixed = st.recursive(
        st.sampled_from(shared) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(keys | st.text(min_size=50, max_size=90), inner, max_size=4)
        ),
    )
    for tree in (encoding.encode(data.draw(mixed)), encoding.encode_call({"a": data.draw(mixed), "b": shared})):
        places = index(tree)
        for path in references(tree):
            assert read(places[path]).tag not in ("ref", "malformed")


def references(tree: Any) -> list[str]:
    """The targets of all references in a tree."""
    if isinstance(tree, dict):
        return [path for item in tree.values() for path in references(item)]
    if not isinstance(tree, list):
        return []
    if len(tree) == 2 and tree[0] == "ref" and isinstance(tree[1], str) and tree[1].startswith(("result", "a", "b")):
        return [tree[1]]
    return [path for item in tree for path in references(item)]


@pytest.mark.parametrize("fact", facts.FACTS.values(), ids=[name.removeprefix("fact_") for name in facts.FACTS])
def test_fact(fact: Callable[[], None]) -> None:
    """Each fact of `encoding_facts` on the interpreter of the tests."""
    fact()


def run(python: str, *arguments: str, hash_seed: str = "0") -> str:
    """What the facts print on another interpreter."""
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-W", "error", "-m", "tests.probe.encoding_facts", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("python", EVERY_PYTHON)
def test_the_facts_hold_on_every_interpreter_found(python: str) -> None:
    """Standard library only, from Python 3.9 on; the output says which versions were found."""
    says = run(python)
    print(f"{python}: {says}")  # noqa: T201 - a reader of the test log learns which interpreters were covered
    assert says.startswith(f"{len(facts.FACTS)} facts hold on Python 3.")


def test_trees_of_sets_do_not_depend_on_the_hash_seed() -> None:
    """The control run has another hash seed on purpose; sets must not make it noisy."""
    assert len({run(sys.executable, "digest", hash_seed=seed) for seed in ("0", "1", "2")}) == 1


def test_numpy_and_pandas_are_known_without_being_imported() -> None:
    """The encoder imports neither, and nothing else beyond the standard library."""
    code = (
        "import sys; before = set(sys.modules); import assay_probe.encoding; print(*sorted(set(sys.modules) - before))"
    )
    environment = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    tops = {name.partition(".")[0] for name in done.stdout.split()}
    assert tops - sys.stdlib_module_names == {"assay_probe"}


def test_a_small_call_is_written_down_in_well_under_a_millisecond() -> None:
    """Thousands of calls are encoded; the measured figure is about 20 us, the bound allows for a busy machine."""
    import timeit  # noqa: PLC0415 - only here

    call = {"text": "hello", "width": 10, "flag": True, "options": {"a": 1, "b": None}, "items": [1, 2, 3]}
    assert min(timeit.repeat(lambda: encoding.encode_call(call), number=100, repeat=5)) / 100 < 0.001


def test_what_people_read_of_a_tree_fits_in_one_line() -> None:
    """Rendered trees of the zoo are single lines within their limit."""
    for value in zoo.biting_values() + zoo.machinery():
        line = render(encoding.encode(value), 80)
        assert 0 < len(line) <= 80
        assert "\n" not in line
